namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>Pure: where a pair of clusters stands, from the lineage of its streams and how the two clusters fare.</summary>
internal static class CockroachPhase
{
    /// <summary>The phase, and who takes writes.</summary>
    /// <param name="lineage">What the streams tell.</param>
    /// <param name="primary">The primary as it was seen.</param>
    /// <param name="recovery">The recovery side as it was seen.</param>
    /// <param name="lagLimit">How far a standby may be behind and still count as caught up.</param>
    public static (CrdrPhase Phase, Side? Active) Of(Lineage lineage, CrdrMemberStatus primary, CrdrMemberStatus recovery, TimeSpan lagLimit)
    {
        Side active = lineage.Active;
        (CrdrMemberStatus writer, CrdrMemberStatus peer) = active == Side.Primary ? (primary, recovery) : (recovery, primary);
        bool home = active == Side.Primary;
        return (lineage, writer, peer) switch
        {
            ({ Contradicts: true }, _, _) => (CrdrPhase.Unknown, null),
            ({ Live.Status: "FAILING_OVER" }, _, _) => (CrdrPhase.Transitioning, null),
            (_, { Health: MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone or MemberHealth.Rebuilding }, _) => (CrdrPhase.NoWriter, null),
            (_, { Role: not MemberRole.Active }, _) => (CrdrPhase.Unknown, null),
            (_, { Health: MemberHealth.Unknown }, _) => (CrdrPhase.Unknown, active),
            ({ Live: null }, _, _) => (home ? CrdrPhase.Unprotected : CrdrPhase.FailedOver, active),
            (_, _, { Health: MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone }) => (home ? CrdrPhase.Unprotected : CrdrPhase.FailedOver, active),
            ({ Live.Ready: false }, _, _) => (CrdrPhase.Rebuilding, active),
            (_, _, { Health: MemberHealth.Unknown }) => (CrdrPhase.Unknown, active),
            ({ Live.Lag: { } lag }, _, _) when lag > lagLimit => (CrdrPhase.Rebuilding, active),
            _ => (home ? CrdrPhase.Protected : CrdrPhase.ReadyToFailBack, active),
        };
    }
}
