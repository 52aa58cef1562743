using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>S28: what others ask of an operation that runs, or that was left: pause, go on, stop, forward, skip, retry; heard between acts, answered, and written down.</summary>
public class ControlTests
{
    private static readonly CrdrRequest s_inAWindow = Rig.TakeOver with { TakeOverWindow = "22:00-23:00" };

    [Fact]
    public async Task S28_A_running_operation_is_paused_asks_for_nothing_meanwhile_keeps_the_pair_and_goes_on_when_told()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        List<CrdrOperation> seen = [];
        bool asked = false;
        rig.Host.Progressed = p =>
        {
            if (p.Detail.StartsWith("paused by", StringComparison.Ordinal))
            {
                if (seen.Count == 0) rig.Time.Advance(TimeSpan.FromHours(3));
                CrdrOperation now = rig.NewCore().Operation(p.Operation);
                seen.Add(now);
                CrdrNextAction next = rig.NewCore().StatusAsync(rig.Pair, "demo", new TestHost(), default).GetAwaiter().GetResult().NextActions[0];
                Assert.Equal(($"crdr operation resume {p.Operation}", true), (next.Crdr, next.What.Contains("paused by")));
                // It lives on its lease: nobody else gets the pair, however long it takes.
                Assert.Equal("PairBusy", rig.NewCore().RunAsync(rig.Pair, Rig.ToPrimary, "demo", new TestHost(), default).GetAwaiter().GetResult().ErrorId);
                if (seen.Count == 5) Ask(rig, p.Operation, ControlAction.Continue);
            }
            else if (!asked && p.Waited > TimeSpan.FromSeconds(1))
            {
                asked = true;
                Ask(rig, p.Operation, ControlAction.Pause, reason: "lunch");
            }
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        Assert.All(seen, s => Assert.Equal((null, Operator.Name, true), (s.Outcome, s.PausedBy, s.PausedSince is not null)));
        Assert.Contains("paused by", seen[0].Message);
        Assert.Null(operation.PausedBy);
        Assert.Equal(1, rig.Changing);
        JournalKind[] kinds = [.. Journal.Read(operation.Journal!).Entries.Select(e => e.Kind)];
        Assert.True(kinds.AsSpan().IndexOf(JournalKind.Paused) < kinds.AsSpan().IndexOf(JournalKind.Continued));
        Assert.Contains(Journal.Read(operation.Journal!).Entries, e => e.Kind == JournalKind.Asked && e.Text!.Contains("lunch"));
    }

    [Fact]
    public async Task S28_The_time_of_a_pause_is_no_time_that_a_step_took()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        int rounds = 0;
        rig.Host.Progressed = p =>
        {
            if (!p.Detail.StartsWith("paused by", StringComparison.Ordinal))
            {
                if (rounds == 0) Ask(rig, p.Operation, ControlAction.Pause);
                return;
            }
            // Longer than a rebuild may take.
            if (rounds++ == 0) rig.Time.Advance(TimeSpan.FromDays(3));
            else Ask(rig, p.Operation, ControlAction.Continue);
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
    }

    [Fact]
    public async Task S15_One_that_was_paused_while_other_hands_acted_does_not_go_on()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        bool moved = false;
        rig.Host.Progressed = p =>
        {
            if (p.Detail.StartsWith("paused by", StringComparison.Ordinal))
            {
                if (moved) return;
                moved = true;
                // By the vendor's console: the primary takes over.
                using HttpClient console = new();
                console.DefaultRequestHeaders.Add("Authorization", "aivenv1 demo");
                console.PutAsync(new Uri(rig.Server.BaseAddress, "/v1/project/demo/service/pg-demo"), new StringContent("{\"disaster_recovery_role\":\"active\"}", System.Text.Encoding.UTF8, "application/json")).GetAwaiter().GetResult().EnsureSuccessStatusCode();
                rig.Time.Advance(TimeSpan.FromHours(1));
                Ask(rig, p.Operation, ControlAction.Continue);
            }
            else if (p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) Ask(rig, p.Operation, ControlAction.Pause);
        };
        CrdrOperation operation = await rig.RunAsync(s_inAWindow);
        Assert.True((CrdrOutcome.Incomplete, "EpochMoved") == (operation.Outcome, operation.ErrorId), $"{operation.ErrorId} {operation.Message}");
        Assert.True(moved);
    }

    [Theory]
    [InlineData(ControlAction.Stop)]
    [InlineData(ControlAction.Forward)]
    public async Task S28_A_paused_operation_is_stopped_and_taken_up_again(ControlAction how)
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        rig.Host.Progressed = p => Ask(rig, p.Operation, p.Detail.StartsWith("paused by", StringComparison.Ordinal) ? how : ControlAction.Pause);
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        rig.Host.Progressed = null;
        Assert.Equal("Stopped", operation.ErrorId);
        Assert.Null(rig.Crdr.Operation(operation.Id).PausedBy);
        CrdrOperation resumed = operation.Outcome == CrdrOutcome.Incomplete ? await rig.ResumeAsync(operation.Id) : await rig.RunAsync(Rig.Restore);
        Assert.Equal(CrdrOutcome.Succeeded, resumed.Outcome);
    }

    [Fact]
    public async Task S28_Ctrl_C_ends_a_pause()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        using CancellationTokenSource stop = new();
        rig.Host.Progressed = p =>
        {
            if (p.Detail.StartsWith("paused by", StringComparison.Ordinal)) stop.Cancel();
            else if (p.Waited > TimeSpan.Zero) Ask(rig, p.Operation, ControlAction.Pause);
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore, stop.Token);
        Assert.Equal((CrdrOutcome.Incomplete, "Stopped"), (operation.Outcome, operation.ErrorId));
        rig.Host.Progressed = null;
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(operation.Id)).Outcome);
    }

    [Fact]
    public async Task S31_One_whose_process_died_while_it_was_paused_says_so_and_is_taken_up_by_another()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        rig.Host.Progressed = p =>
        {
            if (p.Detail.StartsWith("paused by", StringComparison.Ordinal)) throw new Crash();
            if (p.Waited > TimeSpan.Zero) Ask(rig, p.Operation, ControlAction.Pause);
        };
        await Assert.ThrowsAsync<Crash>(() => rig.RunAsync(Rig.Restore));
        rig.Host.Progressed = null;
        CrdrOperation left = rig.Crdr.Operation(rig.OpenOperation);
        Assert.Equal((null, Operator.Name), (left.RunBy, left.PausedBy));
        Assert.False(rig.Crdr.IsPaused(left.Id));
        CrdrOperation resumed = await rig.ResumeAsync(left.Id);
        Assert.Equal((CrdrOutcome.Succeeded, null), (resumed.Outcome, resumed.PausedBy));
    }

    [Theory]
    [InlineData(ControlAction.Pause)]
    [InlineData(ControlAction.Stop)]
    [InlineData(ControlAction.Rollback)]
    [InlineData(ControlAction.Forward)]
    public async Task S06_Between_the_fence_and_the_verified_switch_nothing_is_left_where_it_is(ControlAction wish)
    {
        using RouteRig rig = new();
        bool asked = false, after = false;
        rig.Rig.Host.Progressed = p =>
        {
            if (!asked && rig.Rig.Applied("active") == 1)
            {
                asked = true;
                Ask(rig.Rig, p.Operation, wish);
            }
            if (!p.Detail.StartsWith("paused by", StringComparison.Ordinal)) return;
            Assert.Equal("recovery", rig.Route.Target);
            after = true;
            Ask(rig.Rig, p.Operation, ControlAction.Continue);
        };
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal(("recovery", wish == ControlAction.Forward ? "primary" : ""), rig.Route);
        JournalEntry answer = Journal.Read(operation.Journal!).Entries.First(e => e.Kind == JournalKind.Asked);
        Assert.Equal(wish is ControlAction.Stop or ControlAction.Rollback ? ControlAnswer.Refused : ControlAnswer.Later, answer.Answer);
        if (wish is ControlAction.Stop or ControlAction.Rollback)
        {
            Assert.Equal("WouldLeaveNobodyWriting", answer.ErrorId);
            Assert.Contains($"crdr operation stop {operation.Id} --forward", answer.Text);
        }
        // The fence of the old side is lifted after the switch: that is where a pause and an end are.
        Assert.Equal(wish == ControlAction.Pause, after);
        Assert.Equal(wish == ControlAction.Forward ? CrdrOutcome.Incomplete : CrdrOutcome.Succeeded, operation.Outcome);
        if (wish == ControlAction.Forward) Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(operation.Id)).Outcome);
    }

    [Fact]
    public async Task S28_One_that_was_cut_off_between_fence_and_switch_is_not_let_go_of_before_it_was_taken_forward()
    {
        using RouteRig rig = new();
        rig.Rig.Host.Progressed = _ =>
        {
            if (rig.Rig.Applied("active") == 1) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.RunAsync(Rig.ToRecovery));
        rig.Rig.Host.Progressed = null;
        string id = rig.Rig.OpenOperation;
        CrdrException refused = Assert.Throws<CrdrException>(() => rig.Rig.Crdr.Abandon(id, "I am tired"));
        Assert.Equal("WouldLeaveNobodyWriting", refused.ErrorId);
        Assert.Contains($"crdr operation stop {id} --forward", refused.Advice);
        CrdrOperation forward = await rig.Rig.Crdr.ForwardAsync(id, null, new CrdrRequest { Verb = CrdrVerb.Switchover }, "demo", rig.Rig.Host, default);
        Assert.Equal(("recovery", "Stopped"), (rig.Route.Target, forward.ErrorId));
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.Rig.StatusAsync()).Phase);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(id)).Outcome);
    }

    [Fact]
    public async Task S28_A_step_that_no_safety_rule_needs_is_left_out_with_a_reason_and_who_and_why_are_written_down()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        bool asked = false;
        rig.Host.Progressed = p =>
        {
            if (asked || !p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) return;
            asked = true;
            Ask(rig, p.Operation, ControlAction.Skip, "await-window", "the window was moved, CHG 17");
        };
        CrdrOperation operation = await rig.RunAsync(s_inAWindow);
        Assert.True(asked);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, operation.Message);
        Assert.Contains("Left out: await-window", operation.Message);
        JournalEntry line = Journal.Read(operation.Journal!).Entries.Single(e => e.Kind == JournalKind.Skipped);
        Assert.Equal(("await-window", Operator.Name), (line.Step, line.Who));
        Assert.Contains("CHG 17", line.Text);
        Assert.Equal(StepProgress.Skipped, operation.Steps.Single(s => s.Id == "await-window").State);
        Assert.Contains("skipped", Core.Reports.MarkdownReport.Write(rig.Crdr.Report(operation.Id)));
    }

    [Fact]
    public async Task S28_A_left_operation_is_taken_up_without_a_step_and_a_crash_after_that_does_not_bring_it_back()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        using CancellationTokenSource stop = new();
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) stop.Cancel();
        };
        CrdrOperation left = await rig.RunAsync(s_inAWindow, stop.Token);
        TestHost dies = new() { Progressed = p => _ = p.Effect.StartsWith("PUT role=active", StringComparison.Ordinal) ? throw new Crash() : 0 };
        await Assert.ThrowsAsync<Crash>(() => rig.Crdr.SkipAsync(left.Id, "await-window", "now", new CrdrRequest { Verb = CrdrVerb.Restore }, "demo", dies, default));
        DateTimeOffset before = rig.Time.GetUtcNow();
        CrdrOperation done = await rig.ResumeAsync(left.Id);
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, done.Message);
        Assert.True(rig.Time.GetUtcNow() - before < TimeSpan.FromHours(2), "it waited for the window after all");
    }

    [Theory]
    [InlineData("take-over-primary", "because", "StepNeeded", "S7")]
    [InlineData("rebuild-primary", "because", "StepNeeded", "S2")]
    [InlineData("await-window", " ", "ReasonMissing", "reason")]
    [InlineData("no-such-step", "because", "StepNotFound", "await-window")]
    public async Task S28_A_step_that_a_safety_rule_needs_or_a_skip_without_a_reason_is_refused_by_its_name(string step, string reason, string errorId, string says)
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        List<JournalEntry> answers = [];
        bool asked = false;
        rig.Host.Progressed = p =>
        {
            if (!p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal) || asked) return;
            asked = true;
            Ask(rig, p.Operation, ControlAction.Skip, step == "rebuild-primary" ? "take-over-primary" : step, reason);
        };
        CrdrOperation operation = await rig.RunAsync(s_inAWindow);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        JournalEntry answer = Journal.Read(operation.Journal!).Entries.Single(e => e.Kind == JournalKind.Asked);
        Assert.Equal((ControlAnswer.Refused, errorId), (answer.Answer, answer.ErrorId));
        if (step != "rebuild-primary") Assert.Contains(says, answer.Text);
        // Whoever asks for it of one that was left is told so without touching it.
        await rig.FailedOverAgainAsync();
        CrdrOperation left = await rig.RunAsync(s_inAWindow with { NoWait = true });
        CrdrException refused = await Assert.ThrowsAsync<CrdrException>(() => rig.Crdr.SkipAsync(left.Id, step, reason, new CrdrRequest { Verb = CrdrVerb.Restore }, "demo", rig.Host, default));
        Assert.Equal(errorId, refused.ErrorId);
        Assert.Contains(says, refused.Message);
    }

    [Fact]
    public async Task S05_A_step_whose_reply_was_lost_is_asked_for_again_only_when_it_is_seen_to_be_absent()
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen", 0), (left.Outcome, left.ErrorId, rig.Applied("active")));
        CrdrOperation done = await rig.Crdr.RetryAsync(left.Id, "take-over-recovery", null, new CrdrRequest { Verb = CrdrVerb.Switchover }, "demo", rig.Host, default);
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, done.Message);
        Assert.Equal(1, rig.Applied("active"));
        Assert.Contains(Journal.Read(done.Journal!).Entries, e => e is { Kind: JournalKind.Asked, Answer: ControlAnswer.Taken, Control.Step: "take-over-recovery" });
    }

    [Fact]
    public async Task S05_A_step_that_was_accepted_or_is_under_way_is_not_asked_for_again_and_the_check_is_named()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        bool asked = false;
        rig.Host.Progressed = p =>
        {
            if (asked || p.Waited < TimeSpan.FromSeconds(1)) return;
            asked = true;
            Ask(rig, p.Operation, ControlAction.Retry, "rebuild-primary");
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Succeeded, 1), (operation.Outcome, rig.Changing));
        JournalEntry answer = Journal.Read(operation.Journal!).Entries.Single(e => e.Kind == JournalKind.Asked);
        Assert.Equal((ControlAnswer.Refused, "StepNotAskedAgain"), (answer.Answer, answer.ErrorId));
        Assert.Contains("service update pg-demo --project demo --disaster-recovery-role passive", answer.Text);
    }

    [Fact]
    public async Task S28_Wishes_are_heard_in_their_order_and_none_is_lost()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        int told = 0;
        rig.Host.Progressed = p =>
        {
            if (++told != 3) return;
            Ask(rig, p.Operation, ControlAction.Pause);
            Ask(rig, p.Operation, ControlAction.Retry, "rebuild-primary");
            Ask(rig, p.Operation, ControlAction.Continue);
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Equal([ControlAction.Pause, ControlAction.Continue, ControlAction.Retry], Journal.Read(operation.Journal!).Entries.Where(e => e.Kind == JournalKind.Asked).Select(e => e.Control!.Action));
    }

    [Fact]
    public async Task S28_Each_step_says_which_rule_needs_it_and_only_waits_and_lifted_fences_may_be_left_out()
    {
        using RouteRig rig = new();
        await rig.Rig.FailedOverAsync();
        CrdrPlan plan = await rig.Rig.Crdr.PlanAsync(rig.Rig.Pair, s_inAWindow, "demo", rig.Rig.Host, default);
        Assert.Equal(["await-window", "unfence-app"], plan.Steps.Where(s => s.NeededBy is null).Select(s => s.Id));
        Assert.StartsWith("S9", plan.Steps.Single(s => s.Id == "fence-app").NeededBy);
        Assert.StartsWith("S7", plan.Steps.Single(s => s.MovesWrites).NeededBy);
    }

    [Fact]
    public async Task S28_A_planned_move_that_cannot_be_done_becomes_a_failover_only_by_a_failovers_own_guards()
    {
        using Rig rig = new();
        rig.LoseRegion();
        CrdrRequest planned = Rig.ToRecovery with { ForceAfter = TimeSpan.FromMinutes(5), AllowDataLoss = true };
        CrdrOperation refused = await rig.RunAsync(planned);
        Assert.Equal((CrdrOutcome.Refused, CrdrVerb.Switchover, 0), (refused.Outcome, refused.Verb, rig.Changing));
        Assert.Contains("It does not become a failover: LossBound", refused.Message);
        rig.Pair = rig.Pair with { UnknownLag = UnknownLag.Accept };
        DateTimeOffset began = rig.Time.GetUtcNow();
        CrdrOperation forced = await rig.RunAsync(planned with { Reason = "CHG 18" });
        Assert.True((forced.Outcome, forced.Verb) == (CrdrOutcome.Succeeded, CrdrVerb.Failover), forced.Message);
        Assert.True(forced.Began - began >= TimeSpan.FromMinutes(5), "it was forced before its time");
        Assert.NotNull(forced.InsteadOf);
        Assert.Contains("CHG 18; the planned move", forced.Reason);
        Assert.Equal((1, 0), (rig.Applied("failed"), rig.Applied("active")));
        Assert.Equal(forced.InsteadOf, rig.Crdr.Operation(forced.Id).InsteadOf);
    }

    [Fact]
    public async Task S28_A_primary_that_comes_back_in_time_is_moved_from_as_planned()
    {
        using Rig rig = new(pair: d => d with { UnknownLag = UnknownLag.Accept });
        rig.LoseRegion();
        DateTimeOffset back = rig.Time.GetUtcNow().AddMinutes(3);
        TestHost host = new();
        host.Traced = () =>
        {
            if (rig.Time.GetUtcNow() > back) rig.RegionBack();
        };
        CrdrOperation moved = await rig.RunAsync(Rig.ToRecovery with { ForceAfter = TimeSpan.FromMinutes(20) }, host: host);
        Assert.True((moved.Outcome, moved.Verb) == (CrdrOutcome.Succeeded, CrdrVerb.Switchover), moved.Message);
        Assert.Equal(0, rig.Applied("failed"));
    }

    [Fact]
    public async Task S07_S28_Once_a_promotion_may_have_been_sent_a_planned_move_never_becomes_a_failover()
    {
        using Rig rig = new(pair: d => d with { UnknownLag = UnknownLag.Accept });
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.RunAsync(Rig.ToRecovery with { ForceAfter = TimeSpan.FromSeconds(10) });
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen", CrdrVerb.Switchover), (left.Outcome, left.ErrorId, left.Verb));
        Assert.Equal((0, left.Id), (rig.Applied("failed"), rig.OpenOperation));
    }

    [Fact]
    public async Task S28_Nobody_who_was_not_asked_gets_a_failover()
    {
        using Rig rig = new(pair: d => d with { UnknownLag = UnknownLag.Accept });
        rig.LoseRegion();
        TestHost host = new() { Confirms = false };
        CrdrOperation none = await rig.RunAsync(Rig.ToRecovery with { ForceAfter = TimeSpan.FromSeconds(10) }, host: host);
        Assert.Equal((CrdrOutcome.Refused, "NotConfirmed", CrdrVerb.Failover, 0), (none.Outcome, none.ErrorId, none.Verb, rig.Changing));
        Assert.Equal(CrdrVerb.Failover, host.Shown!.Verb);
    }

    [Fact]
    public async Task S28_A_vendor_that_cannot_end_a_split_is_named_with_what_to_do_instead()
    {
        using Rig rig = new();
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Repair, To = Side.Primary });
        Assert.Equal((CrdrOutcome.Refused, "RepairNotOffered", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        Assert.Contains("please keep pg-demo, and make pg-demo-dr passive", refused.Message);
        Assert.Contains("crdr route switch pg-demo --to primary", refused.Message);
    }

    /// <summary>As another process does it, which does not wait here for the answer.</summary>
    private static void Ask(Rig rig, string operation, ControlAction action, string? step = null, string? reason = null) =>
        new FileStateStore(rig.State, rig.Time).Request(operation, new() { Action = action, Step = step, Reason = reason, Who = Operator.Name });
}
