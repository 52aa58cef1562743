namespace CrdrTools.Simulator.Data;

/// <summary>Consecutive writes of one client that met with the same fate: acknowledged by one service, or by nobody.</summary>
internal sealed class WriteRun(DataClient client, long first, ServiceKey? acceptedBy)
{
    public DataClient Client { get; } = client;
    public long First { get; } = first;
    public long Count { get; private set; }

    /// <summary>The service that acknowledged them; null when they failed.</summary>
    public ServiceKey? AcceptedBy { get; } = acceptedBy;

    public void GrowTo(long last) => Count = last - First + 1;

    /// <summary>How many of them were made up to that time.</summary>
    public long CountUpTo(DateTimeOffset at) => Math.Max(0, Math.Min(Count, Client.NumberAt(at) - First + 1));
}
