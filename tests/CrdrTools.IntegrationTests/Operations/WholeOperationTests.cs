using CrdrTools.IntegrationTests.Support;
using Xunit.Abstractions;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>Whole operations of the engine through real proxies and a real name server, with clients that write all the time.</summary>
[Collection(WholeOperations.Name)]
public class WholeOperationTests(TwoServers servers, ITestOutputHelper output)
{
    [ServerTheory("haproxy", "pgbouncer", "named", "initdb")]
    [InlineData("HAProxy", "switchover")]
    [InlineData("HAProxy", "failover")]
    [InlineData("HAProxy with a backup", "switchover")]
    [InlineData("three HAProxies", "switchover")]
    [InlineData("three HAProxies", "failover")]
    [InlineData("PgBouncer", "switchover")]
    [InlineData("PgBouncer", "failover")]
    [InlineData("HAProxy and DNS", "switchover")]
    [InlineData("HAProxy and DNS", "failover")]
    [InlineData("PgBouncer and HAProxy", "switchover")]
    [InlineData("PgBouncer and HAProxy", "failover")]
    public async Task S9_No_row_is_taken_by_the_old_side_after_the_fence_and_clients_go_on_with_the_new_one(string through, string verb)
    {
        await using WholeRig rig = new(servers);
        if (through.StartsWith("PgBouncer", StringComparison.Ordinal)) rig.AddBouncer();
        if (through == "HAProxy with a backup") await rig.AddHAProxiesAsync(recoveryOptions: "backup");
        else if (through.Contains("HAProx")) await rig.AddHAProxiesAsync(through.StartsWith("three", StringComparison.Ordinal) ? 3 : 1);
        if (through.Contains("DNS")) rig.AddNames();
        await rig.BeginAsync();
        if (verb == "failover") rig.LoseRegion();

        CrdrOperation operation = await rig.RunAsync(verb == "failover" ? WholeRig.Failover : WholeRig.Switchover);

        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        await rig.ClientsOnAsync(Side.Recovery);
        await rig.AssertRoutesOnAsync(Side.Recovery);
        await rig.EndClientsAsync();
        await rig.AssertNothingBehindTheFenceAsync();
        output.WriteLine($"{verb} through {through}: {rig.Clients.Report}; RTO {operation.Rto?.TotalMilliseconds:0} ms");
        if (through == "PgBouncer" && verb == "switchover") Assert.Equal(0, rig.Clients.Errors);
    }

    [ServerFact("haproxy", "pgbouncer", "initdb")]
    public async Task S9_The_way_back_home_is_fenced_on_the_other_side()
    {
        await using WholeRig rig = new(servers);
        rig.AddBouncer();
        await rig.AddHAProxiesAsync();
        await rig.BeginAsync();
        rig.LoseRegion();
        CrdrOperation away = await rig.RunAsync(WholeRig.Failover);
        Assert.True(away.Outcome == CrdrOutcome.Succeeded, away.Message);
        await rig.ClientsOnAsync(Side.Recovery);
        rig.RegionBack();

        CrdrOperation home = await rig.RunAsync(WholeRig.TakeOver);

        Assert.True(home.Outcome == CrdrOutcome.Succeeded, $"{home.Outcome} {home.ErrorId}: {home.Message}");
        await rig.ClientsOnAsync(Side.Primary);
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Primary);
        Assert.Equal(CrdrPhase.Protected, status.Phase);
        await rig.EndClientsAsync();
        await rig.AssertNothingBehindTheFenceAsync(Side.Recovery);
        output.WriteLine($"there and back: {rig.Clients.Report}");
    }
}
