namespace CrdrTools;

/// <summary>
/// A route that script blocks of this session move. The blocks are part of the description: they live as long as the pair object does, and
/// no file keeps them.
/// </summary>
public sealed record CrdrScriptRoute : CrdrRoute
{
    /// <summary>The type of such routes.</summary>
    internal const string TypeName = "InProcess";

    /// <summary>What is done for each action; one for every action.</summary>
    internal IReadOnlyDictionary<RouteAction, ScriptBlock> Blocks { get; init; } = new Dictionary<RouteAction, ScriptBlock>();
}
