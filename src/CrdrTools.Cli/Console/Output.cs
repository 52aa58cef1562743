using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using Spectre.Console;

namespace CrdrTools.Cli;

/// <summary>How things look on a terminal.</summary>
internal static class Output
{
    public static void Json<T>(T value, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type));

    public static CrdrJson AsJson => CrdrJson.Indented;

    public static void Status(IAnsiConsole console, CrdrStatus s)
    {
        Line(console, $"{s.Pair}: {s.Phase}{(s.ActiveMember is { } active ? $", {s[active].Name} takes the writes" : ", nobody is seen taking writes")}");
        Table table = Plain("side", "service", "region", "role", "state", "health");
        foreach (CrdrMemberStatus m in new[] { s.Primary, s.Recovery })
            Row(table, m.Side.ToString(), m.Name, m.Region, m.Role.ToString(), m.NativeState ?? "not seen", m.ProgressText is null ? m.Health.ToString() : $"{m.Health}, {m.ProgressText}");
        console.Write(table);
        if (s.Replication is { } replication) Line(console, $"Replication: {replication}");
        foreach (CrdrRouteStatus r in s.Routes)
            Line(console, $"Route {r.Name}: {(r.Target is { } t ? $"leads to the {t} side" : "leads nowhere that can be told")}{(r.Fenced.Count > 0 ? $", fenced: {string.Join(", ", r.Fenced)}" : "")}{(r.Detail is null ? "" : $" ({r.Detail})")}");
        foreach (CrdrFinding f in s.Findings) Line(console, $"{f.Severity}: {f.Message} [{f.Id}]");
        Next(console, s.NextActions);
    }

    /// <summary>One line as it is: a terminal may wrap it, this does not.</summary>
    public static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    public static void StatusRow(Table table, CrdrStatus s) =>
        Row(table, s.Pair, s.Phase.ToString(), s.ActiveMember?.ToString() ?? "-", Side(s.Primary), Side(s.Recovery),
            s.NextActions.Count > 0 ? s.NextActions[0].Crdr ?? s.NextActions[0].What : "");

    public static Table StatusTable() => Plain("pair", "phase", "active", "primary", "recovery", "next");

    public static void Plan(IAnsiConsole console, CrdrPlan plan)
    {
        Line(console, $"{plan.Verb} of {plan.Pair}, which is {plan.Phase}{(plan.To is { } to ? $", to its {to} side" : "")}:");
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
            Line(console, $"  {c.Result.ToString().ToLowerInvariant(),-5} {c.Name}: {c.Why}{(c.Overridden ? " (overridden)" : c is { Result: CheckResult.Block, Override: { } o } ? $" (override: {CommandText.Unix(o)})" : "")}");
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
        if (o.Rto is { } rto) Line(console, $"Recovery time: {Span(rto)} from {o.RtoFrom}{(o.Simulated ? " (simulated)" : "")}");
        if (o.Loss is { } loss) Line(console, $"Loss: {loss}");
        foreach (CrdrCheck c in o.Overrides) Line(console, $"Overridden: {c.Name}: {c.Why}");
        if (o.Journal is not null && o.PhaseAfter is not null) Line(console, $"Operation {o.Id}: {o.PhaseBefore} -> {o.PhaseAfter}, by {o.Who}, journal {o.Chain}");
        Next(console, o.NextActions);
    }

    public static void Next(IAnsiConsole console, IReadOnlyList<CrdrNextAction> actions)
    {
        foreach (CrdrNextAction a in actions)
        {
            Line(console, $"Next: {a.What}");
            if (a.Crdr is not null) Line(console, $"      {a.Crdr}");
            if (a.Vendor is not null) Line(console, $"      or, with the vendor's own tool: {a.Vendor}");
        }
    }

    /// <summary>The core names overrides as PowerShell spells them.</summary>
    public static string InOurWords(string text) =>
        Regex.Replace(text, @"\(override: (-[A-Z][A-Za-z]*(?: Primary| Recovery)?)\)", m => $"(override: {CommandText.Unix(m.Groups[1].Value)})");

    /// <summary>Standard output. Into a file or a pipe nothing is wrapped.</summary>
    public static IAnsiConsole Out { get; } = Wide();

    private static IAnsiConsole Wide()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected) console.Profile.Width = 400;
        return console;
    }

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
