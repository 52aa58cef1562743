using System.Diagnostics;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>More sequences of events that went wrong once: each way out must lead out.</summary>
public class WayOutTests
{
    [Fact]
    public async Task S06_A_state_folder_that_cannot_be_read_after_the_promotion_does_not_keep_the_route_from_following()
    {
        using RouteRig rig = new();
        bool broken = false;
        rig.Rig.Host.Progressed = p =>
        {
            if (broken || !p.Effect.StartsWith("PUT", StringComparison.Ordinal) || rig.Rig.Applied("active") != 1) return;
            broken = true;
            File.CreateSymbolicLink(Path.Combine(rig.Rig.State, "journals", "pg-demo", "zz.jsonl"), "/nowhere/at/all");
        };
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Incomplete, "JournalNotWritable"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(("recovery", ""), rig.Route);
    }

    [Fact]
    public async Task S15_An_accepted_maintenance_does_not_block_the_resume_for_ever()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        using CancellationTokenSource stop = new();
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) stop.Cancel();
        };
        DateTimeOffset from = rig.Time.GetUtcNow().AddHours(10);
        CrdrOperation left = await rig.RunAsync(Rig.TakeOver with { TakeOverWindow = $"{from:HH:00}-{from.AddHours(10):HH:00}" }, stop.Token);
        rig.World.SetNodes("demo", "pg-demo", "running", "running", "running");
        rig.Time.Advance(TimeSpan.FromHours(11));
        Assert.Equal("ResumeStale", (await rig.ResumeAsync(left.Id)).ErrorId);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(left.Id, stale: true)).Outcome);
    }

    [Fact]
    public async Task S09_A_fence_that_others_have_lifted_is_put_up_again_before_the_move()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        rig.Rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.Rig.RunAsync(Rig.Failover);
        Assert.Equal("primary", rig.Route.Fenced);
        Shell(rig, "unfence", "primary");
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(left.Id)).Outcome);
        Assert.Equal("recovery", rig.Route.Target);
        Assert.Equal(["fence primary", "unfence primary", "fence primary", "switch recovery"], rig.Log);
    }

    [Fact]
    public async Task S09_A_fence_that_cannot_be_seen_is_owed_when_that_is_allowed()
    {
        using RouteRig rig = new();
        rig.Rig.Pair = rig.Rig.Pair with { Routes = [rig.Rig.Pair.Routes[0] with { Observe = ["/bin/sh", "-c", "exit 1"] }] };
        rig.Rig.LoseRegion();
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.Failover with { AllowUnfenced = true });
        Assert.Equal(1, rig.Rig.Applied("failed"));
        Assert.NotEqual(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Contains((await rig.Rig.StatusAsync()).Obligations, o => o.Id == "fence:app:Primary");
    }

    [Fact]
    public async Task S11_Running_the_verb_with_another_window_is_not_the_same_request()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.TakeOver with { NoWait = true });
        DateTimeOffset from = rig.Time.GetUtcNow().AddHours(10);
        CrdrOperation again = await rig.RunAsync(Rig.TakeOver with { TakeOverWindow = $"{from:HH:00}-{from.AddHours(1):HH:00}" });
        Assert.Equal((CrdrOutcome.Refused, "UnfinishedOperation", 0), (again.Outcome, again.ErrorId, rig.Applied("active")));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(started.Id)).Outcome);
    }

    [Fact]
    public async Task S28_A_stop_that_is_asked_for_while_the_question_stands_is_heard()
    {
        using RouteRig rig = new();
        rig.Rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.Rig.RunAsync(Rig.ToRecovery);
        bool asked = false;
        using Core.Crdr other = rig.Rig.NewCore();
        TestHost host = new() { Asked = () => asked = other.AskToStop(left.Id, rollBack: false, "wait for me") };
        CrdrOperation again = await rig.Rig.RunAsync(Rig.ToRecovery, host: host);
        Assert.True(asked);
        // It was sent before and may still come, so that it goes on only as far as is safe; nothing new is promoted behind the asker's back.
        Assert.Contains(Journal.Read(rig.Rig.Crdr.Store.FindJournal(left.Id)!).Entries, e => e.Text?.Contains("wait for me") == true);
        Assert.Equal(again.Outcome == CrdrOutcome.Succeeded ? "recovery" : "primary", rig.Route.Target);
    }

    [Fact]
    public async Task S16_The_fences_of_a_killed_operation_are_lifted_although_the_vendor_is_away()
    {
        using RouteRig rig = new();
        // Killed at the look after the fence: nothing of the promotion is on disk.
        TestHost host = new();
        host.Traced = () =>
        {
            if (rig.Log.Count > 0) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.RunAsync(Rig.ToRecovery, host: host));
        Assert.Equal("primary", rig.Route.Fenced);
        string id = rig.Rig.OpenOperation;
        rig.Rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.DropBefore });
        CrdrOperation back = await rig.Rig.Crdr.RollBackAsync(id, "demo", new TestHost(), default);
        Assert.Equal(("primary", ""), rig.Route);
        Assert.NotEqual(CrdrOutcome.Succeeded, back.Outcome);
    }

    [Fact]
    public async Task S16_New_nodes_of_the_dead_primary_do_not_stop_the_failover()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        rig.OnFence = () => rig.Rig.World.SetNodes("demo", "pg-demo", "setting_up_vm", "unknown", "unknown");
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.RunAsync(Rig.Failover)).Outcome);
    }

    [Fact]
    public async Task S06_A_fence_that_stood_before_makes_a_critical_section_too()
    {
        using RouteRig rig = new();
        Shell(rig, "fence", "primary");
        rig.Rig.LoseRegion();
        using CancellationTokenSource stop = new();
        rig.Rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("PUT", StringComparison.Ordinal) && rig.Rig.Applied("failed") == 1) stop.Cancel();
        };
        await rig.Rig.RunAsync(Rig.Failover, stop.Token);
        Assert.Equal("recovery", rig.Route.Target);
    }

    [Fact]
    public async Task S27_The_printed_way_out_of_a_damaged_journal_works_in_every_head()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        string text = File.ReadAllText(started.Journal!);
        File.WriteAllText(started.Journal!, "X" + text[1..]);
        Assert.Equal("JournalDamaged", rig.Crdr.Operation(started.Id).ErrorId);
        Assert.False(rig.Crdr.AskToStop(started.Id, rollBack: false, null));
        Assert.Equal("Abandoned", rig.Crdr.Abandon(started.Id, "damaged").ErrorId);
    }

    [Fact]
    public void S14_What_others_wrote_is_never_cut_off()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        string path = Path.Combine(root, "o.jsonl");
        using (Journal journal = Journal.Create(path, TimeProvider.System))
        {
            journal.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Begin });
            long whole = new FileInfo(path).Length;
            using (FileStream other = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) other.Write("{\"seq\":2"u8);
            Assert.Throws<LeaseLostException>(() => journal.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Note }));
            Assert.Equal(whole + 8, new FileInfo(path).Length);
        }
        Directory.Delete(root, recursive: true);
    }

    private static void Shell(RouteRig rig, string verb, string side)
    {
        ProcessStartInfo start = new("/bin/sh") { ArgumentList = { rig.Rig.Pair.Routes[0].Observe![1], verb } };
        start.Environment["CRDR_SIDE"] = side;
        using Process process = Process.Start(start)!;
        process.WaitForExit();
    }
}
