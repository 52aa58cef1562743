namespace CrdrTools.Simulator.Http;

/// <summary>What one request may cost, in bytes.</summary>
internal static class HttpLimits
{
    public const int Head = 32 * 1024;
    public const int Body = 1024 * 1024;

    /// <summary>What is read and thrown away after an error, so that the answer is not lost to a reset.</summary>
    public const int Drain = 8 * 1024 * 1024;
}
