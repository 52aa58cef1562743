using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>Safety rules S13 to S16: leases, sleepers, resuming, and what must not block a disaster.</summary>
public class SeveralHandsTests
{
    [Fact]
    public async Task S13_The_second_operator_is_refused_with_who_where_and_since_when()
    {
        using Rig rig = new();
        using ILease first = new FileStateStore(rig.State, rig.Time).Acquire("pg-demo", "the-first", CrdrVerb.Switchover);
        rig.LoseRegion();
        CrdrOperation second = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "PairBusy"), (second.Outcome, second.ErrorId));
        Assert.Contains(Operator.Name, second.Message);
        Assert.Contains($"process {Environment.ProcessId}", second.Message);
        Assert.Contains("2026-01-31 03:00", second.Message);
        Assert.Contains("the-first", second.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S13_The_plan_says_whom_the_lease_excludes()
    {
        using Rig rig = new();
        CrdrPlan plan = await rig.Crdr.PlanAsync(rig.Pair, Rig.Failover, "demo", rig.Host, default);
        Assert.Contains(rig.State, plan.Lease);
    }

    [Fact]
    public async Task S13_A_job_with_nobody_at_the_prompt_refuses_the_file_store_unless_it_is_the_sole_controller()
    {
        using Rig rig = new();
        rig.Host.Unattended = true;
        CrdrOperation operation = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "SoleController", 0), (operation.Outcome, operation.ErrorId, rig.Changing));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.ToRecovery with { SoleController = true })).Outcome);
    }

    [Fact]
    public void S13_A_lease_left_by_a_dead_process_is_taken_over_and_its_counter_goes_on()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        FileStateStore store = new(root, new AutoTime());
        ILease dead = store.Acquire("p", "first", CrdrVerb.Failover);
        long counter = dead.Holder.Counter;
        string holder = Path.Combine(root, "leases", "p.json");
        string left = File.ReadAllText(holder);
        dead.Dispose();
        File.WriteAllText(holder, left);
        using ILease next = store.Acquire("p", "second", CrdrVerb.Failover);
        Assert.Equal(counter + 1, next.Holder.Counter);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void S13_A_lease_of_another_host_is_respected_until_it_expires()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        AutoTime time = new();
        FileStateStore store = new(root, time);
        store.Acquire("p", "first", CrdrVerb.Failover).Dispose();
        string holder = Path.Combine(root, "leases", "p.json");
        File.WriteAllText(holder, File.ReadAllText(holder).Replace($"\"host\":\"{Environment.MachineName}\"", "\"host\":\"elsewhere\"").Replace("\"released\":true", "\"released\":false"));
        Assert.Throws<PairBusyException>(() => store.Acquire("p", "second", CrdrVerb.Failover));
        time.Advance(TimeSpan.FromMinutes(3));
        using ILease next = store.Acquire("p", "second", CrdrVerb.Failover);
        Assert.Equal(2, next.Holder.Counter);
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void S14_A_lease_that_was_not_renewed_or_whose_clocks_disagree_is_not_fresh(bool slept)
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        AutoTime time = new();
        using (ILease lease = new FileStateStore(root, time).Acquire("p", "o", CrdrVerb.Failover))
        {
            Assert.False(lease.Reassert());
            if (slept) time.Advance(TimeSpan.FromMinutes(10));
            else time.SetWallClock(TimeSpan.FromSeconds(3));
            Assert.True(lease.Reassert());
            Assert.False(lease.Reassert());
        }
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task S14_A_sleeper_whose_lease_was_taken_asks_for_nothing_more()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        string holder = Path.Combine(rig.State, "leases", "pg-demo.json");
        // Between rebuild and take-over the process is stopped for ten minutes; meanwhile another host takes the pair.
        bool taken = false;
        TestHost host = new();
        host.Progressed = p =>
        {
            if (taken || p.Waited < TimeSpan.FromSeconds(4)) return;
            taken = true;
            File.WriteAllText(holder, File.ReadAllText(holder).Replace("\"counter\":2", "\"counter\":3").Replace(rig.OpenOperation, "another"));
            rig.Time.Advance(TimeSpan.FromMinutes(10));
        };
        CrdrOperation operation = await rig.RunAsync(Rig.TakeOver, host: host);
        Assert.True(taken);
        Assert.Equal((CrdrOutcome.Incomplete, "LeaseLost"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(0, rig.Applied("active"));
    }

    [Fact]
    public async Task S15_A_resume_after_more_than_an_hour_must_be_wanted()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        rig.Time.Advance(TimeSpan.FromHours(2));
        CrdrOperation refused = await rig.ResumeAsync(started.Id);
        Assert.Equal((CrdrOutcome.Incomplete, "ResumeStale"), (refused.Outcome, refused.ErrorId));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(started.Id, stale: true)).Outcome);
    }

    [Fact]
    public async Task S15_A_lost_change_is_not_asked_again_when_other_hands_have_brought_the_pair_round_the_circle()
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.RunAsync(Rig.Failover);
        Assert.Equal("ChangeNotSeen", left.ErrorId);

        // A colleague with a store of his own fails over, rebuilds and takes over: all is as it was, and nothing is.
        using Core.Crdr colleague = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        await colleague.RunAsync(rig.Pair, Rig.Failover, "demo", new TestHost(), default);
        rig.RegionBack();
        Assert.Equal(CrdrOutcome.Succeeded, (await colleague.RunAsync(rig.Pair, Rig.TakeOver, "demo", new TestHost(), default)).Outcome);
        rig.World.ClearRequests();

        CrdrOperation resumed = await rig.ResumeAsync(left.Id);
        Assert.Equal((CrdrOutcome.Incomplete, "EpochMoved", 0), (resumed.Outcome, resumed.ErrorId, rig.Changing));
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    [Fact]
    public async Task S15_An_operation_that_somebody_else_finished_is_seen_as_done()
    {
        using Rig rig = new(s => s with { RebuildSeconds = 60 });
        await rig.FailedOverAsync();
        CrdrOperation left = await rig.RunAsync(Rig.TakeOver with { NoWait = true });
        using Core.Crdr colleague = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        Assert.Equal(CrdrOutcome.Succeeded, (await colleague.RunAsync(rig.Pair, Rig.TakeOver, "demo", new TestHost(), default)).Outcome);
        CrdrOperation resumed = await rig.ResumeAsync(left.Id);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (resumed.Outcome, resumed.PhaseAfter));
        Assert.Equal((1, 1), (rig.Applied("passive"), rig.Applied("active")));
    }

    [Fact]
    public async Task S15_Without_the_journal_the_same_verb_goes_on_from_what_is_seen()
    {
        using Rig rig = new(s => s with { RebuildSeconds = 60 });
        await rig.FailedOverAsync();
        await rig.RunAsync(Rig.Restore with { NoWait = true });
        using Core.Crdr elsewhere = rig.NewCore(Path.Combine(rig.Folder, "fresh-sandbox"));
        CrdrOperation operation = await elsewhere.RunAsync(rig.Pair, Rig.Restore, "demo", new TestHost(), default);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.ReadyToFailBack), (operation.Outcome, operation.PhaseAfter));
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S15_A_restarted_runbook_with_its_own_operation_id_resumes_and_a_third_start_does_nothing()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrRequest job = Rig.Restore with { OperationId = "job-4711", SoleController = true };
        Assert.Equal(CrdrOutcome.Started, (await rig.RunAsync(job with { NoWait = true })).Outcome);
        CrdrOperation second = await rig.RunAsync(job);
        Assert.Equal(("job-4711", CrdrOutcome.Succeeded), (second.Id, second.Outcome));
        CrdrOperation third = await rig.RunAsync(job);
        Assert.Equal((second.Ended, CrdrOutcome.Succeeded, 1), (third.Ended, third.Outcome, rig.Changing));
    }

    [Fact]
    public async Task S15_Another_verb_on_a_pair_with_an_unfinished_operation_is_refused_and_the_same_verb_resumes_it()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        CrdrOperation other = await rig.RunAsync(Rig.ToPrimary);
        Assert.Equal((CrdrOutcome.Refused, "UnfinishedOperation"), (other.Outcome, other.ErrorId));
        Assert.Contains(started.Id, other.Message);
        CrdrOperation same = await rig.RunAsync(Rig.Restore);
        Assert.Equal((started.Id, CrdrOutcome.Succeeded), (same.Id, same.Outcome));
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public void S16_Every_guard_stands_in_the_table_and_a_failover_asks_health_of_its_target_only()
    {
        foreach (string guard in GuardTable.Guards)
        foreach (CrdrVerb verb in Enum.GetValues<CrdrVerb>()) GuardTable.Stance(guard, verb);
        Assert.Equal(GuardStance.Off, GuardTable.Stance("SourceHealthy", CrdrVerb.Failover));
        Assert.Equal(GuardStance.Hard, GuardTable.Stance("TargetReady", CrdrVerb.Failover));
        Assert.NotEqual(GuardStance.Block, GuardTable.Stance("ObligationsHonoured", CrdrVerb.Failover));
        Assert.Equal(GuardStance.Warn, GuardTable.Stance("ClockAgrees", CrdrVerb.Failover));
        Assert.All(Enum.GetValues<CrdrVerb>(), v => Assert.Equal(GuardStance.Hard, GuardTable.Stance("IdentityUnchanged", v)));
    }

    [Theory]
    [InlineData(OutageView.NodesUnknown)]
    [InlineData(OutageView.NodesTimingOut)]
    [InlineData(OutageView.ApiErrors)]
    public async Task S16_What_the_dead_region_took_with_it_does_not_block_the_failover(OutageView view)
    {
        using Rig rig = new(s => s with { Outage = view });
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal(1, rig.Applied("failed"));
        rig.RegionBack();
        if (operation.Outcome != CrdrOutcome.Succeeded) operation = await rig.ResumeAsync(operation.Id, stale: true);
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver), (operation.Outcome, (await rig.StatusAsync()).Phase));
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S16_A_state_folder_that_cannot_be_written_refuses_and_the_way_round_is_named()
    {
        using Rig rig = new();
        string file = Path.Combine(rig.Folder, "a-file");
        File.WriteAllText(file, "");
        using Core.Crdr broken = rig.NewCore(Path.Combine(file, "state"));
        rig.LoseRegion();
        CrdrOperation operation = await broken.RunAsync(rig.Pair, Rig.Failover, "demo", rig.Host, default);
        Assert.Equal((CrdrOutcome.Refused, "StateNotWritable", 0), (operation.Outcome, operation.ErrorId, rig.Changing));
        Assert.Contains("-JournalTo", operation.Message);

        string journals = Path.Combine(rig.Folder, "usb");
        operation = await broken.RunAsync(rig.Pair, Rig.Failover with { WithoutLease = true, JournalTo = journals }, "demo", rig.Host, default);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.StartsWith(journals, operation.Journal);
    }
}
