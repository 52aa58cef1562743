namespace CrdrTools.Simulator.Control;

/// <summary><c>{"down": true}</c></summary>
internal sealed record OutageBody
{
    public required bool Down { get; init; }
}

/// <summary><c>{"project": "demo", "service": "pg-demo", "writesPerSecond": 50, "via": "uri"}</c></summary>
internal sealed record ClientBody
{
    public required string Project { get; init; }
    public required string Service { get; init; }
    public double WritesPerSecond { get; init; } = 10;
    public string Via { get; init; } = "uri";
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
