using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>S8: only a caught-up, running, passive service whose nodes all run may become active.</summary>
internal sealed class TargetReady(Side to) : Guard
{
    public override string Name => nameof(TargetReady);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus target = facts.Now[to];
        List<string> lacks = [];
        if (!target.Reachable) return GuardFinding.Stop($"{target.Name} could not be seen{(target.LastSeen is { } seen ? $"; last seen {seen:yyyy-MM-dd HH:mm:ss}Z" : "")}");
        if (target.Role != MemberRole.Passive) lacks.Add($"its role is {target.Native.Get("role") ?? target.Role.ToString()}, not passive");
        if (target.NativeState != "RUNNING") lacks.Add($"its state is {target.NativeState ?? "not there"}, not RUNNING");
        if (target.Health != MemberHealth.Healthy && target.NativeState == "RUNNING")
            lacks.Add(target.ProgressText is { } text ? $"it is being caught up ({text})"
                : target.Native.Get("nodes") is { Length: > 0 } nodes ? $"not all of its nodes run ({nodes})" : "its nodes were not told");
        if (target.Native.Get("integration") is not "active" and var integration) lacks.Add($"its disaster_recovery integration is {integration ?? "missing"}");
        return lacks.Count == 0
            ? GuardFinding.Clear($"{target.Name} is passive and RUNNING, all its nodes run, the integration is active")
            : GuardFinding.Stop($"{target.Name} is not ready: {string.Join(", ", lacks)}");
    }
}

/// <summary>S8: a failover destroys the primary's nodes, so it is refused while the primary answers.</summary>
internal sealed class OutageEvident : Guard
{
    public override string Name => nameof(OutageEvident);
    public override string Override => "-GiveUpHealthyPrimary";
    public override bool Overridden(CrdrRequest request) => request.GiveUpHealthyPrimary;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus primary = facts.Now.Primary;
        return primary.Health switch
        {
            MemberHealth.Healthy or MemberHealth.Degraded or MemberHealth.Rebuilding =>
                GuardFinding.Stop($"{primary.Name} still answers ({primary.NativeState}, {primary.Native.Get("nodes") ?? "nodes not told"}), and a failover destroys its nodes; a switchover loses nothing"),
            MemberHealth.Unknown when primary.Reachable =>
                GuardFinding.Stop($"{primary.Name} answers as {primary.NativeState ?? "nothing known"}, and whether it runs cannot be told; a failover destroys its nodes"),
            MemberHealth.Unknown => GuardFinding.Caution($"{primary.Name} could not be seen: whether it still runs is not known"),
            _ => GuardFinding.Clear($"{primary.Name} does not run: {primary.NativeState ?? "gone"}{(primary.Native.Get("nodes") is { Length: > 0 } nodes ? $", {nodes}" : "")}"),
        };
    }
}

/// <summary>A planned move starts from a side that serves.</summary>
internal sealed class SourceHealthy(Side from) : Guard
{
    public override string Name => nameof(SourceHealthy);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[from];
        return source is { Role: MemberRole.Active, NativeState: "RUNNING", Health: MemberHealth.Healthy or MemberHealth.Degraded or MemberHealth.Unknown }
            ? GuardFinding.Clear($"{source.Name} is active and RUNNING")
            : GuardFinding.Stop($"{source.Name} is not active and RUNNING ({source.Role}, {source.NativeState ?? "not seen"}, {source.Health}): a planned move needs both sides");
    }
}

/// <summary>S8: what is rebuilt may not be the only complete copy.</summary>
internal sealed class NotTheOnlyCopy : Guard
{
    public override string Name => nameof(NotTheOnlyCopy);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus recovery = facts.Now.Recovery;
        return recovery is { Role: MemberRole.Active, Health: MemberHealth.Healthy or MemberHealth.Degraded }
            ? GuardFinding.Clear($"{recovery.Name} is active and holds the data")
            : GuardFinding.Stop($"{recovery.Name} is not seen active and running ({recovery.Role}, {recovery.NativeState ?? "not seen"}): {facts.Now.Primary.Name} may be the only copy");
    }
}

/// <summary>S8: what is rebuilt must not have taken writes after the cutover.</summary>
internal sealed class NoWritesAfterCutover : Guard
{
    public override string Name => nameof(NoWritesAfterCutover);
    public override string Override => "-DiscardWritesOn Primary";
    public override bool Overridden(CrdrRequest request) => request.DiscardWritesOn == Side.Primary;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus primary = facts.Now.Primary;
        return primary is { Role: MemberRole.Failed, Health: MemberHealth.Off }
            ? GuardFinding.Clear($"{primary.Name} is given up and powered off: it has taken no writes since")
            : GuardFinding.Stop($"{primary.Name} is {primary.Role} and {primary.NativeState}: it may have taken writes since it was given up, and rebuilding it throws them away");
    }
}

/// <summary>Free, Hobbyist and Developer plans have no recovery service (the vendor's documentation).</summary>
internal sealed class PlanAllowsRecovery(string plan) : Guard
{
    public override string Name => nameof(PlanAllowsRecovery);

    public override GuardFinding Judge(GuardFacts facts)
    {
        foreach (string name in new[] { facts.Now.Primary.Native.Get("plan") ?? "", plan })
        {
            if (new[] { "free", "hobbyist", "developer" }.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
                return GuardFinding.Stop($"the plan '{name}' has no disaster recovery: at least a Startup plan is needed");
        }
        return plan.Length == 0 ? GuardFinding.Caution("the plan is not known") : GuardFinding.Clear($"the plan {plan} can have a recovery service");
    }
}

/// <summary>The vendor refuses to shut protected services down; whether a failover counts as that is not documented.</summary>
internal sealed class TerminationProtection : Guard
{
    public override string Name => nameof(TerminationProtection);

    public override GuardFinding Judge(GuardFacts facts) =>
        facts.Now.Primary.Native.Get("terminationProtection") == "true"
            ? GuardFinding.Stop($"{facts.Now.Primary.Name} has termination protection: the vendor may refuse to give it up. If it does, take the protection off first")
            : GuardFinding.Clear("no termination protection is in the way");
}
