using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CrdrTools.Core;
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
    private static readonly string[] s_cases = ["clean", "handover", "pgbouncer", "kill", "rejoin"];

    /// <summary>One run of one side.</summary>
    private sealed record Row(string Who, double Gap, int Lost, int Errors, double Ready, string? Said);

    public static async Task<int> RunAsync(string what, int rounds, bool talk)
    {
        if (what != "all" && !s_cases.Contains(what)) return 2;
        foreach (string one in what == "all" ? s_cases : [what])
        {
            if (one == "rejoin" && what == "all") continue;
            await CaseAsync(one, rounds, talk);
        }
        return 0;
    }

    private static async Task CaseAsync(string what, int rounds, bool talk)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"crdr-bench-{Guid.NewGuid():N}");
        bool bounced = what == "pgbouncer";
        LabDescription lab = await PostgresLab.UpAsync(new() { Folder = folder, Proxies = bounced ? LabProxies.PgBouncer : LabProxies.HAProxy });
        string state = Directory.CreateTempSubdirectory("crdr-bench-state-").FullName;
        try
        {
            CrdrPair pair = lab.Pair!;
            if (what is "handover" or "pgbouncer") pair = pair with { Settings = new Dictionary<string, string>(pair.Settings) { ["cutover"] = "handover" } };
            using (Crdr crdr = new(Path.Combine(state, "state"), Path.Combine(state, "pairs.json"))) pair = await crdr.RegisterAsync(pair, null, replace: false, keep: false, new SilentHost(), default);
            await using (NpgsqlConnection on = new(lab.Nodes[0].App + ";Pooling=false"))
            {
                await on.OpenAsync();
                await using NpgsqlCommand table = new("CREATE TABLE t (seq bigint PRIMARY KEY)", on);
                await table.ExecuteNonQueryAsync();
            }
            List<Row> rows = [];
            bool atHome = true;
            // One turn of each, not counted: both have run once then, as has the machine's cache.
            for (int round = -1; round < rounds; round++)
            {
                foreach (bool hand in round % 2 == 0 ? new[] { true, false } : [false, true])
                {
                    Row row = await TurnAsync(Path.Combine(state, "state"), pair, lab, what, hand, atHome);
                    atHome = !atHome;
                    if (talk) Say(what, row);
                    if (round >= 0) rows.Add(row);
                    else if (!hand) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-10} ours, the first in its process: gap {row.Gap:0} ms"));
                }
            }
            Report(what, rows);
        }
        finally
        {
            await PostgresLab.DownAsync(folder);
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<Row> TurnAsync(string state, CrdrPair pair, LabDescription lab, string what, bool hand, bool atHome)
    {
        LabNode from = lab.Nodes[atHome ? 0 : 1], to = lab.Nodes[atHome ? 1 : 0];
        ByHand byHand = new(lab);
        Do(from, "TRUNCATE t");
        bool kill = what is "kill" or "rejoin";
        string? said = null;
        double ready = 0;
        using Writer writer = new(lab.ClientConnection);
        await Task.Delay(1000);
        GC.Collect();
        long began = Stopwatch.GetTimestamp();
        using (NpgsqlConnection? open = kill && hand ? byHand.Open(to) : null)
        {
            if (kill)
            {
                writer.Arm();
                Machine.Signal(Machine.Postmaster(from.Data), Machine.Kill);
                writer.AwaitBreak();
            }
            if (hand)
            {
                if (kill) byHand.Failover(open!, from, to);
                else if (what == "clean") byHand.Clean(from, to);
                else if (what == "handover") byHand.Handover(from, to);
                else
                {
                    using ByHand.Bouncer bouncer = new(lab.PgBouncer!);
                    byHand.Handover(from, to, bouncer);
                }
                if (kill) byHand.Rejoin(from, to, sync: Environment.GetEnvironmentVariable("CRDR_BENCH_NOSYNC") != "1");
            }
            else
            {
                Side side = atHome ? Side.Recovery : Side.Primary;
                said = await OperateAsync(state, pair, new() { Verb = kill ? CrdrVerb.Failover : CrdrVerb.Switchover, To = side, AllowDataLoss = kill });
                if (kill)
                    said += "\n    " + await OperateAsync(state, pair, new() { Verb = atHome ? CrdrVerb.Restore : CrdrVerb.Setup, DiscardWritesOn = side.Other() });
            }
        }
        AwaitStandby(lab, to, from);
        ready = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await Task.Delay(300);
        (IReadOnlyList<(long At, long Number)> acknowledged, IReadOnlyList<string> errors) = writer.Stop();
        double gap = 0;
        for (int i = 1; i < acknowledged.Count; i++)
            if (acknowledged[i].At > began) gap = Math.Max(gap, Stopwatch.GetElapsedTime(acknowledged[i - 1].At, acknowledged[i].At).TotalMilliseconds);
        HashSet<long> there = Numbers(lab, to);
        if (errors.Count > 0 && Environment.GetEnvironmentVariable("CRDR_BENCH_ERRORS") == "1") said += "\n    " + string.Join("\n    ", errors.Distinct());
        return new(hand ? "by hand" : "ours", gap, acknowledged.Count(a => !there.Contains(a.Number)), errors.Count, ready, said);
    }

    /// <summary>As a command does: opened for this one call, with nothing known and no connection open. Anything but a success ends the benchmark.</summary>
    private static async Task<string> OperateAsync(string state, CrdrPair pair, CrdrRequest request)
    {
        DateTimeOffset began = DateTimeOffset.UtcNow;
        using Crdr crdr = new(state, Path.Combine(state, "pairs.json"));
        CrdrOperation operation = await crdr.RunAsync(pair, request with { Timeout = TimeSpan.FromMinutes(2) }, null, new SilentHost(), default);
        if (operation.Outcome != CrdrOutcome.Succeeded) throw new InvalidOperationException($"{operation.Outcome}: {operation.Message}");
        IEnumerable<string> lines = File.ReadLines(operation.Journal!).Select(l => JsonDocument.Parse(l).RootElement).Where(l => l.GetProperty("kind").GetString() != "Note")
            .Select(l => $"{(l.GetProperty("at").GetDateTimeOffset() - began).TotalMilliseconds,6:0} {l.GetProperty("kind")} {Word(l, "step")} {Word(l, "receipt")}");
        return $"{operation.Verb}\n    {string.Join("\n    ", lines)}";
    }

    private static string? Word(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement word) ? word.GetString() : null;

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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what} {row.Who}: gap {row.Gap:0.0} lost {row.Lost} errors {row.Errors} ready {row.Ready:0}{(row.Said is null ? "" : "\n    " + row.Said)}"));

    private static void Report(string what, List<Row> rows)
    {
        List<Row> hand = [.. rows.Where(r => r.Who == "by hand")], ours = [.. rows.Where(r => r.Who == "ours")];
        Line("write gap, ms", r => r.Gap, "0", ratio: true);
        Line("client errors", r => r.Errors, "0", ratio: false);
        Line("lost rows", r => r.Lost, "0", ratio: false);
        Line("old one a standby again, ms", r => r.Ready, "0", ratio: true);

        void Line(string name, Func<Row, double> figure, string format, bool ratio)
        {
            (double left, double right) = (Median(hand, figure), Median(ours, figure));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what,-10} {name,-28} by hand {Spread(hand, figure, format),-20} ours {Spread(ours, figure, format),-20}{(ratio ? $" ratio {right / left:0.00}" : "")}"));
        }
    }

    private static string Spread(List<Row> rows, Func<Row, double> figure, string format) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(rows, figure).ToString(format, CultureInfo.InvariantCulture)} ({rows.Min(figure).ToString(format, CultureInfo.InvariantCulture)}..{rows.Max(figure).ToString(format, CultureInfo.InvariantCulture)})");

    private static double Median(List<Row> rows, Func<Row, double> figure)
    {
        double[] sorted = [.. rows.Select(figure).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
