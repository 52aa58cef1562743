using static CrdrTools.Simulator.Aiven.AivenWords;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// What <c>PUT disaster_recovery_role</c> does. The four moves are documented; every refusal here is assumed, because the vendor
/// documents no answer to an illegal one. The choice follows what its API does elsewhere: a value that is none answers 400
/// "Invalid input", what can never be asked of this service 400, the wrong state of things 409, protection 403.
/// Asking for the role a service has already changes nothing and answers 200; during a takeover nothing can be asked.
/// </summary>
internal static class RoleRules
{
    /// <exception cref="AivenProblem">The change is refused.</exception>
    public static RoleMove Decide(RoleQuestion q)
    {
        if (!Roles.Contains(q.Wanted)) throw AivenProblem.Input($"'{q.Wanted}' is not one of ['active', 'failed', 'passive']");
        if (q.Peer is null || q.Target.Role is null)
            throw new AivenProblem(400, "disaster_recovery_role can only be set for a service with a disaster_recovery integration");
        if (q.Wanted == Failed && !q.TargetIsPrimary)
            throw new AivenProblem(400, "Only a primary service can be failed");
        if (q.InTakeover) throw Changing(q);
        if (q.Target.Role == q.Wanted) return RoleMove.Nothing;
        if (q.Busy || (q.PeerBusy && (q.Wanted != Failed || q.Settings.FailoverNeedsReadyPeer))) throw Changing(q);
        return q.Wanted switch
        {
            Failed => FailOver(q),
            Passive => Rebuild(q),
            _ => TakeOver(q),
        };
    }

    private static AivenProblem Changing(RoleQuestion q) =>
        new(409, $"Service '{q.Target.Key.Service}' or its disaster recovery peer is being changed; try again when both are done");

    private static AivenProblem NotReady(AivenService service) => new(409, $"Service '{service.Key.Service}' is not ready to take over");

    private static RoleMove FailOver(RoleQuestion q)
    {
        if (q.Target.Role != Active) throw new AivenProblem(409, "Only an active service can be failed");
        if (q.Settings.TerminationProtectionBlocksFailover && q.Target.TerminationProtection) throw AivenProblem.Protected();
        var ready = q.Peer is { State: Running, Role: Passive } && !q.PeerRegionDown;
        if (!ready && q.Settings.FailoverNeedsReadyPeer) throw NotReady(q.Peer!);
        return RoleMove.FailOver;
    }

    private static RoleMove Rebuild(RoleQuestion q)
    {
        if (q.Target.Role != Failed) throw new AivenProblem(409, "An active service becomes passive when its peer is made active");
        if (q.Peer!.Role != Active)
            throw new AivenProblem(409, $"Service '{q.Peer.Key.Service}' is not active: there is nothing to rebuild from");
        return RoleMove.Rebuild;
    }

    private static RoleMove TakeOver(RoleQuestion q)
    {
        if (q.Target.Role == Failed)
            throw new AivenProblem(409, "A failed service must be rebuilt first: set its disaster_recovery_role to passive");
        if (q.Target.State != Running || q.TargetRegionDown) throw NotReady(q.Target);
        if (q.Peer!.Role != Active || q.Peer.State != Running || (q.PeerRegionDown && q.Settings.TakeoverNeedsPeer))
            throw new AivenProblem(409, $"Service '{q.Peer.Key.Service}' cannot hand over");
        return RoleMove.TakeOver;
    }
}
