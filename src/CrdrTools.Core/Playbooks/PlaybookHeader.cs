using System.Globalization;
using System.Text.RegularExpressions;
using CrdrTools.Core.Providers;

namespace CrdrTools.Core.Playbooks;

/// <summary>
/// What a playbook says of itself: the <c>.NOTES</c> of the help that opens the script, a key and a value a line. One home, which people see at the
/// top of the file and in <c>Get-Help</c>, and which is read without running anything.
/// </summary>
public sealed record PlaybookHeader
{
    /// <summary>Whether people run it, or Azure Automation does.</summary>
    public required CrdrPlaybookKind Kind { get; init; }
    /// <summary>What it does, in a few words.</summary>
    public required string Title { get; init; }
    /// <summary>The synopsis.</summary>
    public string? Synopsis { get; init; }
    /// <summary>Whose it is.</summary>
    public string? Owner { get; init; }
    /// <summary>The kinds of providers it is written for; empty: any.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];
    /// <summary>The names of the pairs it is written for; empty: any.</summary>
    public IReadOnlyList<string> Pairs { get; init; } = [];
    /// <summary>The day its author last looked at it.</summary>
    public DateTimeOffset? LastReviewed { get; init; }
    /// <summary>How often it is to be looked at.</summary>
    public required Recurrence ReviewEvery { get; init; }
    /// <summary>What it is meant to hold.</summary>
    public CrdrObjectives Objectives { get; init; } = new();
    /// <summary>Whether the pair's own objectives are meant.</summary>
    public bool PairsObjectives { get; init; }
    /// <summary>Commands that are only there where it runs.</summary>
    public IReadOnlyList<string> NeedsCommands { get; init; } = [];

    private static readonly string[] s_keys = ["Playbook", "Runbook", "Owner", "Providers", "Pairs", "Last reviewed", "Review every", "RTO", "RPO", "Needs commands"];
    private static readonly Regex s_pair = new(@"^\s*([A-Za-z][A-Za-z ]*?)\s*:\s*(.*?)\s*$", RegexOptions.CultureInvariant);
    private static readonly Regex s_section = new(@"^\s*\.([A-Za-z]+)(\s|$)", RegexOptions.CultureInvariant);

    /// <summary>Pure: the header of a script; <see langword="null"/>: it says nowhere that it is a playbook. What is wrong is told with file and line.</summary>
    public static PlaybookHeader? Parse(string text, string file)
    {
        foreach (IReadOnlyList<HelpLine> block in OpeningComments(text))
        {
            IReadOnlyList<HelpLine> notes = Section(block, "NOTES");
            if (!notes.Any(l => s_pair.Match(l.Text) is { Success: true } m && (Is(m.Groups[1].Value, "Playbook") || Is(m.Groups[1].Value, "Runbook")))) continue;
            string synopsis = string.Join(" ", Section(block, "SYNOPSIS").Select(l => l.Text.Trim()).Where(l => l.Length > 0));
            return Read(notes, file) with { Synopsis = synopsis.Length == 0 ? null : synopsis };
        }
        return null;
    }

    private static PlaybookHeader Read(IReadOnlyList<HelpLine> notes, string file)
    {
        Dictionary<string, HelpLine> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (HelpLine line in notes.Where(l => l.Text.Trim().Length > 0))
        {
            Match pair = s_pair.Match(line.Text);
            if (!pair.Success) throw Wrong("PlaybookLineInvalid", line.Number, $"'{line.Text.Trim()}' is no key with a value. Known keys: {string.Join(", ", s_keys)}.");
            string key = s_keys.FirstOrDefault(k => Is(k, pair.Groups[1].Value)) ?? throw Wrong("PlaybookKeyUnknown", line.Number, $"'{pair.Groups[1].Value}' is no key of a playbook. Known: {string.Join(", ", s_keys)}.");
            if (values.ContainsKey(key)) throw Wrong("PlaybookKeyTwice", line.Number, $"'{key}' stands here a second time; it is in line {values[key].Number} already.");
            values[key] = new(line.Number, pair.Groups[2].Value);
        }
        int first = notes[0].Number;
        if (values.ContainsKey("Playbook") && values.ContainsKey("Runbook")) throw Wrong("PlaybookKeyTwice", values["Runbook"].Number, "It is a playbook or a runbook, not both.");
        bool runbook = values.ContainsKey("Runbook");
        foreach (string key in new[] { "Owner", "Last reviewed", "Review every", "RTO", "RPO" })
            if (!values.ContainsKey(key)) throw Wrong("PlaybookKeyMissing", first, $"'{key}' is missing.");
        if (!values.ContainsKey("Providers") && !values.ContainsKey("Pairs")) throw Wrong("PlaybookKeyMissing", first, "'Providers' or 'Pairs' is missing: what is it written for?");
        (TimeSpan? rto, bool pairsRto) = Objective("RTO");
        (TimeSpan? rpo, bool pairsRpo) = Objective("RPO");
        return new()
        {
            Kind = runbook ? CrdrPlaybookKind.Runbook : CrdrPlaybookKind.Playbook, Title = Needed(runbook ? "Runbook" : "Playbook"),
            Owner = values["Owner"].Text is { Length: > 0 } owner ? owner : null,
            Providers = values.ContainsKey("Providers") ? ProvidersOf() : [], Pairs = values.ContainsKey("Pairs") ? List("Pairs") : [],
            LastReviewed = Reviewed(), ReviewEvery = Recurrence.Parse(Needed("Review every")) ?? throw Bad("Review every", "so many days, weeks, months or years, as 90 days"),
            Objectives = new() { Rto = rto, Rpo = rpo }, PairsObjectives = pairsRto || pairsRpo, NeedsCommands = values.ContainsKey("Needs commands") ? List("Needs commands") : [],
        };

        CrdrException Wrong(string id, int line, string what) => new(CrdrErrorKind.InvalidInput, id, $"{file}:{line}: {what}", "The header is the .NOTES of the help that opens the script, a key and a value a line.");
        CrdrException Bad(string key, string wanted) => Wrong("PlaybookValueInvalid", values[key].Number, $"'{key}' is {wanted}; '{values[key].Text}' is not.");
        string Needed(string key) => values[key].Text is { Length: > 0 } value ? value : throw Wrong("PlaybookValueInvalid", values[key].Number, $"'{key}' is empty.");

        IReadOnlyList<string> List(string key) => [.. Needed(key).Split(',').Select(v => v.Trim()).Where(v => v.Length > 0)];

        IReadOnlyList<string> ProvidersOf()
        {
            IReadOnlyList<string> said = List("Providers");
            if (said.Count == 1 && Is(said[0], "any")) return [];
            return [.. said.Select(p => ProviderRegistry.Kinds.FirstOrDefault(k => Is(k, p)) ?? throw Bad("Providers", $"any, or some of {string.Join(", ", ProviderRegistry.Kinds)}"))];
        }

        DateTimeOffset? Reviewed() => Is(Needed("Last reviewed"), "never") ? null
            : DateTime.TryParseExact(values["Last reviewed"].Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day) ? new DateTimeOffset(day, TimeSpan.Zero)
            : throw Bad("Last reviewed", "a day as 2026-01-31, or never");

        (TimeSpan?, bool) Objective(string key) => Needed(key) switch
        {
            var text when Is(text, "none") => (null, false),
            var text when Is(text, "pair") => (null, true),
            var text => (Length(text) ?? throw Bad(key, "a length of time as 90s, 5m, 2h or 1d, pair for what the pair's own objectives say, or none"), false),
        };
    }

    /// <summary>The comments before the first code, each as the lines within it.</summary>
    private static IEnumerable<IReadOnlyList<HelpLine>> OpeningComments(string text)
    {
        string[] lines = text.Replace("\r\n", "\n").TrimStart('\uFEFF').Split('\n');
        List<HelpLine>? block = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (block is null)
            {
                string bare = line.Trim();
                if (bare.StartsWith("<#", StringComparison.Ordinal))
                {
                    block = [];
                    line = bare.Substring(2);
                }
                else if (bare.Length == 0 || bare[0] == '#') continue;
                else yield break;
            }
            int end = line.IndexOf("#>", StringComparison.Ordinal);
            block.Add(new(i + 1, end < 0 ? line : line.Substring(0, end)));
            if (end < 0) continue;
            yield return block;
            block = null;
        }
    }

    /// <summary>What stands between one keyword of the help and the next.</summary>
    private static IReadOnlyList<HelpLine> Section(IReadOnlyList<HelpLine> block, string name)
    {
        List<HelpLine> found = [];
        bool inside = false;
        foreach (HelpLine line in block)
        {
            if (s_section.Match(line.Text) is { Success: true } keyword) inside = Is(keyword.Groups[1].Value, name);
            else if (inside) found.Add(line);
        }
        return found;
    }

    private static TimeSpan? Length(string text)
    {
        double unit = char.ToLowerInvariant(text[text.Length - 1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        string number = unit == 0 ? text : text.Substring(0, text.Length - 1);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && (unit > 0 || count == 0) ? TimeSpan.FromSeconds(count * unit) : null;
    }

    private static bool Is(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private readonly record struct HelpLine(int Number, string Text);
}
