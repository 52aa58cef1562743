using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>Pure: whether a planned move that did not come about may become a failover.</summary>
internal static class Forcing
{
    /// <summary>What says that the old side is gone, or does not give its writes away: nothing that somebody decided, and no guard that a failover takes more lightly.</summary>
    private static readonly HashSet<string> s_unable =
    [
        "SourceHealthy", "TargetReady", "LagWithinLimit", "Drained", "StandbyBehind", "StandbyNotFollowing", "StepTimeout", "MemberRefuses", "VendorUnreachable", "VendorUnavailable", "VendorTimeout", "ConnectionLost", "CannotBeSeen",
    ];

    /// <summary>Whoever stopped it, and whatever another hand did, is no reason to force it.</summary>
    private static readonly HashSet<string> s_decided = ["Stopped", "RolledBack", "PairBusy", "LeaseLost", "JournalNotWritable", "EpochMoved", "OldSideStartedAgain", "PastPointOfNoReturn"];

    /// <summary>Whether the planned move could not be done for what the old side is like, and no promotion can have been sent.</summary>
    /// <param name="planned">What became of it.</param>
    /// <param name="entries">Its journal; empty where it ended before it had one.</param>
    public static bool MayBecomeFailover(CrdrOperation planned, IReadOnlyList<JournalEntry> entries)
    {
        if (PromotionMayHaveBeenSent(entries) || planned.ErrorId is not { } why) return false;
        return planned.Outcome switch
        {
            CrdrOutcome.Refused => planned.Blocks.Count > 0 ? planned.Blocks.All(b => s_unable.Contains(b.Name)) : s_unable.Contains(why),
            CrdrOutcome.RolledBack => planned.Blocks.Count > 0 ? planned.Blocks.All(b => s_unable.Contains(b.Name)) : !s_decided.Contains(why),
            // It went back as far as it could: the old side could not be brought to write again.
            CrdrOutcome.Incomplete => why == "RollbackIncomplete",
            _ => false,
        };
    }

    /// <summary>Whether the writes were asked to move, by whatever the journal does not tell to have been turned down or taken back (safety rule S7).</summary>
    public static bool PromotionMayHaveBeenSent(IReadOnlyList<JournalEntry> entries)
    {
        HashSet<string> moving = [.. (entries.FirstOrDefault()?.Steps ?? []).Where(s => s.MovesWrites).Select(s => s.Id)];
        return moving.Any(id => entries.LastOrDefault(e => e.Step == id) is { Kind: not (JournalKind.Rejected or JournalKind.Undone) });
    }
}
