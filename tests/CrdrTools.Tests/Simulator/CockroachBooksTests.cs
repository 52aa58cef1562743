using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>Seeded random histories of clusters: whatever happens, the books of writes must balance.</summary>
public sealed class CockroachBooksTests
{
    /// <summary>A longer step, set in between, may show an earlier time.</summary>
    private static readonly TimeSpan LargestStep = TimeSpan.FromSeconds(2);

    private static readonly string[] Members = [CockroachRehearsal.Primary, CockroachRehearsal.Standby];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task S29_every_acknowledged_write_is_held_or_missing_and_no_standby_of_an_active_stream_accepts(int seed)
    {
        var random = new Random(seed);
        using var r = new CockroachRehearsal(s => s with
        {
            CockroachRefusesFailoverInScan = seed % 2 == 0,
            CockroachFastFailback = seed % 3 == 0,
            CockroachCanceledStandbyServes = seed % 5 < 2,
            CockroachRetentionSeconds = 20,
        });
        r.World.SetProxy("app", Members[0]);
        r.Client(17, "proxy:app");
        r.Client(23);
        r.Client(0.3, cluster: Members[1]);
        var last = new Dictionary<string, DateTimeOffset>();
        for (var step = 0; step < 200; step++)
        {
            await Step(r, random);
            r.Advance(random.NextDouble() * 4);
            Check(r, last, $"seed {seed}, step {step}");
        }
        Assert.Contains(r.World.Streams, s => s.Status == "COMPLETED");
    }

    private static async Task Step(CockroachRehearsal r, Random random)
    {
        var member = random.Next(2);
        switch (random.Next(9))
        {
            case 0:
                r.World.SetOutage(random.Next(2) == 0 ? "europe-west1" : "europe-west4", random.Next(3) == 0);
                break;
            case 1:
                r.Set(s => s with
                {
                    CockroachInitialScanStuck = random.Next(4) == 0,
                    CockroachFailoverHangs = random.Next(4) == 0,
                    CockroachLagSeconds = random.NextDouble() * 5,
                    CockroachReplicatedTimeStepSeconds = random.Next(3),
                });
                break;
            case 2:
                r.World.SetProxy("app", random.Next(3) == 0 ? null : Members[member], random.Next(2) == 0);
                break;
            case 3:
                await r.Cancel();
                break;
            case 4:
                await r.FailOver(r.World.Now.AddSeconds((random.NextDouble() * 30) - 20));
                break;
            case 5:
                await r.FailOver();
                break;
            default:
                Assert.InRange((int)(await r.Create(Members[member], Members[1 - member])).Status, 200, 409);
                break;
        }
    }

    private static void Check(CockroachRehearsal r, Dictionary<string, DateTimeOffset> last, string where)
    {
        var acknowledged = r.World.Clients.Sum(c => c.Acknowledged);
        foreach (var cluster in Members.Select(r.World.Cluster))
        {
            Assert.True(acknowledged == cluster.Rows + r.World.ClusterMissing(cluster.Name), where);
            Assert.True(cluster.StandbyOf is null || !cluster.AcceptsWrites, where);
        }
        Assert.Equal(r.World.ClusterLoss(Members[0]), r.World.Clients.Sum(c => c.Lost));
        Assert.Equal(r.World.ClusterLoss(Members[0]), r.World.ClusterLostWrites(Members[0]).Count);
        foreach (var stream in r.World.Streams)
        {
            Assert.True(stream.RetainedTime is null || stream.RetainedTime <= stream.ReplicatedTime, where);
            Assert.True(stream.ReplicatedTime is null || stream.ReplicatedTime <= r.World.Now, where);
            if (stream.ReplicatedTime is not { } time) continue;
            Assert.True(!last.TryGetValue(stream.Id, out var before) || time >= before - LargestStep, where);
            last[stream.Id] = time;
            if (stream.Status == "REPLICATING") CheckHeld(r, stream, time, where);
        }
    }

    /// <summary>What the standby of a stream is said to have, it has.</summary>
    private static void CheckHeld(CockroachRehearsal r, SimulatorStream stream, DateTimeOffset time, string where)
    {
        var source = r.World.Cluster(stream.Primary).Rows;
        var newer = r.World.ClusterAcknowledgedWrites(stream.Primary).Count(w => w.At > time && w.Service == stream.Primary);
        Assert.True(r.World.Cluster(stream.Standby).Rows >= source - newer, where);
    }
}
