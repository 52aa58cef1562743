namespace CrdrTools;

/// <summary>What a route is told to do.</summary>
public enum RouteAction
{
    /// <summary>Say where a new client would land now.</summary>
    Observe,
    /// <summary>Keep every client from a side.</summary>
    Fence,
    /// <summary>Lift the fence from a side that clients were led away from; they stay where they are.</summary>
    Unfence,
    /// <summary>Send clients to a side, lifting a fence on it.</summary>
    Switch,
}

/// <summary>The one object that a script block of a route is given.</summary>
public sealed record CrdrRouteCall
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The route.</summary>
    public required string Route { get; init; }
    /// <summary>What it is told to do.</summary>
    public required RouteAction Action { get; init; }
    /// <summary>The side that is meant; none to look.</summary>
    public Side? Side { get; init; }
    /// <summary>That side's member.</summary>
    public string? Member { get; init; }
}
