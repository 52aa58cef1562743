using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;
using NpgsqlTypes;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class CheckStartTests
{
    [ServerFact("initdb", "pg_basebackup")]
    public async Task S24_An_old_primary_may_start_for_writes_only_while_the_other_is_its_standby()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await a.StopAsync();

        Assert.Equal(CheckResult.Pass, (await CheckAsync(a, b)).Result);
        Assert.Equal(CheckResult.Pass, (await CheckAsync(b, a)).Result);
        // At once after the promotion: no checkpoint has told the control file of the new timeline.
        await b.ExecuteAsync("SELECT pg_promote(true, 60)");
        CrdrCheck promoted = await CheckAsync(a, b);
        Assert.Equal(CheckResult.Block, promoted.Result);
        Assert.Contains("timeline 2", promoted.Why);

        await a.Node.FollowAsync(b.Conninfo, "a", default);
        Assert.Equal(CheckResult.Pass, (await CheckAsync(a, b)).Result);
        File.Delete(a.At("standby.signal"));
        await b.StopAsync();
        Assert.Equal(CheckResult.Block, (await CheckAsync(a, b)).Result);
    }

    [Fact]
    public void S24_The_judgement()
    {
        NodeState own = new(false, new() { SystemIdentifier = 1, State = "shut down", Checkpoint = new NpgsqlLogSequenceNumber(1), Timeline = 3, MinimumRecoveryEnd = default }, false, null, null);
        Assert.Equal(CheckResult.Pass, CheckStart.Judge(own, new(1, true, 3), null).Result);
        Assert.Equal(CheckResult.Pass, CheckStart.Judge(own, new(1, true, 2), null).Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own, new(1, true, 4), null).Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own, new(1, false, 3), null).Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own, new(2, true, 3), null).Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own, null, "no route").Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own with { Control = null }, new(1, true, 3), null).Result);
        Assert.Equal(CheckResult.Pass, CheckStart.Judge(own with { StartsAsStandby = true }, null, null).Result);
        Assert.Equal(CheckResult.Block, CheckStart.Judge(own with { StartsAsStandby = true, Unfinished = "a rewind" }, new(1, true, 3), null).Result);
    }

    private static Task<CrdrCheck> CheckAsync(NodeServer own, NodeServer peer) => CheckStart.CheckAsync(own.Data, PostgresServer.Connect(peer.Port), default);
}
