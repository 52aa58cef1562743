namespace CrdrTools.Simulator.Control;

/// <summary><c>{"down": true}</c></summary>
internal sealed record OutageBody
{
    public required bool Down { get; init; }
}

/// <summary><c>{"down": true, "node": "pg-demo-2"}</c>; without a node all standby nodes of the service.</summary>
internal sealed record StandbysBody
{
    public required bool Down { get; init; }
    public string? Node { get; init; }
}

/// <summary>
/// <c>{"project": "demo", "service": "pg-demo", "writesPerSecond": 50, "via": "uri"}</c> or
/// <c>{"cluster": "crdb-demo", "writesPerSecond": 50, "via": "proxy:app"}</c>
/// </summary>
internal sealed record ClientBody
{
    public string? Project { get; init; }
    public string? Service { get; init; }
    public string? Cluster { get; init; }
    public double WritesPerSecond { get; init; } = 10;
    public string? Via { get; init; }
}

/// <summary><c>{"name": "app", "target": "crdb-demo"}</c>; a null target is a fence.</summary>
internal sealed record ProxyBody
{
    public required string Name { get; init; }
    public required string? Target { get; init; }
    public bool CutSessions { get; init; } = true;
}

/// <summary><c>{"state": "LOCKED", "operationStatus": "MAINTENANCE_RUNNING"}</c>; an empty operation status is the model's own.</summary>
internal sealed record ClusterBody
{
    public string? State { get; init; }
    public string? OperationStatus { get; init; }
}

/// <summary><c>{"token": "half", "clusters": ["crdb-demo"]}</c></summary>
internal sealed record KeyBody
{
    public required string Token { get; init; }
    public required string[] Clusters { get; init; }
}

/// <summary><c>{"factor": 60, "advanceSeconds": 10}</c></summary>
internal sealed record ClockBody
{
    public double? Factor { get; init; }
    public double? AdvanceSeconds { get; init; }
}

/// <summary><c>{"project": "demo", "count": 1000}</c></summary>
internal sealed record PairsBody
{
    public string Project { get; init; } = "demo";
    public required int Count { get; init; }
}
