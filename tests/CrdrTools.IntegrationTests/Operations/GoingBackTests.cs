using CrdrTools.IntegrationTests.HAProxy;
using CrdrTools.IntegrationTests.Support;
using CrdrTools.Simulator;
using Xunit.Abstractions;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>Clients end on one side: back where they were when the promotion is refused, and on the writer again when a proxy forgot it.</summary>
[Collection(WholeOperations.Name)]
public class GoingBackTests(TwoServers servers, ITestOutputHelper output)
{
    [ServerTheory("haproxy", "pgbouncer", "named", "initdb")]
    [InlineData("HAProxy")]
    [InlineData("three HAProxies")]
    [InlineData("PgBouncer")]
    [InlineData("HAProxy and DNS")]
    [InlineData("PgBouncer and HAProxy")]
    public async Task S6_A_promotion_that_is_refused_behind_the_fence_gives_the_clients_back_to_the_old_side(string through)
    {
        await using WholeRig rig = new(servers);
        if (through.StartsWith("PgBouncer", StringComparison.Ordinal)) rig.AddBouncer();
        if (through.Contains("HAProx")) await rig.AddHAProxiesAsync(through.StartsWith("three", StringComparison.Ordinal) ? 3 : 1);
        if (through.Contains("DNS")) rig.AddNames();
        await rig.BeginAsync();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = 409 });

        CrdrOperation operation = await rig.RunAsync(WholeRig.Switchover);

        Assert.True(operation.Outcome == CrdrOutcome.RolledBack, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        Assert.NotNull(rig.Fenced);
        await rig.ClientsOnAsync(Side.Primary);
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Primary);
        Assert.Equal((CrdrPhase.Protected, (string?)null), (status.Phase, status.OpenOperation));
        Assert.DoesNotContain(rig.Clients.Acknowledged, a => a.Value == rig.Port(Side.Recovery));
        if (through == "PgBouncer") Assert.Equal(0, rig.Clients.Errors);
        output.WriteLine($"{through}: {rig.Clients.Report}");

        // No fence was left behind, and so the next try goes through.
        rig.World.ClearFaults();
        operation = await rig.RunAsync(WholeRig.Switchover);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        await rig.ClientsOnAsync(Side.Recovery);
    }

    [ServerFact("haproxy", "initdb")]
    public async Task S31_A_proxy_that_forgets_the_failover_in_a_reload_is_seen_off_the_writer_and_the_printed_verb_leads_it_back()
    {
        await using WholeRig rig = new(servers);
        ProxyUnderTest proxy = (await rig.AddHAProxiesAsync(keepsState: false))[0];
        await rig.BeginAsync();
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(WholeRig.Failover);
        Assert.True(failover.Outcome == CrdrOutcome.Succeeded, failover.Message);
        Assert.Contains((await rig.StatusAsync()).Findings, f => f.Id == "RouteNotDurable");
        await rig.ClientsOnAsync(Side.Recovery);

        await proxy.ReloadAsync();
        CrdrStatus status = await rig.StatusAsync();
        Assert.Contains(status.Findings, f => f is { Id: "RouteOffWriter", Severity: FindingSeverity.Error });
        CrdrNextAction way = Assert.Single(status.NextActions, a => a.Command?.StartsWith("Switch-CrdrRoute", StringComparison.Ordinal) ?? false);
        Assert.Equal(($"Switch-CrdrRoute {WholeRig.Pair} -To Recovery", $"crdr route switch {WholeRig.Pair} --to recovery"), (way.Command, way.Crdr));

        CrdrOperation mended = await rig.RunAsync(new() { Verb = CrdrVerb.SwitchRoute, To = Side.Recovery });
        Assert.True(mended.Outcome == CrdrOutcome.Succeeded, mended.Message);
        await rig.ClientsOnAsync(Side.Recovery);
        status = await rig.AssertRoutesOnAsync(Side.Recovery);
        Assert.DoesNotContain(status.Findings, f => f.Id == "RouteOffWriter");
    }
}
