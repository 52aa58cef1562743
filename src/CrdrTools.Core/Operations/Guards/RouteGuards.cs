using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Operations.Guards;

/// <summary>The pair's routes can be asked and told: a proxy that is out of sight would keep its clients where they are.</summary>
public sealed class RoutesReady : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(RoutesReady);

    /// <summary>A failover must go on without a proxy that is dead too; but then somebody says so before any client is cut off (safety rule S9).</summary>
    public override string Override => "-AllowUnfenced";

    /// <inheritdoc/>
    public override bool Overridden(CrdrRequest request) => request.AllowUnfenced;

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.Pair.Routes.Count == 0) return GuardFinding.Clear("the pair has no routes");
        if (facts.Request.NoRoute) return GuardFinding.Clear("routes are left alone");
        if (facts.Request.Verb == CrdrVerb.SwitchRoute) return Alone(facts);
        List<(CrdrRouteStatus Route, string Why)> deaf =
        [
            .. facts.Now.Routes.Where(r => r.Unreached.Count > 0).Select(r => (r, $"route {r.Name}: {string.Join(", ", r.Unreached)} cannot be asked{(r.Detail is null ? "" : $" ({r.Detail})")}")),
            .. facts.Now.Routes.SelectMany(r => r.Findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => (r, $"route {r.Name}: {f.Message}"))),
        ];
        // What cannot fence keeps nobody from leaving a dead region: it is led after the writes once it obeys. Nor does a proxy where the old side's own machine
        // says that no server runs there: that outweighs every route, and whoever does not hear of the move is left as an obligation (safety rules S9, S16).
        CrdrMemberStatus left = facts.Now[Plan.Target(facts.Request).Other()];
        bool gone = facts.Request.Verb == CrdrVerb.Failover && left.Native.Get("stopped") == "true";
        if (gone && deaf.Count > 0) return GuardFinding.Caution($"{string.Join("; ", deaf.Select(d => d.Why))}. {left.Name} does not run, by its own machine, so that nobody gets there; what cannot be told is left as an obligation");
        if (deaf.Any(d => facts.Request.Verb != CrdrVerb.Failover || facts.Pair.Routes.Any(r => r.Name == d.Route.Name && RouteFactory.CanFence(r))))
            return GuardFinding.Stop($"{string.Join("; ", deaf.Select(d => d.Why))}. Bring it back, or take what is gone for good out of the route's description");
        List<string> wanting = [.. deaf.Select(d => d.Why), .. facts.Now.Routes.SelectMany(r => r.Findings.Where(f => f.Severity == FindingSeverity.Warning).Select(f => $"route {r.Name}: {f.Message}"))];
        return wanting.Count > 0 ? GuardFinding.Caution(string.Join("; ", wanting)) : GuardFinding.Clear($"{facts.Now.Routes.Count} seen");
    }

    /// <summary>Of those that are switched by themselves each must obey: one of which nothing can be asked would leave an operation that nobody can end. Where a part of it answers, that part's clients come first.</summary>
    private static GuardFinding Alone(GuardFacts facts)
    {
        List<CrdrRouteStatus> meant = [.. Meant(facts.Request, facts.Now)];
        List<string> dead = [.. meant.Where(Dead).Select(r => $"route {r.Name}: {(r.OutOfReach ? r.Detail ?? "cannot be asked" : string.Join(", ", r.Findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => f.Message)))}")];
        if (dead.Count > 0) return GuardFinding.Stop($"{string.Join("; ", dead)}. Nothing was asked of it: bring it back first");
        List<CrdrRouteStatus> partly = [.. meant.Where(r => r.Unreached.Count > 0)];
        return partly.Count > 0 ? GuardFinding.Caution($"{string.Join("; ", partly.Select(r => $"route {r.Name}: {string.Join(", ", r.Unreached)} cannot be asked"))}; the rest is led, and what is left to be led is told") : GuardFinding.Clear($"{meant.Count} seen");
    }

    /// <summary>The routes that a request to switch them means.</summary>
    internal static IEnumerable<CrdrRouteStatus> Meant(CrdrRequest request, CrdrStatus now) =>
        now.Routes.Where(r => request.Routes.Count == 0 ? r.Type != "VendorManaged" : request.Routes.Contains(r.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>It can be told nothing, or obeys nobody.</summary>
    internal static bool Dead(CrdrRouteStatus route) => route.OutOfReach || route.Findings.Any(f => f.Severity == FindingSeverity.Error);
}

/// <summary>Clients are sent only to the member that takes writes, unless another one is called by its name.</summary>
/// <param name="member">The member that they would be sent to.</param>
public sealed class TargetTakesWrites(string member) : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(TargetTakesWrites);

    /// <inheritdoc/>
    public override string Override => $"-AllowInactive {member}";

    /// <inheritdoc/>
    public override bool Overridden(CrdrRequest request) => string.Equals(request.AllowInactive, member, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.Now.ActiveMember == Plan.Target(facts.Request)) return GuardFinding.Clear($"{member} takes the writes");
        string instead = facts.Now.ActiveMember is { } active ? $"{facts.Now[active].Name} does" : "nobody is seen to";
        return GuardFinding.Stop($"{member} is not seen taking writes, {instead} ({facts.Now.Phase})");
    }
}
