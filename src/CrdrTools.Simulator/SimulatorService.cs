namespace CrdrTools.Simulator;

/// <summary>What one service is like at the moment.</summary>
public sealed record SimulatorService
{
    public required string Project { get; init; }
    public required string Name { get; init; }
    public required string Plan { get; init; }
    public required string Cloud { get; init; }

    /// <summary>The region, without the name of the cloud.</summary>
    public required string Region { get; init; }

    /// <summary>POWEROFF, REBALANCING, REBUILDING or RUNNING.</summary>
    public required string State { get; init; }

    /// <summary>active, passive or failed; null without CRDR.</summary>
    public required string? Role { get; init; }

    /// <summary>The other service of its pair.</summary>
    public required string? Peer { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required IReadOnlyList<SimulatorNode> Nodes { get; init; }

    /// <summary>Whether a client's write to it would be acknowledged now.</summary>
    public required bool AcceptsWrites { get; init; }

    /// <summary>The acknowledged writes it holds.</summary>
    public required long Rows { get; init; }
}
