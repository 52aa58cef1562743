using CrdrTools.IntegrationTests.HAProxy;
using CrdrTools.IntegrationTests.Rfc2136;
using CrdrTools.IntegrationTests.Support;
using Xunit.Abstractions;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>A part of the routes fails before or within a whole operation: nothing half-moved without being named, and resuming finishes it.</summary>
[Collection(WholeOperations.Name)]
public class PartialFailureTests(TwoServers servers, ITestOutputHelper output)
{
    private static void AssertEnded(CrdrOperation operation, CrdrOutcome outcome, string? errorId, params string[] named)
    {
        Assert.True(operation.Outcome == outcome && (errorId is null || operation.ErrorId == errorId), $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        Assert.All(named, n => Assert.Contains(n, operation.Message));
    }

    private async Task AssertFinishedAsync(WholeRig rig, CrdrOperation operation)
    {
        AssertEnded(operation, CrdrOutcome.Succeeded, null);
        await rig.ClientsOnAsync(Side.Recovery);
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Recovery);
        Assert.Empty(status.Obligations);
        Assert.Null(status.OpenOperation);
        output.WriteLine(rig.Clients.Report);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_A_planned_move_with_one_of_three_proxies_down_is_refused_before_any_client_is_cut()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        await proxies[1].KillAsync();

        CrdrOperation operation = await rig.RunAsync(WholeRig.Switchover);

        AssertEnded(operation, CrdrOutcome.Refused, "RoutesReady", proxies[1].Socket);
        await rig.ClientsOnAsync(Side.Primary, "HAProxy 2");
        Assert.Equal((0, 0), (rig.Clients.ErrorsAt("HAProxy 1"), rig.Clients.ErrorsAt("HAProxy 3")));
        Assert.Equal("active", rig.Role(Side.Primary));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_A_failover_with_one_of_three_proxies_down_asks_first_then_owes_and_a_resume_pays()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        rig.LoseRegion();
        await proxies[1].KillAsync();

        CrdrOperation refused = await rig.RunAsync(WholeRig.Failover);
        AssertEnded(refused, CrdrOutcome.Refused, "RoutesReady", proxies[1].Socket, "-AllowUnfenced");
        await rig.ClientsOnAsync(Side.Primary, "HAProxy 2");
        Assert.Equal((0, 0), (rig.Clients.ErrorsAt("HAProxy 1"), rig.Clients.ErrorsAt("HAProxy 3")));

        CrdrOperation left = await rig.RunAsync(WholeRig.Failover with { AllowUnfenced = true });
        AssertEnded(left, CrdrOutcome.Incomplete, null, proxies[1].Socket);
        Assert.Equal("active", rig.Role(Side.Recovery));
        await rig.ClientsOnAsync(Side.Recovery, "HAProxy 2");
        CrdrStatus status = await rig.StatusAsync();
        Assert.Contains(status.Obligations, o => o.What.Contains(proxies[1].Socket));
        Assert.Contains(status.NextActions, a => a.Crdr == $"crdr operation resume {left.Id}");

        // It comes back as it was configured: its clients are on the old side until the resume.
        await proxies[1].RestartAsync();
        await AssertFinishedAsync(rig, await rig.ResumeAsync(left.Id));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_A_proxy_that_comes_back_in_time_for_the_switch_owes_nothing()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        rig.LoseRegion();
        await proxies[1].KillAsync();
        bool owed = false;
        rig.BetweenPromotionAndSwitch(async () =>
        {
            owed = rig.Crdr.Store.Obligations(WholeRig.Pair).Any(o => o.What.Contains(proxies[1].Socket));
            await proxies[1].RestartAsync();
        });

        CrdrOperation operation = await rig.RunAsync(WholeRig.Failover with { AllowUnfenced = true });

        Assert.True(owed);
        await AssertFinishedAsync(rig, operation);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_What_an_operation_that_was_let_go_owes_is_paid_by_switching_the_route()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        rig.LoseRegion();
        await proxies[1].KillAsync();
        CrdrOperation left = await rig.RunAsync(WholeRig.Failover with { AllowUnfenced = true });
        AssertEnded(left, CrdrOutcome.Incomplete, null, proxies[1].Socket);
        await proxies[1].RestartAsync();
        CrdrRequest toTheWriter = new() { Verb = CrdrVerb.SwitchRoute, To = Side.Recovery };

        AssertEnded(await rig.RunAsync(toTheWriter), CrdrOutcome.Refused, "UnfinishedOperation", left.Id);
        rig.Crdr.Abandon(left.Id, "the proxy is back");
        CrdrStatus off = await rig.StatusAsync();
        Assert.NotEmpty(off.Obligations);
        Assert.Contains(off.Findings, f => f.Id is "RouteOffWriter" or "RouteNotSeen");

        await AssertFinishedAsync(rig, await rig.RunAsync(toTheWriter));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S6_A_proxy_that_dies_between_fence_and_promotion_sends_everybody_back_and_is_named()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        rig.BetweenFenceAndPromotion(proxies[1].KillAsync);

        CrdrOperation left = await rig.RunAsync(WholeRig.Switchover);
        AssertEnded(left, CrdrOutcome.Incomplete, "RollbackIncomplete", proxies[1].Socket);
        Assert.Equal("active", rig.Role(Side.Primary));
        Assert.Equal(0, rig.World.Requests.Count(r => r.Changing));
        await rig.ClientsOnAsync(Side.Primary, "HAProxy 2");

        // Its state file says that it is fenced: back again, it keeps its clients out until the resume.
        await proxies[1].RestartAsync();
        await AssertFinishedAsync(rig, await rig.ResumeAsync(left.Id));
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S6_A_proxy_that_dies_between_promotion_and_switch_holds_up_no_other_and_is_named()
    {
        await using WholeRig rig = new(servers);
        IReadOnlyList<ProxyUnderTest> proxies = await rig.AddHAProxiesAsync(3);
        await rig.BeginAsync();
        rig.BetweenPromotionAndSwitch(proxies[1].KillAsync);

        CrdrOperation left = await rig.RunAsync(WholeRig.Switchover);
        AssertEnded(left, CrdrOutcome.Incomplete, null, proxies[1].Socket, "1 of 3 proxies");
        await rig.ClientsOnAsync(Side.Recovery, "HAProxy 2");

        await proxies[1].RestartAsync();
        await AssertFinishedAsync(rig, await rig.ResumeAsync(left.Id));
        await rig.EndClientsAsync();
        await rig.AssertNothingBehindTheFenceAsync();
    }

    [ServerTheory("haproxy", "initdb")]
    [InlineData("switchover", true)]
    [InlineData("switchover", false)]
    [InlineData("failover", true)]
    [InlineData("failover", false)]
    public async Task S9_A_reload_between_fence_and_promotion_lets_no_row_onto_the_old_side_after_the_promotion(string verb, bool keepsState)
    {
        await using WholeRig rig = new(servers);
        ProxyUnderTest proxy = (await rig.AddHAProxiesAsync(keepsState: keepsState))[0];
        await rig.BeginAsync();
        if (verb == "failover") rig.LoseRegion();
        rig.BetweenFenceAndPromotion(async () =>
        {
            await proxy.ReloadAsync();
            // Where the reload forgot the fence, clients are on the old side again before the engine looks.
            if (!keepsState) await rig.ClientsOnAsync(Side.Primary);
        });

        CrdrOperation operation = await rig.RunAsync(verb == "failover" ? WholeRig.Failover : WholeRig.Switchover);

        await AssertFinishedAsync(rig, operation);
        await rig.EndClientsAsync();
        await rig.AssertNothingAfterThePromotionAsync();
        await rig.AssertNothingBehindTheFenceAsync();
        Assert.Equal(keepsState ? 1 : 2, rig.Journalled.Count(e => e is { Step: "fence-app", Kind: Core.Stores.JournalKind.Done }));
    }

    [ServerTheory("pgbouncer", "initdb")]
    [InlineData("switchover")]
    [InlineData("failover")]
    public async Task S9_A_PgBouncer_that_restarts_between_fence_and_promotion_is_paused_again(string verb)
    {
        await using WholeRig rig = new(servers);
        PgBouncer.Bouncer bouncer = rig.AddBouncer();
        await rig.BeginAsync();
        if (verb == "failover") rig.LoseRegion();
        rig.BetweenFenceAndPromotion(async () =>
        {
            bouncer.Restart();
            await rig.ClientsOnAsync(Side.Primary);
        });

        CrdrOperation operation = await rig.RunAsync(verb == "failover" ? WholeRig.Failover : WholeRig.Switchover);

        await AssertFinishedAsync(rig, operation);
        await rig.EndClientsAsync();
        await rig.AssertNothingAfterThePromotionAsync();
        await rig.AssertNothingBehindTheFenceAsync();
    }

    [ServerTheory("haproxy", "named", "initdb")]
    [InlineData(true, "DnsServerFailed")]
    [InlineData(false, null)]
    public async Task A_name_server_that_fails_after_the_promotion_holds_up_no_proxy_and_is_named(bool servfail, string? errorId)
    {
        await using WholeRig rig = new(servers);
        NameServer names = rig.AddNames(("timeoutSeconds", "1"));
        await rig.AddHAProxiesAsync();
        await rig.BeginAsync();
        rig.BetweenPromotionAndSwitch(() =>
        {
            if (servfail) names.FillDisk();
            else names.Stop();
            return Task.CompletedTask;
        });

        CrdrOperation left = await rig.RunAsync(WholeRig.Switchover);
        AssertEnded(left, CrdrOutcome.Incomplete, errorId, "Switch route name", names.Address);
        if (servfail) Assert.Contains("SERVFAIL", left.Message);
        await rig.ClientsOnAsync(Side.Recovery);

        if (servfail) names.MakeRoom();
        else names.Restart();
        await AssertFinishedAsync(rig, await rig.ResumeAsync(left.Id));
    }

    [ServerTheory("haproxy", "named", "initdb")]
    [InlineData("another key", "has another secret for the key crdr")]
    [InlineData("a key it does not know", "does not know the key nobody")]
    [InlineData("an hour", "refuses the signature's time")]
    [InlineData("no key", "which is not there")]
    public async Task What_keeps_a_name_from_being_moved_is_found_before_any_client_is_cut_and_holds_up_no_failover(string wrong, string told)
    {
        await using WholeRig rig = new(servers, time: wrong == "an hour" ? new OffTime(TimeSpan.FromHours(1)) : null);
        rig.AddNames(("keyName", wrong == "a key it does not know" ? "nobody" : "crdr"));
        await rig.AddHAProxiesAsync();
        rig.Secrets["key"] = wrong switch { "another key" => "d3Jvbmc=", "no key" => null, _ => NameServer.Secret };
        await rig.BeginAsync();

        CrdrOperation refused = await rig.RunAsync(WholeRig.Switchover);
        AssertEnded(refused, CrdrOutcome.Refused, "RoutesReady", "route name", told);
        Assert.Equal((0, 0), (rig.Clients.Errors, rig.World.Requests.Count(r => r.Changing)));

        rig.LoseRegion();
        CrdrOperation left = await rig.RunAsync(WholeRig.Failover);
        AssertEnded(left, CrdrOutcome.Incomplete, null, "Switch route name", told);
        await rig.ClientsOnAsync(Side.Recovery);

        rig.Secrets["key"] = NameServer.Secret;
        if (wrong == "an hour") rig.Time = TimeProvider.System;
        rig.NewCore();
        if (wrong == "a key it does not know") rig.Describe(r => r.Type == "Dns" ? r with { Settings = new Dictionary<string, string>(r.Settings) { ["keyName"] = "crdr" } } : r);
        await AssertFinishedAsync(rig, await rig.ResumeAsync(left.Id));
    }

    private sealed class OffTime(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
