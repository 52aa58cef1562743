using System.Diagnostics;
using System.Globalization;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Operations;
using Npgsql;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>
/// A pair of real servers behind a proxy and under a writer, moved by hand and by us in turn, to and fro. By hand is the same procedure without anything
/// around it (<see cref="ByHand"/>); ours is the whole of it: guards, journal, lease, routes. What counts is the longest time between two acknowledged commits.
/// </summary>
internal static class Moves
{
    /// <summary>A case: who moves the pair, in turn, and whose figures are put beside whose.</summary>
    private sealed record Case(string Name, Who[] Who, (Who Theirs, Who Ours)[] Beside)
    {
        public bool Kills => Name is "kill" or "rejoin";
    }

    private static readonly Case[] s_cases =
    [
        .. new[] { "clean", "handover", "pgbouncer" }.Select(c => new Case(c, [Who.ByHand, Who.Ours], [(Who.ByHand, Who.Ours)])),
        new("kill", [Who.ByHand, Who.Kept, Who.Ours, Who.ByCommands, Who.Command], [(Who.ByHand, Who.Kept), (Who.ByHand, Who.Ours), (Who.ByCommands, Who.Command)]),
        new("rejoin", [Who.ByHand, Who.ByHandUnsynced, Who.Ours], [(Who.ByHand, Who.Ours), (Who.ByHandUnsynced, Who.Ours)]),
    ];

    /// <summary>One run of one side.</summary>
    internal sealed record Row(Who Who, double Gap, int Lost, int Errors, double Ready, string? Said);

    /// <param name="what">The case, or all.</param>
    /// <param name="rounds">How many turns each has.</param>
    /// <param name="talk">Whether each turn is told, part by part.</param>
    /// <param name="brief">Only who is first and second in a case.</param>
    public static async Task<int> RunAsync(string what, int rounds, bool talk, bool brief)
    {
        if (what != "all" && s_cases.All(c => c.Name != what)) return 2;
        foreach (Case one in s_cases.Where(c => what == "all" || c.Name == what).Select(c => brief ? c with { Who = [c.Beside[0].Theirs, c.Beside[0].Ours], Beside = c.Beside[..1] } : c)) Report(one, await CaseAsync(one, rounds, talk));
        return 0;
    }

    /// <summary>The rows of ours alone, for who puts others beside.</summary>
    public static async Task<IReadOnlyList<Row>> OursAsync(string what, int rounds)
    {
        Case one = s_cases.First(c => c.Name == what);
        return await CaseAsync(one with { Who = [what == "kill" ? Who.Kept : Who.Ours] }, rounds, talk: false);
    }

    private static async Task<List<Row>> CaseAsync(Case what, int rounds, bool talk)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"crdr-bench-{Guid.NewGuid():N}");
        LabDescription lab = await PostgresLab.UpAsync(new() { Folder = folder, Proxies = what.Name == "pgbouncer" ? LabProxies.PgBouncer : LabProxies.HAProxy });
        string state = Directory.CreateTempSubdirectory("crdr-bench-state-").FullName;
        try
        {
            CrdrPair pair = lab.Pair!;
            if (what.Name is "handover" or "pgbouncer") pair = pair with { Settings = new Dictionary<string, string>(pair.Settings) { ["cutover"] = "handover" } };
            await using (NpgsqlConnection on = new(lab.Nodes[0].App + ";Pooling=false"))
            {
                await on.OpenAsync();
                await using NpgsqlCommand table = new("CREATE TABLE t (seq bigint PRIMARY KEY)", on);
                await table.ExecuteNonQueryAsync();
            }
            Tool tool = new(Path.Combine(state, "state"), Path.Combine(state, "pairs.json"));
            await tool.RegisterAsync(pair);
            List<Row> rows = [];
            bool atHome = true;
            // One turn of each, not counted: all have run once then, as has the machine's cache.
            for (int round = -1; round < rounds; round++)
            {
                // Who begins, and from which side, changes from round to round.
                foreach (Who who in what.Who.Select((_, i) => what.Who[(i + round + 1) % what.Who.Length]))
                {
                    Row row = await TurnAsync(tool, lab, what, who, atHome);
                    atHome = !atHome;
                    if (talk) Say(what.Name, row);
                    if (round >= 0) rows.Add(row);
                    else if (who is Who.Ours or Who.Kept) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what.Name,-10} {Name(who)}, not counted: gap {row.Gap:0} ms"));
                }
            }
            return rows;
        }
        finally
        {
            await PostgresLab.DownAsync(folder);
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<Row> TurnAsync(Tool tool, LabDescription lab, Case what, Who who, bool atHome)
    {
        LabNode from = lab.Nodes[atHome ? 0 : 1], to = lab.Nodes[atHome ? 1 : 0];
        Side side = atHome ? Side.Recovery : Side.Primary;
        ByHand byHand = new(lab);
        CrdrRequest leave = new() { Verb = what.Kills ? CrdrVerb.Failover : CrdrVerb.Switchover, To = side, AllowDataLoss = what.Kills };
        Do(from, "TRUNCATE t");
        string? said = null;
        using Writer writer = new(lab.ClientConnection);
        // Who has connections open before the outage, has them; a watcher has looked, and knows whether it would be let.
        using NpgsqlConnection? open = what.Kills && who is Who.ByHand or Who.ByHandUnsynced ? byHand.Open(to) : null;
        using Watcher? watcher = who == Who.Kept ? await tool.WatchAsync(leave) : null;
        await Task.Delay(1000);
        if (what.Name == "rejoin") await DivergeAsync(to);
        if (watcher is not null) await watcher.LookAsync();
        GC.Collect();
        long began = Stopwatch.GetTimestamp();
        if (what.Kills)
        {
            writer.Arm();
            Machine.Signal(Machine.Postmaster(from.Data), Machine.Kill);
            writer.AwaitBreak();
        }
        switch (who)
        {
            case Who.ByHand or Who.ByHandUnsynced when what.Kills: byHand.Failover(open!, from, to); break;
            case Who.ByHand when what.Name == "clean": byHand.Clean(from, to); break;
            case Who.ByHand when what.Name == "handover": byHand.Handover(from, to); break;
            case Who.ByHand:
                using (ByHand.Bouncer bouncer = new(lab.PgBouncer!)) byHand.Handover(from, to, bouncer);
                break;
            case Who.ByCommands: byHand.FailoverByCommands(from, to); break;
            case Who.Command: said = await tool.CommandAsync("failover", "--to", side == Side.Primary ? "primary" : "recovery", "--allow-data-loss"); break;
            case Who.Kept: said = await watcher!.RunAsync(leave); break;
            default: said = await tool.OperateAsync(leave); break;
        }
        Task<double> again = Task.Run(() =>
        {
            AwaitStandby(lab, to, from);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        });
        if (what.Kills && who is Who.ByHand or Who.ByHandUnsynced or Who.ByCommands) byHand.Rejoin(from, to, sync: who == Who.ByHand);
        else if (what.Kills) said += "\n    " + await tool.OperateAsync(new() { Verb = atHome ? CrdrVerb.Restore : CrdrVerb.Setup, DiscardWritesOn = side.Other() });
        double ready = await again;
        await Task.Delay(300);
        (IReadOnlyList<(long At, long Number)> acknowledged, IReadOnlyList<string> errors) = writer.Stop();
        double gap = 0;
        for (int i = 1; i < acknowledged.Count; i++)
            if (acknowledged[i].At > began) gap = Math.Max(gap, Stopwatch.GetElapsedTime(acknowledged[i - 1].At, acknowledged[i].At).TotalMilliseconds);
        HashSet<long> there = Numbers(lab, to);
        if (errors.Count > 0 && Environment.GetEnvironmentVariable("CRDR_BENCH_ERRORS") == "1") said += "\n    " + string.Join("\n    ", errors.Distinct());
        return new(who, gap, acknowledged.Count(a => !there.Contains(a.Number)), errors.Count, ready, said);
    }

    /// <summary>The standby receives no more, and the primary writes on for a moment: after the kill it has to be rewound, whoever does it.</summary>
    private static async Task DivergeAsync(LabNode standby)
    {
        using NpgsqlConnection on = new(standby.Operator + ";Pooling=false");
        await on.OpenAsync();
        foreach (string sql in new[] { "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()" })
        {
            await using NpgsqlCommand command = new(sql, on);
            await command.ExecuteNonQueryAsync();
        }
        await using NpgsqlCommand ended = new("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)", on);
        while (await ended.ExecuteScalarAsync() is not true) Machine.Nap(2);
        await Task.Delay(200);
    }

    /// <summary>The left one streams again, and has replayed all that there was when it was first seen to.</summary>
    private static void AwaitStandby(LabDescription lab, LabNode primary, LabNode standby)
    {
        using NpgsqlConnection on = new ByHand(lab).Open(primary);
        string? goal = null;
        for (Stopwatch waited = Stopwatch.StartNew(); ; Machine.Nap(2))
        {
            using NpgsqlCommand command = new(goal is null
                ? $"SELECT pg_current_wal_lsn()::text FROM pg_stat_replication WHERE application_name = '{standby.Name}' AND state = 'streaming' AND replay_lsn IS NOT NULL"
                : $"SELECT 'y' FROM pg_stat_replication WHERE application_name = '{standby.Name}' AND state = 'streaming' AND replay_lsn >= '{goal}'", on) { AllResultTypesAreUnknown = true };
            if (command.ExecuteScalar() is string answer)
            {
                if (goal is not null) return;
                goal = answer;
            }
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) throw new TimeoutException($"{standby.Name} does not stream");
        }
    }

    private static void Do(LabNode on, string sql)
    {
        using NpgsqlConnection open = new(on.App + ";Pooling=false");
        open.Open();
        using NpgsqlCommand command = new(sql, open);
        command.ExecuteNonQuery();
    }

    private static HashSet<long> Numbers(LabDescription lab, LabNode on)
    {
        using NpgsqlConnection open = new(on.App + ";Pooling=false");
        open.Open();
        using NpgsqlCommand command = new("SELECT seq FROM t", open);
        using NpgsqlDataReader reader = command.ExecuteReader();
        HashSet<long> all = [];
        while (reader.Read()) all.Add(reader.GetInt64(0));
        return all;
    }

    private static void Say(string what, Row row) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what} {Name(row.Who)}: gap {row.Gap:0.0} lost {row.Lost} errors {row.Errors} ready {row.Ready:0}{(row.Said is null ? "" : "\n    " + row.Said)}"));

    private static string Name(Who who) => who switch
    {
        Who.ByHand => "by hand",
        Who.ByHandUnsynced => "by hand, unsynced",
        Who.ByCommands => "by commands",
        Who.Kept => "ours, kept open",
        Who.Ours => "ours",
        _ => "ours, crdr",
    };

    private static void Report(Case what, List<Row> rows)
    {
        foreach ((Who theirs, Who ours) in what.Beside)
        {
            List<Row> left = [.. rows.Where(r => r.Who == theirs)], right = [.. rows.Where(r => r.Who == ours)];
            if (what.Name != "rejoin") Line("write gap, ms", r => r.Gap, ratio: true);
            Line("client errors", r => r.Errors, ratio: false);
            Line("lost rows", r => r.Lost, ratio: false);
            if (what.Name != "kill") Line("old one a standby again, ms", r => r.Ready, ratio: true);

            void Line(string name, Func<Row, double> figure, bool ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what.Name,-10} {name,-28} {Name(theirs),-18} {Spread(left, figure, "0"),-20} {Name(ours),-16} {Spread(right, figure, "0"),-20}{(ratio ? $" ratio {Median(right, figure) / Median(left, figure):0.00}" : "")}"));
        }
    }

    private static string Spread(List<Row> rows, Func<Row, double> figure, string format) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(rows, figure).ToString(format, CultureInfo.InvariantCulture)} ({rows.Min(figure).ToString(format, CultureInfo.InvariantCulture)}..{rows.Max(figure).ToString(format, CultureInfo.InvariantCulture)})");

    private static double Median(List<Row> rows, Func<Row, double> figure) => Median(rows.Select(figure));

    internal static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
