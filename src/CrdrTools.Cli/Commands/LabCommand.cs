using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using CrdrTools.Core;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Pairs;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class LabCommand
{
    private static readonly string[] s_proxies = ["haproxy", "pgbouncer"];

    public static Command Build() => new("lab", "A throw-away PostgreSQL pair on this machine, to rehearse on") { Up(), Down(), Status() };

    private static Command Up()
    {
        Option<int> nodes = new("--nodes") { Description = "2: a primary and a standby; 3: a second standby besides", DefaultValueFactory = _ => 2 };
        Option<LabProxies> with = new("--with") { CustomParser = Proxies, HelpName = "proxies",
            Description = "What stands in front of them: haproxy, pgbouncer, or both with a comma between" };
        with.CompletionSources.Add(s_proxies);
        Option<bool> synchronous = new("--synchronous") { Description = "A commit waits for a standby" };
        Option<int> segment = new("--wal-segment-size") { Description = "The size of a log segment in MB, 1 to 1024; a small one shortens a cutover",
            DefaultValueFactory = _ => 16 };
        Option<int?> port = new("--base-port") { Description = "The first of the ports on 127.0.0.1 (free ones unless told)" };
        Option<string?> register = new("--register") { Description = "Register the first two nodes as a pair of that name" };
        (Option<string?> folder, Option<bool> json, Option<string?> pairFile) = Shared();
        Command command = new("up", "Set a lab up; it stays until 'crdr lab down'") { nodes, with, synchronous, segment, port, register, folder, json, pairFile };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            Stopwatch took = Stopwatch.StartNew();
            PairFile pairs = new(parsed.GetValue(pairFile) ?? PairFile.DefaultPath);
            string? name = parsed.GetValue(register);
            bool replace = name is not null && Replaces(pairs, name, parsed.GetValue(folder));
            LabOptions options = new()
            {
                Folder = parsed.GetValue(folder), Nodes = parsed.GetValue(nodes), Proxies = parsed.GetValue(with), Synchronous = parsed.GetValue(synchronous),
                WalSegmentSize = parsed.GetValue(segment), BasePort = parsed.GetValue(port),
            };
            LabDescription lab = await PostgresLab.UpAsync(name is null ? options : options with { PairName = name }, Console.Error.WriteLine, ct);
            if (name is not null) await RegisterAsync(lab, pairs, replace, ct);
            if (parsed.GetValue(json)) Output.Json(lab, LabJson.Indented.LabDescription);
            else Write(lab, name, parsed.GetValue(folder), took.Elapsed);
            return ExitCode.Success;
        }));
        return command;
    }

    /// <summary>As any pair is, with its members' identities pinned. A lab whose pair cannot be kept is none that was asked for.</summary>
    private static async Task RegisterAsync(LabDescription lab, PairFile pairs, bool replace, CancellationToken ct)
    {
        try
        {
            using Crdr crdr = new(pairFile: pairs.Location);
            await crdr.RegisterAsync(lab.Pair!, null, replace, keep: true, new ConsoleHost(yes: true, verbose: false), ct);
        }
        catch
        {
            await PostgresLab.DownAsync(lab.Folder);
            throw;
        }
    }

    private static Command Down()
    {
        (Option<string?> folder, Option<bool> json, Option<string?> pairFile) = Shared();
        Command command = new("down", "End a lab's processes and delete its folder, also what is left of one that was not set up to the end")
            { folder, json, pairFile };
        command.SetAction(Common.Guarded(async (parsed, _) =>
        {
            LabEnd end = await PostgresLab.DownAsync(parsed.GetValue(folder));
            PairFile pairs = new(parsed.GetValue(pairFile) ?? PairFile.DefaultPath);
            string[] forgotten = end.Existed ? [.. pairs.Read().Where(p => PostgresLab.Describes(p, end.Folder)).Select(p => p.Name)] : [];
            foreach (string name in forgotten) pairs.Remove(name);
            if (parsed.GetValue(json)) Output.Json(end, LabJson.Indented.LabEnd);
            else if (!end.Existed) Output.Line(Output.Out, $"There is no lab in {end.Folder}.");
            else Output.Line(Output.Out, $"The lab in {end.Folder} is gone (servers and programs ended: {end.Ended}{(forgotten.Length > 0 ? $"; forgotten: the pair {string.Join(", ", forgotten)}" : "")}).");
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Status()
    {
        (Option<string?> folder, Option<bool> json, _) = Shared();
        Command command = new("status", "Ask each node of a lab what it is now") { folder, json };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            LabStatus status = await PostgresLab.StatusAsync(parsed.GetValue(folder), ct);
            if (parsed.GetValue(json)) Output.Json(status, LabJson.Indented.LabStatus);
            else Write(status);
            return status.Healthy ? ExitCode.Success : ExitCode.Failed;
        }));
        return command;
    }

    private static (Option<string?> Folder, Option<bool> Json, Option<string?> PairFile) Shared() =>
        (new("--folder") { Description = $"The lab's folder (CRDR_LAB, or {LabOptions.DefaultFolder})" },
            new("--json") { Description = "Write the answer as JSON" },
            new("--pair-file") { Description = "The pair file (CRDR_PAIRS)" });

    /// <summary>Whether the name is that of an earlier lab in the same folder. Another pair's is refused before anything is made.</summary>
    private static bool Replaces(PairFile pairs, string name, string? folder)
    {
        if (pairs.Read().FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } there) return false;
        return PostgresLab.Describes(there, folder) ? true
            : throw new CrdrException(CrdrErrorKind.InvalidInput, "PairExists",
                $"The pair '{name}' is registered already in {pairs.Location}, and is not this lab's.",
                $"Give another name, or forget that pair with: crdr pair remove {name}");
    }

    private static LabProxies Proxies(ArgumentResult given)
    {
        LabProxies all = LabProxies.None;
        foreach (string name in given.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (Array.FindIndex(s_proxies, p => string.Equals(p, name, StringComparison.OrdinalIgnoreCase)) is int at and >= 0) all |= (LabProxies)(1 << at);
            else given.AddError($"'{name}' cannot stand in front of a lab: {string.Join(" or ", s_proxies)} can.");
        }
        return all;
    }

    private static void Write(LabDescription lab, string? pair, string? folder, TimeSpan took)
    {
        IAnsiConsole console = Output.Out;
        string at = folder is null ? "" : $" --folder {lab.Folder}";
        Output.Line(console, $"A lab of PostgreSQL {lab.Version} is up in {lab.Folder} ({Output.Span(took)}{(lab.Owner is null ? "" : $", as the user {lab.Owner}")}).");
        Table table = Output.Plain("node", "set up as", "port", "data", "log");
        foreach (LabNode n in lab.Nodes) Output.Row(table, n.Name, n.Role, $"{n.Port}", n.Data, n.Log);
        if (lab.HAProxy is { } proxy) Output.Row(table, "haproxy", "proxy", $"{proxy.Port}", proxy.Config, "");
        if (lab.PgBouncer is { } bouncer) Output.Row(table, "pgbouncer", "pooler", $"{bouncer.Port}", bouncer.Config, bouncer.Log);
        console.Write(table);
        Output.Line(console, $"Applications:  psql 'host=127.0.0.1 port={lab.ClientPort} user=app dbname=app'");
        Output.Line(console, $"               {lab.ClientConnection}");
        foreach (LabNode n in lab.Nodes) Output.Line(console, $"Operator on {n.Name}: psql 'host=127.0.0.1 port={n.Port} user=crdr dbname=postgres'");
        if (lab.HAProxy is { } p) Output.Line(console, $"HAProxy:       its admin socket is {p.Socket}");
        if (lab.PgBouncer is { } b) Output.Line(console, $"PgBouncer:     psql 'host=127.0.0.1 port={b.Port} user=crdr dbname=pgbouncer' -c 'SHOW DATABASES'");
        Output.Line(console, "There are no passwords: whoever is on this machine can be anybody in these servers, and do what they may.");
        Output.Line(console, pair is null ? "Next: to make it a pair as well, set it up with --register NAME" : $"Next: crdr status {pair}");
        Output.Line(console, $"      crdr lab status{at}");
        Output.Line(console, $"      crdr lab down{at}");
    }

    private static void Write(LabStatus status)
    {
        IAnsiConsole console = Output.Out;
        Table table = Output.Plain("node", "port", "process", "state", "timeline", "position", "follows", "lag", "commits");
        foreach (LabNodeStatus n in status.Nodes)
        {
            Output.Row(table, n.Name, $"{n.Port}", n.ProcessId?.ToString(), n.InRecovery switch { true => "standby", false => "primary", null => n.Detail },
                n.Timeline?.ToString(), n.Lsn, n.Follows, n.LagBytes is { } lag ? $"{lag} bytes" : "", n.SyncState);
        }
        foreach (LabProxyStatus p in status.Proxies) Output.Row(table, p.Name, $"{p.Port}", p.ProcessId?.ToString(), p.Answers ? "takes connections"
            : p.ProcessId is null ? "does not run" : "does not answer");
        console.Write(table);
        if (!status.Complete) Output.Line(console,
            $"The lab in {status.Folder} was not set up to the end, or is being set up. What is left of it goes with: crdr lab down --folder {status.Folder}");
    }
}
