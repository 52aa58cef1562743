using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.PgBouncer;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PgBouncer;

public class PgBouncerRouteTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private const string SecretName = "CRDR_TEST_PGBOUNCER_PASSWORD";

    private PgBouncerRoute Route(Bouncer bouncer, params (string Key, string Value)[] more) => Route([bouncer], more);

    private PgBouncerRoute Route(Bouncer[] bouncers, params (string Key, string Value)[] more)
    {
        Dictionary<string, string> settings = new()
        {
            ["consoles"] = string.Join(", ", bouncers.Select(b => b.Address)), ["user"] = "admin", ["database"] = "app", ["config"] = string.Join(",", bouncers.Select(b => b.File).Distinct()),
            ["primaryHost"] = $"127.0.0.1:{servers.Ports[0]}", ["recoveryHost"] = $"127.0.0.1:{servers.Ports[1]}",
        };
        foreach ((string key, string value) in more) settings[key] = value;
        return new PgBouncerRoute(new CrdrRoute { Name = "pool", Type = "PgBouncer", Settings = settings }, new RelayHost());
    }

    private static Task<CrdrRouteStatus> LookAsync(PgBouncerRoute route) => route.ObserveAsync(CancellationToken.None);

    private static async Task AssertLeadsToAsync(PgBouncerRoute route, Side side)
    {
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: true, Fenced: [] } && seen.Target == side, seen.Detail);
    }

    private static async Task AssertFencedAsync(PgBouncerRoute route)
    {
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: true, Target: null, Fenced: [Side.Primary, Side.Recovery] }, seen.Detail);
    }

    private static async Task<string> ErrorAsync(Func<Task> act) => (await Assert.ThrowsAsync<CrdrException>(act)).ErrorId;

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Writers_wait_through_fence_and_switch_and_none_fails()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        byte[] before = File.ReadAllBytes(bouncer.File);
        string owner = await OwnedFolder.SaidAsync("stat", "-c", "%U:%G %a", bouncer.File);
        await AssertLeadsToAsync(route, Side.Primary);

        using Writers writers = new(bouncer, "transaction", 4);
        await writers.MoreAsync(50);
        await route.FenceAsync(Side.Primary, planned: true);
        await AssertFencedAsync(route);
        long old = await servers.CountAsync(Side.Primary, writers.Name);
        int acknowledged = writers.Written;

        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        await writers.MoreAsync(50);
        await writers.StopAsync();

        Assert.Equal(old, await servers.CountAsync(Side.Primary, writers.Name));
        Assert.Equal(writers.Written, old + await servers.CountAsync(Side.Recovery, writers.Name));
        Assert.InRange(acknowledged, old - 4, old);
        string text = PgBouncerIni.Bytes.GetString(before).Replace($"app =  dbname=postgres user=postgres  host=127.0.0.1 port={servers.Ports[0]}", $"app =  dbname=postgres user=postgres  host=127.0.0.1 port={servers.Ports[1]}");
        Assert.Equal(PgBouncerIni.Bytes.GetBytes(text), File.ReadAllBytes(bouncer.File));
        Assert.Equal(owner, await OwnedFolder.SaidAsync("stat", "-c", "%U:%G %a", bouncer.File));
        Assert.Empty(Directory.GetFiles(bouncer.Folder, "*.new"));

        await route.SwitchAsync(Side.Primary);
        Assert.Equal(before, File.ReadAllBytes(bouncer.File));
        await AssertLeadsToAsync(route, Side.Primary);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_transaction_that_ends_in_time_is_let_end()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "60"));
        await using NpgsqlConnection client = await bouncer.ConnectAsync();
        await using NpgsqlTransaction transaction = await client.BeginTransactionAsync();
        await ExecuteAsync(client, "INSERT INTO written VALUES ('in time', 1)");

        Task fence = route.FenceAsync(Side.Primary, planned: true);
        await Poll.UntilAsync(async () => (await LookAsync(route)).Detail!.Contains("still through"), () => "no pause waits");
        CrdrRouteStatus waiting = await LookAsync(route);
        Assert.Empty(waiting.Fenced);
        Assert.False(fence.IsCompleted);
        await transaction.CommitAsync();
        await fence;
        await AssertFencedAsync(route);

        await route.UnfenceAsync(Side.Primary);
        await ExecuteAsync(client, "INSERT INTO written VALUES ('in time', 2)");
        Assert.Equal(2, await servers.CountAsync(Side.Primary, "in time"));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_session_that_never_leaves_is_cut_and_who_came_meanwhile_lands_on_the_new_side()
    {
        // Whoever comes during the pause must not be made to wait for that long either.
        using Bouncer bouncer = new(servers, mode: "session", more: "server_login_retry = 3600");
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "0.5"));
        await using NpgsqlConnection stayer = await StayAsync(bouncer);
        await ExecuteAsync(stayer, "INSERT INTO written VALUES ('stayer', 1)");

        await route.FenceAsync(Side.Primary, planned: true);
        await AssertFencedAsync(route);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(stayer, "INSERT INTO written VALUES ('stayer', 2)"));
        Task<int> newcomers = Task.Run(async () =>
        {
            int port = 0;
            for (int i = 0; i < 3; i++)
            {
                await using NpgsqlConnection client = await bouncer.ConnectAsync();
                port = (int)(await ValueAsync(client, "SELECT inet_server_port()"))!;
            }
            return port;
        });
        await Poll.UntilAsync(async () => (await bouncer.AskAsync("SHOW POOLS")).Rows.Any(r => r["database"] == "app" && r.Number("cl_waiting") > 0), () => "no client waits");
        await AssertFencedAsync(route);

        await route.SwitchAsync(Side.Recovery);
        Assert.Equal(servers.Ports[1], await newcomers);
        Assert.Equal("3600", (await bouncer.AskAsync("SHOW CONFIG")).Rows.Single(r => r["key"] == "server_login_retry")["value"]);
        await AssertLeadsToAsync(route, Side.Recovery);
        Assert.Equal(1, await servers.CountAsync(Side.Primary, "stayer"));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_switch_without_a_fence_leaves_no_session_behind()
    {
        using Bouncer bouncer = new(servers, mode: "session");
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "0.1"));
        await using NpgsqlConnection stayer = await StayAsync(bouncer);
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(stayer, "SELECT 1"));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Sessions_that_a_reload_by_hand_left_behind_are_seen_and_cut()
    {
        using Bouncer bouncer = new(servers, mode: "session");
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "0.1"));
        await using NpgsqlConnection stayer = await StayAsync(bouncer);
        new ConfigFile(bouncer.File).Rewrite("app", "127.0.0.1", servers.Ports[1]);
        await bouncer.AskAsync("RELOAD");

        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: false, Target: Side.Recovery } && seen.Detail!.Contains("1 of 1 connections to another server"), seen.Detail);
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(stayer, "SELECT 1"));
    }

    /// <summary>After a WAIT_CLOSE a PAUSE answers at once, while clients are still through.</summary>
    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_pause_that_answers_too_early_is_no_fence()
    {
        using Bouncer bouncer = new(servers, mode: "session");
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "0.5"));
        await bouncer.AskAsync("WAIT_CLOSE app");
        await using NpgsqlConnection stayer = await StayAsync(bouncer);
        Assert.NotEqual("PAUSE", (await bouncer.AskAsync("PAUSE app")).Tag);
        Assert.Empty((await LookAsync(route)).Fenced);

        await route.FenceAsync(Side.Primary, planned: true);
        await AssertFencedAsync(route);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(stayer, "SELECT 1"));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task What_a_killed_process_left_paused_is_seen_and_ended_by_another()
    {
        using Bouncer bouncer = new(servers, mode: "session");
        PgBouncerRoute route = Route(bouncer, ("pauseSeconds", "0.2"));
        await using NpgsqlConnection client = await StayAsync(bouncer);
        using (PgConsole killed = await bouncer.ConsoleAsync())
            await Assert.ThrowsAsync<CrdrException>(() => killed.AskAsync("PAUSE app", CancellationToken.None, TimeSpan.FromSeconds(0.2)));

        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: true, Target: null, Fenced: [] } && seen.Detail!.Contains("paused") && seen.Detail.Contains("RESUME \"app\""), seen.Detail);
        await Route(bouncer).UnfenceAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Primary);
        Assert.Equal(1, await ValueAsync(client, "SELECT 1"));

        await route.FenceAsync(Side.Primary, planned: true);
        await Route(bouncer).SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
    }

    /// <summary>As the engine goes about it: each step is judged by what is seen, and done after it was asked for once.</summary>
    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task The_steps_of_an_operation_are_seen_done()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        foreach (Step step in new Step[] { new FenceRoute(route, Side.Primary, planned: true), new SwitchRoute(route, Side.Recovery) })
        {
            Assert.Equal(StepState.NotBegun, (await JudgeAsync(step)).State);
            await step.ActAsync(null!);
            Verdict verdict = await JudgeAsync(step);
            Assert.True(verdict.State == StepState.Done, verdict.Why);
        }
        Assert.Equal(StepState.Done, (await JudgeAsync(new UnfenceRoute(route, Side.Primary))).State);

        async Task<Verdict> JudgeAsync(Step step) => step.Judge(new CrdrStatus
        {
            Pair = "p", Provider = "p", Phase = CrdrPhase.Protected, ObservedAt = default, Primary = new() { Side = Side.Primary, Name = "a" }, Recovery = new() { Side = Side.Recovery, Name = "b" },
            Routes = [await LookAsync(route)],
        });
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Asking_twice_does_no_harm()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        await route.UnfenceAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Primary);
        for (int i = 0; i < 2; i++) await route.FenceAsync(Side.Primary, planned: true);
        await AssertFencedAsync(route);
        for (int i = 0; i < 2; i++) await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        await route.UnfenceAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Recovery);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_restart_that_lost_the_fence_is_seen()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        await route.FenceAsync(Side.Primary, planned: true);
        bouncer.Restart();
        await AssertLeadsToAsync(route, Side.Primary);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_dead_console_is_named_and_the_others_obey()
    {
        using Bouncer alive = new(servers), dead = new(servers);
        PgBouncerRoute route = Route([alive, dead]);
        await AssertLeadsToAsync(route, Side.Primary);
        dead.Stop();

        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: false, Fenced: [] } && seen.Detail!.Contains(dead.Address), seen.Detail);
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));
        Assert.Equal("PgBouncerUnreachable", error.ErrorId);
        Assert.Contains(dead.Address, error.Message);
        Assert.Contains("The other one was fenced.", error.Message);
        await AssertFencedAsync(Route(alive));

        Assert.Equal("PgBouncerUnreachable", await ErrorAsync(() => route.SwitchAsync(Side.Recovery)));
        await AssertLeadsToAsync(Route(alive), Side.Recovery);
        Assert.Equal(("127.0.0.1", servers.Ports[1]), new ConfigFile(dead.File).Read("app"));

        dead.Restart();
        await AssertLeadsToAsync(route, Side.Recovery);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Pgbouncers_that_disagree_lead_nowhere()
    {
        using Bouncer one = new(servers), other = new(servers);
        await Route(other).SwitchAsync(Side.Recovery);
        CrdrRouteStatus seen = await LookAsync(Route([one, other]));
        Assert.True(seen is { Target: null, Fenced: [] } && seen.Detail!.Contains(one.Address) && seen.Detail.Contains(other.Address), seen.Detail);
        await Route([one, other]).SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(Route([one, other]), Side.Recovery);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Who_may_not_is_told_so()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute looker = Route(bouncer, ("user", "looker")), app = Route(bouncer, ("user", "app")), nobody = Route(bouncer, ("user", "nobody"));
        await AssertLeadsToAsync(looker, Side.Primary);
        Assert.Equal("PgBouncerNotAdmin", await ErrorAsync(() => looker.FenceAsync(Side.Primary, planned: true)));
        Assert.Equal("PgBouncerNotAdmin", await ErrorAsync(() => app.FenceAsync(Side.Primary, planned: true)));
        Assert.Contains("admin_users", (await Assert.ThrowsAsync<CrdrException>(() => app.FenceAsync(Side.Primary, planned: true))).Advice);
        CrdrRouteStatus seen = await LookAsync(nobody);
        Assert.True(seen is { Verified: false, Target: null } && seen.Detail!.Contains("nobody"), seen.Detail);
        await AssertLeadsToAsync(Route(bouncer), Side.Primary);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Every_way_to_prove_who_one_is_works()
    {
        Environment.SetEnvironmentVariable(SecretName, "s3cret ü");
        try
        {
            foreach (string auth in new[] { "plain", "md5", "scram-sha-256" })
            {
                using Bouncer bouncer = new(servers, auth: auth, users: "\"admin\" \"s3cret ü\"\n\"app\" \"\"\n");
                PgBouncerRoute route = Route(bouncer, ("password", $"env:{SecretName}"));
                await AssertLeadsToAsync(route, Side.Primary);
                Assert.Equal("PgBouncerAuthenticationFailed", await ErrorAsync(() => Route(bouncer).FenceAsync(Side.Primary, planned: true)));
                Environment.SetEnvironmentVariable(SecretName, "wrong");
                CrdrException wrong = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));
                Assert.Equal("PgBouncerAuthenticationFailed", wrong.ErrorId);
                Assert.DoesNotContain("wrong", wrong.ToString());
                Environment.SetEnvironmentVariable(SecretName, "s3cret ü");
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(SecretName, null);
        }
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_secret_that_is_not_there_is_asked_for_before_anything_is_sent()
    {
        using Bouncer bouncer = new(servers);
        Assert.Equal("SecretMissing", await ErrorAsync(() => Route(bouncer, ("password", "env:CRDR_TEST_NO_SUCH")).FenceAsync(Side.Primary, planned: true)));
        Assert.Contains("CRDR_TEST_NO_SUCH", (await LookAsync(Route(bouncer, ("password", "env:CRDR_TEST_NO_SUCH")))).Detail);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_unix_socket_is_a_console_too()
    {
        using Bouncer bouncer = new(servers);
        await AssertLeadsToAsync(Route(bouncer, ("consoles", $"{bouncer.Folder}:{bouncer.Port}")), Side.Primary);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_file_that_is_not_the_one_it_reads_lets_nobody_go_on_to_the_old_side()
    {
        using Bouncer bouncer = new(servers), other = new(servers);
        PgBouncerRoute route = Route(bouncer, ("config", other.File));
        await route.FenceAsync(Side.Primary, planned: true);
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => route.SwitchAsync(Side.Recovery));
        Assert.Equal("PgBouncerNotSwitched", error.ErrorId);
        Assert.Contains(other.File, error.Advice);
        await AssertFencedAsync(route);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_file_that_says_something_else_is_no_proof()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        new ConfigFile(bouncer.File).Rewrite("app", "127.0.0.1", servers.Ports[1]);
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: false, Target: Side.Primary } && seen.Detail!.Contains("a reload or a restart sends clients there"), seen.Detail);
        await route.SwitchAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Primary);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_file_that_cannot_be_read_or_written_is_named()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer, ("config", Path.Combine(bouncer.Folder, "missing.ini"))), top = Route(bouncer, ("config", Path.Combine(bouncer.Folder, "pgbouncer.ini")));
        Assert.Contains("missing.ini cannot be read", (await LookAsync(route)).Detail);
        Assert.Equal("PgBouncerConfigUnreadable", await ErrorAsync(() => route.SwitchAsync(Side.Recovery)));
        CrdrException including = await Assert.ThrowsAsync<CrdrException>(() => top.SwitchAsync(Side.Recovery));
        Assert.Contains(bouncer.File, including.Message);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_linked_file_stays_a_link()
    {
        using Bouncer bouncer = new(servers);
        string link = Path.Combine(bouncer.Folder, "link.ini");
        File.CreateSymbolicLink(link, bouncer.File);
        await Route(bouncer, ("config", link)).SwitchAsync(Side.Recovery);
        Assert.Equal(bouncer.File, new FileInfo(link).LinkTarget);
        await AssertLeadsToAsync(Route(bouncer), Side.Recovery);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task Clients_that_would_wait_for_ever_are_warned_of()
    {
        using Bouncer bouncer = new(servers, more: "query_wait_timeout = 0");
        Assert.Contains("query_wait_timeout is 0", (await LookAsync(Route(bouncer))).Detail);
        using Bouncer usual = new(servers);
        Assert.DoesNotContain("query_wait_timeout", (await LookAsync(Route(usual))).Detail);
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_disabled_database_is_no_fence_for_who_is_in_and_a_switch_enables_it()
    {
        using Bouncer bouncer = new(servers);
        PgBouncerRoute route = Route(bouncer);
        await using NpgsqlConnection client = await bouncer.ConnectAsync();
        await bouncer.AskAsync("DISABLE app");
        Assert.Equal(1, await ValueAsync(client, "SELECT 1"));
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: true, Target: null, Fenced: [] } && seen.Detail!.Contains("disabled"), seen.Detail);
        await route.FenceAsync(Side.Primary, planned: true);
        await AssertFencedAsync(route);
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        Assert.Equal(servers.Ports[1], await ValueAsync(client, "SELECT inet_server_port()"));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_database_that_it_does_not_have_is_named()
    {
        using Bouncer bouncer = new(servers);
        Assert.Equal("PgBouncerDatabaseMissing", await ErrorAsync(() => Route(bouncer, ("database", "nowhere")).FenceAsync(Side.Primary, planned: true)));
    }

    [ServerFact("pgbouncer", "postgres", "initdb")]
    public async Task A_pgbouncer_that_is_paused_as_a_whole_is_left_to_who_did_that()
    {
        using Bouncer bouncer = new(servers);
        await bouncer.AskAsync("PAUSE");
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => Route(bouncer).FenceAsync(Side.Primary, planned: true));
        Assert.Equal("PgBouncerHeld", error.ErrorId);
        Assert.Contains("RESUME", error.Advice);
    }

    [ServerFact("postgres", "initdb")]
    public async Task A_PostgreSQL_server_is_no_console()
    {
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => PgConsole.OpenAsync(new ConsoleAddress("127.0.0.1", servers.Ports[0]), "postgres", null, TimeSpan.FromSeconds(20), CancellationToken.None));
        Assert.Equal("PgBouncerBadReply", error.ErrorId);
    }

    /// <summary>A client that has a server of its own: in session mode from its first statement on.</summary>
    private static async Task<NpgsqlConnection> StayAsync(Bouncer bouncer)
    {
        NpgsqlConnection open = await bouncer.ConnectAsync();
        await ExecuteAsync(open, "SELECT 1");
        return open;
    }

    private static async Task ExecuteAsync(NpgsqlConnection open, string sql)
    {
        await using NpgsqlCommand command = new(sql, open);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ValueAsync(NpgsqlConnection open, string sql)
    {
        await using NpgsqlCommand command = new(sql, open);
        return await command.ExecuteScalarAsync();
    }
}
