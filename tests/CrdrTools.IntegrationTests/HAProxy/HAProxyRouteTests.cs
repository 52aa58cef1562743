using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>The route over real HAProxy instances, with real clients on real PostgreSQL servers behind them.</summary>
public class HAProxyRouteTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private PostgresServer Primary => servers.Primary;

    private PostgresServer Recovery => servers.Recovery;

    [ServerFact("haproxy", "initdb")]
    public async Task S9_After_the_fence_no_client_writes_to_the_old_side()
    {
        await servers.CleanAsync();
        await using ProxyUnderTest proxy = await StartAsync();
        await using Writers writers = new(proxy.Port, clients: 6);
        await writers.UntilAsync(() => writers.AcknowledgedBy(Primary) > 100);

        await proxy.Route().FenceAsync(Side.Primary, planned: true);
        long sent = writers.Sent;

        // All six come back and end up elsewhere. What was on its way into the old server when the clients were cut may still have been stored there;
        // nothing that was sent later is.
        await writers.UntilAsync(() => writers.Failed >= 6 && writers.AcknowledgedBy(Recovery) > 100);
        await NobodyOnAsync(Primary);
        long rows = await Primary.ScalarAsync<long>("SELECT count(*) FROM written");
        int there = writers.AcknowledgedBy(Recovery);
        await writers.UntilAsync(() => writers.AcknowledgedBy(Recovery) > there + 100);
        Assert.Equal(0L, await Primary.ScalarAsync<long>($"SELECT count(*) FROM written WHERE n > {sent}"));
        Assert.Equal(rows, await Primary.ScalarAsync<long>("SELECT count(*) FROM written"));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_fence_is_seen_by_whoever_looks_next()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        CrdrRouteStatus before = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(before is { Verified: true, Target: Side.Primary, Fenced.Count: 0 }, before.Detail);

        await proxy.Route().FenceAsync(Side.Primary, planned: true);

        CrdrRouteStatus after = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(after is { Verified: true, Target: Side.Recovery }, after.Detail);
        Assert.Equal([Side.Primary], after.Fenced);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task An_established_session_is_cut_by_the_fence()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await using NpgsqlConnection idle = await ConnectAsync(proxy);
        Assert.Equal(Primary.Port, await ServerOfAsync(idle));

        await proxy.Route().FenceAsync(Side.Primary, planned: true);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ServerOfAsync(idle));
        await NobodyOnAsync(Primary);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task Maintenance_by_somebody_elses_hand_that_leaves_a_session_is_no_fence_and_becomes_one()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await using NpgsqlConnection idle = await ConnectAsync(proxy);
        await proxy.Runtime.DoAsync("set server db/pg1 state maint");

        CrdrRouteStatus status = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.Empty(status.Fenced);
        Assert.Contains("pg1 is in maintenance and not fenced", status.Detail);
        Assert.Equal(Primary.Port, await ServerOfAsync(idle));

        await proxy.Route().FenceAsync(Side.Primary, planned: true);
        Assert.Equal([Side.Primary], (await proxy.Route().ObserveAsync(CancellationToken.None)).Fenced);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task Without_cut_a_session_that_stays_makes_the_fence_fail_and_is_counted()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await using NpgsqlConnection idle = await ConnectAsync(proxy);
        HAProxyRoute route = Quick(proxy, ("cut", "false"));

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxySessionsLeft", e.ErrorId);
        Assert.Contains("pg1 is in maintenance with 1 session left on it", e.Message);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_client_that_waits_for_the_old_side_to_answer_does_not_get_in_after_the_fence()
    {
        await servers.CleanAsync();
        await using PostgresServer dead = await PostgresServer.StartAsync();
        await dead.ExecuteAsync("CREATE TABLE written (n bigint PRIMARY KEY)");
        await using ProxyUnderTest proxy = await ProxyUnderTest.StartAsync(dead.Port, Recovery.Port, recoveryOptions: "disabled");
        // HAProxy is told to hold it for alive: the clients are sent there, refused, and tried again each second.
        await proxy.Runtime.DoAsync("disable health db/pg1");
        await dead.StopAsync();
        await using Writers writers = new(proxy.Port, clients: 4);
        await Poll.UntilAsync(async () => (await proxy.Runtime.AskAsync(CancellationToken.None, "show sess"))[0].Contains("be=db"), () => "no client waits");

        await proxy.Route().FenceAsync(Side.Primary, planned: true);
        long failed = writers.Failed;
        await dead.RestartAsync();

        await writers.UntilAsync(() => writers.Failed > failed + 20);
        Assert.Equal(0, writers.AcknowledgedBy(dead));
        Assert.Equal(0L, await dead.ScalarAsync<long>("SELECT count(*) FROM written"));
    }

    [ServerTheory("haproxy", "initdb")]
    [InlineData("backup")]
    [InlineData("backup disabled")]
    [InlineData("disabled")]
    public async Task A_switch_moves_new_clients_and_waits_for_the_new_side_to_be_up(string recoveryOptions)
    {
        await using ProxyUnderTest proxy = await StartAsync(recoveryOptions: recoveryOptions);
        await proxy.Route().FenceAsync(Side.Primary, planned: true);

        await proxy.Route().SwitchAsync(Side.Recovery);

        await using NpgsqlConnection client = await ConnectAsync(proxy);
        Assert.Equal(Recovery.Port, await ServerOfAsync(client));
        CrdrRouteStatus status = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(status is { Verified: true, Target: Side.Recovery }, status.Detail);
        Assert.Equal([Side.Primary], status.Fenced);
        Assert.Equal("UP", (await proxy.Runtime.ShowAsync("db", CancellationToken.None))["pg2"].Status);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_switch_without_a_fence_moves_everybody_too_and_the_old_side_drains()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await using NpgsqlConnection idle = await ConnectAsync(proxy);

        await proxy.Route().SwitchAsync(Side.Recovery);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ServerOfAsync(idle));
        await using NpgsqlConnection client = await ConnectAsync(proxy);
        Assert.Equal(Recovery.Port, await ServerOfAsync(client));
        CrdrRouteStatus status = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(status is { Verified: true, Target: Side.Recovery, Fenced.Count: 0 }, status.Detail);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task There_and_back_again_ends_as_it_began()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        HAProxyRoute route = proxy.Route();
        await route.FenceAsync(Side.Primary, planned: true);
        await route.SwitchAsync(Side.Recovery);
        await route.UnfenceAsync(Side.Primary);
        CrdrRouteStatus there = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(there is { Verified: true, Target: Side.Recovery, Fenced.Count: 0 }, there.Detail);

        await route.FenceAsync(Side.Recovery, planned: true);
        Assert.Null((await proxy.Route().ObserveAsync(CancellationToken.None)).Target);
        await route.SwitchAsync(Side.Primary);
        await route.UnfenceAsync(Side.Recovery);

        CrdrRouteStatus back = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(back is { Verified: true, Target: Side.Primary, Fenced.Count: 0 }, back.Detail);
        Assert.All((await proxy.Runtime.ShowAsync("db", CancellationToken.None)).Servers, s => Assert.Equal(HAProxyAdmin.None, s.Admin));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S6_A_fence_that_is_taken_back_leaves_everything_as_before()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await proxy.Route().FenceAsync(Side.Primary, planned: true);

        await proxy.Route().SwitchAsync(Side.Primary);

        CrdrRouteStatus status = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(status is { Verified: true, Target: Side.Primary, Fenced.Count: 0 }, status.Detail);
        await using NpgsqlConnection client = await ConnectAsync(proxy);
        Assert.Equal(Primary.Port, await ServerOfAsync(client));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_switch_to_a_dead_server_is_no_success_though_HAProxy_calls_it_up_at_first()
    {
        await using ProxyUnderTest proxy = await ProxyUnderTest.StartAsync(Primary.Port, Free.Port(), recoveryOptions: "disabled");
        await proxy.Route().FenceAsync(Side.Primary, planned: true);

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => Quick(proxy).SwitchAsync(Side.Recovery));

        Assert.Equal("HAProxyServerNotUp", e.ErrorId);
        Assert.Contains("pg2 is DOWN", e.Message);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task It_is_moved_over_TCP_as_well()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        HAProxyRoute route = proxy.Route(("sockets", proxy.TcpSocket));

        await route.FenceAsync(Side.Primary, planned: true);
        await route.SwitchAsync(Side.Recovery);

        Assert.Equal(Side.Recovery, (await route.ObserveAsync(CancellationToken.None)).Target);
    }

    [ServerTheory("haproxy", "initdb")]
    [InlineData("backend", "nope", "Can't find backend.")]
    [InlineData("primaryServer", "pg9", "has no server 'pg9'; it has: pg1, pg2")]
    public async Task What_HAProxy_does_not_know_is_an_error(string setting, string value, string words)
    {
        await using ProxyUnderTest proxy = await StartAsync();
        HAProxyRoute route = proxy.Route((setting, value));

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxyNotFound", e.ErrorId);
        Assert.Contains(words, e.Message);
        Assert.False((await route.ObserveAsync(CancellationToken.None)).Verified);
        Assert.All((await proxy.Runtime.ShowAsync("db", CancellationToken.None)).Servers, s => Assert.Equal(HAProxyAdmin.None, s.Admin));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_state_that_HAProxy_does_not_know_is_refused_in_its_words()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => proxy.Runtime.DoAsync("set server db/pg1 state disabled"));
        Assert.Equal("HAProxyRefused", e.ErrorId);
        Assert.Contains("expects 'ready', 'drain' and 'maint'.", e.Message);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_socket_without_the_level_admin_says_so_before_it_is_needed_and_then()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        HAProxyRoute route = proxy.Route(("sockets", proxy.OperatorSocket));

        CrdrRouteStatus status = await route.ObserveAsync(CancellationToken.None);
        Assert.Equal(Side.Primary, status.Target);
        Assert.Contains("its level is operator, not admin", status.Detail);
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));
        Assert.Equal(("HAProxyPermissionDenied", CrdrErrorKind.PermissionDenied), (e.ErrorId, e.Kind));
        Assert.Contains("level admin", e.Advice);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_dead_proxy_is_an_error_and_its_state_is_not_guessed()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await proxy.KillAsync();

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => proxy.Route().FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxyUnreachable", e.ErrorId);
        CrdrRouteStatus status = await proxy.Route().ObserveAsync(CancellationToken.None);
        Assert.True(status is { Verified: false, Target: null, Fenced.Count: 0 });
        Assert.Contains(proxy.Socket, status.Detail);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_proxy_that_hangs_is_an_error_with_a_limit()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        proxy.Freeze();

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => Quick(proxy).FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxyTimeout", e.ErrorId);
        proxy.Thaw();
        await proxy.Route().FenceAsync(Side.Primary, planned: true);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task One_dead_proxy_of_two_is_named_and_the_other_is_fenced()
    {
        await using ProxyUnderTest alive = await StartAsync();
        await using ProxyUnderTest dead = await StartAsync();
        await dead.KillAsync();

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => ProxyUnderTest.Route([dead, alive]).FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxyUnreachable", e.ErrorId);
        Assert.Contains("1 of 2 proxies did not", e.Message);
        Assert.Contains(dead.Socket, e.Message);
        Assert.DoesNotContain(alive.Socket, e.Message);
        Assert.Equal([Side.Primary], (await alive.Route().ObserveAsync(CancellationToken.None)).Fenced);
        CrdrRouteStatus both = await ProxyUnderTest.Route([dead, alive]).ObserveAsync(CancellationToken.None);
        Assert.True(both is { Verified: false, Target: null, Fenced.Count: 0 });
        Assert.Contains(dead.Socket, both.Detail);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_proxy_that_comes_back_without_its_fence_is_seen_and_fenced_by_the_same_call()
    {
        await using ProxyUnderTest one = await StartAsync();
        await using ProxyUnderTest two = await StartAsync();
        HAProxyRoute route = ProxyUnderTest.Route([one, two]);
        await route.FenceAsync(Side.Primary, planned: true);
        await two.KillAsync();
        await two.RestartAsync();

        CrdrRouteStatus status = await route.ObserveAsync(CancellationToken.None);
        Assert.True(status is { Verified: false, Fenced.Count: 0 });
        Assert.Contains("the proxies disagree", status.Detail);

        await route.FenceAsync(Side.Primary, planned: true);
        Assert.Equal([Side.Primary], (await route.ObserveAsync(CancellationToken.None)).Fenced);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_Without_a_state_file_a_reload_forgets_the_fence_and_that_is_said_beforehand()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        await proxy.Route().FenceAsync(Side.Primary, planned: true);
        Assert.Contains("a fence is not durable", (await proxy.Route().ObserveAsync(CancellationToken.None)).Detail);

        await proxy.ReloadAsync();

        Assert.Empty((await proxy.Route().ObserveAsync(CancellationToken.None)).Fenced);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_With_a_state_file_a_reload_keeps_the_fence_and_where_clients_go()
    {
        await using ProxyUnderTest proxy = await StartAsync(keepsState: true, recoveryOptions: "disabled");
        HAProxyRoute route = proxy.Route(("stateFile", proxy.StateFile));
        await route.FenceAsync(Side.Primary, planned: true);
        Assert.DoesNotContain("not durable", (await route.ObserveAsync(CancellationToken.None)).Detail);
        await proxy.ReloadAsync();
        Assert.Equal([Side.Primary, Side.Recovery], (await route.ObserveAsync(CancellationToken.None)).Fenced);

        await route.SwitchAsync(Side.Recovery);
        await proxy.ReloadAsync();

        await ReachesAsync(route, Side.Recovery);
        Assert.Equal([Side.Primary], (await route.ObserveAsync(CancellationToken.None)).Fenced);
        await route.UnfenceAsync(Side.Primary);
        await proxy.ReloadAsync();
        await ReachesAsync(route, Side.Recovery);
        Assert.DoesNotContain("not durable", (await route.ObserveAsync(CancellationToken.None)).Detail);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_state_file_that_is_behind_is_told()
    {
        await using ProxyUnderTest proxy = await StartAsync(keepsState: true);
        HAProxyRoute route = proxy.Route(("stateFile", proxy.StateFile));
        await route.FenceAsync(Side.Primary, planned: true);

        await proxy.Runtime.DoAsync("set server db/pg1 state ready");

        Assert.Contains("a reload of", (await route.ObserveAsync(CancellationToken.None)).Detail);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task A_state_file_that_cannot_be_written_is_an_error_after_the_clients_were_cut_off()
    {
        await using ProxyUnderTest proxy = await StartAsync();
        HAProxyRoute route = proxy.Route(("stateFile", Path.Combine(proxy.StateFile, "not", "there")));

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => route.FenceAsync(Side.Primary, planned: true));

        Assert.Equal("HAProxyStateFile", e.ErrorId);
        Assert.Equal([Side.Primary], (await route.ObserveAsync(CancellationToken.None)).Fenced);
    }

    private Task<ProxyUnderTest> StartAsync(bool keepsState = false, string recoveryOptions = "backup") =>
        ProxyUnderTest.StartAsync(Primary.Port, Recovery.Port, keepsState, recoveryOptions);

    private static HAProxyRoute Quick(ProxyUnderTest proxy, params (string Name, string Value)[] more)
    {
        Dictionary<string, string> settings = new() { ["sockets"] = proxy.Socket, ["backend"] = "db", ["primaryServer"] = "pg1", ["recoveryServer"] = "pg2" };
        foreach ((string name, string value) in more) settings[name] = value;
        return new(new CrdrRoute { Name = "app", Type = "HAProxy", Settings = settings, Timeout = TimeSpan.FromSeconds(1) });
    }

    private static async Task<NpgsqlConnection> ConnectAsync(ProxyUnderTest proxy)
    {
        NpgsqlConnection connection = new(PostgresServer.Connect(proxy.Port));
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<int> ServerOfAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new("SELECT current_setting('port')::int", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static Task NobodyOnAsync(PostgresServer server) => Poll.UntilAsync(
        async () => await server.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()") == 0,
        () => "clients are left on the old side");

    private static Task ReachesAsync(HAProxyRoute route, Side side) => Poll.UntilAsync(
        async () => (await route.ObserveAsync(CancellationToken.None)).Target == side, () => $"clients are not sent to {side}");
}
