using CrdrTools.Core.Lab;
using CrdrTools.Core.Providers.PostgreSql;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>The safety rules on real servers; each bears its number.</summary>
public class RuleTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    private static readonly Dictionary<string, string> s_settings = new() { ["max_prepared_transactions"] = "5", ["wal_level"] = "logical" };

    private Task<PgRig> RigAsync() => fixture.AtHomeAsync(o => o with { ExtraSettings = s_settings });

    [ServerFact("initdb", "haproxy")]
    public async Task S2_A_side_that_was_not_seen_writing_is_no_success()
    {
        PgRig rig = await RigAsync();
        await rig.DoAsync("b", "ALTER SYSTEM SET default_transaction_read_only = on");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await Poll.UntilAsync(async () => await rig.Test.AskAsync<string>("b", "SHOW default_transaction_read_only") == "on", () => "not read-only");
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Assert.Equal(("TargetReady", CrdrOutcome.Refused), (refused.ErrorId, refused.Outcome));

        await rig.Test.KillAsync("a");
        CrdrOperation over = await rig.RunAsync(PgRig.Failover);
        Assert.True(over.Outcome != CrdrOutcome.Succeeded, PgRig.Words(over));
        Assert.Contains("default_transaction_read_only", over.Message);
        await rig.Test.StartAsync("a");
        await rig.DoAsync("b", "ALTER SYSTEM RESET default_transaction_read_only");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S3_Of_an_idle_pair_the_last_look_bounds_the_loss_and_the_first_sight_of_its_death_begins_the_outage()
    {
        PgRig rig = await RigAsync();
        CrdrStatus well = await rig.StatusAsync();
        Assert.Equal(CrdrPhase.Protected, well.Phase);
        await rig.Test.KillAsync("a");
        CrdrStatus dead = await rig.StatusAsync();
        Assert.Equal(CrdrPhase.NoWriter, dead.Phase);
        // A reader who thinks meanwhile: the clock goes on, and nothing else does. The pair has no RPO: what is printed carries the figure, and is run as it is (safety rule S27).
        IReadOnlyList<CrdrNextAction> printed = (await rig.StatusAsync()).NextActions;
        Assert.Equal("crdr readiness rig --verb failover", printed[0].Crdr);
        Assert.Contains("LossBound: At most ", printed[0].What);
        Assert.Contains("At most ", printed[1].What);
        (_, string told, _) = await rig.CliAsync("status", "rig");
        Assert.Contains("give --max-data-loss, or the pair an RPO", told);
        Assert.DoesNotMatch(" -[A-Z]", told);
        (int code, string said, string err) = await rig.CliAsync([.. printed[1].Crdr!.Split(' ').Skip(1), "--yes"]);
        Assert.True(code == 0, $"{printed[1].Crdr}: {said}{err}");
        using Core.Crdr crdr = rig.Open();
        CrdrOperation over = crdr.Operations().First(o => o.Verb == CrdrVerb.Failover);
        Assert.Empty(over.Overrides);
        Assert.StartsWith($"the outage, first seen by {Core.Stores.Operator.Name} at {dead.ObservedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z", over.RtoFrom);
        Assert.True(over.Ended - over.Began < over.Rto, $"{over.Rto}, took {over.Took}");
        // A second is for the clocks.
        Assert.InRange(over.Loss!.Bound!.Value, TimeSpan.Zero, dead.ObservedAt - well.ObservedAt + TimeSpan.FromSeconds(1.5));
        Assert.Contains($"(seen at {well.ObservedAt.UtcDateTime:HH:mm:ss}Z)", over.Loss.Statement);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S4_Another_server_on_a_members_port_blocks_every_verb()
    {
        PgRig rig = await RigAsync();
        await rig.Test.KillAsync("a");
        string folder = Directory.CreateTempSubdirectory("crdr-it-").FullName;
        try
        {
            if (Environment.IsPrivilegedProcess) await ServerProcess.RunAsync("chown", "postgres", folder);
            using (ServerProcess init = ServerProcess.StartAs("postgres", "initdb", "-D", $"{folder}/data", "-U", "crdr", "-A", "trust", "--no-sync")) await init.SucceedAsync();
            using ServerProcess other = ServerProcess.StartAs("postgres", "postgres", "-D", $"{folder}/data", "-p", $"{rig.Lab["a"].Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=");
            await Poll.UntilAsync(async () =>
            {
                try
                {
                    return await rig.Test.AskAsync<int>("a", "SELECT 1") == 1;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            }, () => other.Said);
            foreach (CrdrRequest request in new[] { PgRig.Failover with { GiveUpHealthyPrimary = true, AllowDataLoss = true, AllowUnfenced = true }, new() { Verb = CrdrVerb.Switchover, To = Side.Recovery },
                new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery }, new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, new() { Verb = CrdrVerb.SwitchRoute, To = Side.Recovery, AllowInactive = "b" } })
            {
                CrdrOperation refused = await rig.RunAsync(request);
                Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "IdentityUnchanged" }, $"{request.Verb}: {PgRig.Words(refused)}");
            }
            await other.EndAsync(ServerProcess.SigQuit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        await rig.Test.StartAsync("a");
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S4_One_server_is_not_both_members()
    {
        PgRig rig = await RigAsync();
        using Core.Crdr crdr = rig.Open();
        CrdrPair twice = rig.Lab.Pair! with { Name = "twice", Settings = With(rig.Lab.Pair!, "recoveryConnection", rig.Lab["a"].Operator, "recoveryData", rig.Lab["a"].Data) };
        CrdrException refused = await Assert.ThrowsAsync<CrdrException>(() => crdr.RegisterAsync(twice, null, replace: false, keep: true, rig.Host, default));
        Assert.Equal("MembersAreOne", refused.ErrorId);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S4_A_proxy_is_no_member_and_neither_are_two_others_names()
    {
        PgRig rig = await RigAsync();
        using Core.Crdr crdr = rig.Open();
        CrdrPair through = rig.Lab.Pair! with { Settings = With(rig.Lab.Pair!, "primaryConnection", LabDescription.Connection(rig.Lab.HAProxy!.Port, "crdr", "postgres")) };
        CrdrException pooler = await Assert.ThrowsAsync<CrdrException>(() => crdr.RegisterAsync(through, null, replace: true, keep: false, rig.Host, default));
        Assert.Equal("MemberIsPooler", pooler.ErrorId);

        CrdrPair swapped = rig.Pair with { Settings = With(rig.Pair, "primaryConnection", rig.Lab["b"].Operator, "recoveryConnection", rig.Lab["a"].Operator) };
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Primary }, swapped);
        Assert.Equal((CrdrOutcome.Refused, "IdentityUnchanged"), (refused.Outcome, refused.ErrorId));
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S4_S8_A_data_directory_that_is_another_servers_is_never_acted_on()
    {
        PgRig rig = await RigAsync();
        CrdrPair crossed = rig.Pair with { Settings = With(rig.Pair, "primaryData", rig.Lab["b"].Data, "recoveryData", rig.Lab["a"].Data) };
        using (Core.Crdr crdr = rig.Open())
            Assert.Equal("NodeIsAnothers", (await Assert.ThrowsAsync<CrdrException>(() => crdr.RegisterAsync(crossed, null, replace: true, keep: false, rig.Host, default))).ErrorId);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, crossed);
        Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
        Assert.Equal(["a"], await rig.WritersAsync());

        // With the primary gone its own words cannot tell: the only writer may not be stopped for it.
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        foreach (CrdrPair pair in new[] { crossed, crossed with { Primary = crossed.Primary with { Identity = null }, Recovery = crossed.Recovery with { Identity = null } } })
        {
            refused = await rig.RunAsync(new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, pair);
            Assert.True(refused.Outcome is CrdrOutcome.Refused, PgRig.Words(refused));
            Assert.Equal(["b"], await rig.WritersAsync());
        }
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S8_A_primary_that_answers_is_given_up_only_by_word_and_is_stopped_then()
    {
        PgRig rig = await RigAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        CrdrOperation refused = await rig.RunAsync(PgRig.Failover);
        Assert.Equal("OutageEvident", refused.ErrorId);
        Assert.Contains("crdr switchover rig --to recovery", refused.NextActions[0].Crdr);
        await rig.OneWriterHasAllAsync("a", clients);

        await rig.SucceedAsync(PgRig.Failover with { GiveUpHealthyPrimary = true });
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        Assert.Equal(["b"], await rig.WritersAsync());
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_failover_that_fails_before_the_promotion_brings_back_the_primary_that_it_stopped()
    {
        PgRig rig = await RigAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        HookRoute hook = new() { Fencing = () => rig.Test.KillAsync("b") };
        CrdrOperation back = await rig.RunAsync(PgRig.Failover with { GiveUpHealthyPrimary = true }, hook.On(rig));
        Assert.True(back.Outcome == CrdrOutcome.RolledBack, PgRig.Words(back));
        await rig.OneWriterHasAllAsync("a", clients);
        await rig.Test.StartAsync("b");
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S9_Where_nothing_fences_the_old_side_that_is_owed_and_every_later_verb_honours_it()
    {
        PgRig rig = await RigAsync();
        CrdrPair bare = rig.Pair with { Routes = [], Settings = With(rig.Pair, "primaryNode", "none") };
        await rig.Test.KillAsync("a");
        CrdrOperation refused = await rig.RunAsync(PgRig.Failover, bare);
        Assert.Equal((CrdrOutcome.Refused, "WritersFenced"), (refused.Outcome, refused.ErrorId));
        Assert.Contains(refused.NextActions, a => a.Crdr?.Contains("--allow-unfenced") == true);

        CrdrOperation over = await rig.RunAsync(PgRig.Failover with { AllowUnfenced = true }, bare);
        Assert.True(over is { Outcome: CrdrOutcome.Incomplete, ErrorId: "ObligationLeft" }, PgRig.Words(over));
        Assert.Single((await rig.StatusAsync(bare)).Obligations);
        // It comes back by other hands and takes writes of its own: told, and no way leads there.
        await rig.Test.StartAsync("a");
        CrdrStatus now = await rig.StatusAsync(bare);
        Assert.Contains(now.Findings, f => f.Id == "OldPrimaryWritable");
        Assert.Equal(Side.Recovery, now.ActiveMember);
        CrdrOperation later = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Primary }, bare);
        Assert.Equal(CrdrOutcome.Refused, later.Outcome);

        await rig.RestoreAsync();
        Assert.Empty((await rig.StatusAsync()).Obligations);
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S12_What_only_the_old_primary_had_is_kept_and_listed_before_it_is_rewound()
    {
        PgRig rig = await RigAsync();
        await rig.Test.KillAsync("b");
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE only_here (n int)");
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "INSERT INTO only_here VALUES (1)");
        await rig.Test.KillAsync("a");
        await rig.Test.StartAsync("b");
        await rig.SucceedAsync(PgRig.Failover);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Restore });
        Assert.Equal("NoWritesAfterCutover", refused.ErrorId);

        await rig.RestoreAsync();
        string kept = Directory.GetDirectories(Path.GetDirectoryName(rig.Lab["a"].Data)!, "data.kept-*").Order().Last();
        Assert.Contains(kept, rig.Host.Said);
        Assert.Matches("commits: [2-9]", File.ReadAllText(Path.Combine(kept, "summary.txt")));
        Assert.Contains(Directory.GetFiles(kept), f => Path.GetFileName(f).Length == 24);
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S13_A_second_tool_with_a_state_folder_of_its_own_is_refused_while_the_first_one_moves()
    {
        PgRig rig = await RigAsync();
        using TempFolder elsewhere = new();
        CrdrOperation? second = null;
        HookRoute hook = new() { Fencing = async () => second = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery, NoRoute = true }, state: elsewhere.Path, host: new()) };
        await rig.SwitchoverAsync(Side.Recovery, hook.On(rig));
        Assert.True(second is { Outcome: CrdrOutcome.Refused, ErrorId: "PairBusy" }, PgRig.Words(second!));
        hook.Fencing = null;
        await rig.SwitchoverAsync(Side.Primary, hook.On(rig));
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S13_Whose_connection_with_the_lock_is_lost_does_not_promote_over_another()
    {
        PgRig rig = await RigAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await using NpgsqlConnection thief = new(rig.Lab["b"].Operator + Clients.Options);
        await thief.OpenAsync();
        HookRoute hook = new() { Fencing = async () =>
        {
            await using NpgsqlCommand take = new("SELECT pg_terminate_backend(l.pid), pg_advisory_lock(l.classid::int, l.objid::bigint::bit(32)::int) FROM pg_locks l WHERE locktype = 'advisory' AND granted", thief);
            await take.ExecuteNonQueryAsync();
        } };
        CrdrOperation back = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig));
        Assert.True(back.Outcome == CrdrOutcome.RolledBack, PgRig.Words(back));
        await rig.OneWriterHasAllAsync("a", clients);
        await thief.CloseAsync();
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S21_A_node_that_says_it_streams_and_does_not_follow_is_not_switched_to()
    {
        PgRig rig = await RigAsync();
        await rig.DoAsync("b", "ALTER SYSTEM SET recovery_min_apply_delay = '1h'");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await rig.DoAsync("a", "CREATE TABLE IF NOT EXISTS delayed (n int)");
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Findings.Any(f => f.Id == "ApplyDelayed"), () => "the delay is not told");
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "TargetReady" }, PgRig.Words(refused));
        await rig.DoAsync("b", "ALTER SYSTEM RESET recovery_min_apply_delay");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await rig.CaughtUpAsync("a", "b");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S22_One_that_was_promoted_to_the_same_timeline_too_is_copied_anew_and_never_rewound()
    {
        PgRig rig = await RigAsync();
        await rig.Test.KillAsync("b");
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE apart (n int); INSERT INTO apart SELECT generate_series(1, 1000)");
        await rig.Test.KillAsync("a");
        await rig.Test.StartAsync("b");
        await rig.SucceedAsync(PgRig.Failover);
        // By somebody's hands: started as a standby of nobody, and promoted.
        File.WriteAllText(Path.Combine(rig.Lab["a"].Data, "standby.signal"), "");
        await rig.Test.StartAsync("a");
        await rig.DoAsync("a", "SELECT pg_promote()");
        await rig.DoAsync("a", "CHECKPOINT");
        Assert.Equal(2u, (await rig.Test.StatusAsync())["a"].Timeline);
        Assert.Equal(CrdrPhase.SplitBrain, (await rig.StatusAsync()).Phase);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary });
        Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
        rig.Test.Signal("a", 2);
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Primary.Native.GetValueOrDefault("stopped") == "true", () => "a is not stopped");
        // And set to start as a standby, which is what it looks like then.
        File.WriteAllText(Path.Combine(rig.Lab["a"].Data, "standby.signal"), "");

        await rig.RestoreAsync();

        Assert.NotEmpty(Directory.GetDirectories(Path.GetDirectoryName(rig.Lab["a"].Data)!, "data.old-*"));
        Assert.Contains("promoted to timeline 2 too", File.ReadAllText((await LastAsync(rig)).Journal!));
        Assert.False(await TestLab.ScalarAsync<bool>(rig.Lab["a"].App, "SELECT to_regclass('apart') IS NOT NULL"));
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S23_What_a_promotion_would_empty_or_cut_off_blocks_a_planned_move()
    {
        PgRig rig = await RigAsync();
        foreach ((string make, string drop, string finding) in new[]
        {
            ("CREATE UNLOGGED TABLE fleeting (n int)", "DROP TABLE fleeting", "UnloggedTables"),
            ("SELECT pg_create_logical_replication_slot('out', 'pgoutput')", "SELECT pg_drop_replication_slot('out')", "LogicalSlots"),
        })
        {
            // Tables in the applications' database, which is not the operator's.
            string at = make.StartsWith("CREATE", StringComparison.Ordinal) ? rig.Lab["a"].App : rig.Lab["a"].Operator;
            await PgRig.ExecuteAsync(at, make);
            await rig.CaughtUpAsync("a", "b");
            CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
            Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "NothingIsLostByPromotion" }, $"{make}: {PgRig.Words(refused)}");
            Assert.Contains((await rig.StatusAsync()).Findings, f => f.Id == finding);
            await PgRig.ExecuteAsync(at, drop);
            // The files go with the next checkpoint.
            await rig.DoAsync("a", "CHECKPOINT");
        }
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "BEGIN; CREATE TABLE half (n int); PREPARE TRANSACTION 'half'");
        CrdrOperation prepared = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        Assert.True(prepared.ErrorId == "NothingIsLostByPromotion", PgRig.Words(prepared));
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "ROLLBACK PREPARED 'half'");
        await rig.DoAsync("b", "SELECT pg_wal_replay_pause()");
        Assert.Equal("TargetReady", (await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery })).ErrorId);
        await rig.DoAsync("b", "SELECT pg_wal_replay_resume()");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S23_What_a_server_that_was_left_kept_for_its_peer_does_not_fill_its_disk()
    {
        PgRig rig = await RigAsync();
        await rig.SwitchoverAsync(Side.Recovery);
        Assert.Equal(0L, await rig.Test.AskAsync<long>("a", "SELECT count(*) FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL"));
        await rig.SwitchoverAsync(Side.Primary);
        Assert.Equal(0L, await rig.Test.AskAsync<long>("b", "SELECT count(*) FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL"));
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S21_One_for_which_the_log_since_the_fork_is_gone_is_copied_anew_and_does_not_wait_for_ever()
    {
        PgRig rig = await RigAsync();
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await rig.DoAsync("b", "ALTER SYSTEM SET wal_keep_size = 0");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        for (int i = 0; i < 4; i++)
        {
            await rig.DoAsync("b", "CREATE TABLE IF NOT EXISTS filler (n int)");
            await rig.DoAsync("b", "INSERT INTO filler SELECT generate_series(1, 20000)");
            await rig.DoAsync("b", "SELECT pg_switch_wal()");
            await rig.DoAsync("b", "CHECKPOINT");
        }
        await rig.RestoreAsync();
        Assert.Contains("on no more", File.ReadAllText((await LastAsync(rig)).Journal!));
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
        await rig.DoAsync("b", "ALTER SYSTEM RESET wal_keep_size");
        await rig.DoAsync("b", "SELECT pg_reload_conf()");
        await rig.RestoreAsync(takeOver: true);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S23_Limits_libraries_and_commits_that_would_hurt_after_a_move_are_told()
    {
        PgRig rig = await RigAsync();
        string own = Path.Combine(Path.GetDirectoryName(rig.Lab["b"].Data)!, "node.conf"), before = File.ReadAllText(own);
        File.AppendAllText(own, "max_connections = 150\nmax_worker_processes = 20\nsynchronous_standby_names = 'a'\nshared_preload_libraries = 'pg_stat_statements'\n");
        await rig.StopAsync("b");
        bool contrib = true;
        try
        {
            await rig.Test.StartAsync("b");
        }
        catch (CrdrException)
        {
            // Without that library on the machine it does not start.
            contrib = false;
            File.WriteAllText(own, File.ReadAllText(own).Replace("shared_preload_libraries = 'pg_stat_statements'\n", ""));
            await rig.Test.StartAsync("b");
        }
        await rig.DoAsync("a", "ALTER ROLE app SET synchronous_commit = off");
        await rig.DoAsync("a", "ALTER SYSTEM SET synchronous_standby_names = 'b'");
        await rig.DoAsync("a", "SELECT pg_reload_conf()");
        string[] expected = ["ParameterLower", "StandbySynchronous", "SynchronousOverridden", .. contrib ? ["StandbyLibrariesDiffer"] : Array.Empty<string>()];
        await Poll.UntilAsync(async () => expected.Except((await rig.StatusAsync()).Findings.Select(f => f.Id)).Any() == false, () => $"not all are told: {string.Join(", ", expected)}");
        using (Core.Crdr crdr = rig.Open())
        {
            IReadOnlyList<CrdrCheck> ready = await crdr.ReadinessAsync(rig.Pair, new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, null, rig.Host, default);
            Assert.Equal(CheckResult.Warn, ready.Single(c => c.Name == "NothingIsLostByPromotion").Result);
        }
        await rig.DoAsync("a", "ALTER ROLE app RESET synchronous_commit");
        await rig.DoAsync("a", "ALTER SYSTEM RESET synchronous_standby_names");
        await rig.DoAsync("a", "SELECT pg_reload_conf()");
        File.WriteAllText(own, before);
        await rig.StopAsync("b");
        await rig.Test.StartAsync("b");
        await rig.CaughtUpAsync("a", "b");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S23_What_a_role_lacks_for_a_move_is_named_and_with_it_the_role_moves_the_writes()
    {
        await using PgRig rig = await PgRig.UpAsync();
        await rig.DoAsync("a", "CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher");
        await rig.CaughtUpAsync("a", "b");
        string Watching(string node) => $"Host=127.0.0.1;Port={rig.Lab[node].Port};Username=watcher";
        CrdrPair pair = rig.Pair with { Settings = With(rig.Pair, "primaryConnection", Watching("a"), "recoveryConnection", Watching("b")) };

        CrdrStatus now = await rig.StatusAsync(pair);
        Assert.Equal(CrdrPhase.Protected, now.Phase);
        string[] needed =
        [
            "the role pg_checkpoint", "the role pg_signal_backend", "the attribute REPLICATION", "EXECUTE on pg_promote(boolean, integer)",
            "EXECUTE on pg_read_file(text, bigint, bigint, boolean)", "CREATE on the database postgres",
        ];
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
            Assert.Contains(string.Join(", ", needed), Assert.Single(now.Findings, f => f.Id == "RightsMissing" && f.Side == side).Message);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, pair);
        Assert.True(refused.Outcome == CrdrOutcome.Refused, PgRig.Words(refused));
        Assert.Equal(["a"], await rig.WritersAsync());

        await rig.DoAsync("a", """
            GRANT pg_checkpoint, pg_signal_backend TO watcher; ALTER ROLE watcher REPLICATION; GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO watcher;
            GRANT EXECUTE ON FUNCTION pg_read_file(text, bigint, bigint, boolean) TO watcher; GRANT CREATE ON DATABASE postgres TO watcher
            """);
        await rig.CaughtUpAsync("a", "b");
        Assert.DoesNotContain((await rig.StatusAsync(pair)).Findings, f => f.Id == "RightsMissing");
        await rig.SwitchoverAsync(Side.Recovery, pair);
        Assert.Equal(["b"], await rig.WritersAsync());
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S23_The_room_for_the_log_is_seen_where_its_machine_is_this_one_and_called_unknown_elsewhere()
    {
        PgRig rig = await RigAsync();
        Assert.DoesNotContain((await rig.StatusAsync()).Findings, f => f.Id == "LogRoomUnknown");
        CrdrStatus far = await rig.StatusAsync(rig.Pair with { Settings = With(rig.Pair, "recoveryNode", "none") });
        Assert.Equal(Side.Recovery, Assert.Single(far.Findings, f => f.Id == "LogRoomUnknown").Side);
        // More than any disk has: then what is left is too little.
        await rig.DoAsync("a", "ALTER SYSTEM SET max_wal_size = '1000TB'");
        await rig.DoAsync("a", "SELECT pg_reload_conf()");
        try
        {
            await Poll.UntilAsync(async () => (await rig.StatusAsync()).Findings.Any(f => f.Id == "LogRoomShort" && f.Side == Side.Primary), () => "nothing is said of the room");
        }
        finally
        {
            await rig.DoAsync("a", "ALTER SYSTEM RESET max_wal_size");
            await rig.DoAsync("a", "SELECT pg_reload_conf()");
        }
    }

    private static Task<CrdrOperation> LastAsync(PgRig rig)
    {
        using Core.Crdr crdr = rig.Open();
        return Task.FromResult(crdr.Operations().First());
    }

    internal static Dictionary<string, string> With(CrdrPair pair, params string[] more)
    {
        Dictionary<string, string> settings = pair.Settings.ToDictionary(s => s.Key, s => s.Value);
        for (int i = 0; i < more.Length; i += 2) settings[more[i]] = more[i + 1];
        return settings;
    }
}
