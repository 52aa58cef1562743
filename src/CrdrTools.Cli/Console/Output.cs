using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using CrdrTools.Cli.Commands;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using Spectre.Console;

namespace CrdrTools.Cli;

/// <summary>How things look on a terminal.</summary>
internal static class Output
{
    public static void Json<T>(T value, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>On one line, as it happens, for who reads line by line.</summary>
    public static void JsonLine(CrdrReplicaDnsEvent value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, CrdrJson.Default.CrdrReplicaDnsEvent));

    public static void JsonLine(CrdrWatchEvent value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, CrdrJson.Default.CrdrWatchEvent));

    public static CrdrJson AsJson => CrdrJson.Indented;

    public static void Status(IAnsiConsole console, CrdrStatus s)
    {
        Line(console, Headline(s));
        Table table = Plain("side", "service", "region", "role", "state", "health");
        foreach (CrdrMemberStatus m in new[] { s.Primary, s.Recovery })
            Row(table, m.Side.ToString(), m.Name, m.Region, m.Role.ToString(), m.NativeState ?? "not seen", m.ProgressText is null ? m.Health.ToString() : $"{m.Health}, {m.ProgressText}");
        console.Write(table);
        if (s.Streams.Count > 0) Streams(console, s);
        else if (s.Replication is { } replication) Line(console, $"Replication: {replication}");
        foreach (CrdrRouteStatus r in s.Routes)
            Line(console, $"Route {r.Name}: {Leads(r)}{(r.Fenced.Count > 0 ? $", fenced: {string.Join(", ", r.Fenced)}" : "")}{(r.Verified ? "" : ", not seen")}{(r.Verified && Beside(r) is { } detail ? $" ({detail})" : "")}");
        foreach (CrdrFinding f in s.Findings) Line(console, $"{f.Severity}: {InOurWords(f.Message)} [{f.Id}]");
        Line(console, $"Last proven: {s.LastProven?.ToString() ?? "never, as far as is on record here"}");
        Next(console, s.NextActions);
    }

    /// <summary>What protects the pair now, by which stream, and what the last ones came to.</summary>
    private static void Streams(IAnsiConsole console, CrdrStatus s)
    {
        const int Shown = 3;
        Line(console, s.Replication switch
        {
            { From: { } from, To: { } to } r => $"Replication: {s[from].Name} -> {s[to].Name}, "
                + (r.Lag is { } lag ? $"lag {Span(lag)}{(r.ReplicatedTo is { } arrived ? $", everything up to {Time(arrived)} has arrived" : "")}" : "lag not known"),
            _ => "Replication: none, no stream is under way",
        });
        foreach (CrdrStream stream in s.Streams.Take(Shown)) Line(console, $"Stream {stream.Id} {s[stream.From].Name} -> {s[stream.To].Name}: {stream.State}");
        if (s.Streams.Count > Shown) Line(console, $"{s.Streams.Count - Shown} older: crdr stream list {s.Pair}");
    }

    /// <summary>Routes of one or several pairs, a row each, and what should be mended of them.</summary>
    public static void Routes(IAnsiConsole console, IReadOnlyList<CrdrRouteStatus> routes)
    {
        Table table = Plain("pair", "route", "type", "leads to", "fenced", "seen", "detail");
        foreach (CrdrRouteStatus r in routes)
            Row(table, r.Pair, r.Name, r.Type, r.Target?.ToString() ?? (r.Verified ? "nobody" : "not known"), string.Join(", ", r.Fenced), r.Verified ? "yes" : "NO", Beside(r));
        console.Write(table);
        foreach (CrdrRouteStatus r in routes)
            foreach (CrdrFinding f in r.Findings) Line(console, $"{f.Severity}: {r.Pair}: route {r.Name}: {f.Message} [{f.Id}]");
    }

    /// <summary>Read-only names, a row each, and what stands in the way or should be known of them.</summary>
    public static void ReplicaDns(IAnsiConsole console, IReadOnlyList<CrdrReplicaDns> names)
    {
        if (names.Count == 0) return;
        Table table = Plain("pair", "service", "read-only name", "leads to", "now", "standbys", "watched by");
        foreach (CrdrReplicaDns n in names)
        {
            Row(table, n.Pair, n.Service, n.Enabled ? n.Host is null ? "on, no name yet" : n.Port is null ? n.Host : $"{n.Host}:{n.Port}" : "off", n.Target?.ToString() ?? (n.Enabled ? "not told" : "nothing"),
                n.Answer is null ? "" : n.Answer.Count == 0 ? "nothing" : string.Join(", ", n.Answer), string.Join(", ", n.Standbys), n.Watcher);
        }
        console.Write(table);
        foreach (CrdrReplicaDns n in names)
        {
            string of = n.Service ?? n.Pair;
            if (n.Uri is not null) Line(console, $"{of}: {n.Uri}");
            if (n.Pending is not null) Line(console, $"{of}: {n.Pending}");
            if (!n.Enabled)
                foreach (CrdrCheck c in n.Checks.Where(c => c.Result == CheckResult.Block)) Line(console, $"{of}: cannot be switched on: {c.Why} [{c.Name}]");
            foreach (CrdrFinding f in n.Findings) Line(console, $"{f.Severity}: {of}: {f.Message} [{f.Id}]");
            foreach (string next in n.NextActions) Line(console, $"Next: {InOurWords(next)}");
        }
    }

    /// <summary>What a watcher tells, as it happens.</summary>
    public static void Event(IAnsiConsole console, CrdrReplicaDnsEvent e) =>
        Line(console, $"{e.At:yyyy-MM-dd HH:mm:ss.fff}Z {(e.Severity == FindingSeverity.Info ? "" : $"{e.Severity}: ")}{e.Pair}: {InOurWords(e.Message)}");

    /// <summary>The same of a watched pair, with what to do about it.</summary>
    public static void Event(IAnsiConsole console, CrdrWatchEvent e)
    {
        Line(console, $"{e.At:yyyy-MM-dd HH:mm:ss.fff}Z {(e.Severity == FindingSeverity.Info ? "" : $"{e.Severity}: ")}{e.Pair}: {InOurWords(e.Message)}");
        foreach (CrdrNextAction action in e.NextActions.Take(3)) Line(console, $"    {InOurWords(action.What)}{(action.Crdr is null ? "" : $": {action.Crdr}")}");
    }

    /// <summary>What is said of a route and is no finding: that stands below, once.</summary>
    private static string? Beside(CrdrRouteStatus r) =>
        r.Detail is null ? null : string.Join("; ", r.Detail.Split("; ").Except(r.Findings.SelectMany(f => f.Message.Split("; ")))) is { Length: > 0 } rest ? rest : null;

    private static string Leads(CrdrRouteStatus r) => r.Target is { } to ? $"leads to the {to} side" : r.Verified ? "leads to nobody" : "leads nowhere that can be told";

    public static string Headline(CrdrStatus s) =>
        $"{s.Pair}: {s.Phase}{(s.ActiveMember is { } active ? $", {s[active].Name} takes the writes" : ", nobody is seen taking writes")}";

    /// <summary>One line as it is: a terminal may wrap it, this does not.</summary>
    public static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    public static void StatusRow(Table table, CrdrStatus s) =>
        Row(table, s.Pair, s.Phase.ToString(), s.ActiveMember?.ToString() ?? "-", Side(s.Primary), Side(s.Recovery),
            s.NextActions.Count > 0 ? s.NextActions[0].Crdr ?? s.NextActions[0].What : "");

    public static Table StatusTable() => Plain("pair", "phase", "active", "primary", "recovery", "next");

    public static void Plan(IAnsiConsole console, CrdrPlan plan)
    {
        Line(console, $"{VerbWords.Of(plan.Verb)} of {plan.Pair}, which is {plan.Phase}{(plan.To is { } to ? $", to its {to} side" : "")}:");
        int number = 0;
        foreach (CrdrStep step in plan.Steps)
        {
            string mark = step.State == StepProgress.Done ? "is so already" : $"at most {Span(step.Limit)}{(step.PointOfNoReturn ? ", NO WAY BACK from here" : "")}";
            Line(console, $"  {++number}. {step.Effect} [{mark}]");
        }
        Checks(console, plan.Checks);
        Line(console, $"  The lease keeps out {plan.Lease}.");
        if (plan.NothingToDo) Line(console, "  Nothing to do.");
        else if (plan.Blocked) Line(console, "  It would be refused.");
    }

    public static void Checks(IAnsiConsole console, IReadOnlyList<CrdrCheck> checks)
    {
        foreach (CrdrCheck c in checks)
            Line(console, $"  {c.Result.ToString().ToLowerInvariant(),-5} {c.Name}: {InOurWords(c.Why)}{(c.Overridden ? " (overridden)" : c is { Result: CheckResult.Block, Override: { } o } ? $" (override: {CommandText.Unix(o)})" : "")}");
    }

    public static void Failback(IAnsiConsole console, FailbackState s)
    {
        Line(console, s.Headline);
        if (s.Stream is { } stream) Line(console, $"Reverse stream {stream.Id}: {stream.State}");
        else if (!s.Ready) Line(console, "Reverse stream: none");
        Line(console, $"{(s.Ready ? "Ready to initiate" : "Not ready to initiate")}: {s.Words}");
        if (s.Ready && s.Checks.Any(c => c.Result == CheckResult.Block)) Line(console, "Yours to decide first:");
        Checks(console, [.. s.Checks.Where(c => c.Result != CheckResult.Pass)]);
        if (s.Ready) Next(console, [new() { What = "Move the writes home when it suits", Crdr = $"crdr failback initiate {s.Pair}" }]);
        else Next(console, s.NextActions);
    }

    public static void Operation(IAnsiConsole console, CrdrOperation o)
    {
        Line(console, $"{o.Outcome?.ToString() ?? (o.RunBy is null ? "Not ended" : "Running")}: {InOurWords(o.Message)}{(o.ErrorId is null ? "" : $" [{o.ErrorId}]")}");
        if (o.Steps.Any(s => s.State != StepProgress.Pending))
        {
            Table table = Plain("step", "effect", "state", "took");
            foreach (CrdrStep s in o.Steps) Row(table, s.Id, s.Effect, s.State.ToString(), s.Took is { } took ? Span(took) : "");
            console.Write(table);
        }
        if (o.Rto is { } rto) Line(console, $"Recovery time: {Span(rto)} from {o.RtoFrom}{(o.Simulated ? " (simulated)" : o.TestPair ? " (a test pair)" : "")}");
        if (o.Loss is { } loss) Line(console, $"Loss: {loss}");
        foreach (CrdrCheck c in o.Overrides) Line(console, $"Overridden: {c.Name}: {InOurWords(c.Why)}");
        if (o.Journal is not null && o.PhaseAfter is not null) Line(console, $"Operation {o.Id}: {o.PhaseBefore} -> {o.PhaseAfter}, by {o.Who}, journal {o.Chain}");
        Next(console, o.NextActions);
    }

    public static void Next(IAnsiConsole console, IReadOnlyList<CrdrNextAction> actions)
    {
        foreach (CrdrNextAction a in actions)
        {
            Line(console, $"Next: {InOurWords(a.What)}");
            if (a.Crdr is not null) Line(console, $"      {a.Crdr}");
            if (a.Vendor is not null) Line(console, $"      or without this tool: {a.Vendor}");
        }
    }

    /// <summary>The core names switches and commands as PowerShell spells them, at times with ours behind it.</summary>
    public static string InOurWords(string text)
    {
        text = Regex.Replace(text, @"[A-Z][a-z]+-Crdr[A-Za-z]+(?:(?![.,;:] )[^()])*\((crdr [^()]+)\)", "$1");
        text = Regex.Replace(text, @"-[A-Z][A-Za-z]+(?: [^ ()]+)? \(crdr: (--[^()]+)\)", "$1");
        text = Regex.Replace(text, @"Resume-CrdrOperation -Id ([A-Za-z0-9._-]+)", "crdr operation resume $1");
        text = Regex.Replace(text, @"Stop-CrdrOperation -Id ([A-Za-z0-9._-]+) -(Forward|Rollback)", m => $"crdr operation stop {m.Groups[1].Value} --{m.Groups[2].Value.ToLowerInvariant()}");
        text = Regex.Replace(text, @"Stop-CrdrOperation -Id ([A-Za-z0-9._-]+) -Abandon -Reason", "crdr operation stop $1 --abandon --reason");
        text = Regex.Replace(text, @"(?<=^|[ (])(?:Switchover|Restore)(?= -)", m => m.Value.ToLowerInvariant());
        return Regex.Replace(text, $@"(?<=[ (])-(?:{Switches})\b(?: (?:Primary|Recovery)\b)?", m => CommandText.Unix(m.Value));
    }

    private const string Switches = "To|TakeOver|TakeOverWindow|Cloud|Plan|FailoverAt|AllowDataLoss|MaxDataLoss|GiveUpHealthyPrimary|AllowUnfenced|SkipQuietTime|DiscardWritesOn|"
        + "SoleController|Forward|Rollback|Abandon|KeepWriter|ForceAfter|NoRoute|AllowInactive|ResumeStale|JournalTo|WithoutLease|Recovery|OutageSince";

    /// <summary>Standard output. Into a file or a pipe nothing is wrapped.</summary>
    public static IAnsiConsole Out { get; } = Wide();

    private static IAnsiConsole Wide()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected) console.Profile.Width = 400;
        return console;
    }

    public static string? Time(DateTimeOffset? time) => time is { } at ? $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : null;

    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 1 ? $"{span.TotalMilliseconds:0} ms" : span.TotalMinutes < 2 ? $"{span.TotalSeconds:0.0} s" : span.TotalHours < 2 ? $"{span.TotalMinutes:0.#} min" : $"{span.TotalHours:0.#} h";

    public static Table Plain(params string[] columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        // What people copy, the first column, is never broken.
        foreach (string column in columns) table.AddColumn(column == columns[0] ? new TableColumn(column).NoWrap() : new TableColumn(column));
        return table;
    }

    public static void Row(Table table, params string?[] cells) => table.AddRow([.. cells.Select(c => new Text(c ?? ""))]);

    private static string Side(CrdrMemberStatus m) => $"{m.Role} {m.NativeState ?? "not seen"}";
}
