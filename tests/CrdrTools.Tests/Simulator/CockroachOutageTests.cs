using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>Regions that are out and regions that are disrupted.</summary>
public sealed class CockroachOutageTests : IDisposable
{
    private const string Primary = CockroachRehearsal.Primary;
    private readonly CockroachRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Theory]
    [InlineData(CockroachOutageView.NodesNotReady, "NOT_READY")]
    [InlineData(CockroachOutageView.StillLive, "LIVE")]
    public async Task An_outage_leaves_the_state_and_shows_in_the_nodes_when_it_is_noticed(CockroachOutageView view, string status)
    {
        _r.Set(s => s with { CockroachOutage = view, OutageDetectedSeconds = 60 });
        _r.World.SetOutage("europe-west1", true);
        Assert.False(_r.Accepts(Primary));
        Assert.Equal("LIVE", await NodeStatus());
        _r.Advance(60);
        Assert.Equal(status, await NodeStatus());
        Assert.Equal("CREATED/UNSPECIFIED", await State());
        _r.World.SetOutage("europe-west1", false);
        Assert.Equal("LIVE", await NodeStatus());
        Assert.True(_r.Accepts(Primary));
    }

    [Fact]
    public async Task An_outage_may_take_reads_of_the_cluster_with_it_but_not_of_streams()
    {
        _r.Set(s => s with { CockroachOutage = CockroachOutageView.ApiErrors });
        _r.World.SetOutage("europe-west1", true);
        Assert.Equal(503, (int)(await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Status);
        Assert.Equal(503, (int)(await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/nodes")).Status);
        Assert.Equal(200, (int)(await _r.FailOver()).Status);
    }

    [Fact]
    public async Task A_whole_region_is_disrupted_and_restored()
    {
        var put = await Disrupt("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":true}]}""");
        const string Expected =
            """{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":true,"azs":[],"pods":[]}]}""";
        Assert.Equal(Expected, put.Text);
        Assert.Equal(Expected, (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/disrupt")).Text);
        Assert.Equal("CREATED/CRDB_CLUSTER_DISRUPTION_RUNNING", await State());
        Assert.Equal("NOT_READY", await NodeStatus());
        Assert.False(_r.Accepts(Primary));
        var replicated = _r.Newest.ReplicatedTime;
        _r.Advance(100);
        Assert.Equal(replicated, _r.Newest.ReplicatedTime);

        Assert.Equal("""{"regional_disruptor_specifications":[]}""", (await Disrupt("{}")).Text);
        Assert.Equal("CREATED/UNSPECIFIED", await State());
        Assert.True(_r.Accepts(Primary));
    }

    [Theory]
    [InlineData("\"azs\":[\"europe-west1-a\"]", 2, true)]
    [InlineData("\"azs\":[\"europe-west1-a\",\"europe-west1-b\"]", 1, false)]
    [InlineData("\"pods\":[\"POD\"],\"azs\":[]", 2, true)]
    public async Task A_cluster_serves_while_most_of_its_nodes_do(string parts, int live, bool serves)
    {
        var pod = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/nodes")).Body.GetProperty("nodes")[0].GetProperty("name").GetString();
        var body = """{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":false,""" + parts + "}]}";
        Assert.Equal(200, (int)(await Disrupt(body.Replace("POD", pod))).Status);
        Assert.Equal((live, serves), (_r.World.Cluster(Primary).LiveNodes, _r.Accepts(Primary)));
    }

    [Theory]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"elsewhere","is_whole_region":true}]}""")]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":false}]}""")]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":true,"azs":["europe-west1-a"]}]}""")]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":false,"azs":["x"]}]}""")]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":false,"pods":["x"]}]}""")]
    [InlineData("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":false,"pods":[1]}]}""")]
    [InlineData("""{"regional_disruptor_specifications":["europe-west1"]}""")]
    [InlineData("""{"regional_disruptor_specifications":true}""")]
    public async Task A_disruption_that_cannot_be_is_refused(string body)
    {
        Assert.Equal(400, (int)(await Disrupt(body)).Status);
        Assert.True(_r.Accepts(Primary));
    }

    [Fact]
    public async Task Disruption_is_open_to_some_accounts_and_clusters_only()
    {
        _r.World.AddCluster("small", new SimulatorClusterSpec { Plan = "STANDARD" });
        Assert.Equal(400, (int)(await _r.Send(HttpMethod.Put, $"api/v1/clusters/{_r.Id("small")}/disrupt", "{}")).Status);
        _r.Set(s => s with { CockroachDisruptAllowed = false });
        Assert.Equal(403, (int)(await Disrupt("{}")).Status);
    }

    [Fact]
    public async Task The_words_for_a_disrupted_cluster_are_a_setting()
    {
        _r.Set(s => s with { CockroachDisruptedOperationStatus = "UNSPECIFIED" });
        await Disrupt("""{"regional_disruptor_specifications":[{"region_code":"europe-west1","is_whole_region":true}]}""");
        Assert.Equal("CREATED/UNSPECIFIED", await State());
    }

    private Task<Reply> Disrupt(string body) => _r.Send(HttpMethod.Put, $"api/v1/clusters/{_r.Id(Primary)}/disrupt", body);

    private async Task<string?> NodeStatus() =>
        (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}/nodes")).Body.GetProperty("nodes")[0].GetProperty("status").GetString();

    private async Task<string> State()
    {
        var cluster = (await _r.Get($"api/v1/clusters/{_r.Id(Primary)}")).Body;
        return cluster.GetProperty("state").GetString() + "/" + cluster.GetProperty("operation_status").GetString();
    }
}
