using System.Net;
using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

public sealed class FaultTests : IDisposable
{
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task S31_a_request_dropped_before_has_no_effect()
    {
        Add(SimulatorFaultAction.DropBefore);
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.Role("pg-demo", "failed"));
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.Equal(0, _r.RolesThatTookEffect("failed"));
    }

    [Fact]
    public async Task S31_a_request_dropped_after_took_effect_without_an_answer()
    {
        Add(SimulatorFaultAction.DropAfter);
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.Role("pg-demo", "failed"));
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
        Assert.Equal(1, _r.RolesThatTookEffect("failed"));
        Assert.Null(_r.World.Requests[0].Status);
    }

    [Fact]
    public async Task S31_a_late_change_appears_by_itself_after_its_reply_was_lost()
    {
        _r.World.AddFault(new SimulatorFault { Kind = "ServiceUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 30_000 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.Role("pg-demo", "failed"));
        _r.Advance(29);
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        _r.Advance(2);
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo-dr"));
        Assert.Equal(1, _r.RolesThatTookEffect("failed"));
    }

    [Fact]
    public async Task S31_a_request_held_before_is_not_applied_when_its_client_has_gone()
    {
        Add(SimulatorFaultAction.HangBefore);
        using var gone = new CancellationTokenSource();
        var arrived = _r.World.NextRequestAsync(r => r.Kind == "ServiceUpdate");
        using var body = new StringContent("""{"disaster_recovery_role":"failed"}""");
        var call = _r.Http.PutAsync("v1/project/demo/service/pg-demo", body, gone.Token);
        await arrived;
        gone.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        _r.World.ClearFaults();
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.Equal(0, _r.RolesThatTookEffect("failed"));
    }

    [Fact]
    public async Task S31_a_request_held_before_goes_on_when_the_fault_is_cleared()
    {
        var fault = Add(SimulatorFaultAction.HangBefore);
        var arrived = _r.World.NextRequestAsync(r => r.Kind == "ServiceUpdate");
        var call = _r.Role("pg-demo", "failed");
        await arrived;
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.True(_r.World.RemoveFault(fault.Id));
        Assert.Equal(HttpStatusCode.OK, (await call).Status);
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task S31_a_request_held_after_is_applied_and_its_reply_withheld()
    {
        _r.World.AddFault(new SimulatorFault { BodyContains = "failed", Action = SimulatorFaultAction.HangAfter });
        var arrived = _r.World.NextRequestAsync(r => r.Kind == "ServiceUpdate");
        var call = _r.Role("pg-demo", "failed");
        await arrived;
        while (_r.RolesThatTookEffect("failed") == 0) await Task.Yield();
        Assert.False(call.IsCompleted);
        _r.World.ClearFaults();
        Assert.Equal(HttpStatusCode.OK, (await call).Status);
    }

    [Theory]
    [InlineData(true, "POWEROFF/failed")]
    [InlineData(false, "RUNNING/active")]
    public async Task S31_an_error_status_says_nothing_about_the_effect(bool applied, string seen)
    {
        _r.World.AddFault(new SimulatorFault { Method = "put", Action = SimulatorFaultAction.Status, Status = 500, Applied = applied });
        var reply = await _r.Role("pg-demo", "failed");
        Assert.Equal(HttpStatusCode.InternalServerError, reply.Status);
        Assert.Equal("Internal server error", reply.Message);
        Assert.Equal(seen, await _r.Seen("pg-demo"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(17)]
    public async Task Too_many_requests_come_with_and_without_a_wait_in_the_header(int? wait)
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.Status, Status = 429, RetryAfterSeconds = wait });
        var reply = await _r.Get("v1/project");
        Assert.Equal(wait, (int?)reply.RetryAfter?.TotalSeconds);
        Assert.EndsWith($"try again in {wait ?? 1}s", reply.Message);
    }

    [Fact]
    public async Task A_page_of_html_comes_in_place_of_json()
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.HtmlBody });
        var reply = await _r.Get("v1/project");
        Assert.Equal(502, (int)reply.Status);
        Assert.StartsWith("<html>", reply.Text);
    }

    [Fact]
    public async Task Truncated_json_looks_like_a_whole_answer_and_is_none()
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.TruncatedJson, Times = 1 });
        var reply = await _r.Get("v1/project/demo/service/pg-demo");
        Assert.Equal(200, (int)reply.Status);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(reply.Text));
    }

    [Fact]
    public async Task A_cut_reply_breaks_off_in_its_middle()
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.CutReply, Times = 1, Applied = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.Role("pg-demo", "failed"));
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task S31_a_stale_reply_shows_the_state_before_the_last_change()
    {
        await _r.Role("pg-demo", "failed");
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.StaleReply, Times = 1 });
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        Assert.Equal("POWEROFF/failed", await _r.Seen("pg-demo"));
    }

    [Fact]
    public async Task A_fault_passes_the_first_matches_and_ends_after_its_times()
    {
        _r.World.AddFault(new SimulatorFault
        {
            Kind = "ServiceGet",
            PathContains = "pg-demo-dr",
            Skip = 1,
            Times = 2,
            Action = SimulatorFaultAction.Status,
            Status = 503,
        });
        var seen = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            seen.Add((int)(await _r.Get("v1/project/demo/service/pg-demo-dr")).Status);
            Assert.Equal(200, (int)(await _r.Get("v1/project/demo/service/pg-demo")).Status);
        }
        Assert.Equal([200, 503, 503, 200, 200], seen);
    }

    [Fact]
    public async Task The_first_fault_that_matches_acts_and_latency_acts_besides()
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.Latency, DelayMs = 30 });
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.Status, Status = 500 });
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.Status, Status = 503 });
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(500, (int)(await _r.Get("v1/project")).Status);
        Assert.True(clock.ElapsedMilliseconds >= 25, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Latency_holds_no_thread()
    {
        _r.Set(s => s with { LatencyMs = 600_000 });
        var calls = Enumerable.Range(0, 200).Select(_ => _r.Get("v1/project")).ToList();
        while (_r.World.Requests.Count < calls.Count) await Task.Yield();
        Assert.Equal(200, (int)(await _r.Get("_simulator/settings")).Status);
        Assert.All(calls, c => Assert.False(c.IsCompleted));
        _r.Server.Dispose();
        foreach (var call in calls) await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }

    [Fact]
    public async Task Faults_leave_the_control_endpoint_alone()
    {
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.DropBefore });
        Assert.Equal(200, (int)(await _r.Get("_simulator")).Status);
    }

    [Fact]
    public void A_fault_out_of_range_is_refused()
    {
        Refused(new SimulatorFault { Action = SimulatorFaultAction.Status, Status = 99 });
        Refused(new SimulatorFault { Action = (SimulatorFaultAction)99 });
        Refused(new SimulatorFault { Action = SimulatorFaultAction.Latency, DelayMs = -1 });
        Assert.Empty(_r.World.Faults);
    }

    private void Refused(SimulatorFault fault) => Assert.Throws<ArgumentException>(() => _r.World.AddFault(fault));

    private SimulatorFault Add(SimulatorFaultAction action) =>
        _r.World.AddFault(new SimulatorFault { Kind = "ServiceUpdate", Action = action, Times = 1 });
}
