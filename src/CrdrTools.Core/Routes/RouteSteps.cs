using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes;

/// <summary>The steps that the engine puts around the one that moves writes.</summary>
public abstract class RouteStep(IRoute route) : Step
{
    /// <summary>The route.</summary>
    public IRoute Route { get; } = route;

    /// <inheritdoc/>
    public override bool Anchor => false;

    /// <inheritdoc/>
    public override bool Repeatable => true;

    /// <inheritdoc/>
    public override bool LooksAtRoutes => true;

    /// <inheritdoc/>
    public override TimeSpan Limit => TimeSpan.FromMinutes(5);

    /// <summary>What this step makes of its route's observation.</summary>
    protected abstract Verdict Judge(CrdrRouteStatus route);

    /// <inheritdoc/>
    public override Verdict Judge(CrdrStatus now, bool asked = false) =>
        now.Routes.FirstOrDefault(r => r.Name == Route.Name) is { } seen ? Judge(seen) : new(StepState.Unclear, $"route {Route.Name} was not looked at");

    /// <summary>The same by hand, where the route knows how.</summary>
    internal static IReadOnlyList<string> ByHand(IRoute route, RouteDeed deed, Side side) =>
        route is IManualRoute known ? known.ByHand(deed, side) : [$"# route {route.Name}: {deed.ToString().ToLowerInvariant()} the {side} side, as whoever described it does"];

    /// <summary>In words.</summary>
    protected static string Say(CrdrRouteStatus route) =>
        route.Detail ?? $"sends clients to {route.Target?.ToString() ?? "nobody"}{(route.Fenced.Count > 0 ? $", fenced: {string.Join(", ", route.Fenced)}" : "")}";
}

/// <summary>No client reaches the old side.</summary>
public sealed class FenceRoute(IRoute route, Side old, bool planned) : RouteStep(route)
{
    /// <summary>The side that is cut off.</summary>
    public Side Old => old;
    /// <inheritdoc/>
    public override string Id => $"fence-{Route.Name}";
    /// <inheritdoc/>
    public override string Effect => $"Fence route {Route.Name}: no client reaches the {old} side through it";
    /// <inheritdoc/>
    public override string? NeededBy => "S9: it is the fence";
    /// <inheritdoc/>
    public override bool CanUndo => true;
    /// <inheritdoc/>
    public override IReadOnlyList<string> Manual => ByHand(Route, RouteDeed.Fence, old);
    /// <inheritdoc/>
    protected override Verdict Judge(CrdrRouteStatus route) =>
        new(route.Verified && route.Fenced.Contains(old) ? StepState.Done : StepState.NotBegun, Say(route));
    /// <inheritdoc/>
    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        await Route.FenceAsync(old, planned).ConfigureAwait(false);
        return null;
    }
    /// <inheritdoc/>
    public override Task UndoAsync() => Route.SwitchAsync(old);
}

/// <summary>Clients are sent to the new side.</summary>
/// <param name="route">The route.</param>
/// <param name="to">The new side.</param>
/// <param name="guards">What is judged before, where nothing that comes before it was.</param>
public sealed class SwitchRoute(IRoute route, Side to, IReadOnlyList<Guard>? guards = null) : RouteStep(route)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Guard> Guards { get; } = guards ?? [];
    /// <inheritdoc/>
    public override string Id => $"switch-{Route.Name}";
    /// <inheritdoc/>
    public override string Effect => $"Switch route {Route.Name} to the {to} side, and see it there";
    /// <inheritdoc/>
    public override IReadOnlyList<string> Manual => ByHand(Route, RouteDeed.Switch, to);
    /// <inheritdoc/>
    public override string? NeededBy => "S6: clients are led to the side that writes";
    /// <inheritdoc/>
    protected override Verdict Judge(CrdrRouteStatus route) =>
        new(route.Verified && route.Target == to && !route.Fenced.Contains(to) ? StepState.Done : StepState.NotBegun, Say(route));
    /// <inheritdoc/>
    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        await Route.SwitchAsync(to).ConfigureAwait(false);
        return null;
    }
}

/// <summary>The vendor's own name is seen to lead to the new side.</summary>
public sealed class VerifyRoute(IRoute route, Side to) : RouteStep(route)
{
    /// <inheritdoc/>
    public override string Id => $"verify-{Route.Name}";
    /// <inheritdoc/>
    public override string Effect => $"Wait until the vendor's route {Route.Name} leads to the {to} side";
    /// <inheritdoc/>
    public override string? NeededBy => "S2: success is routes that were seen to lead to the side that writes";
    /// <inheritdoc/>
    public override bool Acts => false;
    /// <inheritdoc/>
    protected override Verdict Judge(CrdrRouteStatus route) =>
        new(route.Verified && route.Target == to ? StepState.Done : StepState.Underway, Say(route));
}

/// <summary>The old side, passive by now, may be reached again.</summary>
public sealed class UnfenceRoute(IRoute route, Side old) : RouteStep(route)
{
    /// <inheritdoc/>
    public override string Id => $"unfence-{Route.Name}";
    /// <inheritdoc/>
    public override string Effect => $"Lift the fence of route {Route.Name} from the {old} side, which is passive now";
    /// <inheritdoc/>
    public override IReadOnlyList<string> Manual => ByHand(Route, RouteDeed.Unfence, old);
    /// <inheritdoc/>
    public override string? NeededBy => null;
    /// <inheritdoc/>
    protected override Verdict Judge(CrdrRouteStatus route) =>
        new(route.Verified && !route.Fenced.Contains(old) ? StepState.Done : StepState.NotBegun, Say(route));
    /// <inheritdoc/>
    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        await Route.UnfenceAsync(old).ConfigureAwait(false);
        return null;
    }
}
