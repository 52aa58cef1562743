using System.Text.RegularExpressions;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;
using NpgsqlTypes;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class KeepWalTests
{
    [ServerTheory("initdb", "pg_waldump")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S12_The_log_after_a_position_is_kept_with_a_list_of_what_was_committed_in_it(bool clean)
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await a.ExecuteAsync("CREATE TABLE t (n int, s text)");
        NpgsqlLogSequenceNumber from = await a.ScalarAsync<NpgsqlLogSequenceNumber>("SELECT pg_current_wal_insert_lsn()");
        // Over several segments of 1 MB.
        for (int n = 0; n < 7; n++) await a.ExecuteAsync($"INSERT INTO t SELECT {n}, repeat('x', 900) FROM generate_series(1, 500)");
        string last = await a.ScalarAsync<string>("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
        await a.StopAsync(clean ? StopMode.Fast : StopMode.Immediate);

        string kept = await a.Node.KeepWalAsync(from, 1, default);

        Assert.Equal(lab.Folder, Path.GetDirectoryName(kept));
        string summary = File.ReadAllText(Path.Combine(kept, WalKeeper.Summary));
        Assert.Matches("(?m)^commits: 7$", summary);
        string[] segments = [.. Directory.GetFiles(kept).Select(f => Path.GetFileName(f)).Where(f => Regex.IsMatch(f, "^[0-9A-F]{24}$")).Order()];
        Assert.Contains(last, segments);
        Assert.True(segments.Length > 3);
        Assert.All(segments, s => Assert.Equal(File.ReadAllBytes(a.At($"pg_wal/{s}")), File.ReadAllBytes(Path.Combine(kept, s))));
        // It can be read by itself, to the same end.
        ProgramEnd dump = await NodeServer.Programs.RunAsync("pg_waldump", "postgres", [$"--path={kept}", $"--start={from}", "--rmgr=Transaction"], NodeServer.Limit, null, default);
        Assert.Equal(7, Regex.Count(dump.Output, "desc: COMMIT"));
    }

    [ServerFact("initdb", "pg_waldump")]
    public async Task S03_A_log_that_cannot_be_read_is_not_said_to_hold_nothing()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await a.StopAsync(StopMode.Immediate);
        NpgsqlLogSequenceNumber gone = NpgsqlLogSequenceNumber.Parse("0/10"), end = new((ulong)(await a.Node.ControlAsync(default)).Checkpoint);

        Assert.Matches("(?m)^commits: unknown$", File.ReadAllText(Path.Combine(await a.Node.KeepWalAsync(gone, 1, default), WalKeeper.Summary)));
        Assert.Matches("(?m)^commits: 0$", File.ReadAllText(Path.Combine(await a.Node.KeepWalAsync(end, 1, default), WalKeeper.Summary)));
    }

    [ServerFact("initdb", "pg_basebackup", "pg_waldump")]
    public async Task S12_A_diverged_primary_keeps_what_the_other_never_got()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await NodeLab.DivergeAsync(a, b);
        // Where b left the old timeline is in its history.
        string fork = Regex.Match(b.Read("pg_wal/00000002.history"), @"[0-9A-F]+/[0-9A-F]+").Value;

        string kept = await a.Node.KeepWalAsync(NpgsqlLogSequenceNumber.Parse(fork), 1, default);

        Assert.Matches("(?m)^commits: 1$", File.ReadAllText(Path.Combine(kept, WalKeeper.Summary)));
    }
}
