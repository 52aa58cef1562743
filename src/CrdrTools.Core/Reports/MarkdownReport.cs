using System.Text;

namespace CrdrTools.Core.Reports;

/// <summary>A report for tickets and wikis.</summary>
public static class MarkdownReport
{
    /// <summary>Pure: as Markdown.</summary>
    public static string Write(OperationReport r)
    {
        StringBuilder text = new();
        void Line(string line = "") => text.Append(line).Append('\n');
        void Head(string title)
        {
            Line();
            Line($"## {title}");
            Line();
        }
        void Row(params string?[] cells) => Line($"| {string.Join(" | ", cells.Select(c => c is null ? "" : Escape(c)))} |");
        void Table(params string[] columns)
        {
            Row(columns);
            Line($"|{string.Concat(columns.Select(_ => "---|"))}");
        }

        Line($"# {Escape(r.Title)}");
        Line();
        Line(Escape(r.Message));
        Line();
        if (ReportText.Rehearsal(r) is { } rehearsal)
        {
            Line($"**{Escape(rehearsal)}**");
            Line();
        }
        Line($"**Journal: {Escape(r.Chain.Words)}**");
        Line();
        Table("", "");
        foreach ((string name, string value) in ReportText.Facts(r)) Row(name, value);

        Head("Objectives");
        Table("figure", "measured", "objective", "verdict", "how it is known");
        foreach (ReportObjective o in r.Objectives) Row(o.Name, ReportText.Figure(o), o.Objective is { } wanted ? ReportText.Span(wanted) : "none", ReportText.Word(o.Verdict), o.Words);

        Head("Steps");
        if (r.Steps.Count == 0) Line("None is on record.");
        else Table("#", "step", "effect", "state", "began", "took", "receipt", "seen last");
        foreach (ReportStep s in r.Steps)
        {
            Row($"{s.Number}", s.Id, s.Effect + (s.PointOfNoReturn ? " (no way back from here)" : ""), ReportText.Word(s.State) + (s.Asked > 1 ? $", asked for {s.Asked} times" : ""),
                (s.Began ?? s.Ended) is { } at ? ReportText.After(at, r.Began) : "", s.Took is { } took ? ReportText.Span(took) : "", s.Receipt, s.Text);
        }

        Head("What was seen of both sides");
        if (r.Sights.Count == 0) Line("Nothing is on record.");
        else Table("when", "occasion", "phase", "takes writes", r.Primary.ToString(), r.Recovery.ToString());
        foreach (ReportSight s in r.Sights) Row(ReportText.Clock(s.At), s.When, s.Phase?.ToString(), !s.Both ? "" : s.Active is { } active ? r[active].Name : "nobody seen", s.Primary, s.Recovery);

        Head("Overridden");
        if (r.Overrides.Count == 0) Line(ReportText.None(r, "Nothing was overridden"));
        else Table("guard", "what it said", "switch", "who", "when", "step");
        foreach (ReportOverride o in r.Overrides) Row(o.Guard, o.Why, o.Switch, o.Who, ReportText.Time(o.At), o.Step);

        if (r.Blocks.Count > 0)
        {
            Head("What stood in the way");
            Table("guard", "what it said", "switch that overrides it");
            foreach (CrdrCheck b in r.Blocks) Row(b.Name, b.Why, b.Override ?? "none");
        }

        Head("Left to be done");
        if (r.Obligations.Count == 0 && r.NextActions.Count == 0) Line(ReportText.None(r, "Nothing"));
        foreach (ReportObligation o in r.Obligations) Line($"- {(o.Open ? "" : "done since: ")}{Escape(o.What)} (since {ReportText.Time(o.Since)})");
        foreach (CrdrNextAction a in r.NextActions)
        {
            Line($"- {Escape(a.What)}");
            foreach (string command in new[] { a.Command, a.Crdr, a.Vendor }.OfType<string>()) Line($"  - {Code(command)}");
        }

        Head("The journal, line by line");
        if (r.Lines.Count == 0) Line("No line of it can be used.");
        else Table("line", "when", "kind", "step", "text", "receipt", "who");
        foreach (ReportLine l in r.Lines) Row($"{l.Line}", ReportText.Clock(l.At), l.Kind.ToString(), l.Step, l.Text, l.Receipt, l.Who);
        Line();
        Line($"Made {ReportText.Time(r.Made)}. The chain of hashes shows accident and careless edits, not forgery.");
        return text.ToString();
    }

    /// <summary>Text that stays text: on one line, and nothing of it is markup.</summary>
    public static string Escape(string text)
    {
        StringBuilder safe = new(text.Length);
        foreach (char c in OneLine(text))
        {
            if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '#') safe.Append('\\').Append(c);
            else safe.Append(c switch { '<' => "&lt;", '>' => "&gt;", '&' => "&amp;", _ => c.ToString() });
        }
        return safe.ToString();
    }

    /// <summary>A command as code, behind more backticks than it has itself.</summary>
    private static string Code(string command)
    {
        string line = OneLine(command);
        string fence = "`";
        while (line.Contains(fence)) fence += "`";
        string space = line.StartsWith("`", StringComparison.Ordinal) || line.EndsWith("`", StringComparison.Ordinal) ? " " : "";
        return $"{fence}{space}{line}{space}{fence}";
    }

    private static string OneLine(string text) => ReportText.Plain(text).Replace("\r\n", " ").Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ').Trim();
}
