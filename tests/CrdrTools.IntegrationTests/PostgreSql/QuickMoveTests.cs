using CrdrTools.Core;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;
using CrdrTools.IntegrationTests.Support;
using Npgsql;
using NpgsqlTypes;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>Planned moves in which each millisecond counts, through real servers and proxies: what they may leave out, and what not.</summary>
public sealed class QuickMoveTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("crdr-state-").FullName;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [ServerFact("postgres", "haproxy")]
    public async Task A_handover_empties_the_old_side_and_it_follows_as_it_is_with_its_doors_open_again()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.HAProxy });
        string hba = Path.Combine(lab.Lab.Nodes[0].Data, "pg_hba.conf"), before = File.ReadAllText(hba);
        Host host = new();
        CrdrOperation operation = await SwitchAsync(Handover(lab.Lab.Pair!), host);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        string journal = File.ReadAllText(operation.Journal!);
        Assert.Contains("a empty at", journal);
        Assert.Contains("its log ends before", journal);
        Assert.DoesNotContain(host.Heard, n => n.Contains("instead of handed over"));
        Assert.Equal(before, File.ReadAllText(hba));
        Assert.True(await lab.AskAsync<bool>("a", "SELECT pg_is_in_recovery()"));
        // Through the proxy, as a client.
        await TestLab.ScalarAsync<int>(lab.Lab.ClientConnection, "CREATE TABLE t (n int); SELECT 1");
        Assert.False(await TestLab.ScalarAsync<bool>(lab.Lab.ClientConnection, "SELECT pg_is_in_recovery()"));
    }

    [ServerFact("postgres", "haproxy")]
    public async Task S1_S13_A_pair_that_is_kept_open_is_left_under_the_lease_only_when_its_primary_is_lost_and_nothing_is_held_afterwards()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.HAProxy });
        Host host = new();
        using Crdr crdr = new(Path.Combine(_state, "state"), Path.Combine(_state, "pairs.json"));
        CrdrPair pair = await crdr.RegisterAsync(lab.Lab.Pair!, null, replace: false, keep: false, host, default);
        CrdrRequest leave = new() { Verb = CrdrVerb.Failover, MaxDataLoss = TimeSpan.FromMinutes(5) };
        using KeptPair kept = crdr.Keep(pair, null, host);
        Assert.Equal(CrdrPhase.Protected, (await kept.StatusAsync(default)).Phase);
        // Nobody is asked; what stands in the way is found all the same, and the lease is not kept.
        CrdrOperation refused = await kept.RunAsync(leave, default);
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident"), (refused.Outcome, refused.ErrorId));
        Assert.Null(crdr.Store.Holder(pair.Name));
        Assert.Empty(crdr.Operations(pair.Name));

        Assert.Equal(CrdrPhase.Protected, (await kept.StatusAsync(default)).Phase);
        await lab.KillAsync("a");
        CrdrOperation left = await kept.RunAsync(leave, default);
        Assert.True(left.Outcome == CrdrOutcome.Succeeded, left.Message);
        Assert.Equal(LossKind.Bounded, left.Loss!.Kind);
        Assert.Equal(CrdrPhase.FailedOver, (await kept.StatusAsync(default)).Phase);
        Assert.Equal(0L, await lab.AskAsync<long>("b", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
        Assert.False(await TestLab.ScalarAsync<bool>(lab.Lab.ClientConnection, "SELECT pg_is_in_recovery()"));
    }

    [ServerFact("postgres")]
    public async Task S2_a_kept_connection_that_was_ended_says_nothing_of_the_server()
    {
        await using TestLab lab = await TestLab.UpAsync();
        Host host = new();
        using Crdr crdr = new(Path.Combine(_state, "state"), Path.Combine(_state, "pairs.json"));
        CrdrPair pair = await crdr.RegisterAsync(lab.Lab.Pair!, null, replace: false, keep: false, host, default);
        using KeptPair kept = crdr.Keep(pair, null, host);
        await kept.StatusAsync(default);
        foreach (string node in new[] { "a", "b" }) Assert.True(await lab.AskAsync<bool>(node, "SELECT bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'crdrtools'"));
        CrdrStatus now = await kept.StatusAsync(default);
        Assert.Equal(CrdrPhase.Protected, now.Phase);
        Assert.True(now.Primary.Reachable && now.Recovery.Reachable);
    }

    [ServerFact("postgres")]
    public async Task S18_where_a_subscription_may_write_the_old_side_is_stopped_cleanly_instead_of_handed_over()
    {
        await using TestLab lab = await TestLab.UpAsync();
        await lab.AskAsync<object?>("a", "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, slot_name = 's')");
        await lab.AskAsync<object?>("a", "ALTER SUBSCRIPTION s ENABLE");
        Host host = new();
        CrdrOperation operation = await SwitchAsync(Handover(lab.Lab.Pair!), host);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        Assert.Contains(host.Heard, n => n.Contains("stopped cleanly instead of handed over"));
        Assert.Contains("its last record", File.ReadAllText(operation.Journal!));
    }

    [ServerFact("postgres")]
    public async Task S6_a_handover_that_cannot_hold_clients_off_goes_back_and_opens_the_doors_again()
    {
        await using TestLab lab = await TestLab.UpAsync();
        string hba = Path.Combine(lab.Lab.Nodes[0].Data, "pg_hba.conf"), before = File.ReadAllText(hba);
        CrdrPair pair = Handover(lab.Lab.Pair!) with { Routes = [new() { Name = "stubborn", Type = "InProcess" }] };
        CrdrOperation operation = await SwitchAsync(pair, new() { Route = new Stubborn() });
        Assert.True(operation.Outcome == CrdrOutcome.RolledBack, $"{operation.Outcome}: {operation.Message}");
        Assert.Equal("FenceFailed", operation.ErrorId);
        Assert.Equal(before, File.ReadAllText(hba));
        Assert.False(await TestLab.ScalarAsync<bool>(lab.Lab["a"].App, "SELECT pg_is_in_recovery()"));
        Assert.True(await lab.AskAsync<bool>("b", "SELECT pg_is_in_recovery()"));
    }

    [ServerFact("postgres", "pgbouncer")]
    public async Task Behind_PgBouncer_clients_wait_during_a_handover_and_none_sees_an_error()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.PgBouncer });
        await TestLab.ScalarAsync<object?>(lab.Lab["a"].App, "CREATE TABLE t (n int)");
        using CancellationTokenSource end = new();
        Task<int> writes = Task.Run(async () =>
        {
            int written = 0;
            await using NpgsqlConnection open = new(lab.Lab.ClientConnection + ";Pooling=false;No Reset On Close=true;Server Compatibility Mode=NoTypeLoading");
            await open.OpenAsync();
            while (!end.IsCancellationRequested)
            {
                await using NpgsqlCommand insert = new($"INSERT INTO t VALUES ({written + 1})", open);
                await insert.ExecuteNonQueryAsync();
                written++;
            }
            return written;
        });
        CrdrOperation operation = await SwitchAsync(Handover(lab.Lab.Pair!), new());
        end.Cancel();
        int acknowledged = await writes;
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        Assert.Equal((long)acknowledged, await TestLab.ScalarAsync<long>(lab.Lab["b"].App, "SELECT count(*) FROM t"));
    }

    [ServerFact("postgres")]
    public async Task S21_what_was_promoted_and_killed_before_its_next_checkpoint_is_not_taken_for_one_that_wrote_nothing()
    {
        await using TestLab lab = await TestLab.UpAsync();
        LocalNode node = new(lab.Lab["b"].Data, new PostgresPrograms(lab.Lab.BinDirectory));
        // So that the fork is in the middle of a segment, which b has of the first timeline.
        await TestLab.ScalarAsync<object?>(lab.Lab["a"].Operator, "CREATE TABLE first (n int)");
        await Poll.UntilAsync(() => lab.AskAsync<bool>("b", "SELECT to_regclass('first') IS NOT NULL"), () => "b does not follow");
        int checkpointer = await lab.AskAsync<int>("b", "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
        ServerProcess.Signal(checkpointer, 19);
        await lab.AskAsync<bool>("b", "SELECT pg_promote(false)");
        await Poll.UntilAsync(async () => !await lab.AskAsync<bool>("b", "SELECT pg_is_in_recovery()"), () => "b was not promoted");
        string history = await lab.AskAsync<string>("b", "SELECT pg_read_file('pg_wal/00000002.history')");
        NpgsqlLogSequenceNumber fork = NpgsqlLogSequenceNumber.Parse(history.Split('\t')[1]);
        await TestLab.ScalarAsync<object?>(lab.Lab["b"].App, "CREATE TABLE t (n int)");
        lab.Signal("b", ServerProcess.SigKill);
        ServerProcess.Signal(checkpointer, ServerProcess.SigKill);
        await Poll.UntilAsync(async () => (await node.LookAsync(default)).Running == false, () => "b still runs");
        Assert.Equal(1u, (await node.ControlAsync(default)).Timeline);
        Assert.NotEqual(false, await node.HasLogAfterAsync(fork, 1, default));
    }

    [ServerFact("postgres")]
    public async Task S21_what_a_killed_primary_wrote_and_nobody_got_is_seen_in_its_log()
    {
        await using TestLab lab = await TestLab.UpAsync();
        LocalNode node = new(lab.Lab["a"].Data, new PostgresPrograms(lab.Lab.BinDirectory));
        await TestLab.ScalarAsync<object?>(lab.Lab["a"].App, "CREATE TABLE t (n int)");
        NpgsqlLogSequenceNumber end = NpgsqlLogSequenceNumber.Parse(await lab.AskAsync<string>("a", "SELECT pg_current_wal_insert_lsn()::text"));
        await TestLab.ScalarAsync<object?>(lab.Lab["a"].App, "INSERT INTO t VALUES (1)");
        await lab.KillAsync("a");
        Assert.True(await node.HasLogAfterAsync(end, 1, default));
        Assert.False(await node.HasLogAfterAsync(new((ulong)end + (1 << 20)), 1, default));
    }

    [ServerFact("postgres")]
    public async Task Nothing_of_a_pair_is_held_any_more_once_a_call_has_ended()
    {
        await using TestLab lab = await TestLab.UpAsync();
        CrdrOperation operation = await SwitchAsync(lab.Lab.Pair!, new());
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        foreach (string node in new[] { "a", "b" })
            Assert.Equal(0, await lab.AskAsync<long>(node, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crdrtools'"));
    }

    private async Task<CrdrOperation> SwitchAsync(CrdrPair pair, Host host)
    {
        using Crdr crdr = new(Path.Combine(_state, "state"), Path.Combine(_state, "pairs.json"));
        CrdrPair registered = await crdr.RegisterAsync(pair, null, replace: false, keep: false, host, default);
        // A standby that was just made has replayed no transaction yet, by which its lag could be told while the primary is ahead.
        await TestLab.ScalarAsync<object?>(pair.Settings["primaryConnection"], "CREATE TABLE first (n int)");
        await Poll.UntilAsync(async () => (await crdr.StatusAsync(registered, null, host, default)).Replication is { Lag: not null, ReplicatedTo: not null }, () => "no lag is told");
        return await crdr.RunAsync(registered, new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, null, host, default);
    }

    private static CrdrPair Handover(CrdrPair pair) => pair with { Settings = new Dictionary<string, string>(pair.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["cutover"] = "handover" } };

    /// <summary>A route that leads to the primary side and cannot be fenced.</summary>
    private sealed class Stubborn : IRoute
    {
        public string Name => "stubborn";
        public bool Switchable => true;
        public bool CanFence => true;
        public Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct) => Task.FromResult(new CrdrRouteStatus { Name = Name, Type = "InProcess", Target = Side.Primary, Verified = true });
        public Task FenceAsync(Side old, bool planned) => throw new CrdrException(CrdrErrorKind.Refused, "Stubborn", "The route stubborn does not obey.");
        public Task UnfenceAsync(Side old) => Task.CompletedTask;
        public Task SwitchAsync(Side to) => Task.CompletedTask;
    }

    private sealed class Host : IOperationHost
    {
        public List<string> Heard { get; } = [];
        public IRoute? Route { get; init; }
        public bool Unattended => false;

        public void OnProgress(CrdrProgress progress)
        {
        }

        public void OnNotice(FindingSeverity severity, string text) => Heard.Add(text);

        public void OnTrace(string text)
        {
        }

        public Task<bool> ConfirmAsync(CrdrPlan plan) => Task.FromResult(true);

        public IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => Route;

        public Task<string?> GetSecretAsync(string? vault, string name) => Task.FromResult<string?>(null);
    }
}
