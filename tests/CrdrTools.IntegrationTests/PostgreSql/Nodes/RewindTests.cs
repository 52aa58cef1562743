using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class RewindTests
{
    [ServerFact("initdb", "pg_rewind", "pg_basebackup")]
    public async Task A_diverged_primary_comes_back_as_a_standby_with_its_own_settings()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await NodeLab.DivergeAsync(a, b);
        a.Write("pg_hba.conf", "# a's own\n" + a.Read("pg_hba.conf"));
        a.Write("postgresql.auto.conf", "application_name = 'kept'\n");
        string settings = a.Read("postgresql.conf"), doors = a.Read("pg_hba.conf");
        // Trap 1: a request to promote that is lying about at the source is copied along, and would end the standby's recovery.
        b.Write("promote", "");
        List<string> heard = [];

        Assert.True(await a.Node.RewindAsync(b.Conninfo, null, heard.Add, default));

        Assert.Contains(heard, l => l.Contains("need to copy"));
        Assert.False(File.Exists(a.At("promote")));
        Assert.Equal((settings, doors, "application_name = 'kept'\n"), (a.Read("postgresql.conf"), a.Read("pg_hba.conf"), a.Read("postgresql.auto.conf")));
        NodeState state = await a.Node.LookAsync(default);
        Assert.Equal((true, (string?)null), (state.StartsAsStandby, state.Unfinished));
        await a.Node.FollowAsync(b.Conninfo, "a", default);
        await a.StartAsync();
        await NodeLab.CaughtUpAsync(b, "a");
        Assert.Equal((true, 1001L, 0L), (await a.ScalarAsync<bool>("SELECT pg_is_in_recovery()"), await a.ScalarAsync<long>("SELECT count(*) FROM t"),
            await a.ScalarAsync<long>("SELECT count(*) FROM t WHERE n < 0")));
    }

    [ServerFact("initdb", "pg_rewind", "pg_basebackup")]
    public async Task S12_A_rewind_that_was_cut_off_leaves_a_directory_that_is_neither_started_nor_rewound_again_and_a_base_backup_mends_it()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await NodeLab.DivergeAsync(a, b);
        string settings = a.Read("postgresql.conf");
        using CancellationTokenSource cut = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => a.Node.RewindAsync(b.Conninfo, null, line =>
        {
            if (line.Contains("need to copy")) cut.Cancel();
        }, cut.Token));

        Assert.Contains("rewind", (await a.Node.LookAsync(default)).Unfinished);
        Assert.Equal("NodeUnfinished", (await Assert.ThrowsAsync<CrdrException>(() => a.Node.StartAsync(default))).ErrorId);
        // Another process knows it too.
        LocalNode again = new(a.Data, NodeServer.Programs);
        Assert.Equal("NodeUnfinished", (await Assert.ThrowsAsync<CrdrException>(() => again.StartAsync(default))).ErrorId);
        Assert.Equal("NodeUnfinished", (await Assert.ThrowsAsync<CrdrException>(() => again.RewindAsync(b.Conninfo, null, null, default))).ErrorId);

        string? old = await again.BaseBackupAsync(b.Conninfo, null, "a", null, default);

        Assert.True(Directory.Exists(old));
        Assert.Equal(settings, a.Read("postgresql.conf"));
        await a.Node.FollowAsync(b.Conninfo, "a", default);
        await a.StartAsync();
        await NodeLab.CaughtUpAsync(b, "a");
    }

    [ServerFact("initdb", "pg_rewind", "pg_basebackup")]
    public async Task A_rewind_that_fails_before_it_changes_anything_leaves_the_server_as_it_was()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await a.StopAsync();

        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => a.Node.RewindAsync($"host=127.0.0.1 port={Free.Port()} user=postgres", null, null, default));

        Assert.Equal("NodeRewindFailed", error.ErrorId);
        Assert.Contains("nothing was changed", error.Message);
        Assert.Null((await a.Node.LookAsync(default)).Unfinished);
        await a.StartAsync();
        Assert.Equal("NodeRunning", (await Assert.ThrowsAsync<CrdrException>(() => a.Node.RewindAsync(a.Conninfo, null, null, default))).ErrorId);
    }

    [ServerFact("initdb", "pg_rewind", "pg_basebackup")]
    public async Task A_server_that_is_no_further_than_the_source_needs_no_rewind_and_stays_as_it_is()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await a.StopAsync();
        await b.ExecuteAsync("SELECT pg_promote(true, 60)");
        await b.ExecuteAsync("CHECKPOINT");

        Assert.False(await a.Node.RewindAsync(b.Conninfo, null, null, default));

        NodeState state = await a.Node.LookAsync(default);
        Assert.Equal((false, (string?)null, true), (state.StartsAsStandby, state.Unfinished, state.Control!.ShutDownAsPrimary));
    }
}
