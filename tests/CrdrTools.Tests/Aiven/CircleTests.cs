using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Aiven;

/// <summary>The ways there and back, when nothing goes wrong.</summary>
public class CircleTests
{
    [Fact]
    public async Task A_pair_goes_through_a_disaster_and_back_and_each_change_is_asked_for_once()
    {
        using Rig rig = new();
        rig.World.AddClient("demo", "pg-demo", 10);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);

        rig.LoseRegion();
        Assert.Equal(CrdrPhase.NoWriter, (await rig.StatusAsync()).Phase);
        CrdrOperation failover = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver), (failover.Outcome, failover.PhaseAfter));
        Assert.InRange(failover.Rto!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(LossKind.Unknown, failover.Loss!.Kind);

        rig.RegionBack();
        CrdrOperation restore = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (restore.Outcome, restore.PhaseAfter));
        long lost = rig.World.Loss("demo", "pg-demo");
        CrdrOperation home = await rig.RunAsync(Rig.TakeOver);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (home.Outcome, home.PhaseAfter));
        Assert.Equal(LossKind.VendorStated, home.Loss!.Kind);
        Assert.Equal(lost, rig.World.Loss("demo", "pg-demo"));
        Assert.Equal(0, rig.World.DualWrites);
        Assert.Equal((1, 1, 1, 3), (rig.Applied("failed"), rig.Applied("passive"), rig.Applied("active"), rig.Changing));
    }

    [Fact]
    public async Task Restore_with_take_over_does_both_halves_in_one_operation()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation home = await rig.RunAsync(Rig.TakeOver);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (home.Outcome, home.PhaseAfter));
        Assert.Equal(["rebuild-primary", "take-over-primary"], home.Steps.Select(s => s.Id));
        Assert.All(home.Steps, s => Assert.Equal(StepProgress.Done, s.State));
        Assert.Equal(2, rig.Changing);
    }

    [Fact]
    public async Task A_switchover_moves_the_writes_and_a_switchback_brings_them_home_and_nothing_is_lost()
    {
        using Rig rig = new();
        rig.World.AddClient("demo", "pg-demo", 20);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        CrdrOperation there = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (there.Outcome, there.PhaseAfter));
        CrdrOperation back = await rig.RunAsync(Rig.ToPrimary);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (back.Outcome, back.PhaseAfter));
        Assert.Equal(0, rig.World.Loss("demo", "pg-demo"));
        Assert.Equal(2, rig.Changing);
    }

    [Fact]
    public async Task A_setup_creates_the_recovery_service_waits_until_it_protects_and_pins_it()
    {
        using Rig rig = new(pair: draft => draft with { Name = "single", Primary = new() { Name = "pg-single" }, Recovery = new() { Name = "pg-single-dr" } });
        Assert.Equal(CrdrPhase.Unprotected, (await rig.StatusAsync()).Phase);
        CrdrOperation setup = await rig.RunAsync(new() { Verb = CrdrVerb.Setup, Options = new Dictionary<string, string> { ["cloud"] = "google-europe-west4" } });
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (setup.Outcome, setup.PhaseAfter));
        Assert.Null(setup.Rto);
        Assert.StartsWith("created ", rig.Crdr.Pairs.Get("single").Recovery.Identity);
    }

    [Fact]
    public async Task Failover_of_a_pair_that_is_failed_over_succeeds_and_asks_for_nothing()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation again = await rig.RunAsync(Rig.Failover);
        Assert.Equal(CrdrOutcome.Succeeded, again.Outcome);
        Assert.StartsWith("Nothing to do", again.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_of_a_healthy_pair_succeeds_and_asks_for_nothing(bool takeOver)
    {
        using Rig rig = new();
        CrdrOperation restore = await rig.RunAsync(Rig.Restore with { TakeOver = takeOver });
        Assert.Equal(CrdrOutcome.Succeeded, restore.Outcome);
        Assert.StartsWith("Nothing to do", restore.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task The_take_over_waits_for_its_window()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation home = await rig.RunAsync(Rig.TakeOver with { TakeOverWindow = "22:00-04:00" });
        Assert.Equal(CrdrOutcome.Succeeded, home.Outcome);
        Assert.InRange(home.Steps.Single(s => s.Id == "take-over-primary").Began!.Value.Hour, 3, 3);

        using Rig later = new();
        await later.FailedOverAsync();
        home = await later.RunAsync(Rig.TakeOver with { TakeOverWindow = "05:30-06:00" });
        Assert.Equal(CrdrOutcome.Succeeded, home.Outcome);
        Assert.InRange(home.Steps.Single(s => s.Id == "take-over-primary").Began!.Value.TimeOfDay, new TimeSpan(5, 30, 0), new TimeSpan(5, 30, 15));
    }

    [Theory]
    [InlineData("absent", false)]
    [InlineData("null", false)]
    [InlineData("leader", true)]
    public async Task A_role_that_is_absent_null_or_unknown_is_survived_and_reported(string role, bool reported)
    {
        using Rig rig = new(s => s with { RoleWithoutCrdr = role }, draft => draft with { Name = "single", Primary = new() { Name = "pg-single" }, Recovery = new() { Name = "not-there" } });
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal(reported, status.Findings.Any(f => f.Id == "RoleUnknown"));
        Assert.Equal(reported ? MemberRole.Unknown : MemberRole.Active, status.Primary.Role);
    }

    [Fact]
    public async Task A_rebuild_of_hours_is_waited_for_with_few_requests()
    {
        using Rig rig = new(s => s with { RebuildSeconds = 4 * 3600 });
        await rig.FailedOverAsync();
        CrdrOperation restore = await rig.RunAsync(Rig.Restore);
        Assert.Equal(CrdrOutcome.Succeeded, restore.Outcome);
        Assert.InRange(rig.World.RequestCounts["ServiceGet"], 1000, 7000);
        Assert.InRange(restore.Steps[0].Took!.Value, TimeSpan.FromHours(4), TimeSpan.FromHours(4) + TimeSpan.FromSeconds(6));
    }
}
