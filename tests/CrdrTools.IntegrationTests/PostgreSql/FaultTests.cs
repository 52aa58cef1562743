using CrdrTools.Core.Lab;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S31, S27: what goes wrong at a bad moment, and that what is printed leads out of it.</summary>
public class FaultTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    [ServerFact("initdb", "haproxy")]
    public async Task S27_A_primary_that_comes_back_writable_is_told_clients_stay_and_the_printed_commands_lead_home()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.Test.StartAsync("a");

        CrdrStatus now = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.FailedOver, Side.Recovery), (now.Phase, now.ActiveMember!.Value));
        Assert.Contains(now.Findings, f => f.Id == "OldPrimaryWritable");
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        Assert.All(clients.Told().TakeLast(5), t => Assert.Equal(rig.Lab["b"].Port, t.Port));
        Assert.Equal(CrdrOutcome.Refused, (await rig.RunAsync(new() { Verb = CrdrVerb.SwitchRoute, To = Side.Primary })).Outcome);

        // Somebody writes there past every proxy: two writers are called so, and nothing is rebuilt until it is decided who stays.
        await using (Clients astray = new(rig.Lab["a"].App, 1))
        {
            await astray.WriteOnAsync(rig.Lab["a"].Port);
            Assert.Equal(CrdrPhase.SplitBrain, (await rig.StatusAsync()).Phase);
            Assert.Equal(CrdrOutcome.Refused, (await rig.RunAsync(new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary })).Outcome);
        }
        // Only what is printed is typed from here on: what would be thrown away, then the restore that says so, then the way home.
        IReadOnlyList<CrdrNextAction> actions = (await rig.StatusAsync()).NextActions;
        string command = Printed(actions);
        Assert.Equal("crdr readiness rig --verb restore", command);
        Assert.Contains("NoWritesAfterCutover: a (", actions[0].What);
        (_, string rows, _) = await rig.CliAsync([.. command.Split(' ').Skip(1)]);
        Assert.Contains("block NoWritesAfterCutover", rows);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Restore });
        command = Printed(refused.NextActions);
        Assert.Equal("crdr restore rig --discard-writes-on primary", command);
        Assert.Equal(actions[1].Crdr, command);
        Assert.Contains("would be thrown away", actions[1].What);
        Assert.Equal(0, (await rig.CliAsync([.. command.Split(' ').Skip(1), "--yes"])).Code);
        await rig.OneWriterHasAllAsync("b", clients, lost);
        command = Printed((await rig.StatusAsync()).NextActions);
        Assert.Contains("--take-over", command);
        Assert.Equal(0, (await rig.CliAsync([.. command.Split(' ').Skip(1), "--yes"])).Code);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_long_transaction_and_an_idle_one_hold_up_no_planned_move()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await using NpgsqlConnection idle = new(rig.Lab["a"].App + Clients.Options), busy = new(rig.Lab["a"].App + Clients.Options);
        await idle.OpenAsync();
        await busy.OpenAsync();
        await using NpgsqlCommand begin = new("BEGIN; INSERT INTO acknowledged VALUES (0, 0)", idle), sleep = new("SELECT pg_sleep(600)", busy) { CommandTimeout = 700 };
        await begin.ExecuteNonQueryAsync();
        Task sleeping = sleep.ExecuteNonQueryAsync();
        await clients.WriteOnAsync(rig.Lab["a"].Port);

        await rig.SwitchoverAsync(Side.Recovery);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => sleeping);
        await rig.OneWriterHasAllAsync("b", clients);
        // What was never committed is nowhere.
        Assert.Equal(0L, await TestLab.ScalarAsync<long>(rig.Lab["b"].App, "SELECT count(*) FROM acknowledged WHERE client = 0"));
        await rig.SwitchoverAsync(Side.Primary);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S21_A_reader_that_holds_up_the_replay_is_no_match_for_a_failover_and_keeps_a_planned_move_from_beginning()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await rig.DoAsync("b", "ALTER SYSTEM SET max_standby_streaming_delay = -1");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE looked_at (n int)");
        await rig.CaughtUpAsync("a", "b");
        await using NpgsqlConnection reader = new(rig.Lab["b"].App + Clients.Options);
        await reader.OpenAsync();
        await using (NpgsqlCommand look = new("BEGIN; SELECT * FROM looked_at", reader)) await look.ExecuteNonQueryAsync();
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "DROP TABLE looked_at");
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        int failed = clients.Failed;

        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "StandbyNotFollowing" or "StandbyBehind" }, PgRig.Words(refused));
        Assert.Equal(failed, clients.Failed);

        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.DoAsync("b", "ALTER SYSTEM RESET max_standby_streaming_delay");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task With_no_log_kept_a_killed_primary_comes_back_all_the_same()
    {
        await using PgRig rig = await PgRig.UpAsync(KeepsNoLog);
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE filler AS SELECT g FROM generate_series(1, 100000) g");
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    private static LabOptions KeepsNoLog(LabOptions usual) => usual with { ExtraSettings = new Dictionary<string, string> { ["wal_keep_size"] = "0", ["min_wal_size"] = "2MB", ["max_wal_size"] = "4MB" } };

    [ServerFact("initdb", "haproxy")]
    public async Task S27_A_standby_that_asks_for_log_that_is_gone_is_told_and_the_printed_command_copies_it_anew()
    {
        await using PgRig rig = await PgRig.UpAsync(KeepsNoLog);
        await using Clients clients = rig.Clients();
        await rig.StopAsync("b");
        await LoseLogAsync(rig);
        await rig.Test.StartAsync("b");
        CrdrStatus now = await rig.StatusAsync();
        await Poll.UntilAsync(async () => (now = await rig.StatusAsync()).Findings.Any(f => f is { Id: "LogGone", Side: Side.Recovery, Severity: FindingSeverity.Error }), () => "not told");
        Assert.Equal(CrdrPhase.Unprotected, now.Phase);
        string command = Printed(now.NextActions);
        Assert.Equal("crdr setup rig", command);
        (int code, string said, string err) = await rig.CliAsync([.. command.Split(' ').Skip(1), "--yes"]);
        Assert.True(code == 0, said + err);
        Assert.Contains("copied anew", Journal(rig));
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
        await rig.SwitchoverAsync(Side.Recovery);
        await rig.OneWriterHasAllAsync("b", clients);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_standby_whose_log_goes_while_it_is_waited_for_is_copied_anew()
    {
        await using PgRig rig = await PgRig.UpAsync(KeepsNoLog);
        await rig.StopAsync("b");
        await rig.LetReplicateAsync("a", may: false);
        Task<CrdrOperation> waits = rig.RunAsync(new() { Verb = CrdrVerb.Setup });
        await Poll.UntilAsync(async () => waits.IsCompleted || (await rig.StatusAsync()).Recovery is { Reachable: true, NativeState: "standby, receives nothing" }, () => "b is not started");
        // It may connect again before its log goes, and does not: what asks for the log is held.
        using (await Frozen.ReplayAsync(rig, "b"))
        {
            await Poll.UntilAsync(async () => !await rig.Test.AskAsync<bool>("b", "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walreceiver')"), () => "its last attempt does not end");
            await rig.LetReplicateAsync("a", may: true);
            await LoseLogAsync(rig);
        }
        CrdrOperation done = await waits;
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, PgRig.Words(done));
        Assert.Contains("copied anew", Journal(rig));
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S27_A_rejoin_whose_writer_dies_while_it_waits_ends_and_what_is_printed_leads_to_a_writer()
    {
        await using PgRig rig = await PgRig.UpAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.StopAsync("b");
        await rig.LetReplicateAsync("a", may: false);
        Task<CrdrOperation> waits = rig.RunAsync(new() { Verb = CrdrVerb.Setup });
        await Poll.UntilAsync(async () => waits.IsCompleted || (await rig.StatusAsync()).Recovery is { Reachable: true, NativeState: "standby, receives nothing" }, () => "b is not started");
        await rig.Test.KillAsync("a");
        CrdrOperation left = await waits;
        Assert.True(left is { Outcome: CrdrOutcome.Incomplete, ErrorId: "NotTheOnlyCopy" }, PgRig.Words(left));
        // While the writer is dead resuming ends at once, too; then what is printed besides: let go, and fail over.
        CrdrOperation again = await rig.ResumeAsync(left.Id, new() { Verb = CrdrVerb.Setup });
        Assert.True(again is { Outcome: CrdrOutcome.Incomplete, ErrorId: "NotTheOnlyCopy" }, PgRig.Words(again));
        Assert.Equal([$"crdr operation resume {left.Id}", $"crdr operation stop {left.Id} --abandon --reason 'it cannot be gone on with'"], again.NextActions.Select(a => a.Crdr));
        Assert.Equal(0, (await rig.CliAsync("operation", "stop", left.Id, "--abandon", "--reason", "it cannot be gone on with")).Code);
        Assert.Contains((await rig.StatusAsync()).NextActions, a => a.Crdr?.StartsWith("crdr failover rig", StringComparison.Ordinal) == true);
        CrdrOperation over = await rig.RunAsync(PgRig.Failover with { AllowDataLoss = true });
        Assert.True(over.Outcome == CrdrOutcome.Succeeded, PgRig.Words(over));
        await clients.WriteOnAsync(rig.Lab["b"].Port);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("local")]
    [InlineData("none")]
    public Task A_rewound_node_whose_writer_dies_before_it_follows_is_not_waited_for(string node) => WriterGoneAsync(node, rig => rig.Test.KillAsync("b"), rig => rig.Test.StartAsync("b"));

    [LongServerFact("initdb", "haproxy")]
    public Task A_rewound_node_whose_writer_vanishes_before_it_follows_is_not_waited_for_for_long() => WriterGoneAsync("none", rig => SignalAsync(rig, 19), rig => SignalAsync(rig, 18));

    private static Task SignalAsync(PgRig rig, int signal)
    {
        foreach (LabProcess process in LabProcesses.In(rig.Lab.Folder).Where(p => p.Folder == rig.Lab["b"].Data)) ServerProcess.Signal(process.Id, signal);
        return Task.CompletedTask;
    }

    private static async Task WriterGoneAsync(string node, Func<PgRig, Task> go, Func<PgRig, Task> comeBack)
    {
        await using PgRig rig = await PgRig.UpAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.LetReplicateAsync("b", may: false);
        CrdrPair seen = rig.Pair with { Settings = RuleTests.With(rig.Pair, "recoveryNode", node) };
        Task<CrdrOperation> waits = rig.RunAsync(new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, seen);
        await Poll.UntilAsync(() => waits.IsCompleted || (File.Exists(Path.Combine(rig.Lab["a"].Data, "standby.signal")) && Postmaster.Of(rig.Lab["a"].Data) is not null), () => "a is not started");
        await go(rig);
        CrdrOperation left = await waits;
        Assert.True(left.Outcome == CrdrOutcome.Incomplete, PgRig.Words(left));
        await comeBack(rig);
        await rig.LetReplicateAsync("b", may: true);
        CrdrOperation done = await rig.ResumeAsync(left.Id, new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary });
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, PgRig.Words(done));
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    /// <summary>The writer a lets go of what b has not got, which nobody keeps any more.</summary>
    private static async Task LoseLogAsync(PgRig rig)
    {
        string slot = await rig.Test.AskAsync<string>("a", "SELECT slot_name::text FROM pg_replication_slots WHERE NOT active");
        await rig.DoAsync("a", $"SELECT pg_drop_replication_slot('{slot}')");
        await rig.DoAsync("a", $"SELECT pg_create_physical_replication_slot('{slot}')");
        await rig.ForgetLogAsync("a");
    }

    private static string Journal(PgRig rig) => File.ReadAllText(Directory.GetFiles(Path.Combine(rig.StateFolder, "journals", "rig"), "*.jsonl").OrderBy(File.GetLastWriteTimeUtc).Last());

    [ServerFact("initdb", "haproxy")]
    public async Task A_password_that_one_side_does_not_take_is_told_and_nothing_is_begun()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        string hba = Path.Combine(rig.Lab["b"].Data, "pg_hba.conf"), open = File.ReadAllText(hba);
        File.WriteAllText(hba, "host all crdr 127.0.0.1/32 scram-sha-256\n" + open);
        rig.Test.Signal("b", 1);
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Findings.Any(f => f is { Id: "AuthenticationFailed", Side: Side.Recovery }), () => "not told");

        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
        Assert.Null(rig.OpenOperation);
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        refused = await rig.RunAsync(PgRig.Failover);
        Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
        Assert.Null(rig.OpenOperation);

        File.WriteAllText(hba, open);
        rig.Test.Signal("b", 1);
        await rig.Test.StartAsync("a");
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task A_primary_whose_disk_is_full_is_left_and_rebuilt_once_there_is_room()
    {
        await using PgRig rig = await PgRig.UpAsync();
        string disk = Path.Combine(Path.GetDirectoryName(rig.Lab["a"].Data)!, "small"), log = Path.Combine(rig.Lab["a"].Data, "pg_wal");
        Directory.CreateDirectory(disk);
        // Without the right to mount there is no small disk to fill; who may not, sees this elsewhere.
        if (!Environment.IsPrivilegedProcess || !await MountAsync(disk)) return;
        try
        {
            await using Clients clients = rig.Clients();
            await rig.StopAsync("a");
            await ServerProcess.RunAsync("cp", "-a", log, Path.Combine(disk, "wal"));
            Directory.Delete(log, recursive: true);
            Directory.CreateSymbolicLink(log, Path.Combine(disk, "wal"));
            await rig.Test.StartAsync("a");
            await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected");
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            using (FileStream filler = File.Create(Path.Combine(disk, "filler")))
            {
                try
                {
                    for (byte[] much = new byte[1 << 16]; ;) filler.Write(much);
                }
                catch (IOException)
                {
                    // Full.
                }
            }
            await Poll.UntilAsync(async () => (await rig.WritersAsync()).Count == 0, () => "a writes on");

            CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
            Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
            await rig.SucceedAsync(PgRig.Failover);
            await clients.WriteOnAsync(rig.Lab["b"].Port);
            int lost = (await rig.LostAsync("b", clients)).Count;
            CrdrOperation left = await rig.RunAsync(new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary, Timeout = TimeSpan.FromSeconds(5) });
            Assert.True(left.Outcome is CrdrOutcome.Incomplete or CrdrOutcome.Refused, PgRig.Words(left));
            await rig.OneWriterHasAllAsync("b", clients, lost);

            File.Delete(Path.Combine(disk, "filler"));
            if (rig.OpenOperation is { } open)
            {
                CrdrOperation resumed = await rig.ResumeAsync(open, new() { Verb = CrdrVerb.Restore });
                Assert.True(resumed.Outcome == CrdrOutcome.Succeeded, PgRig.Words(resumed));
            }
            else
            {
                await rig.RestoreAsync();
            }
            await rig.RestoreAsync(takeOver: true);
            await rig.OneWriterHasAllAsync("a", clients, lost);
        }
        finally
        {
            await rig.Test.DisposeAsync().AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            await ServerProcess.RunAsync("umount", "-l", disk).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static string Printed(IReadOnlyList<CrdrNextAction> actions) => actions.Select(a => a.Crdr).OfType<string>().First();

    private static async Task<bool> MountAsync(string at)
    {
        try
        {
            await ServerProcess.RunAsync("mount", "-t", "tmpfs", "-o", "size=48m,mode=755", "tmpfs", at);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
