using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>Seeded random histories: whatever happens, the books of writes must balance.</summary>
public sealed class BooksTests
{
    private static readonly string[] Members = ["pg-demo", "pg-demo-dr"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task S29_every_acknowledged_write_is_either_held_or_lost_and_one_service_accepts_at_a_time(int seed)
    {
        var random = new Random(seed);
        using var r = new Rehearsal();
        r.Set(s => s with { DnsSeconds = random.Next(3), ReplicationAfterSwitchoverDelaySeconds = random.Next(3) });
        r.World.AddClient("demo", "pg-demo", 17);
        r.World.AddClient("demo", "pg-demo-dr", 23, "cached");
        r.World.AddClient("demo", "pg-demo", 5, "direct:pg-demo-dr");
        for (var step = 0; step < 150; step++)
        {
            await Step(r, random);
            r.Advance(random.NextDouble() * 3);
            CheckBooks(r, $"seed {seed}, step {step}");
        }
        Assert.Contains(r.World.Requests, q => q.Applied);
    }

    private static async Task Step(Rehearsal r, Random random)
    {
        var member = Members[random.Next(2)];
        switch (random.Next(8))
        {
            case 0:
                r.World.SetOutage(random.Next(2) == 0 ? "europe-west1" : "europe-west4", random.Next(3) == 0);
                break;
            case 1:
                r.Set(s => s with
                {
                    RebuildStuck = random.Next(4) == 0,
                    FailoverHangs = random.Next(4) == 0,
                    TakeoverHangs = (TakeoverHang)(random.Next(12) % 5 % 3),
                    TakeoverNeedsPeer = random.Next(2) == 0,
                    ReplicationLagSeconds = random.NextDouble(),
                });
                break;
            default:
                var role = new[] { "active", "passive", "failed" }[random.Next(3)];
                Assert.InRange((int)(await r.Role(member, role)).Status, 200, 409);
                break;
        }
    }

    private static void CheckBooks(Rehearsal r, string where)
    {
        var services = Members.Select(m => r.World.Service("demo", m)).ToList();
        Assert.True(services.Count(s => s.AcceptsWrites) <= 1, where);
        Assert.True(r.World.DualWrites == 0, where);
        var keeper = services.SingleOrDefault(s => s.Role == "active") ?? services[1];
        var acknowledged = r.World.Clients.Sum(c => c.Acknowledged);
        Assert.True(acknowledged == keeper.Rows + r.World.Loss("demo", "pg-demo"), where);
        Assert.Equal(r.World.Loss("demo", "pg-demo"), r.World.LostWrites("demo", "pg-demo").Count);
        Assert.Equal(r.World.Loss("demo", "pg-demo"), r.World.Clients.Sum(c => c.Lost));
    }
}
