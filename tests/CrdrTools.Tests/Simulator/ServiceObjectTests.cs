using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

public sealed class ServiceObjectTests : IDisposable
{
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Theory]
    [InlineData("pg-demo")]
    [InlineData("pg-demo-dr")]
    [InlineData("pg-single")]
    public async Task Every_key_the_specification_always_sends_is_there(string name)
    {
        var service = await _r.Service(name);
        string[] always =
        [
            "cloud_name", "create_time", "group_list", "plan", "project_vpc_id", "service_integrations", "service_name", "service_type",
            "service_uri", "state", "update_time", "user_config",
        ];
        Assert.All(always, key => Assert.True(service.TryGetProperty(key, out _), key));
        Assert.False(service.TryGetProperty("powered", out _));
    }

    [Fact]
    public async Task Both_members_show_the_integration_with_the_primary_as_its_source()
    {
        foreach (var name in new[] { "pg-demo", "pg-demo-dr" })
        {
            var integration = (await _r.Service(name)).GetProperty("service_integrations")[0];
            Assert.Equal("disaster_recovery", integration.GetProperty("integration_type").GetString());
            Assert.Equal("pg-demo", integration.GetProperty("source_service").GetString());
            Assert.Equal("pg-demo-dr", integration.GetProperty("dest_service").GetString());
            Assert.True(integration.GetProperty("active").GetBoolean());
        }
    }

    [Fact]
    public async Task The_pair_shares_its_uri_unless_the_setting_says_otherwise()
    {
        Assert.Equal(await Uri("pg-demo"), await Uri("pg-demo-dr"));
        _r.Set(s => s with { SharedUri = false });
        Assert.NotEqual(await Uri("pg-demo"), await Uri("pg-demo-dr"));
        Assert.Equal(await HostOf("pg-demo", "disaster_recovery"), await HostOf("pg-demo-dr", "disaster_recovery"));
    }

    [Fact]
    public async Task A_powered_off_service_has_no_uri()
    {
        await _r.FailOver();
        var service = await _r.Service("pg-demo");
        Assert.Equal(JsonValueKind.Null, service.GetProperty("service_uri").ValueKind);
        Assert.Equal(0, service.GetProperty("components").GetArrayLength());
    }

    [Fact]
    public async Task Secrets_are_withheld_on_request()
    {
        var reply = await _r.Get("v1/project/demo/service/pg-demo?include_secrets=false&limit=999");
        Assert.DoesNotContain("AVNS_", reply.Text);
        Assert.Contains("AVNS_", (await _r.Get("v1/project/demo/service/pg-demo")).Text);
    }

    [Theory]
    [InlineData("absent", null)]
    [InlineData("null", "null")]
    [InlineData("none", "\"none\"")]
    public async Task The_role_of_a_service_without_crdr_is_as_set(string setting, string? raw)
    {
        _r.Set(s => s with { RoleWithoutCrdr = setting });
        var there = (await _r.Service("pg-single")).TryGetProperty("disaster_recovery_role", out var role);
        Assert.Equal(raw, there ? role.GetRawText() : null);
    }

    [Theory]
    [InlineData(OutageView.NodesUnknown, "unknown")]
    [InlineData(OutageView.NodesTimingOut, "timing_out")]
    [InlineData(OutageView.StillRunning, "running")]
    public async Task An_outage_is_shown_in_the_nodes_while_the_service_stays_running(OutageView view, string nodeState)
    {
        _r.Set(s => s with { Outage = view, OutageDetectedSeconds = 60 });
        _r.World.SetOutage("europe-west1", true);
        Assert.Equal("running", await NodeState());
        _r.Advance(60);
        Assert.Equal(nodeState, await NodeState());
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
        _r.World.SetOutage("europe-west1", false);
        Assert.Equal("running", await NodeState());
    }

    [Fact]
    public async Task An_outage_may_take_reads_of_its_services_with_it()
    {
        _r.Set(s => s with { Outage = OutageView.ApiErrors });
        _r.World.SetOutage("europe-west1", true);
        Assert.Equal(503, (int)(await _r.Get("v1/project/demo/service/pg-demo")).Status);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-demo-dr"));
        Assert.Equal(200, (int)(await _r.Role("pg-demo", "failed")).Status);
    }

    [Fact]
    public async Task A_recreated_service_has_another_create_time_at_whole_seconds()
    {
        _r.World.AddService("demo", "fresh");
        var first = (await _r.Service("fresh")).GetProperty("create_time").GetString();
        _r.World.Recreate("demo", "fresh");
        var second = (await _r.Service("fresh")).GetProperty("create_time").GetString();
        _r.World.Recreate("demo", "fresh");
        var third = (await _r.Service("fresh")).GetProperty("create_time").GetString();
        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
    }

    [Fact]
    public async Task Backups_move_to_the_recovery_region_with_the_role()
    {
        Assert.Equal(14, await Backups("pg-demo"));
        Assert.Equal(0, await Backups("pg-demo-dr"));
        await _r.FailOver();
        _r.Advance(2 * 86400);
        Assert.Equal(2, await Backups("pg-demo-dr"));
        Assert.Equal(14, await Backups("pg-demo"));
    }

    private async Task<int> Backups(string name) =>
        (await _r.Get($"v1/project/demo/service/{name}/backups")).Body.GetProperty("backups").GetArrayLength();

    private async Task<string?> Uri(string name) => (await _r.Service(name)).GetProperty("service_uri").GetString();

    private async Task<string?> HostOf(string name, string usage) => (await _r.Service(name)).GetProperty("components").EnumerateArray()
        .Single(c => c.GetProperty("usage").GetString() == usage).GetProperty("host").GetString();

    private async Task<string?> NodeState() =>
        (await _r.Service("pg-demo")).GetProperty("node_states")[0].GetProperty("state").GetString();
}
