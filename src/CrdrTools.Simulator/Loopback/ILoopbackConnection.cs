namespace CrdrTools.Simulator.Loopback;

/// <summary>One client's connection, whatever it speaks.</summary>
internal interface ILoopbackConnection
{
    /// <summary>Serves the client until either side has enough; never throws because of what it sends.</summary>
    Task RunAsync();

    /// <summary>Ends the connection with a reset.</summary>
    void Reset();
}
