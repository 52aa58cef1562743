using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Operations.Guards;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>A change of one role: one PUT.</summary>
internal abstract class AivenStep(IAivenApi api, string project, CrdrPair pair, string service, string role) : Step
{
    protected CrdrPair Pair { get; } = pair;

    public override bool PointOfNoReturn => true;

    public override IReadOnlyList<string> Manual =>
    [
        Avn(Pair, service, role),
        $"curl --request PUT --url {AivenApi.Endpoint(Pair)}/v1/project/{Uri.EscapeDataString(project)}/service/{Uri.EscapeDataString(service)} "
            + "--header 'Authorization: Bearer TOKEN' --header 'content-type: application/json' "
            + $"--data '{{\"disaster_recovery_role\": \"{role}\"}}'",
    ];

    public static string Avn(CrdrPair pair, string service, string role) =>
        $"{AivenApi.Tool(pair)} service update {service} --project {pair.Settings["project"]} --disaster-recovery-role {role}";

    public override async Task<string?> ActAsync(CrdrStatus look)
    {
        VendorReply<AivenServiceEnvelope> reply = await api.SetRoleAsync(project, service, role).ConfigureAwait(false);
        // A 2xx without a service in it is no proof that anything was accepted.
        if (reply.Body.Service is not { } now)
            throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"Aiven answered the change of {service} without a service in it.", VendorVerdict.Unknown);
        return $"{now.State}/{AivenView.RawRole(now)} {now.UpdateTime}";
    }

    protected static string Say(CrdrStatus now) => $"{now.Primary}, {now.Recovery}";
}

/// <summary>Failover: the primary is given up, and its nodes destroyed; the vendor makes the recovery service active.</summary>
internal sealed class GiveUpPrimary(IAivenApi api, string project, CrdrPair pair) : AivenStep(api, project, pair, pair.Primary.Name, "failed")
{
    public override string Id => "give-up-primary";
    public override string Effect => $"PUT role=failed on {Pair.Primary.Name}: destroys the nodes of the primary; {Pair.Recovery.Name} becomes active";
    public override bool MovesWrites => true;

    public override IReadOnlyList<Guard> Guards { get; } = [new TargetReady(Side.Recovery), new OutageEvident(), new LossBound(), new TerminationProtection()];

    public override Verdict Judge(CrdrStatus now, bool asked = false) => (now.Primary.Role, now.Recovery.Role) switch
    {
        (MemberRole.Failed or MemberRole.None or MemberRole.Passive, MemberRole.Active) when now.Recovery.NativeState == "RUNNING" => new(StepState.Done, $"{now.Recovery.Name} is active, {now.Primary.Name} is {now.Primary.Role}"),
        // The writes have moved, and the routes must follow, although the old side cannot be seen; the outcome waits for that.
        (MemberRole.Unknown, MemberRole.Active) when asked && now.Recovery.NativeState == "RUNNING" => new(StepState.Done, $"{now.Recovery.Name} is active, {now.Primary.Name} was not seen"),
        (MemberRole.Failed, MemberRole.None) => new(StepState.Hopeless, $"{now.Primary.Name} is given up, and {now.Recovery.Name} does not exist"),
        (MemberRole.Failed, MemberRole.Passive) => new(StepState.Underway, $"{now.Primary.Name} is given up, {now.Recovery.Name} is still passive"),
        (MemberRole.Failed, _) => new(StepState.Underway, Say(now)),
        (_, MemberRole.Passive or MemberRole.None) => new(StepState.NotBegun, Say(now)),
        _ => new(StepState.Unclear, Say(now)),
    };
}

/// <summary>Switchover, switchback and the second half of a failback: a passive, caught-up service becomes active, its peer passive.</summary>
internal sealed class TakeOver(IAivenApi api, string project, CrdrPair pair, Side to) : AivenStep(api, project, pair, pair[to].Name, "active")
{
    public override string Id => to == Side.Primary ? "take-over-primary" : "take-over-recovery";
    public override string Effect => $"PUT role=active on {Pair[to].Name}: writes move there; {Pair[to.Other()].Name} becomes passive";
    public override bool MovesWrites => true;

    public override IReadOnlyList<Guard> Guards { get; } = [new TargetReady(to), new SourceHealthy(to.Other())];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrMemberStatus target = now[to], peer = now[to.Other()];
        return target.Role switch
        {
            MemberRole.Active when target.NativeState == "RUNNING" && peer.Role == MemberRole.Active => new(StepState.Unclear, $"both services have the role active: {Say(now)}"),
            MemberRole.Active when target.NativeState == "RUNNING" && peer.Role == MemberRole.Unknown && !asked => new(StepState.Unclear, $"{target.Name} is active, {peer.Name} was not seen"),
            MemberRole.Active when target.NativeState == "RUNNING" && peer.NativeState != "REBALANCING" => new(StepState.Done, $"{target.Name} is active, {peer.Name} is {peer.Role}"),
            MemberRole.Active => new(StepState.Underway, Say(now), target.Progress),
            MemberRole.Passive when peer.NativeState == "REBALANCING" || (asked && target.NativeState != "RUNNING") => new(StepState.Underway, Say(now), target.Progress),
            MemberRole.Passive or MemberRole.Failed or MemberRole.None => new(StepState.NotBegun, Say(now)),
            _ => new(StepState.Unclear, Say(now)),
        };
    }
}

/// <summary>The first half of a failback: the vendor recreates the primary from its backups and catches it up.</summary>
internal sealed class RebuildPrimary(IAivenApi api, string project, CrdrPair pair) : AivenStep(api, project, pair, pair.Primary.Name, "passive")
{
    public override string Id => "rebuild-primary";
    public override string Effect => $"PUT role=passive on {Pair.Primary.Name}: its nodes are made anew and caught up from {Pair.Recovery.Name}, which stays active";
    public override TimeSpan Limit => TimeSpan.FromHours(24);
    public override bool PointOfNoReturn => false;
    public override IReadOnlyList<Side> Touches { get; } = [Side.Primary];

    public override IReadOnlyList<Guard> Guards { get; } = [new NotTheOnlyCopy(), new NoWritesAfterCutover()];

    public override Verdict Judge(CrdrStatus now, bool asked = false) => now.Primary.Role switch
    {
        MemberRole.Active => new(StepState.Done, $"{now.Primary.Name} is active"),
        MemberRole.Passive when now.Phase == CrdrPhase.ReadyToFailBack => new(StepState.Done, $"{now.Primary.Name} is passive and caught up, {now.Recovery.Name} is active"),
        MemberRole.Passive => new(StepState.Underway, now.Primary.ProgressText ?? Say(now), now.Primary.Progress),
        MemberRole.Failed => new(StepState.NotBegun, Say(now)),
        MemberRole.None => new(StepState.Hopeless, $"{now.Primary.Name} does not exist"),
        _ => new(StepState.Unclear, Say(now)),
    };
}

/// <summary>Setup: a recovery service is created, joined to the primary from its first moment.</summary>
internal sealed class CreateRecovery(IAivenApi api, string project, CrdrPair pair, string plan, string cloud) : Step
{
    public override string Id => "create-recovery";
    public override string Effect => $"POST service {pair.Recovery.Name} ({plan}, {cloud}), joined to {pair.Primary.Name} by a disaster_recovery integration";
    public override TimeSpan Limit => TimeSpan.FromHours(24);
    public override IReadOnlyList<Side> Touches { get; } = [Side.Recovery];
    public override IReadOnlyList<Guard> Guards { get; } = [new SourceHealthy(Side.Primary), new PlanAllowsRecovery(plan)];

    public override IReadOnlyList<string> Manual =>
        [$"{AivenApi.Tool(pair)} service create {pair.Recovery.Name} --project {project} --service-type pg --plan {plan} --cloud {cloud} --disaster-recovery-copy-for {pair.Primary.Name}"];

    public override async Task<string?> ActAsync(CrdrStatus look)
    {
        VendorReply<AivenServiceEnvelope> reply = await api.CreateServiceAsync(project, new AivenServiceCreate
        {
            ServiceName = pair.Recovery.Name, ServiceType = "pg", Plan = plan, Cloud = cloud,
            ServiceIntegrations = [new() { IntegrationType = "disaster_recovery", SourceService = pair.Primary.Name, UserConfig = [] }],
        }).ConfigureAwait(false);
        return reply.Body.Service?.CreateTime is { } created ? $"created {created}" : null;
    }

    public override Verdict Judge(CrdrStatus now, bool asked = false) => now.Recovery.Role switch
    {
        MemberRole.None => new(StepState.NotBegun, $"{now.Recovery.Name} does not exist"),
        MemberRole.Active => new(StepState.Done, $"{now.Recovery.Name} is active"),
        MemberRole.Passive when now.Phase is CrdrPhase.Protected or CrdrPhase.ReadyToFailBack => new(StepState.Done, $"{now.Recovery.Name} is passive and caught up"),
        MemberRole.Passive => new(StepState.Underway, now.Recovery.ProgressText ?? $"{now.Recovery}", now.Recovery.Progress),
        _ when now.Recovery.Reachable && !asked => new(StepState.Hopeless, $"there is a service {now.Recovery.Name} already, and it is not the recovery service of {now.Primary.Name}"),
        _ => new(StepState.Unclear, $"{now.Recovery}"),
    };
}
