using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CrdrTools.Core.Routes;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>Hard cases: other hands at the wrong moment, memories that do not hold, servers that answer halfway. Each found something, or was thought likely to.</summary>
public class CloudHardCaseTests
{
    // ---- Promotions of other hands, and going back ----

    [Fact]
    public async Task S7_A_promotion_that_another_tool_sent_first_is_never_rolled_back_onto_the_given_up_side()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 10 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("PATCH the stream", StringComparison.Ordinal) && p.Detail == "asking") Complete(rig);
        };
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(rig.ProxyTarget != CloudRig.Primary, $"{moved.Outcome}, route on {rig.ProxyTarget}, lost {rig.World.ClusterLoss(CloudRig.Primary)}: {moved.Message}");
    }

    [Fact]
    public async Task S7_Our_own_promotion_that_took_effect_behind_a_409_is_never_rolled_back()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        rig.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.Status, Status = 409, Applied = true, Times = 1 });
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(rig.ProxyTarget != CloudRig.Primary, $"{moved.Outcome}, lost {rig.World.ClusterLoss(CloudRig.Primary)}: {moved.Message}");
    }

    [Fact]
    public async Task S7_Ctrl_C_in_the_drain_does_not_lift_the_fence_of_a_side_that_others_have_given_up_meanwhile()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 0, CockroachLagSeconds = 10 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        using CancellationTokenSource stop = new();
        bool done = false;
        rig.Host.Progressed = p =>
        {
            if (done || !p.Effect.StartsWith("Read the time", StringComparison.Ordinal) || p.Waited <= TimeSpan.Zero) return;
            done = true;
            Complete(rig);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            stop.Cancel();
        };
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery, stop.Token);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(rig.ProxyTarget != CloudRig.Primary, $"{moved.Outcome}, lost {rig.World.ClusterLoss(CloudRig.Primary)}: {moved.Message}");
    }

    [Fact]
    public async Task S7_Stop_with_rollback_looks_whether_others_have_given_the_old_side_up()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 10 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        TestHost host = rig.NewHost();
        host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Read the time", StringComparison.Ordinal) && p.Waited > TimeSpan.Zero) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.RunAsync(CloudRig.ToRecovery, host: host));
        Complete(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        CrdrOperation back = await rig.Crdr.RollBackAsync(rig.OpenOperation, rig.Token, rig.NewHost(), default);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(rig.ProxyTarget != CloudRig.Primary, $"{back.Outcome}, lost {rig.World.ClusterLoss(CloudRig.Primary)}: {back.Message}");
    }

    [Fact]
    public async Task S3_A_planned_move_that_others_asked_for_before_everything_had_arrived_is_not_called_lossless()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 20, CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        InDrain(rig, () => Complete(rig));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        long lost = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(lost == 0 || moved.Loss is not { Kind: LossKind.Bounded } bounded || lost <= (bounded.Bound!.Value.TotalSeconds * 10) + 1, $"{moved.Outcome}: {lost} lost: {moved.Loss}");
    }

    [Fact]
    public async Task S15_A_stale_resume_does_not_lead_clients_to_a_side_that_is_not_active_any_more()
    {
        using CloudRig rig = new();
        using Core.Crdr another = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        rig.LoseRegion();
        TestHost host = rig.NewHost();
        host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Switch route", StringComparison.Ordinal)) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true }, host: host));
        rig.RegionBack();
        rig.Time.Advance(TimeSpan.FromMinutes(30));
        CrdrOperation home = await another.RunAsync(rig.Pair, CloudRig.TakeOver with { DiscardWritesOn = Side.Primary }, rig.Token, rig.NewHost(), default);
        Assert.True(home.Outcome == CrdrOutcome.Succeeded && rig.ProxyTarget == CloudRig.Primary, home.Message);
        rig.Time.Advance(TimeSpan.FromHours(2));
        CrdrOperation resumed = await rig.ResumeAsync(rig.OpenOperation, stale: true);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(rig.ProxyTarget == CloudRig.Primary, $"the route leads to {rig.ProxyTarget}, lost {rig.World.ClusterLoss(CloudRig.Primary)}, active {(await rig.StatusAsync()).ActiveMember}: {resumed.Outcome} {resumed.ErrorId} {resumed.Message}");
    }

    [Fact]
    public async Task S6_A_reverse_stream_that_others_make_at_once_does_not_keep_clients_fenced_after_the_move()
    {
        using CloudRig rig = new();
        bool made = false;
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!)
        {
            Observed = () =>
            {
                if (made || rig.World.Streams.Last().Status != "COMPLETED") return;
                made = true;
                Create(rig, CloudRig.Recovery, CloudRig.Primary);
            },
        };
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(made);
        Assert.True(rig.ProxyTarget == CloudRig.Recovery, $"{rig.ProxyTarget ?? "nobody gets through"}: {moved.Outcome} {moved.ErrorId} {moved.Message}");
    }

    [Fact]
    public async Task S6_A_cutover_that_others_stopped_does_not_end_with_the_clients_of_a_healthy_active_side_fenced()
    {
        using CloudRig rig = new(s => s with { CockroachCancelWhileFailingOver = true, CockroachFailoverSeconds = 60 });
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        bool done = false;
        rig.Host.Progressed = p =>
        {
            if (done || !p.Effect.StartsWith("PATCH the stream", StringComparison.Ordinal) || p.Waited < TimeSpan.FromSeconds(5)) return;
            done = true;
            Send(rig, HttpMethod.Patch, $"/{rig.World.Streams.Last().Id}", """{"status":"CANCELED"}""");
        };
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        CrdrStatus status = await rig.StatusAsync();
        Assert.True(rig.ProxyTarget is not null, $"{moved.Outcome} {moved.ErrorId} {moved.Message}; active is {status.ActiveMember}, {status.Phase}, open operation: {status.OpenOperation ?? "none"}");
    }

    private static void InDrain(CloudRig rig, Action act)
    {
        bool done = false;
        rig.Host.Progressed = p =>
        {
            if (done || !p.Effect.StartsWith("Read the time", StringComparison.Ordinal) || p.Waited <= TimeSpan.Zero) return;
            done = true;
            act();
        };
    }

    // ---- What a stream erases ----

    [Fact]
    public async Task S8_The_old_primarys_writes_that_an_unplanned_failover_left_behind_are_not_erased_unasked()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 45 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        await rig.FailedOverAsync();
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(only > 400, $"{only}");
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore is { Outcome: CrdrOutcome.Refused, ErrorId: "NoWritesAfterCutover" } && rig.Changing == 0, $"{only} acknowledged writes that only {CloudRig.Primary} had were erased: {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_A_fence_that_failed_is_no_record_of_clients_kept_away()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!) { NoFence = true };
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowUnfenced = true, GiveUpHealthyPrimary = true, AllowDataLoss = true });
        Assert.Equal(CloudRig.Recovery, rig.ProxyTarget);
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        rig.World.ClearRequests();
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{only} writes, failover {failover.Outcome} {failover.ErrorId}; {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_Nor_are_those_that_a_planned_move_to_a_time_in_the_past_left_behind()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(-2), AllowDataLoss = true })).Outcome);
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        rig.World.ClearRequests();
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(only > 1000);
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{only} writes that only the old primary had were erased: {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_A_promotion_of_others_before_everything_had_arrived_is_no_record_of_a_move_that_left_nothing_behind()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 20, CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        InDrain(rig, () => Complete(rig));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        rig.Host.Progressed = null;
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        rig.World.ClearRequests();
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(only > 100);
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{only} writes that only the old primary had were erased: {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_A_list_without_the_streams_that_our_own_journals_know_does_not_make_the_active_side_erasable()
    {
        using CloudRig rig = new(route: false);
        await rig.FailedOverAsync();
        rig.World.AddClusterClient(CloudRig.Recovery, 10, $"direct:{CloudRig.Recovery}");
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        rig.World.AddFault(new() { Kind = "StreamList", Action = SimulatorFaultAction.Status, Status = 200, Body = """{"physical_replication_streams":[],"pagination":{}}""" });
        CrdrStatus status = await rig.StatusAsync();
        rig.Host.Progressed = _ => rig.World.ClearFaults();
        CrdrOperation protect = await rig.RunAsync(CloudRig.Protect with { DiscardWritesOn = Side.Recovery });
        Assert.True(protect.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{status.Phase}, active {status.ActiveMember}; next: {string.Join(" | ", status.NextActions.Select(a => a.Crdr))}; {rig.Created(CloudRig.Recovery)} streams into the active, serving side; {protect.Outcome} {protect.Message}");
    }

    [Fact]
    public async Task S8_A_fence_that_was_lifted_for_an_hour_and_seen_so_is_no_still_are()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        rig.World.SetProxy("app", CloudRig.Primary);
        rig.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Contains((await rig.StatusAsync()).Findings, f => f.Id == "RouteOffWriter");
        rig.Time.Advance(TimeSpan.FromMinutes(30));
        rig.World.SetProxy("app", CloudRig.Recovery);
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(only > 1000);
        rig.World.ClearRequests();
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{only} writes that only the old primary had were erased: {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_A_pair_that_lost_its_route_since_has_nothing_that_still_keeps_clients_away()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        rig.Pair = rig.Pair with { Routes = [] };
        rig.World.SetProxy("app", CloudRig.Primary);
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        long only = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(only > 1000);
        rig.World.ClearRequests();
        CrdrOperation restore = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{only} writes under a serving cluster were erased: {restore.Outcome} {restore.Message}");
    }

    [Fact]
    public async Task S8_A_standby_that_served_after_its_stream_was_stopped_is_not_erased_unasked()
    {
        using CloudRig rig = new(s => s with { CockroachCanceledStandbyServes = true });
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(new() { Verb = CrdrVerb.StopReplication })).Outcome);
        SimulatorClient client = rig.World.AddClusterClient(CloudRig.Recovery, 10, $"direct:{CloudRig.Recovery}");
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(rig.World.Clients.Single(c => c.Id == client.Id).Acknowledged > 1000);
        rig.World.ClearRequests();
        CrdrOperation protect = await rig.RunAsync(CloudRig.Protect);
        Assert.True(protect.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"{protect.Outcome} {protect.Message}");
    }

    [Fact]
    public async Task S8_A_side_behind_a_route_that_cannot_be_seen_may_be_serving_and_is_not_erased()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await rig.RunAsync(CloudRig.Failover with { NoRoute = true, AllowUnfenced = true, GiveUpHealthyPrimary = true, AllowDataLoss = true });
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!) { Blind = true };
        rig.World.ClearRequests();
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore with { DiscardWritesOn = Side.Primary });
        Assert.True(restore.Outcome == CrdrOutcome.Refused && rig.Changing == 0, $"clients wrote through app to {rig.ProxyTarget} while it was erased: {restore.Outcome} {restore.Message}");
    }

    // ---- Fences ----

    [Fact]
    public async Task S1_A_fence_that_others_lifted_for_a_while_in_the_drain_is_noticed()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Lift(rig.Host, rig, again: true);
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(rig.World.ClusterLoss(CloudRig.Primary) == 0, $"{rig.World.ClusterLoss(CloudRig.Primary)} lost: {moved.Outcome} {moved.Loss}");
    }

    [Fact]
    public async Task S1_A_resume_that_asks_again_for_the_promotion_makes_sure_of_the_fence_too()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        rig.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation lost = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen"), (lost.Outcome, lost.ErrorId));
        TestHost host = rig.NewHost();
        Lift(host, rig, again: false);
        CrdrOperation moved = await rig.ResumeAsync(lost.Id, host: host);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(rig.World.ClusterLoss(CloudRig.Primary) == 0, $"{rig.World.ClusterLoss(CloudRig.Primary)} lost: {moved.Outcome} {moved.Loss}");
    }

    [Fact]
    public async Task S1_A_fence_that_stood_already_must_still_stand_at_the_promotion()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        // Somebody holds the clients off by hand first, as the runbook says.
        rig.World.SetProxy("app", null);
        Lift(rig.Host, rig, again: false);
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(rig.World.ClusterLoss(CloudRig.Primary) == 0, $"{rig.World.ClusterLoss(CloudRig.Primary)} lost: {moved.Outcome} {moved.Loss}");
    }

    [Fact]
    public async Task S6_Clients_are_not_cut_off_for_a_take_over_whose_standby_is_too_far_behind()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        bool cut = false;
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!) { Observed = () => cut |= rig.ProxyTarget is null };
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) rig.World.Settings = rig.World.Settings with { CockroachLagSeconds = 3000 };
        };
        CrdrOperation taken = await rig.RunAsync(CloudRig.TakeOver with { TakeOverWindow = "03:50-04:10" });
        Assert.True(rig.Completed == 0 && !cut, $"cut off: {cut}: {taken.Outcome} {taken.ErrorId} {taken.Message}");
    }

    private static void Lift(TestHost host, CloudRig rig, bool again)
    {
        int stage = 0;
        host.Progressed = p =>
        {
            if (!p.Effect.StartsWith("Read the time", StringComparison.Ordinal)) return;
            if (stage == 0 && p.Waited >= TimeSpan.FromSeconds(6)) (stage, _) = (1, Set(CloudRig.Primary));
            else if (again && stage == 1 && p.Waited >= TimeSpan.FromSeconds(12)) (stage, _) = (2, Set(null));
        };
        bool Set(string? target)
        {
            rig.World.SetProxy("app", target);
            return true;
        }
    }

    [Fact]
    public async Task S6_A_dead_proxy_does_not_keep_the_clients_of_the_healthy_one_cut_off()
    {
        using CloudRig rig = new(world: w => w.SetProxy("dead", CloudRig.Primary),
            pair: p => p with { Routes = [new() { Name = "dead", Type = "InProcess" }, new() { Name = "app", Type = "InProcess" }] });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        rig.LoseRegion();
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!) { Blind = route.Name == "dead", NoFence = route.Name == "dead", NoSwitch = route.Name == "dead" };
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true });
        Assert.True(rig.ProxyTarget == CloudRig.Recovery, $"the healthy route leads to {rig.ProxyTarget ?? "nobody"}: {failover.Outcome} {failover.ErrorId} {failover.Message}");
    }

    [Fact]
    public async Task S6_A_route_that_takes_three_seconds_to_look_at_does_not_hold_clients_off_for_ever()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        int looks = 0;
        Func<CrdrPair, CrdrRoute, IRoute?> plain = rig.NewHost().Route!;
        rig.Host.Route = (pair, route) => new Hooked(plain(pair, route)!)
        {
            ObservedAfter = () =>
            {
                // Once its backend is in maintenance the proxy's admin socket is slow.
                if (rig.ProxyTarget is not null) return;
                rig.Time.Advance(TimeSpan.FromSeconds(3));
                if (++looks > 500) throw new Crash();
            },
        };
        CrdrOperation? moved = null;
        try
        {
            moved = await rig.RunAsync(CloudRig.ToRecovery with { Timeout = TimeSpan.FromMinutes(20) });
        }
        catch (Crash)
        {
        }
        Assert.True(moved is not null, $"after {looks} looks and {looks * 3 / 60} min behind the fence, with a timeout of 20 min, it still had not ended; the route leads to {rig.ProxyTarget ?? "nobody"}");
    }

    [Fact]
    public async Task S16_A_lost_cluster_that_answers_503_with_Retry_After_does_not_block_leaving_it()
    {
        using CloudRig rig = new();
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ClusterGet", PathContains = rig.Pair.Primary.Identity, Action = SimulatorFaultAction.Status, Status = 503, RetryAfterSeconds = 5 });
        int requests = 0;
        DateTimeOffset began = rig.Time.GetUtcNow();
        rig.Host.Traced = () =>
        {
            if (++requests > 3000) throw new Crash();
        };
        CrdrOperation? failover = null;
        try
        {
            failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, Timeout = TimeSpan.FromMinutes(20) });
        }
        catch (Crash)
        {
        }
        Assert.True(failover is { Outcome: CrdrOutcome.Succeeded }, $"after {rig.Time.GetUtcNow() - began} (timeout 20 min) and {requests} requests: {failover?.Outcome} {failover?.Message}; the route leads to {rig.ProxyTarget ?? "nobody"}, {rig.Completed} promotions asked for");
    }

    [Theory]
    [InlineData("nonsense=p@ss")]
    public async Task S6_A_connection_string_that_cannot_be_read_does_not_leave_clients_fenced(string connection)
    {
        using Sql sql = new(primary: connection);
        using CloudRig rig = new(pair: sql.Of);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(rig.ProxyTarget is not null, $"fenced: {moved.Outcome} {moved.ErrorId} {moved.Message}");
    }

    // ---- Proof ----

    [Fact]
    public async Task S2_A_resume_says_succeeded_only_after_a_probe_write()
    {
        using Sql sql = new();
        using CloudRig rig = new(pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, CloudRig.Recovery);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        TestHost host = rig.NewHost();
        host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Write a row", StringComparison.Ordinal)) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.RunAsync(CloudRig.ToRecovery, host: host));
        CrdrOperation resumed = await rig.ResumeAsync(rig.OpenOperation);
        CrdrStep probe = resumed.Steps.Single(s => s.Id == "probe-recovery");
        Assert.True(resumed.Outcome != CrdrOutcome.Succeeded || rig.World.ProbeWrites(CloudRig.Recovery) > 0, $"{resumed.Outcome}, {rig.World.ProbeWrites(CloudRig.Recovery)} probe writes, the step says {probe.State}: {probe.Detail}");
    }

    [Fact]
    public async Task S6_A_probe_that_is_refused_does_not_leave_clients_without_any_side()
    {
        using PgStub stub = new(fatalAtLogin: false, "42501", "user anybody does not have CREATE privilege on the cluster");
        using Sql sql = new(recovery: stub.Connection);
        using CloudRig rig = new(pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, null);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(rig.ProxyTarget == CloudRig.Recovery, $"{rig.ProxyTarget ?? "nobody gets through"}: {moved.Outcome} {moved.ErrorId} {moved.Message}");
    }

    [Fact]
    public async Task S2_A_probe_that_was_refused_is_no_success_after_a_resume()
    {
        using PgStub stub = new(fatalAtLogin: false, "42501", "user anybody does not have CREATE privilege on the cluster");
        using Sql sql = new(recovery: stub.Connection);
        using CloudRig rig = new(pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, null);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal(CrdrOutcome.Incomplete, moved.Outcome);
        CrdrOperation resumed = await rig.ResumeAsync(moved.Id);
        CrdrStep probe = resumed.Steps.Single(s => s.Id == "probe-recovery");
        Assert.True(resumed.Outcome != CrdrOutcome.Succeeded, $"{resumed.Outcome}: {resumed.Message} The probe: {probe.State}, {probe.Detail}");
    }

    [Fact]
    public async Task S2_A_cluster_that_answers_over_SQL_that_it_does_not_serve_is_not_called_unreachable_and_succeeded()
    {
        using PgStub stub = new(fatalAtLogin: true, "08000", "service unavailable for target tenant (main)");
        using Sql sql = new(recovery: stub.Connection);
        using CloudRig rig = new(pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, null);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(moved.Outcome != CrdrOutcome.Succeeded, $"{moved.Outcome}: {moved.Steps.Single(s => s.Id == "probe-recovery").Detail}");
    }

    [Fact]
    public async Task S2_A_planned_move_without_a_fence_is_probed_too_and_ends_with_its_obligation()
    {
        using Sql sql = new();
        using CloudRig rig = new(pair: sql.Of, route: false);
        sql.Point(rig, CloudRig.Primary, CloudRig.Recovery);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery with { AllowUnfenced = true });
        Assert.True(moved.ErrorId == "ObligationLeft" && rig.World.ProbeWrites(CloudRig.Recovery) == 1, $"{moved.Outcome} {moved.ErrorId} {moved.Message}, {rig.World.ProbeWrites(CloudRig.Recovery)} probe writes");
    }

    [Fact]
    public async Task S4_A_probe_that_went_to_the_other_cluster_is_no_proof()
    {
        using Sql sql = new();
        using CloudRig rig = new(pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, CloudRig.Primary);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.DoesNotContain(moved.Steps, s => s.Id == "probe-recovery");
        Assert.Equal(0, rig.World.ProbeWrites(CloudRig.Primary));
    }

    [Fact]
    public async Task Drain_with_a_clusters_clock_that_is_behind_the_one_replicated_time_is_told_in()
    {
        using Sql sql = new();
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 8, CockroachClockSkewSeconds = -10 }, pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, CloudRig.Recovery);
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(rig.World.ClusterLoss(CloudRig.Primary) == 0, $"{rig.World.ClusterLoss(CloudRig.Primary)} lost: {moved.Outcome} {moved.Loss}");
    }

    // ---- Loss and failover_at ----

    [Fact]
    public async Task S8_A_failover_to_a_time_that_never_arrived_is_refused_and_not_sent_into_an_endless_cutover()
    {
        using CloudRig rig = new();
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        DateTimeOffset outage = rig.Time.GetUtcNow();
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { FailoverAt = outage.AddSeconds(10), AllowDataLoss = true });
        Assert.True(failover.Outcome is CrdrOutcome.Refused or CrdrOutcome.Succeeded, $"{failover.Outcome} {failover.ErrorId} {failover.Message}; stream {rig.World.Streams.Last().Status}, route {rig.ProxyTarget ?? "nobody"}");
    }

    [Fact]
    public async Task S3_An_outage_told_earlier_than_what_has_arrived_since_does_not_make_the_loss_nothing()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 45 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { GiveUpHealthyPrimary = true, OutageSince = rig.Time.GetUtcNow().AddMinutes(-5) });
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        long lost = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(failover.Outcome == CrdrOutcome.Refused || lost <= (failover.Loss!.Bound!.Value.TotalSeconds * 10) + 1, $"{failover.Outcome}: {lost} writes lost, stated: {failover.Loss?.Statement}");
    }

    [Fact]
    public async Task S3_A_failover_that_leaves_a_running_side_unfenced_states_no_bound()
    {
        using CloudRig rig = new(route: false);
        rig.World.AddClusterClient(CloudRig.Primary, 10, $"direct:{CloudRig.Primary}");
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { GiveUpHealthyPrimary = true, AllowUnfenced = true });
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        long lost = rig.World.ClusterLoss(CloudRig.Primary);
        Assert.True(failover.Loss is not { Kind: LossKind.Bounded } bounded || lost <= (bounded.Bound!.Value.TotalSeconds * 10) + 1, $"{failover.Outcome}: {lost} writes lost, stated: {failover.Loss?.Statement}");
    }

    [Fact]
    public async Task S27_Away_from_home_with_a_primary_that_is_ready_the_way_out_of_a_lost_region_is_named()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
        rig.LoseRegion("europe-west4");
        CrdrStatus status = await rig.StatusAsync();
        CrdrOperation asked = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        CrdrOperation way = await rig.RunAsync(CloudRig.Failover with { To = Side.Primary, AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Succeeded, CloudRig.Primary), (way.Outcome, rig.ProxyTarget));
        Assert.True(status.NextActions.Concat(asked.NextActions).Any(a => a.Crdr?.Contains("--to primary") == true || a.Crdr?.Contains("--take-over") == true),
            $"{status.Phase}: {string.Join(" | ", status.NextActions.Select(a => $"{a.What}: {a.Crdr}"))}; failover: {asked.Outcome} {asked.Message}: {string.Join(" | ", asked.NextActions.Select(a => a.Crdr))}");
    }

    [Fact]
    public async Task S16_A_list_of_the_lost_clusters_streams_that_cannot_be_read_does_not_block_leaving_it()
    {
        using CloudRig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "StreamList", PathContains = $"cluster_id={rig.Pair.Primary.Identity}", Action = SimulatorFaultAction.Status, Status = 500 });
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.True(failover.Outcome == CrdrOutcome.Succeeded, $"{failover.Outcome} {failover.ErrorId} {failover.Message}");
    }

    // ---- Obligations ----

    [Fact]
    public async Task S9_A_stale_list_of_streams_does_not_strike_an_obligation_off()
    {
        using CloudRig rig = new(route: false);
        rig.LoseRegion();
        Assert.Equal("ObligationLeft", (await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true })).ErrorId);
        rig.RegionBack();
        rig.World.AddFault(new() { Kind = "StreamList", Action = SimulatorFaultAction.StaleReply, Times = 2 });
        CrdrStatus stale = await rig.StatusAsync();
        rig.World.ClearFaults();
        CrdrStatus status = await rig.StatusAsync();
        Assert.True(status.Obligations.Count == 1, $"the stale look said {stale.Phase}, P {stale.Primary.Role}; now {status.Phase} without an obligation");
    }

    [Fact]
    public async Task S9_One_404_does_not_strike_an_obligation_off()
    {
        using CloudRig rig = new(route: false);
        rig.LoseRegion();
        Assert.Equal("ObligationLeft", (await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true })).ErrorId);
        rig.RegionBack();
        rig.World.AddFault(new() { Kind = "ClusterGet", PathContains = rig.Pair.Primary.Identity, Action = SimulatorFaultAction.Status, Status = 404, Times = 1 });
        await rig.StatusAsync();
        CrdrStatus status = await rig.StatusAsync();
        Assert.True(status.Obligations.Count == 1, $"{status.Phase} {status.Primary.Role} without an obligation");
    }

    [Fact]
    public async Task S9_An_unfenced_promotion_that_was_let_go_of_is_still_owed_for()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 60 }, route: false);
        rig.LoseRegion();
        CrdrOperation started = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true, NoWait = true });
        Assert.Equal(CrdrOutcome.Started, started.Outcome);
        rig.Crdr.Abandon(started.Id, "the operator was relieved");
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        rig.RegionBack();
        CrdrStatus status = await rig.StatusAsync();
        CrdrOperation again = await rig.RunAsync(CloudRig.Failover);
        Assert.True(status.Obligations.Count == 1, $"{status.Phase} without an obligation; failover again: {again.Outcome} {again.Message}");
    }

    [Fact]
    public async Task S9_A_failover_that_finds_itself_done_and_something_owed_does_not_say_succeeded()
    {
        using CloudRig rig = new(route: false);
        rig.LoseRegion();
        Assert.Equal("ObligationLeft", (await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true })).ErrorId);
        rig.RegionBack();
        CrdrOperation again = await rig.RunAsync(CloudRig.Failover);
        Assert.True(again.Outcome != CrdrOutcome.Succeeded, $"{again.Outcome}: {again.Message}, next: {again.NextActions.Count}");
    }

    // ---- Windows, outcomes ----

    [Fact]
    public async Task S11_A_take_over_that_is_resumed_after_its_window_waits_for_the_next()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        using CancellationTokenSource stop = new();
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Read the time", StringComparison.Ordinal) && p.Waited > TimeSpan.Zero) stop.Cancel();
        };
        CrdrOperation taken = await rig.RunAsync(CloudRig.TakeOver with { TakeOverWindow = "03:20-03:40" }, stop.Token);
        Assert.Equal((CrdrOutcome.Incomplete, 0), (taken.Outcome, rig.Completed));
        rig.Time.Advance(TimeSpan.FromMinutes(50));
        DateTimeOffset now = rig.Time.GetUtcNow();
        CrdrOperation resumed = await rig.ResumeAsync(taken.Id);
        TimeSpan at = (rig.World.Streams.Last().ActivatedAt ?? now).UtcDateTime.TimeOfDay;
        Assert.True(rig.Completed == 0 || (at >= new TimeSpan(3, 20, 0) && at < new TimeSpan(3, 41, 0)), $"taken over at {at}: {resumed.Outcome} {resumed.Message}");
    }

    [Fact]
    public async Task Restore_names_the_way_while_clients_are_led_to_the_given_up_side()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        Complete(rig);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CloudRig.Recovery, rig.ProxyTarget);
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.True(restore.Outcome != CrdrOutcome.Succeeded || restore.NextActions.Count > 0, $"{restore.Outcome}: {restore.Message}; clients write to {rig.ProxyTarget}");
    }

    // ---- Tried, and held ----

    [Fact]
    public async Task Two_tools_that_race_on_a_new_stream_make_one()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        bool done = false;
        rig.Host.Progressed = p =>
        {
            if (done || p.Detail != "asking") return;
            done = true;
            Create(rig, CloudRig.Recovery, CloudRig.Primary);
        };
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.True(rig.Created(CloudRig.Primary) == 1 && restore.Outcome is CrdrOutcome.Refused or CrdrOutcome.Incomplete, $"{restore.Outcome} {restore.Message}");
    }

    [Theory]
    [InlineData("StreamCreate")]
    [InlineData("StreamUpdate")]
    public async Task A_lock_that_was_told_of_a_change_that_took_effect_leads_to_no_second_one(string kind)
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 20 });
        await rig.FailedOverAsync();
        rig.World.AddFault(new() { Kind = kind, Action = SimulatorFaultAction.Status, Status = 503, Applied = true, Times = 1, Body = """{"code":14,"message":"cluster is locked by another operation","details":[]}""" });
        CrdrOperation taken = await rig.RunAsync(CloudRig.TakeOver);
        Assert.True(taken.Outcome == CrdrOutcome.Succeeded && rig.Created(CloudRig.Primary) == 1 && rig.Completed == 1 && rig.ProxyTarget == CloudRig.Primary, $"{taken.Outcome} {taken.Message}");
    }

    [Fact]
    public async Task A_stream_that_others_replaced_while_the_window_was_waited_for_is_not_completed()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        bool done = false;
        rig.Host.Progressed = p =>
        {
            if (done || !p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) return;
            done = true;
            Send(rig, HttpMethod.Patch, $"/{rig.World.Streams.Last().Id}", """{"status":"CANCELED"}""");
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            Create(rig, CloudRig.Recovery, CloudRig.Primary);
        };
        CrdrOperation taken = await rig.RunAsync(CloudRig.TakeOver with { TakeOverWindow = "03:50-04:10" });
        Assert.True(done && rig.Completed == 0 && rig.ProxyTarget == CloudRig.Recovery && taken.ErrorId == "EpochMoved", $"{taken.Outcome} {taken.ErrorId} {taken.Message}");
    }

    [Fact]
    public async Task A_promotion_that_arrives_five_minutes_late_is_found_and_finished_by_a_resume()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        rig.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 300_000, Times = 1 });
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen", (string?)null), (moved.Outcome, moved.ErrorId, rig.ProxyTarget));
        CrdrOperation back = await rig.Crdr.RollBackAsync(moved.Id, rig.Token, rig.NewHost(), default);
        Assert.Equal("PastPointOfNoReturn", back.ErrorId);
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        CrdrOperation resumed = await rig.ResumeAsync(moved.Id);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(resumed.Outcome == CrdrOutcome.Succeeded && rig.ProxyTarget == CloudRig.Recovery && rig.World.ClusterLoss(CloudRig.Primary) == 0, $"{resumed.Outcome} {resumed.Message} lost {rig.World.ClusterLoss(CloudRig.Primary)}");
    }

    [Fact]
    public async Task A_clusters_clock_that_is_ahead_holds_clients_off_longer_and_loses_nothing()
    {
        using Sql sql = new();
        using CloudRig rig = new(s => s with { CockroachClockSkewSeconds = 20 }, pair: sql.Of);
        sql.Point(rig, CloudRig.Primary, CloudRig.Recovery);
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(moved.Outcome == CrdrOutcome.Succeeded && rig.World.ClusterLoss(CloudRig.Primary) == 0, moved.Message);
    }

    [Fact]
    public async Task With_canceled_streams_hidden_and_a_second_stream_allowed_the_active_side_is_still_known()
    {
        using CloudRig rig = new(s => s with { CockroachCanceledHidden = true, CockroachAllowsSecondStream = true });
        await rig.FailedOverAsync();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(new() { Verb = CrdrVerb.StopReplication })).Outcome);
        Assert.Equal(Side.Recovery, (await rig.StatusAsync()).ActiveMember);
        Assert.Equal(CrdrOutcome.Refused, (await rig.RunAsync(CloudRig.Protect with { DiscardWritesOn = Side.Recovery })).Outcome);
    }

    [Fact]
    public async Task A_fence_that_is_lifted_in_the_drain_and_stays_lifted_rolls_back()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 20 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Lift(rig.Host, rig, again: false);
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(moved.Outcome == CrdrOutcome.RolledBack && rig.Completed == 0 && rig.ProxyTarget == CloudRig.Primary, $"{moved.Outcome} {moved.Message}");
    }

    [Fact]
    public async Task A_cutover_under_way_by_others_before_the_fence_is_refused_and_finished_once_it_is_done()
    {
        using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 60 });
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Complete(rig);
        CrdrOperation early = await rig.RunAsync(CloudRig.ToRecovery);
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        CrdrOperation later = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.True(early.Outcome == CrdrOutcome.Refused && later.Outcome == CrdrOutcome.Succeeded && rig.ProxyTarget == CloudRig.Recovery && later.Loss is null or { Kind: LossKind.Unknown }, $"{early.Outcome} {early.Message}; {later.Outcome} {later.Message} {later.Loss}; {string.Join(" | ", early.NextActions.Select(a => a.Crdr))}");
    }

    // ---- Tools ----

    private static void Complete(CloudRig rig, DateTimeOffset? at = null) =>
        Send(rig, HttpMethod.Patch, $"/{rig.World.Streams.Last().Id}", at is { } time ? $$"""{"status":"FAILING_OVER","failover_at":"{{time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}"}""" : """{"status":"FAILING_OVER"}""");

    private static void Create(CloudRig rig, string primary, string standby) =>
        Send(rig, HttpMethod.Post, "", $$"""{"primary_cluster_id":"{{rig.World.Cluster(primary).Id}}","standby_cluster_id":"{{rig.World.Cluster(standby).Id}}"}""");

    private static void Send(CloudRig rig, HttpMethod method, string path, string body)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method, new Uri(rig.Server.BaseAddress, "/api/v1/physical-replication-streams" + path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", "Bearer demo");
        using HttpResponseMessage response = http.Send(request);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}");
    }

    /// <summary>A route that does not obey, cannot be seen, or at which something happens.</summary>
    private sealed class Hooked(IRoute inner) : IRoute
    {
        public Action? Observed { get; init; }
        public Action? ObservedAfter { get; init; }
        public bool Blind { get; init; }
        public bool NoFence { get; init; }
        public bool NoSwitch { get; init; }
        public string Name => inner.Name;
        public bool Switchable => true;
        public bool CanFence => true;

        public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
        {
            Observed?.Invoke();
            if (Blind) return new() { Name = Name, Type = "InProcess", Detail = "the proxy does not answer" };
            CrdrRouteStatus seen = await inner.ObserveAsync(ct);
            if (ObservedAfter is not null)
            {
                // After the vendor has answered, as a slow proxy does.
                await Task.Delay(30, CancellationToken.None);
                ObservedAfter();
            }
            return seen;
        }

        public Task FenceAsync(Side old, bool planned) => NoFence ? throw new CrdrException(CrdrErrorKind.Connection, "ProxyDead", "the proxy does not answer") : inner.FenceAsync(old, planned);

        public Task UnfenceAsync(Side old) => inner.UnfenceAsync(old);

        public Task SwitchAsync(Side to) => NoSwitch ? throw new CrdrException(CrdrErrorKind.Connection, "ProxyDead", "the proxy does not answer") : inner.SwitchAsync(to);
    }

    /// <summary>Connection strings, in environment variables of their own.</summary>
    private sealed class Sql : IDisposable
    {
        private readonly string _primary = "CRDR_HARD_P_" + Guid.NewGuid().ToString("N"), _recovery = "CRDR_HARD_R_" + Guid.NewGuid().ToString("N");

        public Sql(string? primary = null, string? recovery = null)
        {
            Environment.SetEnvironmentVariable(_primary, primary);
            Environment.SetEnvironmentVariable(_recovery, recovery);
        }

        public CrdrPair Of(CrdrPair pair) => pair with
        {
            Settings = new Dictionary<string, string>(pair.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["primarySql"] = "env:" + _primary, ["recoverySql"] = "env:" + _recovery },
        };

        public void Point(CloudRig rig, string? primary, string? recovery)
        {
            if (primary is not null) Environment.SetEnvironmentVariable(_primary, To(rig, primary));
            if (recovery is not null) Environment.SetEnvironmentVariable(_recovery, To(rig, recovery));
        }

        private static string To(CloudRig rig, string cluster) =>
            $"Host=127.0.0.1;Port={rig.Server.SqlPort};Username=anybody;Password=demo;Database={cluster}.defaultdb;Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;Pooling=false";

        public void Dispose()
        {
            Environment.SetEnvironmentVariable(_primary, null);
            Environment.SetEnvironmentVariable(_recovery, null);
        }
    }

    /// <summary>A PostgreSQL server that says no: at the login, or to every statement.</summary>
    private sealed class PgStub : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly byte[] _error;
        private readonly bool _fatal;

        public PgStub(bool fatalAtLogin, string code, string message)
        {
            _fatal = fatalAtLogin;
            string severity = fatalAtLogin ? "FATAL" : "ERROR";
            _error = Message('E', Encoding.UTF8.GetBytes($"S{severity}\0V{severity}\0C{code}\0M{message}\0\0"));
            _listener.Start();
            _ = Task.Run(AcceptAsync);
        }

        public string Connection => $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Username=anybody;Password=demo;Database=defaultdb;Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;Pooling=false";

        public void Dispose() => _listener.Stop();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    _ = Task.Run(() => ServeAsync(client));
                }
            }
            catch (Exception)
            {
                // Stopped.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    NetworkStream s = client.GetStream();
                    byte[] head = new byte[4];
                    await s.ReadExactlyAsync(head);
                    await s.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) - 4]);
                    if (_fatal)
                    {
                        await s.WriteAsync(_error);
                        return;
                    }
                    byte[] ready = Message('Z', [(byte)'I']);
                    await s.WriteAsync((byte[])[.. Message('R', [0, 0, 0, 0]), .. Message('S', Encoding.UTF8.GetBytes("server_version\013.0\0")), .. ready]);
                    bool told = false;
                    while (true)
                    {
                        byte[] type = new byte[1];
                        await s.ReadExactlyAsync(type);
                        await s.ReadExactlyAsync(head);
                        await s.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(head) - 4]);
                        if (type[0] == 'X') return;
                        if (type[0] is (byte)'P' or (byte)'Q' && !told)
                        {
                            told = true;
                            await s.WriteAsync(_error);
                        }
                        if (type[0] is (byte)'S' or (byte)'Q')
                        {
                            told = false;
                            await s.WriteAsync(ready);
                        }
                    }
                }
                catch (Exception)
                {
                    // Gone.
                }
            }
        }

        private static byte[] Message(char type, byte[] body)
        {
            byte[] message = new byte[body.Length + 5];
            message[0] = (byte)type;
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
            body.CopyTo(message, 5);
            return message;
        }
    }
}
