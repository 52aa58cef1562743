using CrdrTools.Core.Operations;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>What one look at a standby came to.</summary>
/// <param name="Healthy">Reads may be sent there; <see langword="null"/>: it was not asked yet.</param>
/// <param name="Why">In words.</param>
/// <param name="Lag">How far it is behind.</param>
internal sealed record StandbyHealth(bool? Healthy, string Why, TimeSpan? Lag = null)
{
    /// <summary>It was not asked yet.</summary>
    public static StandbyHealth Unknown { get; } = new(null, "was not asked yet");

    /// <summary>Pure: in recovery, streaming from the member that takes the writes, on its timeline, and not too far behind (safety rule S25).</summary>
    /// <param name="sight">What it said; <see langword="null"/> when it said nothing.</param>
    /// <param name="trouble">Why it said nothing.</param>
    /// <param name="writer">What the member said that takes the writes.</param>
    /// <param name="isWriter">Whether a sender is that member.</param>
    /// <param name="limit">How far behind it may be.</param>
    public static StandbyHealth Of(ReadSight? sight, string? trouble, ReadSight writer, Func<string, int, bool> isWriter, TimeSpan limit)
    {
        if (sight is null) return new(false, trouble ?? "does not answer");
        if (!sight.InRecovery) return new(false, "is no standby: it takes writes");
        if (sight.System != writer.System) return new(false, $"is of another system ({sight.System})");
        if (sight.Streaming is null) return new(false, "does not show what it receives: the role that asks needs pg_monitor");
        if (sight.Streaming == false) return new(false, "receives nothing");
        if (sight.Timeline != writer.Timeline) return new(false, $"receives timeline {sight.Timeline}, and the writes are on {writer.Timeline}");
        if (sight.SenderHost is null || sight.SenderPort is not { } port) return new(false, "does not show from whom it receives");
        if (!isWriter(sight.SenderHost, port)) return new(false, $"receives from {sight.SenderHost}:{port}, which does not take the writes");
        if (sight.Lag is not { } lag) return new(false, "does not tell how far it is behind");
        return lag <= limit ? new(true, "streams", lag) : new(false, $"is {lag.TotalSeconds:0} s behind", lag);
    }
}
