using System.Net.Sockets;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

public sealed class ServerTests
{
    [Fact]
    public void A_taken_port_is_named_in_the_error()
    {
        using var first = SimulatorServer.Start();
        var error = Assert.Throws<IOException>(() => SimulatorServer.Start(new SimulatorOptions { Port = first.BaseAddress.Port }));
        Assert.Contains($"127.0.0.1:{first.BaseAddress.Port}", error.Message);
    }

    [Fact]
    public void A_port_is_free_again_after_dispose()
    {
        var first = SimulatorServer.Start();
        first.Dispose();
        first.Dispose();
        using var second = SimulatorServer.Start(new SimulatorOptions { Port = first.BaseAddress.Port });
        Assert.Equal(first.BaseAddress, second.BaseAddress);
    }

    [Fact]
    public async Task Dispose_ends_a_held_request_at_once_and_applies_nothing()
    {
        using var r = new Rehearsal();
        r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.HangBefore });
        var arrived = r.World.NextRequestAsync(_ => true);
        var call = r.Role("pg-demo", "failed");
        await arrived;
        r.Server.Dispose();
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        r.World.ClearFaults();
        Assert.Equal("active", r.World.Service("demo", "pg-demo").Role);
    }

    [Fact]
    public void Settings_out_of_range_do_not_start()
    {
        var options = new SimulatorOptions { Settings = new() { RebuildSeconds = double.NaN } };
        Assert.Throws<ArgumentException>(() => SimulatorServer.Start(options));
    }

    [Fact]
    public async Task It_listens_on_loopback_with_a_token_of_ones_own()
    {
        using var server = SimulatorServer.Start(new SimulatorOptions { Token = "other", DefaultWorld = false });
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "aivenv1 other");
        Assert.Equal("127.0.0.1", server.BaseAddress.Host);
        Assert.Equal("""{"projects":[]}""", await http.GetStringAsync("v1/project"));
    }

    [Fact]
    public async Task A_drop_is_a_reset_not_an_empty_answer()
    {
        using var r = new Rehearsal();
        r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.DropAfter });
        using var raw = new RawClient(r.Server.BaseAddress);
        await raw.Send("GET /v1/project HTTP/1.1\r\nAuthorization: Bearer demo\r\n\r\n");
        var error = await Assert.ThrowsAsync<IOException>(raw.ReadToEnd);
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task Many_clients_at_once_each_get_their_own_answer()
    {
        using var r = new Rehearsal();
        r.World.AddPairs("demo", 50);
        var names = Enumerable.Range(1, 50).Select(n => $"pg-{n:0000}").ToList();
        var answers = await Task.WhenAll(names.Select(async n => (await r.Service(n)).GetProperty("service_name").GetString()));
        Assert.Equal(names, answers);
        Assert.Equal(50, r.World.RequestCounts["ServiceGet"]);
    }

    [Fact]
    public void Names_that_are_taken_or_unknown_are_refused()
    {
        using var r = new Rehearsal();
        Assert.Throws<ArgumentException>(() => r.World.AddPair("demo", "pg-demo", "other"));
        Assert.Throws<ArgumentException>(() => r.World.AddService("demo", "other", plan: "gigantic-1"));
        Assert.Throws<ArgumentException>(() => r.World.SetRole("demo", "nothing", "active"));
    }

    [Fact]
    public async Task What_is_set_by_hand_is_what_is_shown()
    {
        using var r = new Rehearsal();
        r.World.SetRole("demo", "pg-demo-dr", "primary");
        r.World.SetState("demo", "pg-demo-dr", "REBALANCING");
        r.World.SetNodes("demo", "pg-demo-dr", "running", "leaving", "unknown");
        Assert.Equal("REBALANCING/primary", await r.Seen("pg-demo-dr"));
        var nodes = (await r.Service("pg-demo-dr")).GetProperty("node_states").EnumerateArray().ToList();
        Assert.Equal(["running", "leaving", "unknown"], nodes.Select(n => n.GetProperty("state").GetString()));
        r.World.SetIntegration("demo", "pg-demo", false);
        Assert.False((await r.Service("pg-demo")).GetProperty("service_integrations")[0].GetProperty("active").GetBoolean());
        r.World.RemoveService("demo", "pg-demo");
        Assert.Equal(404, (int)(await r.Get("v1/project/demo/service/pg-demo")).Status);
    }
}
