using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Reports;

/// <summary>A guard that was overridden.</summary>
public sealed record ReportOverride
{
    /// <summary>The guard.</summary>
    public required string Guard { get; init; }
    /// <summary>What it said.</summary>
    public required string Why { get; init; }
    /// <summary>The switch that was given.</summary>
    public string? Switch { get; init; }
    /// <summary>Who gave it: who had begun the operation, or taken it up again.</summary>
    public required string Who { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>For which step.</summary>
    public string? Step { get; init; }
    /// <summary>The line of the journal that says so.</summary>
    public required int Line { get; init; }

    /// <summary>All that a journal has.</summary>
    public static IEnumerable<ReportOverride> Of(IReadOnlyList<JournalEntry> entries)
    {
        string who = "unknown";
        foreach (JournalEntry entry in entries)
        {
            if (entry.Kind is JournalKind.Begin or JournalKind.Resume && entry.Who is { } now) who = now;
            foreach (CrdrCheck check in entry.Overrides ?? [])
                yield return new() { Guard = check.Name, Why = check.Why, Switch = check.Override, Who = who, At = entry.At, Step = entry.Step, Line = entry.Seq };
        }
    }
}

/// <summary>What an operation left for people to do.</summary>
public sealed record ReportObligation
{
    private const string Mark = "Owed: ";

    /// <summary>What must be done.</summary>
    public required string What { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>Whether it is still to be done.</summary>
    public required bool Open { get; init; }

    /// <summary>What the journal says is owed, and what of it still is.</summary>
    public static IEnumerable<ReportObligation> Of(IReadOnlyList<JournalEntry> entries, string operation, IReadOnlyList<CrdrObligation> owed)
    {
        List<CrdrObligation> open = [.. owed.Where(o => o.Operation == operation)];
        foreach (CrdrObligation o in open) yield return new() { What = o.What, Since = o.Since, Open = true };
        foreach (JournalEntry entry in entries.Where(e => e.Kind == JournalKind.Note && e.Text?.StartsWith(Mark, StringComparison.Ordinal) == true).GroupBy(e => e.Text).Select(g => g.First()))
        {
            string what = entry.Text!.Substring(Mark.Length);
            if (open.All(o => o.What != what)) yield return new() { What = what, Since = entry.At, Open = false };
        }
    }
}

/// <summary>One line of the journal.</summary>
public sealed record ReportLine
{
    /// <summary>Its number.</summary>
    public required int Line { get; init; }
    /// <summary>When it was written.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>What it tells.</summary>
    public required JournalKind Kind { get; init; }
    /// <summary>The step it is about.</summary>
    public string? Step { get; init; }
    /// <summary>In words.</summary>
    public string? Text { get; init; }
    /// <summary>What the vendor gave for an accepted change.</summary>
    public string? Receipt { get; init; }
    /// <summary>Who wrote it, where it says so.</summary>
    public string? Who { get; init; }

    /// <summary>As it stands.</summary>
    public static ReportLine Of(JournalEntry entry) => new()
    {
        Line = entry.Seq, At = entry.At, Kind = entry.Kind, Step = entry.Step, Receipt = entry.Receipt, Who = entry.Who,
        Text = entry.Record is { } record ? $"{record.Outcome?.ToString() ?? "Not ended"}. {record.Message}" : entry.Text,
    };
}

/// <summary>Whether the journal can be trusted. The chain shows accident and careless edits, not forgery.</summary>
public sealed record ReportChain
{
    /// <summary>In a word.</summary>
    public required ChainVerdict Verdict { get; init; }
    /// <summary>The first line that cannot be used.</summary>
    public int? Line { get; init; }
    /// <summary>How many lines can be trusted.</summary>
    public required int Trusted { get; init; }
    /// <summary>In words.</summary>
    public required string Words { get; init; }

    /// <summary>Of a journal.</summary>
    public static ReportChain Of(JournalText text)
    {
        int trusted = text.Entries.Count;
        string before = trusted == 0 ? "No line of it can be used." : trusted == 1 ? "The one line before it is intact." : $"The {trusted} lines before it are intact.";
        // A journal that took a damaged one's place says so in its first line.
        string earlier = text.Entries.FirstOrDefault() is { Kind: JournalKind.Begin, Text: { } said } ? $" {said}" : "";
        if (text.Broken is { } broken)
            return new() { Verdict = ChainVerdict.Broken, Line = trusted + 1, Trusted = trusted, Words = $"Broken: {broken} {before} Nothing from line {trusted + 1} on is used here.{earlier}" };
        if (text.Torn is { } torn)
            return new() { Verdict = ChainVerdict.Torn, Line = trusted + 1, Trusted = trusted, Words = $"Torn: line {trusted + 1}, the last, was not written to its end ({torn.Length} characters of it are there). {before}{earlier}" };
        if (text.Entries.LastOrDefault()?.Kind != JournalKind.End)
            return new() { Verdict = ChainVerdict.Open, Trusted = trusted, Words = $"Open: the {trusted} lines so far are intact, and none of them is the end line.{earlier}" };
        return new() { Verdict = ChainVerdict.Intact, Trusted = trusted, Words = $"Intact: {trusted} lines, each with the hash of the one before.{earlier}" };
    }
}

/// <summary>What can be said of a journal's chain.</summary>
public enum ChainVerdict
{
    /// <summary>Every line follows the one before, up to the end line.</summary>
    Intact,
    /// <summary>Every line follows the one before; there is no end line.</summary>
    Open,
    /// <summary>The last line was not written to its end.</summary>
    Torn,
    /// <summary>A line was altered, removed or reordered.</summary>
    Broken,
}
