using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>The API's envelopes, paging, refusals and rights.</summary>
public sealed class CockroachApiTests : IDisposable
{
    private const string Primary = CockroachRehearsal.Primary;
    private const string Standby = CockroachRehearsal.Standby;
    private const string Streams = CockroachRehearsal.Streams;
    private const string Nobody = "00000000-0000-4000-a000-000000000000";
    private readonly CockroachRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public async Task The_default_world_has_two_clusters_and_a_running_stream_with_ids_that_can_be_printed()
    {
        var clusters = (await _r.Get("api/v1/clusters")).Body.GetProperty("clusters");
        Assert.Equal(
            [("crdb-demo", "4020338f-0938-44b6-a1a3-5afd3b6f3af8"), ("crdb-demo-dr", "a9ce780e-2740-4352-ab22-dffc57302755")],
            clusters.EnumerateArray().Select(c => (c.GetProperty("name").GetString(), c.GetProperty("id").GetString())));
        var stream = (await _r.Get(Streams)).Body.GetProperty("physical_replication_streams")[0];
        Assert.Equal("f65ad4e5-0f57-4020-a9a8-35aae7bd0ac0", stream.GetProperty("id").GetString());
        Assert.Equal("REPLICATING", stream.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_cluster_has_every_member_the_specification_requires()
    {
        var cluster = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body;
        string[] required =
        [
            "id", "name", "cockroach_version", "upgrade_status", "plan", "cloud_provider", "state", "creator_id", "operation_status",
            "config", "regions", "cidr_range", "labels", "is_customer_cloud_account",
        ];
        Assert.All(required, name => Assert.True(cluster.TryGetProperty(name, out _), name));
        string[] ofRegion = ["name", "sql_dns", "ui_dns", "node_count", "internal_dns", "private_endpoint_dns"];
        Assert.All(ofRegion, name => Assert.True(cluster.GetProperty("regions")[0].TryGetProperty(name, out _), name));
        Assert.Equal("CREATED", Text(cluster, "state"));
        Assert.Equal(("UNSPECIFIED", "ADVANCED"), (Text(cluster, "operation_status"), Text(cluster, "plan")));
    }

    [Fact]
    public async Task Nodes_are_listed_by_region()
    {
        var path = $"api/v1/clusters/{_r.Id(Primary)}/nodes";
        var nodes = (await _r.Get(path)).Body.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(3, nodes.Count);
        Assert.All(nodes, n => Assert.Equal(("europe-west1", "LIVE"), (Text(n, "region_name"), Text(n, "status"))));
        Assert.Equal(0, (await _r.Get(path + "?region_name=elsewhere")).Body.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task A_connection_string_names_host_user_and_database()
    {
        var reply = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/connection-string?database=bank&sql_user=a%20b&os=LINUX")).Body;
        var host = Text((await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body, "sql_dns");
        Assert.Equal($"postgresql://a%20b@{host}:26257/bank?sslmode=verify-full", Text(reply, "connection_string"));
        Assert.Equal(("bank", host, "26257", "a b"), (
            Text(reply.GetProperty("params"), "Database"),
            Text(reply.GetProperty("params"), "Host"),
            Text(reply.GetProperty("params"), "Port"),
            Text(reply.GetProperty("params"), "Username")));
    }

    [Theory]
    [InlineData("Bearer demo", 200)]
    [InlineData("bearer demo", 200)]
    [InlineData("Bearer wrong", 401)]
    [InlineData("aivenv1 demo", 401)]
    [InlineData("", 401)]
    public async Task A_bearer_token_is_asked_for(string header, int status)
    {
        _r.UseToken(null);
        if (header.Length > 0) _r.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        var reply = await _r.Get("api/v1/clusters");
        Assert.Equal(status, (int)reply.Status);
        if (status == 401) Assert.Equal("""{"code":16,"message":"unauthenticated","details":[]}""", reply.Text);
    }

    [Theory]
    [InlineData(null, "UNSPECIFIED", "ADVANCED")]
    [InlineData("2024-09-16", "UNSPECIFIED", "ADVANCED")]
    [InlineData("2022-03-31", "CLUSTER_STATUS_UNSPECIFIED", "DEDICATED")]
    public async Task An_older_version_speaks_its_own_words(string? version, string operation, string plan)
    {
        if (version is not null) _r.Http.DefaultRequestHeaders.Add("Cc-Version", version);
        var cluster = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body;
        Assert.Equal((operation, plan), (Text(cluster, "operation_status"), Text(cluster, "plan")));
    }

    [Fact]
    public async Task A_version_there_is_not_is_refused()
    {
        _r.Http.DefaultRequestHeaders.Add("Cc-Version", "2020-01-01");
        var reply = await _r.Get("api/v1/clusters");
        Assert.Equal((400, "invalid Cc-Version."), ((int)reply.Status, reply.Message));
    }

    [Theory]
    [InlineData("GET", "api/v1/clusters/" + Nobody, 404, 5)]
    [InlineData("GET", "api/v1/clusters/crdb-demo", 400, 3)]
    [InlineData("GET", "api/v1/clusters/" + Nobody + "/nodes", 404, 5)]
    [InlineData("GET", Streams + "/" + Nobody, 404, 5)]
    [InlineData("PATCH", Streams + "/" + Nobody, 404, 5)]
    [InlineData("GET", "api/v1/nothing", 404, 5)]
    [InlineData("PUT", "api/v1/clusters", 501, 12)]
    public async Task What_is_not_there_says_so(string method, string path, int status, int code)
    {
        var reply = await _r.Send(new HttpMethod(method), path);
        Assert.Equal((status, code), ((int)reply.Status, reply.Body.GetProperty("code").GetInt32()));
        Assert.Equal(0, reply.Body.GetProperty("details").GetArrayLength());
    }

    [Theory]
    [InlineData("ASC")]
    [InlineData("DESC")]
    public async Task A_list_is_paged_forth_and_back(string order)
    {
        for (var i = 0; i < 5; i++) _r.World.AddCluster($"c{i}");
        var pages = new List<List<string?>>();
        string? next = null, previous = null;
        do
        {
            var body = (await _r.Get($"api/v1/clusters?pagination.limit=3&pagination.sort_order={order}&pagination.page={next}")).Body;
            pages.Add(NamesOf(body));
            next = Token(body, "next_page");
            previous = Token(body, "previous_page");
        }
        while (next is not null);
        Assert.Equal([3, 3, 1], pages.Select(p => p.Count));
        string[] all = ["c0", "c1", "c2", "c3", "c4", Primary, Standby];
        Assert.Equal(order == "ASC" ? all : all.Reverse(), pages.SelectMany(p => p));
        var back = (await _r.Get($"api/v1/clusters?pagination.limit=3&pagination.sort_order={order}&pagination.page={previous}")).Body;
        Assert.Equal(pages[1], NamesOf(back));
    }

    [Fact]
    public async Task What_comes_or_goes_between_two_pages_shifts_nothing()
    {
        for (var i = 0; i < 4; i++) _r.World.AddCluster($"c{i}");
        var first = (await _r.Get("api/v1/clusters?pagination.limit=2")).Body;
        _r.World.AddCluster("a");
        _r.World.RemoveCluster("c2");
        var second = (await _r.Get($"api/v1/clusters?pagination.limit=2&pagination.page={Token(first, "next_page")}")).Body;
        Assert.Equal(["c3", Primary], NamesOf(second));
    }

    [Fact]
    public async Task The_size_of_a_page_and_its_empty_tokens_are_settings()
    {
        _r.Set(s => s with { CockroachPageLimit = 1, CockroachMostPageLimit = 1, CockroachEmptyPageTokens = true });
        var body = (await _r.Get("api/v1/clusters?pagination.limit=50")).Body;
        Assert.Equal([Primary], NamesOf(body));
        Assert.Equal("", Token(body, "previous_page"));
        Assert.Single(NamesOf((await _r.Get("api/v1/clusters")).Body));
    }

    [Theory]
    [InlineData("pagination.limit=-1")]
    [InlineData("pagination.limit=many")]
    [InlineData("pagination.page=%25")]
    [InlineData("pagination.sort_order=UP")]
    [InlineData("pagination.sort_by=COLOUR")]
    public async Task A_page_that_cannot_be_is_refused(string query) =>
        Assert.Equal(400, (int)(await _r.Get("api/v1/clusters?" + query)).Status);

    [Fact]
    public async Task Streams_are_filtered_by_their_clusters()
    {
        _r.World.AddCluster("other", new SimulatorClusterSpec { CidrRange = "10.0.0.0/14" });
        _r.World.AddCluster("other-dr", new SimulatorClusterSpec { CidrRange = "10.4.0.0/14" });
        var other = _r.World.AddStream("other", "other-dr").Id;
        var demo = _r.World.Streams[0].Id;
        Assert.Equal([other], await Listed("primary_cluster_id=" + _r.Id("other")));
        Assert.Equal([demo], await Listed("standby_cluster_id=" + _r.Id(Standby)));
        Assert.Equal([demo], await Listed("cluster_id=" + _r.Id(Standby)));
        Assert.Empty(await Listed($"primary_cluster_id={_r.Id(Standby)}"));
        Assert.Equal(2, (await Listed("")).Count);
    }

    [Fact]
    public async Task Ended_streams_are_listed_on_request_or_as_set()
    {
        await _r.Complete();
        var completed = _r.Newest.Id;
        await _r.Replicate(Standby, Primary);
        await _r.Cancel();
        var canceled = _r.Newest.Id;
        Assert.Equal([canceled], await Listed(""));
        Assert.Equal([completed, canceled], await Listed("show_completed=true"));
        _r.Set(s => s with { CockroachCanceledHidden = true });
        Assert.Empty(await Listed(""));
        _r.Set(s => s with { CockroachShowsCompleted = true, CockroachStreamsNewestFirst = true });
        Assert.Equal([canceled, completed], await Listed(""));
        Assert.Equal([completed, canceled], await Listed("pagination.sort_order=ASC"));
        Assert.Empty(await Listed("show_completed=false"));
        Assert.Equal(400, (int)(await _r.Get(Streams + "?show_completed=maybe")).Status);
    }

    [Fact]
    public async Task A_key_acts_where_it_has_rights()
    {
        _r.World.AddClusterKey("half", Primary);
        _r.World.AddClusterKey("none");
        var (primary, standby) = (_r.Id(Primary), _r.Id(Standby));
        _r.UseToken("half");
        Assert.Equal([Primary], NamesOf((await _r.Get("api/v1/clusters")).Body));
        Assert.Equal(200, (int)(await _r.Get("api/v1/clusters/" + primary)).Status);
        var forbidden = await _r.Get("api/v1/clusters/" + standby);
        Assert.Equal((403, 7), ((int)forbidden.Status, forbidden.Body.GetProperty("code").GetInt32()));
        Assert.Equal(200, (int)(await _r.FailOver()).Status);
        _r.Advance(2);
        Assert.Equal(403, (int)(await _r.Create(Standby, Primary)).Status);
        _r.UseToken("none");
        Assert.Empty(await Listed("show_completed=true"));
        Assert.Equal(403, (int)(await _r.Get($"{Streams}/{_r.Newest.Id}")).Status);
        Assert.Single(_r.World.Streams);
    }

    [Fact]
    public async Task The_limit_is_ten_requests_a_second_and_user()
    {
        _r.Set(s => s with { CockroachRateLimitPerSecond = 10 });
        _r.World.AddClusterKey("other", Primary);
        for (var i = 0; i < 10; i++) Assert.Equal(200, (int)(await _r.Get("api/v1/clusters")).Status);
        var limited = await _r.Get("api/v1/clusters");
        Assert.Equal((429, "rate limit exceeded", TimeSpan.FromSeconds(1)), ((int)limited.Status, limited.Message, limited.RetryAfter));
        Assert.Equal(8, limited.Body.GetProperty("code").GetInt32());
        Assert.Equal(200, (int)(await _r.Get("v1/project")).Status);
        _r.Set(s => s with { CockroachRateLimitStatus = 503 });
        Assert.Equal(503, (int)(await _r.Get("api/v1/clusters")).Status);
        _r.UseToken("other");
        Assert.Equal(200, (int)(await _r.Get("api/v1/clusters")).Status);
        _r.UseToken("demo");
        _r.Time.Advance(1);
        Assert.Equal(200, (int)(await _r.Get("api/v1/clusters")).Status);
    }

    [Fact]
    public void Ten_a_second_is_the_default() => Assert.Equal(10, new SimulatorSettings().CockroachRateLimitPerSecond);

    [Theory]
    [InlineData("""{"primary_cluster_id":"","standby_cluster_id":""}""", 400, "primary_cluster_id is required")]
    [InlineData("""{"primary_cluster_id":"PRIMARY"}""", 400, "standby_cluster_id is required")]
    [InlineData("""{"primary_cluster_id":"PRIMARY","standby_cluster_id":"PRIMARY"}""", 400, "must be different")]
    [InlineData("""{"primary_cluster_id":"PRIMARY","standby_cluster_id":"NOBODY"}""", 404, "cluster not found")]
    [InlineData("""{"primary_cluster_id":"PRIMARY","standby_cluster_id":"crdb"}""", 400, "invalid cluster ID")]
    [InlineData("""{"primary_cluster_id":"PRIMARY","standby_cluster_id":"STANDBY"}""", 409, "already part of an active")]
    [InlineData("""{"primary_cluster_id":"STANDBY","standby_cluster_id":"PRIMARY"}""", 409, "already part of an active")]
    public async Task A_stream_that_cannot_be_is_refused(string body, int status, string message)
    {
        var reply = await _r.Send(
            HttpMethod.Post, Streams, body.Replace("PRIMARY", _r.Id(Primary)).Replace("STANDBY", _r.Id(Standby)).Replace("NOBODY", Nobody));
        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(message, reply.Message);
        Assert.Single(_r.World.Streams);
        Assert.DoesNotContain(_r.World.Requests, q => q.Applied);
    }

    public static TheoryData<SimulatorClusterSpec, string> Unfit => new()
    {
        { new() { Plan = "STANDARD" }, "not an ADVANCED cluster" },
        { new() { Virtualized = false }, "cluster virtualization" },
        { new() { Regions = ["europe-north1", "us-east1"] }, "more than one region" },
        { new() { Version = "v24.2.9" }, "before v24.3" },
        { new() { Cloud = "AWS", Regions = ["eu-north-1"] }, "same cloud" },
        { new() { CidrRange = "10.3.0.0/16" }, "overlap" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task Clusters_that_do_not_fit_are_refused(SimulatorClusterSpec unfit, string message)
    {
        _r.World.AddCluster("fit", new SimulatorClusterSpec { CidrRange = "10.0.0.0/14" });
        _r.World.AddCluster("unfit", unfit);
        var reply = await _r.Create("fit", "unfit");
        Assert.Equal((400, 9), ((int)reply.Status, reply.Body.GetProperty("code").GetInt32()));
        Assert.Contains(message, reply.Message);
        _r.Set(s => s with { CockroachPreconditionStatus = 412 });
        Assert.Equal(412, (int)(await _r.Create("unfit", "fit")).Status);
    }

    [Theory]
    [InlineData("AWS", "eu-west-1", "eu-west-1", 400)]
    [InlineData("AWS", "eu-west-1", "eu-west-2", 200)]
    [InlineData("GCP", "europe-west1", "europe-west1", 200)]
    public async Task The_region_may_be_the_same_on_one_cloud_only(string cloud, string one, string other, int status)
    {
        _r.World.AddCluster("one", new SimulatorClusterSpec { Cloud = cloud, Regions = [one], CidrRange = "10.0.0.0/14" });
        _r.World.AddCluster("other", new SimulatorClusterSpec { Cloud = cloud, Regions = [other], CidrRange = "10.4.0.0/14" });
        Assert.Equal(status, (int)(await _r.Create("one", "other")).Status);
    }

    [Fact]
    public async Task The_statuses_of_refusals_nobody_documents_are_settings()
    {
        _r.Set(s => s with { CockroachSecondStreamStatus = 422, CockroachLockedStatus = 423, CockroachFailoverAtStatus = 424 });
        Assert.Equal(422, (int)(await _r.Create(Primary, Standby)).Status);
        Assert.Equal(424, (int)(await _r.FailOver(_r.World.Now.AddHours(2))).Status);
        _r.World.SetClusterState(Primary, "LOCKED");
        Assert.Equal(423, (int)(await _r.Create(Primary, Standby)).Status);
    }

    [Fact]
    public async Task A_second_stream_may_be_taken_as_set()
    {
        _r.Set(s => s with { CockroachAllowsSecondStream = true });
        Assert.Equal(200, (int)(await _r.Create(Primary, Standby)).Status);
        Assert.Equal(2, (await Listed("")).Count);
    }

    [Fact]
    public async Task A_locked_cluster_is_read_and_serves_but_joins_no_stream()
    {
        await _r.Complete();
        _r.World.SetClusterState(Primary, "LOCKED");
        _r.World.SetClusterOperation(Primary, "MAINTENANCE_RUNNING");
        var cluster = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body;
        Assert.Equal(("LOCKED", "MAINTENANCE_RUNNING"), (Text(cluster, "state"), Text(cluster, "operation_status")));
        Assert.True(_r.Accepts(Primary));
        var reply = await _r.Create(Standby, Primary);
        Assert.Equal(503, (int)reply.Status);
        Assert.Contains("lock", reply.Message);
        _r.World.SetClusterState(Primary, "CREATED");
        _r.World.SetClusterOperation(Primary, null);
        Assert.Equal(200, (int)(await _r.Create(Standby, Primary)).Status);
    }

    [Fact]
    public async Task What_clusters_show_while_a_stream_starts_and_runs_is_as_set()
    {
        _r.Set(s => s with { CockroachStartingState = "LOCKED", CockroachStreamingOperationStatus = "CRDB_EDIT_CLUSTER_RUNNING" });
        await _r.Complete();
        await _r.Create(Standby, Primary);
        var cluster = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body;
        Assert.Equal(("LOCKED", "CRDB_EDIT_CLUSTER_RUNNING"), (Text(cluster, "state"), Text(cluster, "operation_status")));
        _r.Advance(2);
        Assert.Equal("CREATED", Text((await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body, "state"));
    }

    [Fact]
    public async Task A_cluster_is_deleted_when_nothing_holds_it()
    {
        var path = $"api/v1/clusters/{_r.Id(Standby)}";
        Assert.Contains("active physical replication stream", (await _r.Send(HttpMethod.Delete, path)).Message);
        await _r.Cancel();
        _r.World.SetDeleteProtection(Standby, true);
        Assert.Equal(400, (int)(await _r.Send(HttpMethod.Delete, path)).Status);
        _r.World.SetDeleteProtection(Standby, false);
        Assert.Equal("DELETED", Text((await _r.Send(HttpMethod.Delete, path)).Body, "state"));
        Assert.Equal(404, (int)(await _r.Send(HttpMethod.Delete, path)).Status);
        Assert.Equal([Primary], NamesOf((await _r.Get("api/v1/clusters")).Body));
        Assert.Equal([Primary, Standby], NamesOf((await _r.Get("api/v1/clusters?show_inactive=true")).Body));
    }

    [Fact]
    public async Task A_recreated_cluster_has_another_id_and_no_stream()
    {
        var id = _r.Id(Primary);
        _r.World.RecreateCluster(Primary);
        Assert.NotEqual(id, _r.Id(Primary));
        Assert.Equal("CANCELED", _r.Newest.Status);
        Assert.Equal("DELETED", Text((await _r.Get("api/v1/clusters/" + id)).Body, "state"));
    }

    [Fact]
    public async Task Kinds_and_bodies_are_in_the_log()
    {
        await _r.FailOver();
        await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/nodes");
        await _r.Get("api/v1/elsewhere");
        Assert.Equal(["StreamUpdate", "NodeList", "Unknown"], _r.World.Requests.Select(q => q.Kind));
        var update = _r.World.Requests[0];
        Assert.True(update is { Applied: true, Changing: true, Status: 200, Method: "PATCH" });
        Assert.Contains("FAILING_OVER", update.Body);
    }

    private async Task<List<string?>> Listed(string query) => (await _r.Get($"{Streams}?{query}")).Body
        .GetProperty("physical_replication_streams").EnumerateArray().Select(s => Text(s, "id")).ToList();

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    private static List<string?> NamesOf(JsonElement body) =>
        body.GetProperty("clusters").EnumerateArray().Select(c => Text(c, "name")).ToList();

    private static string? Token(JsonElement body, string name) =>
        body.GetProperty("pagination").TryGetProperty(name, out var token) ? token.GetString() : null;
}
