using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.HAProxy;
using CrdrTools.IntegrationTests.Support;
using Xunit.Abstractions;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>Two CockroachDB clusters: the old side goes on answering, so that the fence is all there is, and stays.</summary>
[Collection(WholeOperations.Name)]
public class ServingOldSideTests(TwoServers servers, ITestOutputHelper output)
{
    [ServerTheory("haproxy", "pgbouncer", "initdb")]
    [InlineData("PgBouncer", "switchover")]
    [InlineData("HAProxy", "failover")]
    public async Task S9_Behind_the_fence_all_that_was_acknowledged_is_awaited_and_the_fence_stays(string through, string verb)
    {
        await using WholeRig rig = new(servers, cockroach: true);
        if (through == "HAProxy") await rig.AddHAProxiesAsync();
        else rig.AddBouncer();
        await rig.BeginAsync();
        if (verb == "failover") rig.LoseRegion();

        CrdrOperation operation = await rig.RunAsync(verb == "failover" ? WholeRig.Failover : WholeRig.Switchover);

        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        await rig.ClientsOnAsync(Side.Recovery);
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Recovery);
        if (through == "HAProxy") Assert.Equal([Side.Primary], Assert.Single(status.Routes).Fenced);
        else Assert.Equal(0, rig.Clients.Errors);
        await rig.EndClientsAsync();
        await rig.AssertNothingBehindTheFenceAsync();
        output.WriteLine($"{verb} of clusters through {through}: {rig.Clients.Report}");
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S9_A_reload_before_the_drain_is_fenced_again_and_the_drain_counts_from_there()
    {
        await using WholeRig rig = new(servers, cockroach: true);
        ProxyUnderTest proxy = (await rig.AddHAProxiesAsync(keepsState: false))[0];
        await rig.BeginAsync();
        bool once = false;
        rig.When(j => !once && j.LastOrDefault(e => e.Step == "fence-app")?.Kind == JournalKind.Done && j.All(e => e.Step != "drain-to-recovery"), async () =>
        {
            once = true;
            await proxy.ReloadAsync();
            await rig.ClientsOnAsync(Side.Primary);
        });

        CrdrOperation operation = await rig.RunAsync(WholeRig.Switchover);

        Assert.True(once);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        Assert.Equal(2, rig.Journalled.Count(e => e is { Step: "fence-app", Kind: JournalKind.Done }));
        await rig.ClientsOnAsync(Side.Recovery);
        await rig.EndClientsAsync();
        await rig.AssertNothingBehindTheFenceAsync();
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S6_A_reload_within_the_drain_gives_it_up_and_everybody_goes_back()
    {
        await using WholeRig rig = new(servers, cockroach: true);
        ProxyUnderTest proxy = (await rig.AddHAProxiesAsync(keepsState: false))[0];
        await rig.BeginAsync();
        rig.When(j => j.Any(e => e is { Step: "drain-to-recovery", Kind: JournalKind.Accepted or JournalKind.Intent }), async () =>
        {
            await proxy.ReloadAsync();
            await rig.ClientsOnAsync(Side.Primary);
        });

        CrdrOperation operation = await rig.RunAsync(WholeRig.Switchover);

        Assert.True(operation is { Outcome: CrdrOutcome.RolledBack, ErrorId: "FenceStands" }, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        Assert.Equal(0, rig.World.Requests.Count(r => r.Changing));
        await rig.ClientsOnAsync(Side.Primary);
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Primary);
        Assert.Equal(CrdrPhase.Protected, status.Phase);
        Assert.DoesNotContain(rig.Clients.Acknowledged, a => a.Value == rig.Port(Side.Recovery));
    }
}
