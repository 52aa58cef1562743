using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

public sealed class ControlTests : IDisposable
{
    private readonly Rehearsal _r = new();

    public ControlTests() => _r.Http.DefaultRequestHeaders.Authorization = null;

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task The_overview_has_everything_at_a_glance()
    {
        var body = (await _r.Get("_simulator")).Body;
        Assert.All(
            new[] { "clock", "outages", "services", "pairs", "clients", "dual", "faults", "requests", "settings" },
            key => Assert.True(body.TryGetProperty(key, out _), key));
        Assert.Equal("pg-demo", body.GetProperty("pairs")[0].GetProperty("primary").GetString());
        Assert.Equal("active", body.GetProperty("services")[0].GetProperty("role").GetString());
    }

    [Fact]
    public async Task An_outage_of_a_region_in_which_nothing_runs_is_refused_with_the_regions_there_are()
    {
        HttpResponseMessage reply = await _r.Http.PostAsync("_simulator/regions/europe-wset1/outage", new StringContent("""{"down":true}"""));
        Assert.Equal(400, (int)reply.StatusCode);
        Assert.Contains("europe-west1", await reply.Content.ReadAsStringAsync());
        Assert.Empty(_r.World.Outages);
    }

    [Fact]
    public async Task Settings_are_merged_and_read_back()
    {
        await Put("settings", """{"rebuildSeconds":600,"outage":"stillRunning","RoleWithoutCrdr":"null"}""");
        var set = _r.World.Settings;
        Assert.Equal((600, OutageView.StillRunning, "null"), (set.RebuildSeconds, set.Outage, set.RoleWithoutCrdr));
        var read = (await _r.Get("_simulator/settings")).Body;
        Assert.Equal(600, read.GetProperty("rebuildSeconds").GetDouble());
        Assert.Equal("StillRunning", read.GetProperty("outage").GetString());
        Assert.Equal(0.2, read.GetProperty("replicationLagSeconds").GetDouble());
    }

    [Theory]
    [InlineData("""{"rebuildSecond":1}""", "unknown setting 'rebuildSecond'")]
    [InlineData("""{"rebuildSeconds":-1}""", "rebuildSeconds is -1; it must be 0 to")]
    [InlineData("""{"rebuildSeconds":"1"}""", "it must be a number")]
    [InlineData("""{"failoverHangs":1}""", "it must be true or false")]
    [InlineData("""{"latencyMs":1.5}""", "it must be a whole number")]
    [InlineData("""{"tokenErrorStatus":404}""", "it must be one of 401, 403")]
    [InlineData("""{"outage":"gone"}""", "it must be one of NodesUnknown")]
    [InlineData("""{"roleWithoutCrdr":null}""", "it must be a text")]
    [InlineData("[]", "a JSON object")]
    [InlineData("", "JSON")]
    public async Task A_setting_that_cannot_be_is_refused_and_nothing_is_set(string body, string message)
    {
        var before = _r.World.Settings;
        var reply = await _r.Send(HttpMethod.Put, "_simulator/settings", body);
        Assert.Equal(400, (int)reply.Status);
        Assert.Contains(message, reply.Body.GetProperty("error").GetString());
        Assert.Equal(before, _r.World.Settings);
    }

    [Fact]
    public async Task Faults_are_added_listed_and_taken_out()
    {
        var added = await _r.Post("_simulator/faults", """{"kind":"ServiceUpdate","action":"dropAfter","times":1}""");
        Assert.Equal(201, (int)added.Status);
        Assert.Equal(SimulatorFaultAction.DropAfter, Assert.Single(_r.World.Faults).Action);
        var id = added.Body.GetProperty("id").GetInt32();
        Assert.Equal(200, (int)(await _r.Send(HttpMethod.Delete, $"_simulator/faults/{id}")).Status);
        Assert.Equal(404, (int)(await _r.Send(HttpMethod.Delete, $"_simulator/faults/{id}")).Status);
        await _r.Post("_simulator/faults", """{"action":"Status","status":503}""");
        await _r.Send(HttpMethod.Delete, "_simulator/faults");
        Assert.Empty(_r.World.Faults);
    }

    [Theory]
    [InlineData("""{"kind":"ServiceUpdate"}""")]
    [InlineData("""{"action":"Explode"}""")]
    [InlineData("""{"action":"Status","state":503}""")]
    [InlineData("""{"action":"Status","status":1}""")]
    public async Task A_fault_that_cannot_be_is_refused(string body) =>
        Assert.Equal(400, (int)(await _r.Post("_simulator/faults", body)).Status);

    [Fact]
    public async Task A_region_goes_and_comes_back()
    {
        var reply = await _r.Post("_simulator/regions/google-europe-west1/outage", """{"down":true}""");
        Assert.Equal("europe-west1", reply.Body.GetProperty("outages")[0].GetString());
        Assert.Equal("demo/pg-demo", reply.Body.GetProperty("services")[0].GetString());
        Assert.False(_r.World.Service("demo", "pg-demo").AcceptsWrites);
        await _r.Post("_simulator/regions/europe-west1/outage", """{"down":false}""");
        Assert.True(_r.World.Service("demo", "pg-demo").AcceptsWrites);
    }

    [Fact]
    public async Task Clients_are_added_read_and_stopped()
    {
        await _r.Post("_simulator/clients", """{"project":"demo","service":"pg-demo","writesPerSecond":50,"via":"uri"}""");
        await _r.Post("_simulator/clock", """{"advanceSeconds":10}""");
        var client = (await _r.Get("_simulator/clients")).Body.GetProperty("clients")[0];
        Assert.Equal(500, client.GetProperty("acknowledged").GetInt64());
        Assert.Equal(0, client.GetProperty("lost").GetInt64());
        await _r.Send(HttpMethod.Delete, "_simulator/clients");
        Assert.False(_r.World.Clients[0].Running);
        Assert.Equal(400, (int)(await _r.Post("_simulator/clients", """{"project":"demo","service":"none"}""")).Status);
    }

    [Fact]
    public async Task The_clock_is_stretched_and_moved()
    {
        var before = _r.World.Now;
        await _r.Post("_simulator/clock", """{"factor":60,"advanceSeconds":10}""");
        _r.Time.Advance(1);
        Assert.Equal(70, (_r.World.Now - before).TotalSeconds, 6);
        Assert.Equal(60, _r.World.Settings.ClockFactor);
        Assert.Equal(400, (int)(await _r.Post("_simulator/clock", """{"advanceSeconds":-1}""")).Status);
        Assert.Equal(400, (int)(await _r.Post("_simulator/clock", """{"factor":-1}""")).Status);
    }

    [Fact]
    public async Task The_clock_ends_without_harm()
    {
        await _r.Post("_simulator/clock", """{"factor":1000000}""");
        _r.Time.Advance(200_000);
        Assert.Equal(5000, _r.World.Now.Year);
        Assert.Equal(400, (int)(await _r.Post("_simulator/clock", """{"advanceSeconds":1}""")).Status);
        Assert.Equal(200, (int)(await _r.Get("_simulator")).Status);
    }

    [Fact]
    public async Task A_thousand_pairs_are_one_request()
    {
        await _r.Post("_simulator/pairs", """{"project":"many","count":1000}""");
        Assert.Equal(1001, _r.World.Pairs.Count);
        Assert.Equal("active", _r.World.Service("many", "pg-1000").Role);
        Assert.Equal("passive", _r.World.Service("many", "pg-1000-dr").Role);
    }

    [Fact]
    public async Task Requests_are_listed_and_counted_without_the_token()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/project/demo/service?limit=9");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer demo-secret");
        using (await _r.Http.SendAsync(request))
        {
            var reply = await _r.Get("_simulator/requests");
            var logged = reply.Body.GetProperty("requests")[0];
            Assert.Equal("ServiceList", logged.GetProperty("kind").GetString());
            Assert.Equal("/v1/project/demo/service?limit=9", logged.GetProperty("path").GetString());
            Assert.Equal(1, reply.Body.GetProperty("counts").GetProperty("ServiceList").GetInt32());
            Assert.DoesNotContain("demo-secret", reply.Text);
        }
        await _r.Send(HttpMethod.Delete, "_simulator/requests");
        Assert.Empty(_r.World.Requests);
    }

    [Fact]
    public async Task Reset_brings_back_the_world_the_settings_and_the_clock()
    {
        _r.Set(s => s with { RebuildSeconds = 1, ClockFactor = 5 });
        _r.World.AddFault(new SimulatorFault { Action = SimulatorFaultAction.Latency });
        _r.World.AddClient("demo", "pg-demo", 1);
        _r.World.SetOutage("europe-west1", true);
        _r.World.SetRole("demo", "pg-demo", "failed");
        _r.Advance(3600);
        await _r.Post("_simulator/reset", "");
        Assert.Equal(new SimulatorSettings(), _r.World.Settings);
        Assert.Equal(_r.Time.GetUtcNow(), _r.World.Now);
        Assert.Empty(_r.World.Faults);
        Assert.Empty(_r.World.Clients);
        Assert.Empty(_r.World.Outages);
        Assert.Equal("active", _r.World.Service("demo", "pg-demo").Role);
    }

    [Fact]
    public async Task The_first_page_says_what_this_is()
    {
        var reply = await _r.Get("/");
        Assert.Contains("/_simulator", reply.Text);
        Assert.Contains("simulator", reply.Text);
    }

    [Theory]
    [InlineData("GET", "_simulator/nothing", 404)]
    [InlineData("PATCH", "_simulator/settings", 404)]
    [InlineData("POST", "_simulator/regions/outage", 404)]
    public async Task What_is_not_there_says_so(string method, string path, int status) =>
        Assert.Equal(status, (int)(await _r.Send(new HttpMethod(method), path)).Status);

    private async Task Put(string path, string body) =>
        Assert.Equal(200, (int)(await _r.Send(HttpMethod.Put, "_simulator/" + path, body)).Status);
}
