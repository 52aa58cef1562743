using System.Collections;

namespace CrdrTools;

/// <summary>What a <c>-Pair</c> parameter takes: the name of a registered pair, a pair object, or a hashtable that describes one.</summary>
public sealed class PairOrName
{
    /// <summary>A registered pair.</summary>
    public PairOrName(string name) => Name = name;

    /// <summary>A pair as it is.</summary>
    public PairOrName(CrdrPair pair)
    {
        Name = pair.Name;
        Pair = pair;
    }

    /// <summary>A pair described by keys and values.</summary>
    public PairOrName(IDictionary description)
    {
        Description = description;
        Name = PowerShell.Binding.Keys.Text(description, "Name") ?? PowerShell.Binding.Keys.Text(description, "Primary") ?? "";
    }

    /// <summary>The pair's name.</summary>
    public string Name { get; }

    /// <summary>The pair, when it was given as an object.</summary>
    public CrdrPair? Pair { get; }

    /// <summary>The description, when it was given as one.</summary>
    public IDictionary? Description { get; }

    /// <summary>Set when it came as an operation: that one is meant where operations are.</summary>
    internal string? Operation { get; init; }

    /// <summary>Set when it came as what was seen of a route: that one is meant where routes are.</summary>
    internal string? Route { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What is said of pairs in an array.</summary>
internal static class PairOrNames
{
    /// <summary>The stream that is meant. An operation that came down the pipeline has an id too, and that is none of a stream.</summary>
    public static string? Stream(this PairOrName[] pairs, string? id) => pairs.Any(p => p.Operation == id) ? null : id;
}
