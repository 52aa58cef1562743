namespace CrdrTools.Simulator;

/// <summary>What a DNS server would answer for a name now.</summary>
public sealed record SimulatorName
{
    public required string Name { get; init; }
    public required string Project { get; init; }
    public required string Service { get; init; }

    /// <summary>Of the read-only name that falls back: <c>replica</c> or <c>primary</c>; null where it leads to nothing, and for other names.</summary>
    public string? LeadsTo { get; init; }

    /// <summary>The nodes that answer behind it; none: whoever connects is not answered.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }
}
