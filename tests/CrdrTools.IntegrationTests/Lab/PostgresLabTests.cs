using CrdrTools.Core.Lab;
using CrdrTools.Core.Pairs;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Lab;

public class PostgresLabTests
{
    private const int SigStop = 19;

    [ServerFact("initdb")]
    public async Task What_is_written_on_the_primary_is_read_on_the_standby_and_down_leaves_nothing()
    {
        await using TestLab lab = await TestLab.UpAsync();
        await TestLab.ScalarAsync<int>(lab.Lab.ClientConnection, "CREATE TABLE written AS SELECT 7 AS n; SELECT n FROM written");
        await Poll.UntilAsync(async () => await TestLab.ScalarAsync<bool>(lab.Lab["b"].App, "SELECT to_regclass('written') IS NOT NULL"),
            () => "nothing has arrived on b");
        Assert.Equal(7, await TestLab.ScalarAsync<int>(lab.Lab["b"].App, "SELECT n FROM written"));
        Assert.NotEmpty(LabProcesses.In(lab.Lab.Folder));

        LabEnd end = await PostgresLab.DownAsync(lab.Lab.Folder);

        Assert.Equal((true, 2), (end.Existed, end.Ended));
        Assert.Empty(LabProcesses.In(lab.Lab.Folder));
        Assert.False(Directory.Exists(lab.Lab.Folder));
        Assert.False((await PostgresLab.DownAsync(lab.Lab.Folder)).Existed);
    }

    [ServerFact("initdb")]
    public async Task It_is_set_up_so_that_the_way_back_exists()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with
        {
            WalSegmentSize = 4, ExtraSettings = new Dictionary<string, string> { ["work_mem"] = "7MB" },
        });
        foreach (LabNode node in lab.Lab.Nodes)
        {
            string other = lab.Lab.Nodes.Single(n => n != node).Name;
            Assert.Equal($"crdr_{other}", await lab.AskAsync<string>(node.Name,
                "SELECT string_agg(slot_name, ',') FROM pg_replication_slots WHERE slot_type = 'physical'"));
            Assert.Equal("on", await lab.AskAsync<string>(node.Name, "SHOW wal_log_hints"));
            Assert.Equal("4MB", await lab.AskAsync<string>(node.Name, "SHOW wal_segment_size"));
            Assert.Equal("7MB", await lab.AskAsync<string>(node.Name, "SHOW work_mem"));
            Assert.Equal(node.Name, await lab.AskAsync<string>(node.Name, "SHOW cluster_name"));
            Assert.False(await TestLab.ScalarAsync<bool>(node.App, "SELECT usesuper FROM pg_user WHERE usename = current_user"));
        }
        Assert.Equal("crdr_b", await lab.AskAsync<string>("b", "SHOW primary_slot_name"));
        // pg_rewind and pg_basebackup copy this file from node to node; the port is not in it.
        Assert.Equal(File.ReadAllText(Path.Combine(lab.Lab["a"].Data, "postgresql.conf")), File.ReadAllText(Path.Combine(lab.Lab["b"].Data, "postgresql.conf")));
    }

    [ServerFact("initdb")]
    public async Task A_standby_whose_writer_died_is_on_the_timeline_that_it_received_and_not_on_its_last_checkpoints()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Nodes = 3 });
        await lab.AskAsync<bool>("b", "SELECT pg_promote()");
        // One at a time: ALTER SYSTEM is for no transaction.
        foreach (string change in new[] { $"ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port={lab.Lab["b"].Port} user=replicator application_name=c'", "ALTER SYSTEM SET primary_slot_name = 'crdr_c'", "SELECT pg_reload_conf()" })
            await PostgreSql.PgRig.ExecuteAsync(lab.Lab["c"].Operator, change);
        await Poll.UntilAsync(async () => await lab.AskAsync<bool>("c", "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = 2)"), () => "c does not follow b");
        await lab.KillAsync("b");
        await Poll.UntilAsync(async () => await lab.AskAsync<bool>("c", "SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"), () => "c still receives");
        Assert.Equal(1, await lab.AskAsync<int>("c", "SELECT timeline_id FROM pg_control_checkpoint()"));

        LabNodeStatus left = (await lab.StatusAsync())["c"];

        Assert.Equal((2u, true, null), (left.Timeline!.Value, left.InRecovery!.Value, left.Follows));
    }

    [ServerFact("initdb")]
    public async Task Three_nodes_are_a_primary_and_two_standbys_of_it_and_a_commit_may_wait_for_either()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Nodes = 3, Synchronous = true });
        LabStatus status = await lab.StatusAsync();
        Assert.True(status.Healthy);
        Assert.Equal(["primary", "standby", "standby"], lab.Lab.Nodes.Select(n => n.Role));
        Assert.Equal([false, true, true], status.Nodes.Select(n => n.InRecovery!.Value));
        Assert.Equal([null, "a", "a"], status.Nodes.Select(n => n.Follows));
        Assert.Equal([null, "quorum", "quorum"], status.Nodes.Select(n => n.SyncState));
        Assert.Equal(2, await lab.AskAsync<long>("c", "SELECT count(*) FROM pg_replication_slots WHERE slot_name IN ('crdr_a', 'crdr_b')"));
    }

    [ServerFact("initdb")]
    public async Task Status_tells_a_killed_node_a_frozen_one_and_a_promoted_one()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Synchronous = true });
        LabStatus status = await lab.StatusAsync();
        Assert.True(status.Healthy);
        Assert.Equal((1u, "a", "sync"), (status["b"].Timeline!.Value, status["b"].Follows, status["b"].SyncState));
        Assert.NotNull(status["b"].LagBytes);

        await lab.KillAsync("a");
        status = await lab.StatusAsync();
        Assert.False(status.Healthy);
        Assert.Equal((false, false, null), (status["a"].Running, status["a"].Answers, status["a"].Timeline));
        Assert.Equal((true, true, null), (status["b"].Running, status["b"].InRecovery!.Value, status["b"].LagBytes));

        await lab.StartAsync("a");
        await Poll.UntilAsync(async () => (await lab.StatusAsync()).Healthy, () => "b does not follow a again");

        lab.Signal("b", SigStop);
        status = await lab.StatusAsync();
        Assert.Equal((false, true, false), (status.Healthy, status["b"].Running, status["b"].Answers));
        lab.Signal("b", 18);

        await lab.KillAsync("a");
        await lab.AskAsync<bool>("b", "SELECT pg_promote()");
        status = await lab.StatusAsync();
        Assert.Equal((false, 2u), (status["b"].InRecovery!.Value, status["b"].Timeline!.Value));
        await lab.StartAsync("a");
        status = await lab.StatusAsync();
        Assert.Equal((false, 1u), (status["a"].InRecovery!.Value, status["a"].Timeline!.Value));
        Assert.False(status.Healthy);
    }

    [ServerFact("initdb")]
    public async Task Down_ends_a_node_that_is_frozen_with_all_its_children()
    {
        await using TestLab lab = await TestLab.UpAsync();
        foreach (LabProcess process in LabProcesses.In(lab.Lab.Folder)) ServerProcess.Signal(process.Id, SigStop);
        await PostgresLab.DownAsync(lab.Lab.Folder);
        Assert.Empty(LabProcesses.In(lab.Lab.Folder));
        Assert.False(Directory.Exists(lab.Lab.Folder));
    }

    [ServerFact("initdb")]
    public async Task A_folder_that_is_no_lab_is_left_as_it_is()
    {
        string folder = Directory.CreateDirectory(TestLab.NewFolder()).FullName, file = Path.Combine(folder, "mine.txt");
        File.WriteAllText(file, "mine");
        try
        {
            Assert.Equal("LabFolderForeign", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.UpAsync(new() { Folder = folder }))).ErrorId);
            Assert.Equal("LabFolderForeign", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.DownAsync(folder))).ErrorId);
            Assert.Equal("LabNotFound", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.StatusAsync(folder))).ErrorId);
            Assert.Equal("mine", File.ReadAllText(file));
            Assert.Single(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [ServerFact("initdb")]
    public async Task A_link_in_the_folder_is_removed_and_not_followed()
    {
        using TempFolder mine = new();
        File.WriteAllText(mine.At("kept"), "");
        await using TestLab lab = await TestLab.UpAsync();
        Directory.CreateSymbolicLink(Path.Combine(lab.Lab.Folder, "a", "link"), mine.Path);
        await PostgresLab.DownAsync(lab.Lab.Folder);
        Assert.True(File.Exists(mine.At("kept")));
    }

    [ServerFact("initdb")]
    public async Task A_second_lab_in_the_same_folder_is_refused_and_one_whose_set_up_is_stopped_leaves_nothing()
    {
        await using TestLab lab = await TestLab.UpAsync();
        CrdrException there = await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.UpAsync(new() { Folder = lab.Lab.Folder }));
        Assert.Equal("LabExists", there.ErrorId);
        Assert.Contains($"crdr lab down --folder {lab.Lab.Folder}", there.Advice);
        Assert.True((await lab.StatusAsync()).Healthy);

        string folder = TestLab.NewFolder();
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PostgresLab.UpAsync(new() { Folder = folder, Fast = true }, said =>
        {
            if (said.StartsWith("Node b", StringComparison.Ordinal)) stop.Cancel();
        }, stop.Token));
        Assert.Empty(LabProcesses.In(folder));
        Assert.False(Directory.Exists(folder));
    }

    [ServerFact("initdb")]
    public async Task A_setting_that_the_server_refuses_is_told_in_its_words_and_nothing_is_left()
    {
        string folder = TestLab.NewFolder();
        CrdrException refused = await Assert.ThrowsAsync<CrdrException>(() =>
            PostgresLab.UpAsync(new() { Folder = folder, ExtraSettings = new Dictionary<string, string> { ["not_a_setting"] = "1" } }));
        Assert.Equal("LabNodeDidNotStart", refused.ErrorId);
        Assert.Contains("not_a_setting", refused.Message);
        Assert.False(Directory.Exists(folder));
    }

    [ServerFact("initdb")]
    public async Task Ports_that_are_taken_are_told_before_anything_is_made()
    {
        await using TestLab lab = await TestLab.UpAsync();
        string folder = TestLab.NewFolder();
        CrdrException taken = await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.UpAsync(new() { Folder = folder, BasePort = lab.Lab["a"].Port - 1 }));
        Assert.Equal("LabPortTaken", taken.ErrorId);
        Assert.Contains($"{lab.Lab["a"].Port}", taken.Message);
        Assert.False(Directory.Exists(folder));
    }

    [ServerFact("initdb")]
    public async Task Another_server_on_a_nodes_port_is_not_taken_for_the_node()
    {
        await using TestLab lab = await TestLab.UpAsync();
        await lab.KillAsync("a");
        LabDescription crossed = lab.Lab with { Nodes = [lab.Lab["a"] with { Port = lab.Lab["b"].Port }, lab.Lab["b"]] };
        File.AppendAllText(Path.Combine(lab.Lab.Folder, "a", "node.conf"), $"port = {lab.Lab["b"].Port}\n");
        CrdrException other = await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.StartNodeAsync(crossed, "a"));
        Assert.Equal("LabNodeDidNotStart", other.ErrorId);
        Assert.Contains(lab.Lab["b"].Data, other.Message);
    }

    [ServerFact("initdb")]
    public async Task The_pair_it_describes_can_be_kept_and_read_again()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { PairName = "rehearsal" });
        CrdrPair pair = PostgresLab.Read(lab.Lab.Folder).Pair!;
        using TempFolder folder = new();
        PairFile pairs = new(folder.At("pairs.json"));
        pairs.Put(pair, replace: false);
        CrdrPair kept = pairs.Get("rehearsal");
        Assert.Equal(("PostgreSql", "a", "b", lab.Lab["b"].Data), (kept.Provider, kept.Primary.Name, kept.Recovery.Name, kept.Settings["recoveryData"]));
        Assert.Equal(TimeSpan.Zero, kept.QuietTime);
        Assert.True(PostgresLab.Describes(kept, lab.Lab.Folder));
        Assert.False(PostgresLab.Describes(kept, lab.Lab.Folder + "2"));
        Assert.False(await TestLab.ScalarAsync<bool>(kept.Settings["primaryConnection"], "SELECT pg_is_in_recovery()"));
        Assert.True(await TestLab.ScalarAsync<bool>(kept.Settings["recoveryConnection"], "SELECT pg_is_in_recovery()"));
    }
}
