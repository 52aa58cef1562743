namespace CrdrTools.Core.Providers.Aiven;

/// <summary>Pure: where an Aiven pair stands, from the two services' roles, states and nodes.</summary>
internal static class AivenPhase
{
    /// <summary>The phase, and who takes writes.</summary>
    public static (CrdrPhase Phase, Side? Active) Of(CrdrMemberStatus primary, CrdrMemberStatus recovery) => (primary.Role, recovery.Role) switch
    {
        (MemberRole.Active, MemberRole.Passive) when InFlux(primary) || recovery.NativeState == "REBALANCING" => (CrdrPhase.Transitioning, null),
        (MemberRole.Active, _) when primary.Health is MemberHealth.Down or MemberHealth.Off && recovery.Role != MemberRole.Active => (CrdrPhase.NoWriter, null),
        (MemberRole.Active, MemberRole.Passive) when recovery.Health == MemberHealth.Healthy && Joined(recovery) => (CrdrPhase.Protected, Side.Primary),
        (MemberRole.Active, MemberRole.Passive) when recovery.Health == MemberHealth.Rebuilding => (CrdrPhase.Rebuilding, Side.Primary),
        (MemberRole.Active, MemberRole.Passive or MemberRole.None) => (CrdrPhase.Unprotected, Side.Primary),
        (MemberRole.Active, MemberRole.Unknown) when !recovery.Reachable => (CrdrPhase.Unknown, Side.Primary),

        (MemberRole.Failed or MemberRole.None, MemberRole.Active) when Serves(recovery) => (CrdrPhase.FailedOver, Side.Recovery),
        (MemberRole.Failed or MemberRole.None, MemberRole.Active or MemberRole.Passive or MemberRole.None) => (CrdrPhase.NoWriter, null),

        (MemberRole.Passive, MemberRole.Active) when recovery.NativeState == "REBALANCING" => (CrdrPhase.Transitioning, null),
        (MemberRole.Passive, MemberRole.Active) when recovery.Health is MemberHealth.Down or MemberHealth.Off => (CrdrPhase.NoWriter, null),
        (MemberRole.Passive, MemberRole.Active) when primary.Health == MemberHealth.Healthy && Joined(primary) => (CrdrPhase.ReadyToFailBack, Side.Recovery),
        (MemberRole.Passive, MemberRole.Active) when primary.Health == MemberHealth.Rebuilding => (CrdrPhase.Rebuilding, Side.Recovery),
        (MemberRole.Passive, MemberRole.Active) => (CrdrPhase.FailedOver, Side.Recovery),

        (MemberRole.Passive, MemberRole.Passive) when InFlux(primary) || InFlux(recovery) => (CrdrPhase.Transitioning, null),
        (MemberRole.Passive, MemberRole.Passive or MemberRole.None) => (CrdrPhase.NoWriter, null),
        (MemberRole.Active, MemberRole.Active) when InFlux(primary) || InFlux(recovery) => (CrdrPhase.Transitioning, null),
        (MemberRole.Unknown, MemberRole.Active) when Serves(recovery) => (CrdrPhase.Unknown, Side.Recovery),
        _ => (CrdrPhase.Unknown, null),
    };

    private static bool InFlux(CrdrMemberStatus member) => member.NativeState is "REBUILDING" or "REBALANCING";

    private static bool Serves(CrdrMemberStatus member) => member.Health is MemberHealth.Healthy or MemberHealth.Degraded || member is { Health: MemberHealth.Unknown, NativeState: "RUNNING" };

    private static bool Joined(CrdrMemberStatus member) => member.Native.Get("integration") == "active";
}
