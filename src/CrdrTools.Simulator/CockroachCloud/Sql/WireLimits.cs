namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What one client may cost, in bytes and prepared statements.</summary>
internal static class WireLimits
{
    public const int Startup = 10_000;
    public const int Message = 1024 * 1024;
    public const int Statements = 1000;

    /// <summary>Answers that wait for more than that are sent before the client asks for them.</summary>
    public const int Unsent = 64 * 1024;

    /// <summary>What is read and thrown away after a fatal error, so that it is not lost to a reset.</summary>
    public const int Drain = 8 * 1024 * 1024;
}
