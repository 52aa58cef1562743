using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>Waiting is cheap, prompt, and says what it waits for.</summary>
public class CloudWaitingTests
{
    [Theory]
    [InlineData(25, 25, 25)]
    [InlineData(300, 25, 60)]
    [InlineData(300, 7200, 600)]
    public async Task Failing_back_takes_at_most_1_05_times_what_the_vendor_takes(double starting, double scan, double failover)
    {
        using CloudRig rig = new(s => s with { CockroachStartingSeconds = starting, CockroachInitialScanSeconds = scan, CockroachFailoverSeconds = failover, CockroachReplicatedTimeStepSeconds = 0, CockroachLagSeconds = 1 });
        await rig.FailedOverAsync();
        CrdrOperation home = await rig.RunAsync(CloudRig.TakeOver);
        Assert.Equal(CrdrOutcome.Succeeded, home.Outcome);
        // What of the scan's time was written meanwhile is caught up at twenty seconds a second; then the lag, and the time that was read.
        double vendor = starting + scan + scan / 20 + failover;
        Assert.InRange((home.Ended!.Value - home.Began).TotalSeconds, vendor - scan / 20, vendor * 1.05 + 4);
    }

    [Fact]
    public async Task While_it_waits_it_asks_one_thing_at_a_time()
    {
        using CloudRig rig = new(s => s with { CockroachInitialScanSeconds = 3600 });
        await rig.FailedOverAsync();
        DateTimeOffset began = rig.Time.GetUtcNow();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        Assert.InRange(rig.World.Requests.Count / (rig.Time.GetUtcNow() - began).TotalSeconds, 0.1, 4);
    }

    [Fact]
    public async Task A_cutover_that_hangs_is_reported_while_it_hangs_with_what_can_still_be_done()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverPrimaryDownSeconds = 900 });
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.Equal(CrdrOutcome.Succeeded, failover.Outcome);
        string late = Assert.Single(rig.Host.Said, s => s.Contains("it should take at most 5 min"));
        Assert.Contains("open an urgent case", late);
        Assert.Contains("cannot be taken back", late);
    }

    [Fact]
    public async Task A_cutover_that_never_ends_ends_incomplete_and_a_status_in_between_says_what_is_known()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverHangs = true });
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, Timeout = TimeSpan.FromMinutes(20) });
        Assert.Equal((CrdrOutcome.Incomplete, "StepTimeout"), (failover.Outcome, failover.ErrorId));
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal(CrdrPhase.Transitioning, status.Phase);
        Assert.Contains(status.Findings, f => f.Id == "CutoverUnderway");
        Assert.Contains("resume", status.NextActions[0].Crdr);
        rig.World.UpdateSettings(s => s with { CockroachFailoverHangs = false });
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(failover.Id)).Outcome);
        Assert.Equal(1, rig.Completed);
    }

    [Fact]
    public async Task The_initial_scan_is_shown_as_such()
    {
        using CloudRig rig = new(s => s with { CockroachInitialScanSeconds = 600 });
        await rig.FailedOverAsync();
        await rig.RunAsync(CloudRig.Restore with { NoWait = true });
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal(CrdrPhase.Rebuilding, status.Phase);
        Assert.Contains("initial scan", status.Replication!.State);
        Assert.Null(status.Replication.Lag);
        Assert.Contains(status.Findings, f => f.Id == "InitialScan");
    }
}
