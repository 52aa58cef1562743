using System.Collections;

namespace CrdrTools.PowerShell.Completion;

/// <summary>The pairs that a line names so far; all registered ones where it names none. Never calls out.</summary>
internal static class PairsTyped
{
    public static IReadOnlyList<CrdrPair> Find(IDictionary typed)
    {
        using Engine engine = new(null, Paths.Full(Keys.Text(typed, "PairFile")));
        return Keys.Get(typed, "Pair") is { } pairs ? [.. PairArgumentAttribute.Read(pairs).SelectMany(p => engine.Find(p, patterns: true))] : engine.Registered;
    }

    /// <summary>What fits the word, each once, in order.</summary>
    public static IEnumerable<CompletionResult> Complete(string word, IEnumerable<(string Text, string About)> all)
    {
        string start = word.Trim('\'', '"');
        return all.Where(a => a.Text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .GroupBy(a => a.Text, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase)
            .Select(g => new CompletionResult(g.Key, g.Key, CompletionResultType.ParameterValue, string.Join("; ", g.Select(a => a.About))));
    }
}
