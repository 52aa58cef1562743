using CrdrTools.Core.Operations;
using System.Globalization;
using System.Text;

namespace CrdrTools.Core.Reports;

/// <summary>
/// A report as one page: no script, nothing from elsewhere, light and dark, from a telephone to paper. All text is escaped, and the page forbids
/// itself to load or run anything.
/// </summary>
public static class HtmlReport
{
    /// <summary>Pure: as HTML.</summary>
    public static string Write(OperationReport r)
    {
        StringBuilder html = new();
        void Line(string line) => html.Append(line).Append('\n');
        Line("<!DOCTYPE html>");
        Line("<html lang=\"en\">");
        Line("<head>");
        Line("<meta charset=\"utf-8\">");
        Line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        Line("<meta name=\"color-scheme\" content=\"light dark\">");
        Line($"<title>{Escape(r.Title)}</title>");
        Line($"<style>\n{HtmlReportStyle.Css}</style>");
        Line("</head>");
        Line("<body>");
        Line("<main>");
        Head(r, Line);
        Objectives(r, Line);
        Timeline(r, Line);
        Sights(r, Line);
        Overrides(r, Line);
        LeftToDo(r, Line);
        Lines(r, Line);
        Line($"<footer><p>Made {Escape(ReportText.Time(r.Made))} from the journal of <code>{Escape(r.Operation)}</code>. All times are UTC.</p></footer>");
        Line("</main>");
        Line("</body>");
        Line("</html>");
        return html.ToString();
    }

    /// <summary>Text that stays text, in an element and in an attribute.</summary>
    public static string Escape(string? text)
    {
        StringBuilder safe = new();
        foreach (char c in ReportText.Plain(text ?? ""))
            safe.Append(c switch { '<' => "&lt;", '>' => "&gt;", '&' => "&amp;", '"' => "&quot;", '\'' => "&#39;", _ => c.ToString() });
        return safe.ToString();
    }

    private static void Head(OperationReport r, Action<string> line)
    {
        line("<header>");
        line($"<p class=\"eyebrow\">{Escape(r.Primary.ToString())} and {Escape(r.Recovery.ToString())}</p>");
        line($"<h1>{Escape(VerbWords.Of(r.Verb))} of {Escape(r.Pair)} <span class=\"pill {Tone(r)}\">{Mark(Tone(r))} {Escape(r.State)}</span></h1>");
        line($"<p class=\"lead\">{Escape(r.Message)}</p>");
        if (ReportText.Rehearsal(r) is { } rehearsal) line($"<p class=\"note warn\">{Escape(rehearsal)}</p>");
        string chain = r.Chain.Verdict switch { ChainVerdict.Intact => "good", ChainVerdict.Broken => "bad", _ => "warn" };
        line($"<p class=\"note {chain}\"{(chain == "bad" ? " role=\"alert\"" : "")}><strong>Journal.</strong> {Escape(r.Chain.Words)}{(chain == "good" ? " The chain shows accident and careless edits, not forgery." : "")}</p>");
        line("<dl class=\"facts\">");
        foreach ((string name, string value) in ReportText.Facts(r)) line($"<div><dt>{Escape(name)}</dt><dd>{Escape(value)}</dd></div>");
        line("</dl>");
        line("</header>");
    }

    private static void Objectives(OperationReport r, Action<string> line)
    {
        line("<section aria-labelledby=\"objectives\">");
        line("<h2 id=\"objectives\">Objectives</h2>");
        line("<div class=\"figures\">");
        foreach (ReportObjective o in r.Objectives)
        {
            string tone = o.Verdict switch { ObjectiveVerdict.Met => "good", ObjectiveVerdict.Missed => "bad", _ => "idle" };
            line("<article class=\"figure\">");
            line($"<h3>{Escape(o.Name)} <span class=\"pill {tone}\">{Mark(tone)} {Escape(ReportText.Word(o.Verdict))}</span></h3>");
            line($"<p class=\"big{(o.Measured is null && o.AtMost is null ? " dim" : "")}\">{Escape(ReportText.Figure(o))}</p>");
            line($"<p>Objective: {Escape(o.Objective is { } wanted ? ReportText.Span(wanted) : "none")}</p>");
            line($"<p class=\"dim\">{Escape(o.Words)}</p>");
            line("</article>");
        }
        line("</div>");
        line("</section>");
    }

    private static void Timeline(OperationReport r, Action<string> line)
    {
        DateTimeOffset last = r.Steps.SelectMany(s => new[] { s.Began, s.Ended }).Concat(r.Sights.Select(s => (DateTimeOffset?)s.At)).Concat(r.Lines.Select(l => (DateTimeOffset?)l.At)).Append(r.Ended).Max() ?? r.Began;
        // What was seen first was seen a moment before the operation's own beginning, or after it.
        DateTimeOffset first = r.Sights.Select(s => s.At).Append(r.Began).Min();
        double whole = Math.Max(1, (last - first).Ticks);
        string At(DateTimeOffset time) => Percent((time - first).Ticks / whole * 100);

        line("<section aria-labelledby=\"timeline\">");
        line("<h2 id=\"timeline\">Timeline</h2>");
        line("<table class=\"steps\" role=\"table\">");
        line($"<caption>From {Escape(ReportText.Time(first))}; the bars span {Escape(ReportText.Span(last - first))}.</caption>");
        line("<thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\">Step</th><th role=\"columnheader\" scope=\"col\">State</th><th role=\"columnheader\" scope=\"col\">Began</th>"
            + "<th role=\"columnheader\" scope=\"col\">Took</th><th role=\"columnheader\" scope=\"col\" class=\"bar\">When</th></tr></thead>");
        line("<tbody role=\"rowgroup\">");
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            List<ReportSight> seen = [.. r.Sights.Where(s => s.Both)];
            StringBuilder marks = new();
            foreach (ReportSight s in seen)
                marks.Append($"<circle class=\"{(s.Active is null ? "unseen" : s.Active == side ? "writes" : "rests")}\" cx=\"{At(s.At)}\" cy=\"10\" r=\"5\"/>");
            string words = seen.Count == 0 ? "never seen" : string.Join(", ", seen.Select(s => $"{(s.Active is null ? "nobody seen" : s.Active == side ? "yes" : "no")} at {ReportText.After(s.At, r.Began)}"));
            line($"<tr role=\"row\" class=\"lane\"><th role=\"rowheader\" scope=\"row\">{Escape(r[side].Name)} <span class=\"dim\">{Escape(r[side].Region ?? side.ToString())}</span></th>"
                + $"<td role=\"cell\" colspan=\"3\" data-label=\"Takes writes\">{Escape(Turns(seen, side))}</td>"
                + $"<td role=\"cell\" class=\"bar\"><svg role=\"img\" aria-label=\"{Escape($"Takes writes on {r[side].Name}: {words}")}\" width=\"100%\" height=\"20\"><line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"10\" y2=\"10\"/>{marks}</svg></td></tr>");
        }
        foreach (ReportStep s in r.Steps)
        {
            string tone = s.State switch { StepProgress.Done or StepProgress.Passed => "good", StepProgress.Undone or StepProgress.Failed => "bad", StepProgress.Underway or StepProgress.Skipped => "warn", _ => "idle" };
            DateTimeOffset? begin = s.Began ?? s.Ended, end = s.Ended ?? (s.Began is null ? null : last);
            string bar = begin is { } from && end is { } to
                ? s.Took is not null || s.State == StepProgress.Underway
                    ? $"<rect class=\"{tone}\" x=\"{At(from)}\" width=\"{Percent(Math.Max(0.6, (to - from).Ticks / whole * 100))}\" y=\"4\" height=\"12\" rx=\"3\"/>"
                    : $"<circle class=\"{tone}\" cx=\"{At(from)}\" cy=\"10\" r=\"5\"/>"
                : "";
            string said = begin is { } since ? $"{s.Id}: from {ReportText.After(since, r.Began)}{(s.Took is { } time ? $" for {ReportText.Span(time)}" : "")}" : $"{s.Id}: not begun";
            line($"<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><span class=\"dim\">{s.Number}.</span> {Escape(s.Effect)} <code>{Escape(s.Id)}</code>"
                + (s.PointOfNoReturn ? " <span class=\"dim\">no way back from here</span>" : "")
                + (s.Text is null ? "" : $"<span class=\"detail\">{Escape(s.Text)}</span>")
                + (s.Receipt is null ? "" : $"<span class=\"detail\">Receipt: {Escape(s.Receipt)}</span>") + "</th>"
                + $"<td role=\"cell\" data-label=\"State\"><span class=\"pill {tone}\">{Mark(tone)} {Escape(ReportText.Word(s.State))}</span>{(s.Asked > 1 ? $" <span class=\"dim\">asked for {s.Asked} times</span>" : "")}</td>"
                + $"<td role=\"cell\" data-label=\"Began\" class=\"time\">{Escape(begin is { } b ? ReportText.After(b, r.Began) : "–")}</td><td role=\"cell\" data-label=\"Took\" class=\"time\">{Escape(s.Took is { } took ? ReportText.Span(took) : "–")}</td>"
                + $"<td role=\"cell\" class=\"bar\"><svg role=\"img\" aria-label=\"{Escape(said)}\" width=\"100%\" height=\"20\"><line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"10\" y2=\"10\"/>{bar}</svg></td></tr>");
        }
        line("</tbody>");
        line("</table>");
        line("<p class=\"dim\">In the rows of the two services: a full dot is a look that saw it take writes, an open dot one that saw the other side take them, a small one a look that saw nobody take them. Between looks nothing is claimed. A dot in a step's row: it was found to be so, without being asked for.</p>");
        line("</section>");
    }

    /// <summary>How a side's part changed from look to look.</summary>
    private static string Turns(List<ReportSight> seen, Side side)
    {
        List<string> turns = [];
        foreach (string word in seen.Select(s => s.Active is null ? "nobody seen" : s.Active == side ? "takes writes" : "takes none"))
            if (turns.Count == 0 || turns[turns.Count - 1] != word) turns.Add(word);
        return turns.Count == 0 ? "never seen" : string.Join(" → ", turns);
    }

    private static void Sights(OperationReport r, Action<string> line)
    {
        line("<section aria-labelledby=\"seen\">");
        line("<h2 id=\"seen\">What was seen of both sides</h2>");
        if (r.Sights.Count == 0) line("<p>Nothing is on record.</p>");
        else Table(line, ["When", "Occasion", "Phase", "Takes writes", r.Primary.Name, r.Recovery.Name],
            r.Sights.Select(s => new[] { ReportText.Clock(s.At), s.When, s.Phase?.ToString(), !s.Both ? null : s.Active is { } active ? r[active].Name : "nobody seen", s.Primary, s.Recovery }));
        line("</section>");
    }

    private static void Overrides(OperationReport r, Action<string> line)
    {
        line("<section aria-labelledby=\"overridden\">");
        line("<h2 id=\"overridden\">Overridden</h2>");
        if (r.Overrides.Count == 0) line($"<p>{Escape(ReportText.None(r, "Nothing was overridden"))}</p>");
        else Table(line, ["Guard", "What it said", "Switch", "Who", "When", "Step"], r.Overrides.Select(o => new[] { o.Guard, o.Why, o.Switch, o.Who, ReportText.Time(o.At), o.Step }));
        line("</section>");
        if (r.Blocks.Count == 0) return;
        line("<section aria-labelledby=\"blocked\">");
        line("<h2 id=\"blocked\">What stood in the way</h2>");
        Table(line, ["Guard", "What it said", "Switch that overrides it"], r.Blocks.Select(b => new[] { b.Name, b.Why, b.Override ?? "none" }));
        line("</section>");
    }

    private static void LeftToDo(OperationReport r, Action<string> line)
    {
        line("<section aria-labelledby=\"left\">");
        line("<h2 id=\"left\">Left to be done</h2>");
        if (r.Obligations.Count == 0 && r.NextActions.Count == 0) line($"<p>{Escape(ReportText.None(r, "Nothing"))}</p>");
        else line("<ul class=\"todo\">");
        foreach (ReportObligation o in r.Obligations)
            line($"<li><span class=\"pill {(o.Open ? "warn" : "good")}\">{(o.Open ? "! owed" : "✓ done since")}</span> {Escape(o.What)} <span class=\"dim\">since {Escape(ReportText.Time(o.Since))}</span></li>");
        foreach (CrdrNextAction a in r.NextActions)
            line($"<li>{Escape(a.What)}{string.Concat(new[] { a.Command, a.Crdr, a.Vendor }.OfType<string>().Select(c => $"<code class=\"command\">{Escape(c)}</code>"))}</li>");
        if (r.Obligations.Count > 0 || r.NextActions.Count > 0) line("</ul>");
        line("</section>");
    }

    private static void Lines(OperationReport r, Action<string> line)
    {
        line("<section aria-labelledby=\"journal\">");
        line("<h2 id=\"journal\">The journal, line by line</h2>");
        if (r.Lines.Count == 0) line("<p>No line of it can be used.</p>");
        else Table(line, ["Line", "When", "Kind", "Step", "Text", "Receipt", "Who"],
            r.Lines.Select(l => new[] { l.Line.ToString(CultureInfo.InvariantCulture), ReportText.Clock(l.At), l.Kind.ToString(), l.Step, l.Text, l.Receipt, l.Who }));
        if (r.Chain.Verdict is ChainVerdict.Broken or ChainVerdict.Torn) line($"<p class=\"note {(r.Chain.Verdict == ChainVerdict.Broken ? "bad" : "warn")}\">Line {r.Chain.Line}: {Escape(r.Chain.Words)}</p>");
        line("</section>");
    }

    /// <summary>Each cell bears its column's name, for narrow screens on which a row becomes a block. The roles stay what they are there.</summary>
    private static void Table(Action<string> line, string[] columns, IEnumerable<string?[]> rows)
    {
        line("<table role=\"table\">");
        line($"<thead role=\"rowgroup\"><tr role=\"row\">{string.Concat(columns.Select(c => $"<th role=\"columnheader\" scope=\"col\">{Escape(c)}</th>"))}</tr></thead>");
        line("<tbody role=\"rowgroup\">");
        foreach (string?[] row in rows)
            line($"<tr role=\"row\">{string.Concat(row.Select((c, i) => c is null or "" ? "<td role=\"cell\" class=\"none\"></td>" : $"<td role=\"cell\"{(IsWord(c) ? " class=\"word\"" : "")} data-label=\"{Escape(columns[i])}\">{Escape(c)}</td>"))}</tr>");
        line("</tbody>");
        line("</table>");
    }

    /// <summary>What is read as one word is not broken: a name, a switch, a time of day.</summary>
    private static bool IsWord(string cell) => cell.Length <= 24 && !cell.Any(char.IsWhiteSpace);

    private static string Tone(OperationReport r) => r.Outcome switch
    {
        CrdrOutcome.Succeeded => "good",
        CrdrOutcome.Failed => "bad",
        null when r.Chain.Verdict == ChainVerdict.Broken => "bad",
        _ => "warn",
    };

    /// <summary>What the colour says, for who does not see it.</summary>
    private static string Mark(string tone) => tone switch { "good" => "✓", "bad" => "✗", "warn" => "!", _ => "–" };

    private static string Percent(double value) => string.Format(CultureInfo.InvariantCulture, "{0:0.##}%", value);
}
