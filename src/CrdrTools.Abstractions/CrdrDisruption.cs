namespace CrdrTools;

/// <summary>What of one member is disrupted on purpose, for a rehearsal.</summary>
public sealed record CrdrDisruption
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>Which side it is.</summary>
    public required Side Side { get; init; }
    /// <summary>The member's name at the vendor.</summary>
    public required string Member { get; init; }
    /// <summary>Its region, as the vendor names it; <see langword="null"/> while nothing is disrupted.</summary>
    public string? Region { get; init; }
    /// <summary>Whether all of the region is.</summary>
    public bool WholeRegion { get; init; }
    /// <summary>The availability zones that are, where not all of the region is.</summary>
    public IReadOnlyList<string> Zones { get; init => field = Lists.Plain(value); } = [];
    /// <summary>The single nodes that are.</summary>
    public IReadOnlyList<string> Nodes { get; init => field = Lists.Plain(value); } = [];
    /// <summary>Whether anything is disrupted.</summary>
    public bool Active => WholeRegion || Zones.Count > 0 || Nodes.Count > 0;
    /// <summary>In one line.</summary>
    public override string ToString() => !Active ? $"{Member}: not disrupted" : WholeRegion ? $"{Member}: all of {Region} is disrupted" : $"{Member}: {string.Join(", ", Zones.Concat(Nodes))} of {Region} disrupted";
}
