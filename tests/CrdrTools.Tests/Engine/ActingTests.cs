using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>Safety rules S5 to S12, as far as Aiven can show them.</summary>
public class ActingTests
{
    [Theory]
    [InlineData(SimulatorFaultAction.DropAfter)]
    [InlineData(SimulatorFaultAction.HtmlBody)]
    [InlineData(SimulatorFaultAction.TruncatedJson)]
    [InlineData(SimulatorFaultAction.Status)]
    public async Task S05_A_reply_lost_after_the_change_took_effect_is_neither_a_failure_nor_asked_again(SimulatorFaultAction fault)
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = fault, Applied = true, Status = 500, Times = 1 });
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver), (operation.Outcome, operation.PhaseAfter));
        Assert.Equal((1, 1), (rig.Applied("failed"), rig.Changing));
    }

    [Theory]
    [InlineData(SimulatorFaultAction.DropBefore)]
    [InlineData(SimulatorFaultAction.HtmlBody)]
    [InlineData(SimulatorFaultAction.Status)]
    public async Task S05_A_change_without_a_reply_and_without_effect_is_left_and_asked_again_only_by_a_resume_that_sees_it_absent(SimulatorFaultAction fault)
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = fault, Applied = false, Status = 500, Times = 1 });
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("was not asked for again", operation.Message);
        Assert.Equal(1, rig.Changing);

        CrdrOperation resumed = await rig.ResumeAsync(operation.Id);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver), (resumed.Outcome, resumed.PhaseAfter));
        Assert.Equal((1, 2), (rig.Applied("failed"), rig.Changing));
    }

    [Fact]
    public async Task S05_A_change_that_appears_late_is_recognised_and_not_asked_again()
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 60_000, Times = 1 });
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal((1, 1), (rig.Applied("failed"), rig.Changing));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task S05_Too_many_requests_means_not_done_so_that_it_is_asked_again_when_the_vendor_says(int? retryAfter)
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = 429, RetryAfterSeconds = retryAfter, Times = 2 });
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal((1, 3), (rig.Applied("failed"), rig.Changing));
        if (retryAfter is not { } seconds) return;
        List<DateTimeOffset> at = [.. rig.World.Requests.Where(r => r.Changing).Select(r => r.At)];
        Assert.True(at[1] - at[0] >= TimeSpan.FromSeconds(seconds) && at[2] - at[1] >= TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(400, "VendorRejected")]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(403, "PermissionDenied")]
    [InlineData(404, "VendorNotFound")]
    [InlineData(409, "VendorConflict")]
    public async Task S05_A_change_that_the_vendor_turns_down_is_refused_and_nothing_was_changed(int status, string errorId)
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = status });
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, errorId), (operation.Outcome, operation.ErrorId));
        Assert.EndsWith("Nothing was changed.", operation.Message);
        Assert.Equal((0, 1), (rig.Applied("failed"), rig.Changing));
        Assert.Null((await rig.StatusAsync()).OpenOperation);
    }

    [Fact]
    public async Task S05_A_connection_refused_right_before_the_change_means_that_nothing_was_sent()
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.Host.Progressed = p =>
        {
            if (p.Detail == "asking") rig.Server.Dispose();
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "VendorUnreachable"), (operation.Outcome, operation.ErrorId));
        Assert.EndsWith("Nothing was changed.", operation.Message);
    }

    [Fact]
    public async Task S05_Reads_that_fail_while_waiting_do_not_end_the_operation()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        int polls = 0;
        rig.Host.Progressed = _ =>
        {
            if (++polls == 3) rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.Status, Status = 502, Times = 40 });
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S05_A_token_that_is_taken_away_while_waiting_leaves_an_operation_that_resumes()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        rig.Host.Progressed = p =>
        {
            if (p.Waited > TimeSpan.FromSeconds(1)) rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.Status, Status = 401 });
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Incomplete, "AuthenticationFailed"), (operation.Outcome, operation.ErrorId));
        rig.World.ClearFaults();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(operation.Id)).Outcome);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S05_A_stuck_rebuild_ends_incomplete_with_what_was_seen_and_a_resume_finishes_it()
    {
        using Rig rig = new(s => s with { RebuildStuck = true });
        await rig.FailedOverAsync();
        CrdrOperation operation = await rig.RunAsync(Rig.Restore with { Timeout = TimeSpan.FromMinutes(20) });
        Assert.Equal((CrdrOutcome.Incomplete, "StepTimeout"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("has stood at", operation.Message);
        Assert.Contains(operation.NextActions, a => a.Crdr == $"crdr operation resume {operation.Id}");
        rig.World.Settings = rig.World.Settings with { RebuildStuck = false };
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), ((await rig.ResumeAsync(operation.Id)).Outcome, (await rig.StatusAsync()).Phase));
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S06_What_goes_wrong_after_the_fence_and_before_the_promotion_goes_back()
    {
        using RouteRig rig = new();
        rig.Rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = 409 });
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.RolledBack, "VendorConflict"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(("primary", ""), rig.Route);
        Assert.Equal(["fence primary", "switch primary"], rig.Log);
        Assert.Null((await rig.Rig.StatusAsync()).OpenOperation);
        Assert.Equal(StepProgress.Undone, operation.Steps.Single(s => s.Id == "fence-app").State);
    }

    [Fact]
    public async Task S06_Ctrl_C_after_the_fence_and_before_the_promotion_goes_back()
    {
        using RouteRig rig = new();
        using CancellationTokenSource stop = new();
        rig.OnFence = stop.Cancel;
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery, stop.Token);
        Assert.Equal((CrdrOutcome.RolledBack, "Stopped"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(("primary", ""), rig.Route);
        Assert.Equal(0, rig.Rig.Changing);
    }

    [Fact]
    public async Task S06_Ctrl_C_after_the_promotion_was_sent_goes_on_to_the_verified_switch()
    {
        using RouteRig rig = new();
        using CancellationTokenSource stop = new();
        rig.Rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("PUT", StringComparison.Ordinal)) stop.Cancel();
        };
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery, stop.Token);
        Assert.Equal(("recovery", CrdrPhase.ReadyToFailBack), (rig.Route.Target, operation.PhaseAfter));
        Assert.Contains(rig.Log, l => l == "switch recovery");
    }

    [Fact]
    public async Task S06_The_order_of_a_planned_move_is_fence_promote_switch_unfence()
    {
        using RouteRig rig = new();
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal(["fence-app", "take-over-recovery", "switch-app", "unfence-app"], operation.Steps.Select(s => s.Id));
        Assert.Equal(["fence primary", "switch recovery", "unfence primary"], rig.Log);
        Assert.Equal(("recovery", ""), rig.Route);
    }

    [Fact]
    public async Task S06_NoWait_returns_only_outside_a_critical_section()
    {
        using RouteRig rig = new();
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery with { NoWait = true });
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal(("recovery", ""), rig.Route);

        using Rig free = new();
        await free.FailedOverAsync();
        CrdrOperation started = await free.RunAsync(Rig.Restore with { NoWait = true });
        Assert.Equal(CrdrOutcome.Started, started.Outcome);
        Assert.Contains($"Resume-CrdrOperation -Id {started.Id}", started.Message);
        Assert.Equal(CrdrOutcome.Succeeded, (await free.ResumeAsync(started.Id)).Outcome);
        Assert.Equal(1, free.Changing);
    }

    [Fact]
    public async Task S08_A_failover_is_refused_while_the_primary_answers_and_the_switchover_is_named()
    {
        using Rig rig = new();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident"), (operation.Outcome, operation.ErrorId));
        Assert.Equal("Invoke-CrdrSwitchover pg-demo -To Recovery", operation.NextActions[0].Command);
        Assert.Equal(0, rig.Changing);
        operation = await rig.RunAsync(Rig.Failover with { GiveUpHealthyPrimary = true });
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Contains(operation.Overrides, o => o.Name == "OutageEvident");
    }

    [Fact]
    public async Task S08_A_failover_is_refused_unless_the_recovery_side_is_ready_and_no_switch_helps()
    {
        foreach (Action<SimulatorWorld> spoil in new Action<SimulatorWorld>[]
        {
            w => w.SetState("demo", "pg-demo-dr", "REBUILDING"),
            w => w.SetState("demo", "pg-demo-dr", "POWEROFF"),
            w => w.SetNodes("demo", "pg-demo-dr", "running", "leaving"),
            w => w.SetIntegration("demo", "pg-demo-dr", false),
            w => w.SetRole("demo", "pg-demo-dr", null),
            w => w.RemoveService("demo", "pg-demo-dr"),
        })
        {
            using Rig rig = new();
            rig.LoseRegion();
            spoil(rig.World);
            CrdrOperation operation = await rig.RunAsync(Rig.Failover with { GiveUpHealthyPrimary = true, AllowUnfenced = true, SkipQuietTime = true });
            Assert.Equal((CrdrOutcome.Refused, "TargetReady"), (operation.Outcome, operation.ErrorId));
            Assert.Equal(0, rig.Changing);
        }
    }

    [Fact]
    public async Task S08_The_only_copy_is_never_rebuilt()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        rig.World.SetNodes("demo", "pg-demo-dr", "unknown", "unknown");
        CrdrOperation operation = await rig.RunAsync(Rig.Restore with { DiscardWritesOn = Side.Primary });
        Assert.Equal((CrdrOutcome.Refused, "NotTheOnlyCopy"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S08_A_given_up_primary_that_still_runs_is_rebuilt_only_when_its_writes_may_be_thrown_away()
    {
        using Rig rig = new(s => s with { OldPrimaryKeepsServing = true });
        await rig.FailedOverAsync();
        rig.World.SetState("demo", "pg-demo", "RUNNING");
        rig.World.SetNodes("demo", "pg-demo", "running", "running");
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Refused, "NoWritesAfterCutover"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("-DiscardWritesOn Primary", operation.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S08_A_switchover_from_a_side_that_does_not_serve_is_refused()
    {
        using Rig rig = new();
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "SourceHealthy"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S09_An_unplanned_move_whose_route_cannot_be_fenced_is_refused_and_nothing_moved()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        rig.BreakFence();
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.RolledBack, "RouteCommandFailed"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("-AllowUnfenced", operation.Message);
        Assert.Contains("the proxy does not answer", operation.Message);
        Assert.Equal(0, rig.Rig.Changing);
        Assert.Equal(("primary", ""), rig.Route);
    }

    [Fact]
    public async Task S09_Unfenced_on_request_leaves_an_obligation_until_the_old_side_is_seen_cut_off()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        rig.BreakFence();
        rig.BreakSwitch();
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.Failover with { AllowUnfenced = true });
        Assert.Equal((CrdrOutcome.Incomplete, CrdrPhase.FailedOver), (operation.Outcome, operation.PhaseAfter));
        Assert.Contains(operation.Overrides, o => o.Override == "-AllowUnfenced");
        Assert.Contains((await rig.Rig.StatusAsync()).Obligations, o => o.Id == "fence:app:Primary");

        rig.MendSwitch();
        CrdrOperation resumed = await rig.Rig.ResumeAsync(operation.Id);
        Assert.Equal(CrdrOutcome.Succeeded, resumed.Outcome);
        Assert.Equal("recovery", rig.Route.Target);
        Assert.Empty((await rig.Rig.StatusAsync()).Obligations);
        Assert.Equal(1, rig.Rig.Changing);
    }

    [Fact]
    public async Task S09_An_obligation_blocks_planned_verbs_until_it_is_honoured()
    {
        using RouteRig rig = new();
        rig.Rig.Crdr.Store.SetObligations("pg-demo", [new() { Id = "fence:app:Primary", What = "fence the app", Operation = "x", Since = rig.Rig.Time.GetUtcNow() }]);
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "ObligationsHonoured"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("fence the app", (await rig.Rig.StatusAsync()).NextActions[0].What);
    }

    [Fact]
    public async Task S10_Two_promotions_are_apart_by_the_quiet_time()
    {
        using Rig rig = new();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.ToRecovery)).Outcome);
        CrdrOperation back = await rig.RunAsync(Rig.ToPrimary with { SkipQuietTime = false });
        Assert.Equal((CrdrOutcome.Refused, "QuietTime"), (back.Outcome, back.ErrorId));
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.ToPrimary with { SkipQuietTime = false })).Outcome);
    }

    [Fact]
    public async Task S10_The_quiet_time_is_waited_out_in_the_middle_of_an_operation()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation home = await rig.RunAsync(Rig.TakeOver with { SkipQuietTime = false });
        Assert.Equal(CrdrOutcome.Succeeded, home.Outcome);
        Assert.True(home.Took >= TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task S10_Nothing_toggles_the_same_switchover_twice_stays_where_it_is()
    {
        using Rig rig = new();
        await rig.RunAsync(Rig.ToRecovery);
        CrdrOperation again = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (again.Outcome, again.PhaseAfter));
        Assert.Equal(1, rig.Changing);
        CrdrOperation nameless = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover });
        Assert.Equal((CrdrOutcome.Refused, "TargetMissing"), (nameless.Outcome, nameless.ErrorId));
    }

    [Fact]
    public async Task S11_Restore_stops_where_a_human_should_look()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation restore = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (restore.Outcome, restore.PhaseAfter));
        Assert.Equal(0, rig.Applied("active"));
    }
}
