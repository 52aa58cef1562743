using System.Net;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

public sealed class RoleTransitionTests : IDisposable
{
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task Failover_destroys_the_primary_at_once_and_makes_the_recovery_active_a_little_later()
    {
        var answer = (await _r.Role("pg-demo", "failed")).Body.GetProperty("service");
        Assert.Equal("POWEROFF", answer.GetProperty("state").GetString());
        Assert.Equal("failed", answer.GetProperty("disaster_recovery_role").GetString());
        Assert.Equal(0, answer.GetProperty("node_states").GetArrayLength());
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo-dr"));

        _r.Advance(0.49);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo-dr"));
        _r.Advance(0.01);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task A_hanging_failover_leaves_nobody_active_until_it_hangs_no_more()
    {
        _r.Set(s => s with { FailoverHangs = true });
        await _r.Role("pg-demo", "failed");
        _r.Advance(3600);
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo-dr"));

        _r.Set(s => s with { FailoverHangs = false });
        _r.Advance(0.5);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task A_rebuild_gives_the_primary_new_nodes_and_ends_passive()
    {
        await _r.FailOver();
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo", "passive")).Status);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo"));
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));

        _r.Advance(5);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo"));
        var nodes = (await _r.Service("pg-demo")).GetProperty("node_states").EnumerateArray().ToList();
        Assert.Equal(["pg-demo-3", "pg-demo-4"], nodes.Select(n => n.GetProperty("name").GetString()));
        Assert.All(nodes, n => Assert.Equal("running", n.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_rebuild_reports_the_base_backup_and_then_the_stream()
    {
        await _r.FailOver();
        await _r.Role("pg-demo", "passive");
        _r.Advance(1);
        var early = await Progress();
        Assert.Equal("syncing_data", early.State);
        Assert.Equal("basebackup", early.Phase);
        Assert.Equal(0.2 / 0.9, early.Share, 3);

        _r.Advance(3.75);
        var late = await Progress();
        Assert.Equal("stream", late.Phase);
        Assert.Equal(0.5, late.Share, 3);
    }

    [Fact]
    public async Task A_stuck_rebuild_stays_at_forty_percent_until_it_is_let_go()
    {
        _r.Set(s => s with { RebuildStuck = true });
        await _r.FailOver();
        await _r.Role("pg-demo", "passive");
        _r.Advance(3600);
        Assert.Equal(0.4, (await Progress()).Share, 3);
        _r.Advance(3600);
        Assert.Equal(0.4, (await Progress()).Share, 3);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo"));

        _r.Set(s => s with { RebuildStuck = false });
        _r.Advance(5);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task A_takeover_shows_both_states_and_ends_with_the_roles_swapped()
    {
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo-dr", "active")).Status);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo-dr"));
        Assert.Equal("REBALANCING/active", await _r.Seen("pg-demo"));
        _r.Advance(1);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task The_states_and_roles_shown_during_a_takeover_are_settings()
    {
        _r.Set(s => s with { TakeoverTargetState = "RUNNING", TakeoverPeerState = "RUNNING", TakeoverRolesSwapAtOnce = true });
        await _r.Role("pg-demo-dr", "active");
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo"));
        Assert.True(_r.World.Service("demo", "pg-demo").AcceptsWrites);
        Assert.False(_r.World.Service("demo", "pg-demo-dr").AcceptsWrites);
    }

    [Fact]
    public async Task The_whole_round_failover_rebuild_takeover_ends_where_it_began()
    {
        await _r.FailOver();
        await _r.RebuildPrimary();
        await _r.TakeOver("pg-demo");
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task Asking_for_the_role_it_has_changes_nothing()
    {
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo", "active")).Status);
        await _r.FailOver();
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo", "failed")).Status);
        Assert.Equal(0, _r.RolesThatTookEffect("active"));
        Assert.Equal(1, _r.RolesThatTookEffect("failed"));
    }

    [Theory]
    [InlineData("pg-demo-dr", "failed", 400, "Only a primary service can be failed")]
    [InlineData("pg-demo", "passive", 409, "peer")]
    [InlineData("pg-demo", "standby", 400, "Invalid input: 'standby' is not one of ['active', 'failed', 'passive']")]
    [InlineData("pg-single", "active", 400, "disaster_recovery integration")]
    public async Task An_illegal_change_of_role_is_refused_and_changes_nothing(string service, string role, int status, string message)
    {
        var reply = await _r.Role(service, role);
        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(message, reply.Message);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.DoesNotContain(_r.World.Requests, r => r.Applied);
    }

    [Fact]
    public async Task A_failed_service_cannot_become_active_without_a_rebuild()
    {
        await _r.FailOver();
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo", "active")).Status);
    }

    [Fact]
    public async Task A_second_change_while_one_is_under_way_conflicts()
    {
        await _r.Role("pg-demo-dr", "active");
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo", "failed")).Status);
        _r.Advance(1);
        await _r.Role("pg-demo", "active");
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo-dr", "active")).Status);
    }

    [Fact]
    public async Task The_hole_of_a_failover_refuses_a_rebuild()
    {
        await _r.Role("pg-demo", "failed");
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo", "passive")).Status);
    }

    [Fact]
    public async Task Failover_needs_a_ready_peer_unless_a_setting_says_otherwise()
    {
        _r.World.SetOutage("google-europe-west4", true);
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo", "failed")).Status);

        _r.World.SetState("demo", "pg-demo-dr", "POWEROFF");
        _r.Set(s => s with { FailoverNeedsReadyPeer = false });
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo", "failed")).Status);
        _r.Advance(3600);
        Assert.Equal("POWEROFF/passive", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task Termination_protection_blocks_a_failover_only_where_the_setting_says_so()
    {
        _r.World.SetTerminationProtection("demo", "pg-demo", true);
        _r.Set(s => s with { TerminationProtectionBlocksFailover = true });
        Assert.Equal(HttpStatusCode.Forbidden, (await _r.Role("pg-demo", "failed")).Status);
        _r.Set(s => s with { TerminationProtectionBlocksFailover = false });
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo", "failed")).Status);
    }

    [Theory]
    [InlineData(TakeoverHang.BeforeCutover, true)]
    [InlineData(TakeoverHang.InCutover, false)]
    public async Task A_hung_takeover_stays_and_says_who_still_writes(TakeoverHang hang, bool oldSideWrites)
    {
        _r.Set(s => s with { TakeoverHangs = hang });
        await _r.Role("pg-demo-dr", "active");
        _r.Advance(3600);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo-dr"));
        Assert.Equal(oldSideWrites, _r.World.Service("demo", "pg-demo").AcceptsWrites);
        Assert.False(_r.World.Service("demo", "pg-demo-dr").AcceptsWrites);

        _r.Set(s => s with { TakeoverHangs = TakeoverHang.No });
        _r.Advance(1);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task A_takeover_from_a_lost_region_is_refused_or_waits_for_it()
    {
        _r.World.SetOutage("europe-west1", true);
        Assert.Equal(HttpStatusCode.Conflict, (await _r.Role("pg-demo-dr", "active")).Status);

        _r.Set(s => s with { TakeoverNeedsPeer = false });
        Assert.Equal(HttpStatusCode.OK, (await _r.Role("pg-demo-dr", "active")).Status);
        _r.Advance(3600);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo-dr"));
        _r.World.SetOutage("europe-west1", false);
        _r.Advance(1);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
    }

    [Fact]
    public async Task A_rebuild_waits_while_its_region_is_out()
    {
        await _r.FailOver();
        _r.World.SetOutage("europe-west1", true);
        await _r.Role("pg-demo", "passive");
        _r.Advance(3600);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-demo"));
        _r.World.SetOutage("europe-west1", false);
        _r.Advance(5);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task Replication_begins_some_time_after_a_switchover_where_the_setting_says_so()
    {
        _r.Set(s => s with { ReplicationAfterSwitchoverDelaySeconds = 10 });
        await _r.TakeOver("pg-demo-dr");
        Assert.Equal("starting", await IntegrationStatus());
        Assert.False(_r.World.Pairs[0].Replicating);
        _r.Advance(10);
        Assert.Equal("running", await IntegrationStatus());
        Assert.True(_r.World.Pairs[0].Replicating);
    }

    private async Task<string?> IntegrationStatus() => (await _r.Service("pg-demo")).GetProperty("service_integrations")[0]
        .GetProperty("integration_status").GetProperty("state").GetProperty("status").GetString();

    private async Task<(string State, string Phase, double Share)> Progress()
    {
        var node = (await _r.Service("pg-demo")).GetProperty("node_states")[0];
        var last = node.GetProperty("progress_updates").EnumerateArray().Last();
        return (node.GetProperty("state").GetString()!, last.GetProperty("phase").GetString()!,
            last.GetProperty("current").GetDouble() / last.GetProperty("max").GetDouble());
    }
}
