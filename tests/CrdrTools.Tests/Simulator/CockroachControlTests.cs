using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>What the control endpoint sets and shows of clusters, and faults of their API.</summary>
public sealed class CockroachControlTests : IDisposable
{
    private const string Primary = CockroachRehearsal.Primary;
    private const string Standby = CockroachRehearsal.Standby;
    private readonly CockroachRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task The_overview_has_clusters_streams_and_proxies()
    {
        _r.World.SetProxy("app", Primary);
        var body = (await _r.Get("_simulator")).Body;
        Assert.Equal(Primary, body.GetProperty("clusters")[0].GetProperty("name").GetString());
        Assert.Equal("REPLICATING", body.GetProperty("streams")[0].GetProperty("status").GetString());
        Assert.Equal("app", body.GetProperty("proxies")[0].GetProperty("name").GetString());
        Assert.Equal(0, body.GetProperty("clusterDual").GetInt64());
        Assert.Equal(1, (await _r.Get("_simulator/streams")).Body.GetProperty("streams").GetArrayLength());
        Assert.Equal(2, (await _r.Get("_simulator/clusters")).Body.GetProperty("clusters").GetArrayLength());
    }

    [Fact]
    public async Task A_proxy_is_set_fenced_and_shown()
    {
        Assert.Equal(200, (int)(await Post("proxy", """{"name":"app","target":"crdb-demo"}""")).Status);
        Assert.Equal(201, (int)(await Post("clients", """{"cluster":"crdb-demo","writesPerSecond":10,"via":"proxy:app"}""")).Status);
        _r.Advance(10);
        var fenced = await Post("proxy", """{"name":"app","target":null}""");
        Assert.Equal("null", fenced.Body.GetProperty("proxies")[0].GetProperty("target").GetRawText());
        _r.Advance(10);
        var client = (await _r.Get("_simulator/clients")).Body.GetProperty("clients")[0];
        Assert.Equal((100, 100), (client.GetProperty("acknowledged").GetInt32(), client.GetProperty("failed").GetInt32()));
        Assert.Equal(1, (await _r.Get("_simulator/proxy")).Body.GetProperty("proxies").GetArrayLength());
    }

    [Theory]
    [InlineData("proxy", """{"name":"app"}""")]
    [InlineData("proxy", """{"name":"","target":null}""")]
    [InlineData("proxy", """{"name":"app","target":"nothing"}""")]
    [InlineData("clients", """{"cluster":"nothing"}""")]
    [InlineData("clients", """{"project":"demo"}""")]
    [InlineData("clusters/nothing", """{"state":"LOCKED"}""")]
    [InlineData("clusters/crdb-demo", """{"state":"BUSY"}""")]
    [InlineData("clusters/crdb-demo", """{"colour":"red"}""")]
    [InlineData("keys", """{"token":"half","clusters":["nothing"]}""")]
    [InlineData("settings", """{"cockroachRateLimitStatus":200}""")]
    [InlineData("settings", """{"cockroachCatchUpFactor":0.5}""")]
    [InlineData("settings", """{"cockroachScanReplicatedTime":"never"}""")]
    public async Task What_cannot_be_is_refused(string path, string body)
    {
        var method = path == "settings" ? HttpMethod.Put : HttpMethod.Post;
        Assert.Equal(400, (int)(await _r.Send(method, "_simulator/" + path, body)).Status);
        Assert.Empty(_r.World.Proxies);
        Assert.Empty(_r.World.Clients);
    }

    [Fact]
    public async Task A_cluster_is_locked_and_put_into_maintenance()
    {
        var set = await Post("clusters/crdb-demo", """{"state":"LOCKED","operationStatus":"MAINTENANCE_RUNNING"}""");
        Assert.Equal("LOCKED", set.Body.GetProperty("state").GetString());
        Assert.Equal("MAINTENANCE_RUNNING", _r.World.Cluster(Primary).OperationStatus);
        await Post("clusters/crdb-demo", """{"operationStatus":""}""");
        Assert.Equal(("LOCKED", "UNSPECIFIED"), (_r.World.Cluster(Primary).State, _r.World.Cluster(Primary).OperationStatus));
    }

    [Fact]
    public async Task A_key_with_some_rights_is_added()
    {
        await Post("keys", """{"token":"half","clusters":["crdb-demo"]}""");
        var standby = _r.Id(Standby);
        _r.UseToken("half");
        Assert.Equal(403, (int)(await _r.Get("api/v1/clusters/" + standby)).Status);
    }

    [Fact]
    public async Task Settings_of_the_vendor_are_merged_with_the_others()
    {
        await _r.Send(HttpMethod.Put, "_simulator/settings", """{"cockroachFailoverSeconds":900,"cockroachOutage":"stillLive"}""");
        Assert.Equal((900, CockroachOutageView.StillLive), (_r.World.Settings.CockroachFailoverSeconds, _r.World.Settings.CockroachOutage));
    }

    [Fact]
    public async Task An_outage_names_the_clusters_it_hits()
    {
        var reply = await Post("regions/europe-west4/outage", """{"down":true}""");
        Assert.Equal([Standby], reply.Body.GetProperty("clusters").EnumerateArray().Select(c => c.GetString()));
    }

    [Fact]
    public async Task Reset_brings_back_clusters_streams_proxies_and_keys()
    {
        var stream = _r.Newest.Id;
        _r.World.AddCluster("other");
        _r.World.AddClusterKey("half", "other");
        _r.World.SetProxy("app", Primary);
        await _r.Complete();
        _r.World.Reset();
        Assert.Equal([Primary, Standby], _r.World.Clusters.Select(c => c.Name));
        Assert.Equal((stream, "REPLICATING"), (_r.Newest.Id, _r.Newest.Status));
        Assert.Empty(_r.World.Proxies);
        _r.UseToken("half");
        Assert.Equal(401, (int)(await _r.Get("api/v1/clusters")).Status);
    }

    [Fact]
    public async Task The_first_page_names_the_api()
    {
        Assert.Contains("/api/v1", (await _r.Get("/")).Text);
    }

    [Fact]
    public async Task An_empty_simulator_has_no_cluster()
    {
        using var r = new Rehearsal(defaultWorld: false);
        Assert.Equal("""{"clusters":[],"pagination":{}}""", (await r.Get("api/v1/clusters")).Text);
        Assert.Equal("""{"physical_replication_streams":[],"pagination":{}}""", (await r.Get(CockroachRehearsal.Streams)).Text);
    }

    [Fact]
    public async Task S31_a_stream_whose_reply_was_lost_was_created()
    {
        await _r.Complete();
        Fault("StreamCreate", SimulatorFaultAction.DropAfter);
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.Create(Standby, Primary));
        Assert.Equal("STARTING", _r.Newest.Status);
        Assert.Equal(409, (int)(await _r.Create(Standby, Primary)).Status);
        Assert.Equal(1, _r.World.Requests.Count(q => q is { Kind: "StreamCreate", Applied: true }));
    }

    [Fact]
    public async Task S31_a_failover_may_take_effect_after_its_reply_was_lost()
    {
        _r.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 30_000, Times = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _r.FailOver());
        _r.Advance(29);
        Assert.Equal("REPLICATING", _r.Newest.Status);
        _r.Advance(1);
        Assert.Equal("FAILING_OVER", _r.Newest.Status);
        _r.Advance(2);
        Assert.Equal("COMPLETED", _r.Newest.Status);
        Assert.Equal(1, _r.World.Requests.Count(q => q is { Kind: "StreamUpdate", Applied: true }));
    }

    [Fact]
    public async Task S31_a_stale_reply_shows_the_status_before()
    {
        await _r.FailOver();
        Fault("StreamGet", SimulatorFaultAction.StaleReply);
        Assert.Equal("REPLICATING", (await _r.Stream()).GetProperty("status").GetString());
        Assert.Equal("FAILING_OVER", (await _r.Stream()).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(429, 8, "rate limit exceeded")]
    [InlineData(503, 14, "service unavailable")]
    [InlineData(500, 13, "internal server error")]
    [InlineData(418, 2, "the request was refused by a fault")]
    public async Task S31_a_status_that_is_a_fault_has_the_vendors_body(int status, int code, string message)
    {
        _r.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.Status, Status = status, RetryAfterSeconds = 7 });
        var reply = await _r.FailOver();
        Assert.Equal((status, message, TimeSpan.FromSeconds(7)), ((int)reply.Status, reply.Message, reply.RetryAfter));
        Assert.Equal(code, reply.Body.GetProperty("code").GetInt32());
        Assert.Equal("REPLICATING", _r.Newest.Status);
    }

    private void Fault(string kind, SimulatorFaultAction action) => _r.World.AddFault(new() { Kind = kind, Action = action, Times = 1 });

    private Task<Reply> Post(string path, string body) => _r.Send(HttpMethod.Post, "_simulator/" + path, body);
}
