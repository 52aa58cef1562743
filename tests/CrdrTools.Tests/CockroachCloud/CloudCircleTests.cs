using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>The ways there and back under writing clients, when nothing goes wrong.</summary>
public class CloudCircleTests
{
    [Fact]
    public async Task The_circle_under_writing_clients_loses_nothing_in_a_planned_step_and_no_more_than_stated_in_the_unplanned_one()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 20, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);

        DateTimeOffset outage = rig.Time.GetUtcNow();
        rig.LoseRegion();
        Assert.Equal(CrdrPhase.NoWriter, (await rig.StatusAsync()).Phase);
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { OutageSince = outage });
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver), (failover.Outcome, failover.PhaseAfter));
        Assert.Equal(LossKind.Bounded, failover.Loss!.Kind);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        long lost = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.InRange(lost, 1, (long)(failover.Loss.Bound!.Value.TotalSeconds * 20) + 1);
        Assert.Equal(CloudRig.Recovery, rig.ProxyTarget);

        rig.RegionBack();
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (restore.Outcome, restore.PhaseAfter));
        CrdrOperation home = await rig.RunAsync(CloudRig.TakeOver);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Unprotected), (home.Outcome, home.PhaseAfter));
        Assert.Equal((LossKind.Bounded, TimeSpan.Zero), (home.Loss!.Kind, home.Loss.Bound!.Value));
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(lost, rig.World.ClusterLoss(CloudRig.Primary));
        CrdrOperation again = await rig.RunAsync(CloudRig.Protect);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (again.Outcome, again.PhaseAfter));
        Assert.Equal(lost, rig.World.ClusterLoss(CloudRig.Primary));
        Assert.Equal(0, rig.World.ClusterDualWrites);
        Assert.Equal((1, 1, 2, 4), (rig.Created(CloudRig.Primary), rig.Created(CloudRig.Recovery), rig.Completed, rig.Changing));
    }
}
