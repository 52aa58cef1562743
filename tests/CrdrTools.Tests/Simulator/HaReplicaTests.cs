using System.Net;
using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>The simulated vendor's read-only name: switched on, led to the primary node, led back, switched off.</summary>
public sealed class HaReplicaTests : IDisposable
{
    private const string Host = "ha-replica-pg-demo-demo.aivencloud.invalid";
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task Phase_1_switched_on_it_is_a_component_and_leads_to_the_standby_nodes()
    {
        Assert.Null(await ComponentAsync("pg-demo"));
        Assert.Null(_r.World.Resolve(Host));
        Assert.Equal(HttpStatusCode.OK, (await SwitchAsync(true)).Status);
        JsonElement component = (await ComponentAsync("pg-demo"))!.Value;
        JsonElement replica = (await ComponentAsync("pg-demo", "replica"))!.Value;
        Assert.Equal((Host, "dynamic", "pg"), (component.GetProperty("host").GetString(), component.GetProperty("route").GetString(), component.GetProperty("component").GetString()));
        Assert.Equal(replica.GetProperty("port").GetInt32(), component.GetProperty("port").GetInt32());
        Assert.Equal("replica: pg-demo-2", Leads());
    }

    [Fact]
    public async Task Phase_2_after_30_seconds_without_a_standby_it_leads_to_the_primary_node_and_the_plain_replica_name_does_not()
    {
        await SwitchAsync(true);
        _r.World.SetStandby("demo", "pg-demo", down: true);
        Assert.Equal("replica: ", Leads());
        _r.Advance(29.9);
        Assert.Equal("replica: ", Leads());
        _r.Advance(0.1);
        Assert.Equal("primary: pg-demo-1", Leads());
        Assert.Empty(_r.World.Resolve("replica-pg-demo-demo.aivencloud.invalid")!.Nodes);
    }

    [Fact]
    public async Task A_standby_that_comes_back_in_time_changes_nothing_and_the_time_begins_anew()
    {
        await SwitchAsync(true);
        _r.World.SetStandby("demo", "pg-demo", down: true);
        _r.Advance(20);
        _r.World.SetStandby("demo", "pg-demo", down: false);
        _r.World.SetStandby("demo", "pg-demo", down: true);
        _r.Advance(29);
        Assert.Equal("replica: ", Leads());
        _r.Advance(2);
        Assert.Equal("primary: pg-demo-1", Leads());
    }

    [Theory]
    [InlineData("any", "replica: pg-three-2", "replica: pg-three-2,pg-three-3")]
    [InlineData("all", "primary: pg-three-1", "replica: pg-three-2,pg-three-3")]
    public async Task Phase_3_it_leads_back_once_one_or_all_of_the_standby_nodes_answer(string rule, string withOne, string withAll)
    {
        _r.Set(s => s with { HaReplicaReturn = rule });
        _r.World.AddService("demo", "pg-three", "premium-8");
        await SwitchAsync(true, "pg-three");
        _r.World.SetStandby("demo", "pg-three", down: true, "pg-three-2");
        _r.Advance(60);
        Assert.Equal("replica: pg-three-3", Leads("pg-three"));
        _r.World.SetStandby("demo", "pg-three", down: true, "pg-three-3");
        _r.Advance(30);
        Assert.Equal("primary: pg-three-1", Leads("pg-three"));
        _r.World.SetStandby("demo", "pg-three", down: false, "pg-three-2");
        Assert.Equal(withOne, Leads("pg-three"));
        _r.World.SetStandby("demo", "pg-three", down: false);
        Assert.Equal(withAll, Leads("pg-three"));
    }

    [Fact]
    public async Task Phase_4_switched_off_it_is_no_component_leads_to_nothing_and_is_watched_no_more()
    {
        await SwitchAsync(true);
        _r.World.SetStandby("demo", "pg-demo", down: true);
        _r.Advance(31);
        await SwitchAsync(false);
        Assert.Null(await ComponentAsync("pg-demo"));
        Assert.Equal(": ", Leads());
        _r.Advance(3600);
        Assert.Equal(": ", Leads());
        _r.World.SetStandby("demo", "pg-demo", down: false);
        Assert.Equal(": ", Leads());
        await SwitchAsync(true);
        Assert.Equal("replica: pg-demo-2", Leads());
    }

    [Fact]
    public async Task What_the_vendor_does_not_document_is_a_setting()
    {
        _r.Set(s => s with { HaReplicaUnavailableSeconds = 5, HaReplicaDnsSeconds = 10, HaReplicaComponentSeconds = 3, HaReplicaComponentStays = true });
        await SwitchAsync(true);
        Assert.Equal(": ", Leads());
        Assert.Null(await ComponentAsync("pg-demo"));
        _r.Advance(3);
        Assert.NotNull(await ComponentAsync("pg-demo"));
        _r.Advance(7);
        Assert.Equal("replica: pg-demo-2", Leads());
        _r.World.SetStandby("demo", "pg-demo", down: true);
        _r.Advance(14);
        Assert.Equal("replica: ", Leads());
        _r.Advance(1);
        Assert.Equal("primary: pg-demo-1", Leads());
        await SwitchAsync(false);
        _r.Advance(100);
        Assert.NotNull(await ComponentAsync("pg-demo"));
        Assert.Equal(": ", Leads());
    }

    [Theory]
    [InlineData("pg-single", 403)]
    [InlineData("pg-hobby", 400)]
    public async Task A_plan_without_standby_nodes_refuses_it_in_the_vendors_shape_and_changes_nothing(string service, int status)
    {
        _r.Set(s => s with { HaReplicaPlanErrorStatus = status });
        Reply reply = await _r.Put(service, """{"user_config":{"enable_ha_replica_dns":true,"work_mem":4}}""");
        Assert.Equal(status, (int)reply.Status);
        Assert.Equal((reply.Message, status), (reply.Body.GetProperty("errors")[0].GetProperty("message").GetString(), reply.Body.GetProperty("errors")[0].GetProperty("status").GetInt32()));
        Assert.Equal("{}", (await _r.Service(service)).GetProperty("user_config").GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await _r.Put(service, """{"user_config":{"enable_ha_replica_dns":false}}""")).Status);
    }

    [Fact]
    public async Task Other_keys_of_the_configuration_stay_and_a_value_of_another_type_is_refused()
    {
        await _r.Put("pg-demo", """{"user_config":{"pg_version":"17","pg":{"work_mem":4}}}""");
        await SwitchAsync(true);
        Assert.Equal("""{"pg_version":"17","pg":{"work_mem":4},"enable_ha_replica_dns":true}""", (await _r.Service("pg-demo")).GetProperty("user_config").GetRawText());
        Reply wrong = await _r.Put("pg-demo", """{"user_config":{"enable_ha_replica_dns":"yes"}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid input: 'user_config.enable_ha_replica_dns' is not of type 'boolean'"), (wrong.Status, wrong.Message));
    }

    [Fact]
    public async Task A_plan_that_has_no_such_name_cannot_be_moved_to_while_it_is_on_nor_a_service_be_made_with_it()
    {
        _r.World.AddService("demo", "pg-big", "business-4");
        await SwitchAsync(true, "pg-big");
        Assert.Equal(HttpStatusCode.Forbidden, (await _r.Put("pg-big", """{"plan":"startup-4"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _r.Put("pg-big", """{"plan":"startup-4","user_config":{"enable_ha_replica_dns":false}}""")).Status);
        Reply made = await _r.Post("v1/project/demo/service", """{"service_name":"pg-new","service_type":"pg","plan":"startup-4","user_config":{"enable_ha_replica_dns":true}}""");
        Assert.Equal(HttpStatusCode.Forbidden, made.Status);
    }

    [Fact]
    public async Task Nobody_watches_while_the_region_is_out()
    {
        await SwitchAsync(true);
        _r.World.SetOutage("google-europe-west1", down: true);
        _r.Advance(100);
        Assert.Equal("replica: ", Leads());
        _r.World.SetStandby("demo", "pg-demo", down: true);
        _r.World.SetOutage("google-europe-west1", down: false);
        Assert.Equal("replica: ", Leads());
        _r.Advance(30);
        Assert.Equal("primary: pg-demo-1", Leads());
    }

    [Fact]
    public async Task The_control_endpoint_takes_standby_nodes_down_and_tells_where_names_lead()
    {
        await SwitchAsync(true);
        Reply down = await _r.Post("_simulator/services/demo/pg-demo/standbys", """{"down":true,"node":"pg-demo-2"}""");
        Assert.Equal("timing_out", down.Body.GetProperty("nodes")[1].GetProperty("state").GetString());
        _r.Advance(30);
        Reply name = await _r.Get($"_simulator/names/{Host}");
        Assert.Equal(("primary", "pg-demo-1"), (name.Body.GetProperty("leadsTo").GetString(), name.Body.GetProperty("nodes")[0].GetString()));
        Reply names = await _r.Get("_simulator/services/demo/pg-demo/names");
        Assert.Equal(["pg-demo-demo.aivencloud.invalid", "replica-pg-demo-demo.aivencloud.invalid", Host], names.Body.GetProperty("names").EnumerateArray().Select(n => n.GetProperty("name").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await _r.Get("_simulator/names/nowhere.invalid")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _r.Post("_simulator/services/demo/pg-demo/standbys", """{"down":true,"node":"pg-demo-1"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _r.Post("_simulator/services/demo/pg-single/standbys", """{"down":true}""")).Status);
        await _r.Post("_simulator/services/demo/pg-demo/standbys", """{"down":false}""");
        Assert.Equal("replica: pg-demo-2", Leads());
    }

    [Fact]
    public async Task The_shared_name_of_a_pair_leads_to_the_active_services_first_node()
    {
        Assert.Equal(["pg-demo-1"], _r.World.Resolve("pg-demo-demo.aivencloud.invalid")!.Nodes);
        await _r.TakeOver("pg-demo-dr");
        Assert.Equal(["pg-demo-dr-1"], _r.World.Resolve("pg-demo-demo.aivencloud.invalid")!.Nodes);
    }

    private Task<Reply> SwitchAsync(bool on, string service = "pg-demo") =>
        _r.Put(service, $$$"""{"user_config":{"enable_ha_replica_dns":{{{(on ? "true" : "false")}}}}}""");

    private string Leads(string service = "pg-demo")
    {
        SimulatorName name = _r.World.Names("demo", service).Single(n => n.Name.StartsWith("ha-", StringComparison.Ordinal));
        return $"{name.LeadsTo}: {string.Join(",", name.Nodes)}";
    }

    private async Task<JsonElement?> ComponentAsync(string service, string usage = "ha_replica")
    {
        JsonElement[] found = [.. (await _r.Service(service)).GetProperty("components").EnumerateArray().Where(c => c.GetProperty("usage").GetString() == usage)];
        return found.Length == 0 ? null : Assert.Single(found);
    }
}
