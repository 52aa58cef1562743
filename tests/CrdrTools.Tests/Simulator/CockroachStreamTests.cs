using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>The life of a stream, from STARTING to its end.</summary>
public sealed class CockroachStreamTests : IDisposable
{
    private const string Primary = CockroachRehearsal.Primary;
    private const string Standby = CockroachRehearsal.Standby;
    private const string Zero = "0001-01-01T00:00:00Z";
    private readonly CockroachRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task A_stream_starts_scans_behind_REPLICATING_and_then_follows()
    {
        await _r.Complete();
        var created = (await _r.Create(Standby, Primary)).Body;
        Assert.Equal(["id", "status", "primary_cluster_id", "standby_cluster_id", "created_at"], Names(created));
        Assert.Equal("STARTING", created.GetProperty("status").GetString());

        _r.Advance(2);
        var scanning = await _r.Stream();
        Assert.Equal("REPLICATING", scanning.GetProperty("status").GetString());
        Assert.Equal(Zero, scanning.GetProperty("replicated_time").GetString());
        _r.Advance(2.5);
        Assert.Equal(0.5, _r.Newest.InitialScanProgress);
        Assert.Null(_r.Newest.ReplicatedTime);

        _r.Advance(2.5);
        var since = _r.Newest.RetainedTime;
        Assert.Equal((since, (double?)null), (_r.Newest.ReplicatedTime, _r.Newest.InitialScanProgress));
        Assert.Equal(_r.Newest.CreatedAt.AddSeconds(2), since);
        _r.Advance(3);
        Assert.Equal(_r.World.Now.AddSeconds(-2), _r.Newest.ReplicatedTime);
        Assert.Equal(2, (await _r.Stream()).GetProperty("replication_lag_seconds").GetInt32());
    }

    [Fact]
    public async Task The_times_of_a_scan_may_be_absent()
    {
        await _r.Complete();
        _r.Set(s => s with { CockroachScanReplicatedTime = "absent" });
        await _r.Create(Standby, Primary);
        _r.Advance(2);
        Assert.Equal(["id", "status", "primary_cluster_id", "standby_cluster_id", "created_at"], Names(await _r.Stream()));
    }

    [Fact]
    public async Task A_scan_that_is_stuck_stays_where_it_is()
    {
        await _r.Complete();
        await _r.Create(Standby, Primary);
        _r.Advance(3);
        _r.Set(s => s with { CockroachInitialScanStuck = true });
        _r.Advance(3600);
        Assert.Equal(0.2, _r.Newest.InitialScanProgress!.Value, 6);
        _r.Set(s => s with { CockroachInitialScanStuck = false });
        _r.Advance(4);
        Assert.NotNull(_r.Newest.ReplicatedTime);
    }

    [Fact]
    public async Task Replicated_time_follows_in_steps_and_never_goes_back()
    {
        _r.Set(s => s with { CockroachReplicatedTimeStepSeconds = 30, CockroachLagSeconds = 9 });
        var last = DateTimeOffset.MinValue;
        for (var i = 0; i < 40; i++)
        {
            _r.Advance(2.5);
            var time = _r.Newest.ReplicatedTime!.Value;
            Assert.Equal(0, time.UtcTicks % TimeSpan.FromSeconds(30).Ticks);
            Assert.True(time >= last);
            last = time;
        }
        Assert.Equal(_r.World.Now.AddSeconds(-10), last);
        Assert.Equal(10, (await _r.Stream()).GetProperty("replication_lag_seconds").GetInt32());
    }

    [Theory]
    [InlineData("europe-west1")]
    [InlineData("europe-west4")]
    public void The_lag_grows_while_either_region_is_out_and_shrinks_faster_than_time_afterwards(string region)
    {
        var before = _r.Newest.ReplicatedTime;
        _r.World.SetOutage(region, true);
        _r.Advance(600);
        Assert.Equal(before, _r.Newest.ReplicatedTime);
        _r.World.SetOutage(region, false);
        _r.Advance(10);
        Assert.Equal(before!.Value.AddSeconds(200), _r.Newest.ReplicatedTime);
        _r.Advance(30);
        Assert.Equal(_r.World.Now.AddSeconds(-2), _r.Newest.ReplicatedTime);
    }

    [Fact]
    public async Task A_stream_does_not_start_while_a_cluster_is_out()
    {
        await _r.Complete();
        _r.World.SetOutage("europe-west1", true);
        await _r.Create(Standby, Primary);
        _r.Advance(3600);
        Assert.Equal("STARTING", _r.Newest.Status);
        _r.World.SetOutage("europe-west1", false);
        _r.Advance(2);
        Assert.Equal("REPLICATING", _r.Newest.Status);
    }

    [Fact]
    public async Task Retained_time_is_the_start_of_the_scan_and_then_a_window()
    {
        await _r.Complete();
        await _r.Replicate(Standby, Primary);
        var start = _r.Newest.RetainedTime;
        _r.Advance(14_400);
        Assert.Equal(start!.Value.AddSeconds(6), _r.Newest.RetainedTime);
        Assert.Equal(_r.Newest.ReplicatedTime!.Value.AddHours(-4), _r.Newest.RetainedTime);
    }

    [Fact]
    public async Task A_failover_takes_its_time_and_ends_COMPLETED_with_activated_at()
    {
        var replicated = _r.Newest.ReplicatedTime;
        var reply = await _r.FailOver();
        Assert.Equal("FAILING_OVER", reply.Body.GetProperty("status").GetString());
        Assert.Equal(["id", "status", "primary_cluster_id", "standby_cluster_id", "created_at"], Names(reply.Body));
        _r.Advance(1.9);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        Assert.False(_r.Accepts(Standby));
        _r.Advance(0.1);
        var done = await _r.Stream();
        Assert.Equal("COMPLETED", done.GetProperty("status").GetString());
        Assert.Equal(["id", "status", "primary_cluster_id", "standby_cluster_id", "created_at", "activated_at"], Names(done));
        Assert.Equal(_r.World.Now, done.GetProperty("activated_at").GetDateTimeOffset());
        Assert.Equal(replicated, _r.Newest.CutoverTime);
        Assert.True(_r.Accepts(Primary) && _r.Accepts(Standby));
    }

    [Fact]
    public async Task Activated_at_may_be_the_time_of_the_data()
    {
        _r.Set(s => s with { CockroachActivatedAtIsCutoverTime = true });
        await _r.Complete();
        Assert.Equal(_r.Newest.CutoverTime, (await _r.Stream()).GetProperty("activated_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_failover_may_show_its_times()
    {
        _r.Set(s => s with { CockroachFailingOverShowsTimes = true });
        await _r.FailOver();
        Assert.True((await _r.Stream()).TryGetProperty("replicated_time", out _));
    }

    [Fact]
    public async Task A_failover_that_hangs_goes_on_when_it_hangs_no_more()
    {
        _r.Set(s => s with { CockroachFailoverHangs = true });
        await _r.FailOver();
        _r.Advance(86_400);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.Set(s => s with { CockroachFailoverHangs = false });
        _r.Advance(2);
        Assert.Equal("COMPLETED", _r.Newest.Status);
    }

    [Fact]
    public async Task A_failover_without_its_primary_may_take_longer()
    {
        _r.Set(s => s with { CockroachFailoverPrimaryDownSeconds = 900 });
        _r.World.SetOutage("europe-west1", true);
        await _r.FailOver();
        _r.Advance(901.9);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.Advance(0.1);
        Assert.Equal("COMPLETED", _r.Newest.Status);
    }

    [Fact]
    public async Task A_failover_stands_still_while_its_standby_is_out()
    {
        await _r.FailOver();
        _r.World.SetOutage("europe-west4", true);
        _r.Advance(3600);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.World.SetOutage("europe-west4", false);
        _r.Advance(2);
        Assert.Equal("COMPLETED", _r.Newest.Status);
    }

    [Fact]
    public async Task A_failover_to_the_past_goes_there()
    {
        var retained = _r.Newest.RetainedTime!.Value;
        Assert.Equal(400, (int)(await _r.FailOver(retained.AddTicks(-10))).Status);
        Assert.Equal("REPLICATING", _r.Newest.Status);
        var at = _r.World.Now.AddHours(-1);
        Assert.False((await _r.FailOver(at)).Body.TryGetProperty("failover_at", out _));
        _r.Advance(2);
        Assert.Equal(at, _r.Newest.CutoverTime);
    }

    [Fact]
    public async Task The_retained_time_that_is_shown_can_be_asked_for()
    {
        _r.Time.Advance(0.1234567);
        Assert.Equal(200, (int)(await _r.FailOver((await _r.Stream()).GetProperty("retained_time").GetDateTimeOffset())).Status);
    }

    [Fact]
    public async Task A_retained_time_that_moves_past_the_failover_takes_its_place()
    {
        _r.Set(s => s with { CockroachRetentionSeconds = 60, CockroachFailoverSeconds = 10 });
        var retained = _r.Newest.RetainedTime!.Value;
        await _r.FailOver(retained.AddSeconds(1));
        _r.Advance(10);
        Assert.Equal(retained.AddSeconds(10), _r.Newest.CutoverTime);
    }

    [Fact]
    public async Task A_failover_in_the_future_waits_for_its_time_and_shows_it()
    {
        var at = _r.World.Now.AddHours(1);
        Assert.Equal(400, (int)(await _r.FailOver(at.AddTicks(10))).Status);
        var reply = await _r.FailOver(at);
        Assert.Equal(at, reply.Body.GetProperty("failover_at").GetDateTimeOffset());
        _r.Advance(3600 + 2 + 1.9);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.Advance(0.1);
        Assert.Equal("COMPLETED", _r.Newest.Status);
        Assert.Equal(at, _r.Newest.CutoverTime);
    }

    [Fact]
    public async Task A_failover_to_a_time_its_primary_never_reaches_waits_for_the_primary()
    {
        _r.World.SetOutage("europe-west1", true);
        await _r.FailOver(_r.World.Now.AddSeconds(-1));
        _r.Advance(86_400);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.World.SetOutage("europe-west1", false);
        _r.Advance(3);
        Assert.Equal("COMPLETED", _r.Newest.Status);
    }

    [Theory]
    [InlineData("tomorrow")]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-01T03:00:00")]
    [InlineData("2026-13-01T03:00:00Z")]
    public async Task A_failover_to_no_time_is_refused(string text)
    {
        var reply = await _r.Update($$"""{"status":"FAILING_OVER","failover_at":"{{text}}"}""");
        Assert.Equal(400, (int)reply.Status);
        Assert.Contains("failover_at", reply.Message);
    }

    [Fact]
    public async Task A_failover_before_the_scan_is_over_is_refused_or_waits()
    {
        await _r.Complete();
        await _r.Create(Standby, Primary);
        _r.Advance(3);
        var refused = await _r.FailOver();
        Assert.Equal((400, 9), ((int)refused.Status, refused.Body.GetProperty("code").GetInt32()));
        Assert.Equal("REPLICATING", _r.Newest.Status);
        _r.Set(s => s with { CockroachScanRefusalStatus = 409 });
        Assert.Equal(409, (int)(await _r.FailOver()).Status);

        _r.Set(s => s with { CockroachRefusesFailoverInScan = false });
        Assert.Equal(200, (int)(await _r.FailOver()).Status);
        _r.Advance(4 + 2);
        Assert.Equal("COMPLETED", _r.Newest.Status);
        Assert.Equal(_r.Newest.CreatedAt.AddSeconds(2), _r.Newest.CutoverTime);
    }

    [Fact]
    public async Task Cancelling_ends_a_stream_and_its_standby_serves_as_set()
    {
        var reply = await _r.Cancel();
        Assert.Equal("CANCELED", reply.Body.GetProperty("status").GetString());
        Assert.Equal(_r.World.Now, reply.Body.GetProperty("canceled_at").GetDateTimeOffset());
        Assert.False(_r.Accepts(Standby));
        _r.Set(s => s with { CockroachCanceledStandbyServes = true });
        Assert.True(_r.Accepts(Standby));
    }

    [Theory]
    [InlineData("STARTING", "FAILING_OVER", 400)]
    [InlineData("STARTING", "CANCELED", 400)]
    [InlineData("REPLICATING", "STARTING", 400)]
    [InlineData("REPLICATING", "REPLICATING", 400)]
    [InlineData("REPLICATING", "COMPLETED", 400)]
    [InlineData("REPLICATING", "CANCELED", 200)]
    [InlineData("REPLICATING", "FAILING_OVER", 200)]
    [InlineData("FAILING_OVER", "FAILING_OVER", 400)]
    [InlineData("FAILING_OVER", "CANCELED", 400)]
    [InlineData("COMPLETED", "FAILING_OVER", 400)]
    [InlineData("COMPLETED", "CANCELED", 400)]
    [InlineData("CANCELED", "REPLICATING", 400)]
    [InlineData("CANCELED", "CANCELED", 400)]
    public async Task Only_documented_transitions_are_taken(string from, string to, int status)
    {
        await Bring(from);
        var reply = await _r.Update($$"""{"status":"{{to}}"}""");
        Assert.Equal(status, (int)reply.Status);
        if (status == 400) Assert.Equal(from, _r.Newest.Status);
        _r.Set(s => s with { CockroachTransitionStatus = 422 });
        if (status == 400) Assert.Equal(422, (int)(await _r.Update($$"""{"status":"{{to}}"}""")).Status);
    }

    [Theory]
    [InlineData("STARTING")]
    [InlineData("FAILING_OVER")]
    public async Task Cancelling_earlier_or_later_is_a_setting(string from)
    {
        await Bring(from);
        _r.Set(s => s with { CockroachCancelWhileStarting = true, CockroachCancelWhileFailingOver = true });
        Assert.Equal("CANCELED", (await _r.Cancel()).Body.GetProperty("status").GetString());
        _r.Advance(3600);
        Assert.Equal("CANCELED", _r.Newest.Status);
    }

    [Theory]
    [InlineData("""{"status":"STARTING","failover_at":"2026-03-01T03:00:00Z"}""")]
    [InlineData("""{"failover_at":"2026-03-01T03:00:00Z"}""")]
    public async Task The_documentations_own_example_is_taken_as_set(string body)
    {
        Assert.Equal(400, (int)(await _r.Update(body)).Status);
        _r.Set(s => s with { CockroachFailoverAtIsEnough = true });
        Assert.Equal("FAILING_OVER", (await _r.Update(body)).Body.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("{}", "status is required")]
    [InlineData("""{"status":"GONE"}""", "invalid value for enum field status")]
    [InlineData("""{"status":1}""", "invalid value for field status")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "JSON object")]
    public async Task A_body_that_is_no_update_is_refused(string body, string message)
    {
        var reply = await _r.Update(body);
        Assert.Equal((400, 3), ((int)reply.Status, reply.Body.GetProperty("code").GetInt32()));
        Assert.Contains(message, reply.Message);
    }

    [Fact]
    public async Task A_stream_cannot_be_deleted()
    {
        Assert.Equal(501, (int)(await _r.Send(HttpMethod.Delete, $"{CockroachRehearsal.Streams}/{_r.Newest.Id}")).Status);
        Assert.Equal("REPLICATING", _r.Newest.Status);
    }

    [Fact]
    public async Task With_no_waits_a_stream_passes_through_its_states_between_two_requests()
    {
        _r.Set(s => s with { CockroachStartingSeconds = 0, CockroachInitialScanSeconds = 0 });
        _r.Set(s => s with { CockroachFailoverSeconds = 0, CockroachLagSeconds = 0 });
        Assert.Equal("FAILING_OVER", (await _r.FailOver()).Body.GetProperty("status").GetString());
        Assert.Equal("COMPLETED", (await _r.Stream()).GetProperty("status").GetString());
        Assert.Equal("STARTING", (await _r.Create(Standby, Primary)).Body.GetProperty("status").GetString());
        Assert.NotNull(_r.Newest.ReplicatedTime);
    }

    [Fact]
    public async Task One_long_advance_and_many_short_ones_give_the_same_stream()
    {
        using var other = new CockroachRehearsal();
        foreach (var r in new[] { _r, other })
        {
            await r.Complete();
            await r.Create(Standby, Primary);
        }
        _r.Advance(30);
        for (var i = 0; i < 300; i++) other.Advance(0.1);
        Assert.Equal(_r.Newest, other.Newest);
    }

    private static IEnumerable<string> Names(JsonElement body) => body.EnumerateObject().Select(p => p.Name);

    private async Task Bring(string status)
    {
        if (status == "FAILING_OVER") await _r.FailOver();
        if (status == "CANCELED") await _r.Cancel();
        if (status is "COMPLETED" or "STARTING") await _r.Complete();
        if (status == "STARTING") await _r.Create(Standby, Primary);
        Assert.Equal(status, _r.Newest.Status);
    }
}
