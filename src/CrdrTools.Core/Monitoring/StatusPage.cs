using System.Globalization;
using System.Text;
using CrdrTools.Core.Reports;

namespace CrdrTools.Core.Monitoring;

/// <summary>What the status page knows of a pair beside its sight.</summary>
/// <param name="Sight">What a watcher knows.</param>
/// <param name="Last">The newest operation on record.</param>
/// <param name="Proven">When failing over was last proven by a drill or done, and what it was; in words.</param>
public sealed record PageEntry(CrdrPairSight Sight, CrdrOperation? Last, string? Proven);

/// <summary>Pure: how all watched pairs stand, as one page that refreshes itself. Nothing on it does anything, and nothing is loaded from elsewhere.</summary>
public static class StatusPage
{
    /// <summary>So much of the past is in the picture.</summary>
    private static readonly TimeSpan s_past = TimeSpan.FromHours(1);

    /// <summary>The whole page.</summary>
    /// <param name="entries">The pairs.</param>
    /// <param name="now">The time.</param>
    /// <param name="interval">Between two looks; the page refreshes itself as often.</param>
    /// <param name="nonce">Names what of the page may run and be applied.</param>
    public static string Write(IReadOnlyList<PageEntry> entries, DateTimeOffset now, TimeSpan interval, string nonce) => $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <noscript><meta http-equiv="refresh" content="{{Math.Max(1, (int)interval.TotalSeconds)}}"></noscript>
        <title>{{Escape(Title(entries))}}</title>
        <link rel="icon" href="data:,">
        <style nonce="{{nonce}}">
        {{HtmlReportStyle.Css}}
        {{Css}}
        </style>
        </head>
        <body>
        <a class="skip" href="#pairs">To the pairs</a>
        <main>
        <p id="reach" class="note bad" role="alert" hidden>This page cannot reach its server. What it shows is of the time below.</p>
        <div id="pairs" tabindex="-1">
        {{Body(entries, now, interval)}}
        </div>
        </main>
        <script nonce="{{nonce}}">
        (() => {
          const pairs = document.getElementById('pairs'), reach = document.getElementById('reach'), every = {{Math.Max(1000, (int)interval.TotalMilliseconds)}};
          async function refresh() {
            try {
              const reply = await fetch('fragment', { cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(Math.max(every, 5000)) });
              if (!reply.ok) throw new Error(reply.status);
              const open = [...pairs.querySelectorAll('details[open]')].map(d => d.id), at = document.activeElement && document.activeElement.id;
              pairs.innerHTML = await reply.text();
              for (const id of open) { const d = document.getElementById(id); if (d) d.open = true; }
              if (at && document.activeElement === document.body) { const e = document.getElementById(at); if (e) e.focus({ preventScroll: true }); }
              document.title = pairs.querySelector('[data-title]').dataset.title;
              reach.hidden = true;
            } catch { reach.hidden = false; }
            setTimeout(refresh, every);
          }
          setTimeout(refresh, every);
        })();
        </script>
        </body>
        </html>
        """;

    /// <summary>What of it changes.</summary>
    public static string Body(IReadOnlyList<PageEntry> entries, DateTimeOffset now, TimeSpan interval)
    {
        StringBuilder html = new();
        void Line(string line) => html.Append(line).Append('\n');
        int bad = entries.Count(e => Tone(e.Sight, now, interval) == "bad"), warn = entries.Count(e => Tone(e.Sight, now, interval) == "warn");
        string all = bad > 0 ? "bad" : warn > 0 ? "warn" : "good";
        Line($"<header data-title=\"{Escape(Title(entries))}\">");
        Line($"<h1>{entries.Count} {(entries.Count == 1 ? "pair" : "pairs")} <span class=\"pill {all}\">{(bad + warn == 0 ? "✓ all as they should be" : $"! {bad + warn} to look at")}</span></h1>");
        Line($"<p class=\"dim\">As of <time datetime=\"{Iso(now)}\">{Escape(ReportText.Time(now))}</time>, looked at every {Escape(ReportText.Span(interval))}. All times are UTC.</p>");
        Line("</header>");
        // What needs somebody comes first.
        foreach (PageEntry entry in entries.OrderBy(e => Tone(e.Sight, now, interval) switch { "bad" => 0, "warn" => 1, _ => 2 }).ThenBy(e => e.Sight.Pair, StringComparer.Ordinal)) Pair(entry, now, interval, Line);
        if (entries.Count == 0) Line("<section><p>No pair is watched.</p></section>");
        return html.ToString();
    }

    private static string Title(IReadOnlyList<PageEntry> entries)
    {
        string worst = string.Join(", ", entries.Where(e => e.Sight.Status is not { Phase: CrdrPhase.Protected } || e.Sight.Trouble is not null).Take(3).Select(e => $"{e.Sight.Pair} {(e.Sight.Trouble is not null ? "not seen" : e.Sight.Status?.Phase.ToString() ?? "not seen yet")}"));
        return worst.Length == 0 ? "All protected - CrdrTools" : $"{worst} - CrdrTools";
    }

    private static void Pair(PageEntry entry, DateTimeOffset now, TimeSpan interval, Action<string> line)
    {
        CrdrPairSight s = entry.Sight;
        string tone = Tone(s, now, interval), id = "pair-" + Id(s.Pair);
        line($"<section aria-labelledby=\"{id}\">");
        line($"<h2 id=\"{id}\" tabindex=\"-1\">{Escape(s.Pair)} <span class=\"pill {tone}\">{(tone == "good" ? "✓" : tone == "bad" ? "✕" : "!")} {Escape(s.Status?.Phase.ToString() ?? "not seen yet")}</span> <span class=\"dim\">{Escape(s.Provider)}</span></h2>");
        if (s.Trouble is { } trouble) line($"<p class=\"note bad\" role=\"alert\"><strong>Not seen{(s.Status is { } old ? $" since {Escape(ReportText.Clock(old.ObservedAt))}" : "")}.</strong> {Escape(trouble)} What is below was so then.</p>");
        if (s.Failures > 0) line($"<p class=\"note bad\" role=\"alert\"><strong>The primary was found dead {s.Failures} {(s.Failures == 1 ? "time" : "times")}</strong> since {Escape(ReportText.Clock(s.OutageSince ?? now))}: {Escape(string.Join("; ", s.Testimonies))}.{(s.Armed ? " It is acted on when it goes on." : "")}</p>");
        if (s.Status is { } status) Seen(status, s, now, interval, line);
        Picture(s, now, line);
        line("<dl class=\"facts\">");
        Fact("Last operation", entry.Last is { } last ? $"{Escape(last.Verb.ToString())} {Escape(last.Outcome?.ToString() ?? "running")}, {Escape(ReportText.Time(last.Began))}<span class=\"detail\">{Escape(last.Id)}{(last.Rto is { } rto ? $", back in {Escape(ReportText.Span(rto))}" : "")}</span>" : "none on record");
        Fact("Last proven", entry.Proven is { } proven ? Escape(proven) : "never, as far as is known here");
        Fact("Automatic failover", s.Armed ? "armed" : "not armed");
        line("</dl>");
        if (s.Status is { } now2) Findings(now2, line);
        line("</section>");

        void Fact(string name, string html) => line($"<div><dt>{name}</dt><dd>{html}</dd></div>");
    }

    private static void Seen(CrdrStatus status, CrdrPairSight s, DateTimeOffset now, TimeSpan interval, Action<string> line)
    {
        line("<table>");
        line($"<caption>Seen {Escape(ReportText.Clock(status.ObservedAt))}, {Escape(ReportText.Span(now - status.ObservedAt))} ago</caption>");
        line("<thead><tr><th scope=\"col\">Side</th><th scope=\"col\">Role</th><th scope=\"col\">State</th><th scope=\"col\">Reached at</th></tr></thead>");
        line("<tbody>");
        foreach (CrdrMemberStatus m in new[] { status.Primary, status.Recovery })
        {
            bool active = s.Active == m.Side;
            line($"<tr><th scope=\"row\">{Escape(m.Name)}<span class=\"detail\">{m.Side}{(m.Region is { } region ? $", {Escape(region)}" : "")}</span></th>"
                + $"<td data-label=\"Role\"><span class=\"pill {(active ? "good" : m.Role is MemberRole.Failed or MemberRole.Unknown ? "warn" : "idle")}\">{m.Role}{(active ? ", takes writes" : "")}</span></td>"
                + $"<td data-label=\"State\"><div>{Escape(m.NativeState ?? "not seen")}<span class=\"detail\">{m.Health}{(m.Reachable ? "" : m.LastSeen is { } last ? $", last seen {Escape(ReportText.Time(last))}" : ", never seen")}</span></div></td>"
                + $"<td data-label=\"Reached at\"><code>{Escape(m.Endpoint ?? "not known")}</code></td></tr>");
        }
        line("</tbody></table>");
        line($"<p>{Escape(status.Replication?.ToString() ?? "Nothing is known of the replication.")}</p>");
        foreach (CrdrRouteStatus route in status.Routes)
            line($"<p>Route {Escape(route.Name)} ({Escape(route.Type)}): {(route.Target is { } to ? $"leads to {Escape(status[to].Name)}" : "leads nowhere that can be told")}{(route.Verified ? "" : ", not verified")}</p>");
        if (s.Active is { } known && status.ActiveMember != known)
            line($"<p class=\"note warn\">{Escape(status[known].Name)} took the writes when that was last certain, at {Escape(ReportText.Time(s.ActiveSeen ?? now))}; applications are told so.</p>");
    }

    private static void Findings(CrdrStatus status, Action<string> line)
    {
        foreach (CrdrObligation owed in status.Obligations) line($"<p class=\"note warn\"><strong>Owed</strong> since {Escape(ReportText.Time(owed.Since))}: {Escape(owed.What)}</p>");
        foreach (CrdrFinding finding in status.Findings.Where(f => f.Severity > FindingSeverity.Info)) line($"<p class=\"note {(finding.Severity == FindingSeverity.Error ? "bad" : "warn")}\">{Escape(finding.Message)}</p>");
        if (status.NextActions.Count == 0) return;
        line("<h3 class=\"now\">What to do now</h3>");
        line("<ol class=\"todo\">");
        foreach (CrdrNextAction action in status.NextActions)
            line($"<li>{Escape(action.What)}{(action.Command is { } command ? $"<code class=\"command\">{Escape(command)}</code>" : "")}{(action.Crdr is { } crdr ? $"<code class=\"command\">{Escape(crdr)}</code>" : "")}</li>");
        line("</ol>");
    }

    /// <summary>The phases of the last hour as a strip, and the same in words for who does not see it.</summary>
    private static void Picture(CrdrPairSight s, DateTimeOffset now, Action<string> line)
    {
        DateTimeOffset from = now - s_past;
        List<(DateTimeOffset From, DateTimeOffset To, CrdrPhase Phase)> parts = [];
        for (int i = 0; i < s.History.Count; i++)
        {
            DateTimeOffset until = i + 1 < s.History.Count ? s.History[i + 1].At : now;
            if (until > from) parts.Add((s.History[i].At < from ? from : s.History[i].At, until, s.History[i].Phase));
        }
        if (parts.Count == 0) return;
        string words = string.Join(", ", parts.Select(p => $"{p.Phase} from {ReportText.Clock(p.From).Substring(0, 8)}"));
        line($"<figure class=\"past\"><svg viewBox=\"0 0 600 14\" width=\"100%\" height=\"14\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"The last hour: {Escape(words)}\">");
        line("<rect class=\"unknown\" x=\"0\" y=\"0\" width=\"600\" height=\"14\"/>");
        foreach ((DateTimeOffset begins, DateTimeOffset ends, CrdrPhase phase) in parts)
        {
            double x = (begins - from).TotalSeconds / s_past.TotalSeconds * 600, width = Math.Max(2, (ends - begins).TotalSeconds / s_past.TotalSeconds * 600);
            line(string.Format(CultureInfo.InvariantCulture, "<rect class=\"{0}\" x=\"{1:0.##}\" y=\"0\" width=\"{2:0.##}\" height=\"14\"><title>{3} from {4}</title></rect>", Tone(phase), x, width, phase, Escape(ReportText.Clock(begins))));
        }
        line("</svg>");
        line($"<figcaption class=\"dim\"><details id=\"past-{Id(s.Pair)}\"><summary>The last hour: {Escape(parts.Count == 1 ? $"{parts[0].Phase} all along" : $"{parts.Count - 1} {(parts.Count == 2 ? "change" : "changes")} of phase")}</summary><ol>");
        foreach ((DateTimeOffset begins, _, CrdrPhase phase) in Enumerable.Reverse(parts)) line($"<li>{Escape(ReportText.Clock(begins))} {phase}</li>");
        line("</ol></details></figcaption></figure>");
    }

    private static string Tone(CrdrPairSight s, DateTimeOffset now, TimeSpan interval) =>
        s.Failures > 0 || s.Status is null || s.Trouble is not null || now - s.Status.ObservedAt > interval + interval + interval ? "bad"
        : Tone(s.Status.Phase) is var tone && tone == "good" && (s.Status.Obligations.Count > 0 || s.Status.Findings.Any(f => f.Severity > FindingSeverity.Info)) ? "warn" : tone;

    private static string Tone(CrdrPhase phase) => phase switch
    {
        CrdrPhase.Protected => "good",
        CrdrPhase.NoWriter or CrdrPhase.SplitBrain => "bad",
        _ => "warn",
    };

    private static string Id(string pair) => string.Concat(pair.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c.ToString() : $"_{(int)c:x}_"));

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Escape(string? text) => HtmlReport.Escape(text);

    private const string Css = """
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .5rem; }
        h2 { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
        .now { margin: 1rem 0 .25rem; }
        .past { margin: 1rem 0 0; }
        .past rect { shape-rendering: crispEdges; }
        rect.unknown { fill: var(--idle-soft); }
        summary { cursor: pointer; }
        :focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
        #pairs:focus { outline: none; }
        """;
}
