using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>What clients of clusters were told is written, and who has it.</summary>
public sealed class CockroachDataTests : IDisposable
{
    private const string Primary = CockroachRehearsal.Primary;
    private const string Standby = CockroachRehearsal.Standby;
    private readonly CockroachRehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public void A_standby_follows_at_its_lag()
    {
        _r.Client(10);
        _r.Advance(60);
        Assert.Equal((600, 580), (_r.Rows(Primary), _r.Rows(Standby)));
        Assert.Equal(0, _r.World.ClusterLoss(Primary));
        Assert.Equal(20, _r.World.ClusterMissing(Standby));
    }

    [Fact]
    public async Task S29_a_failover_loses_exactly_what_was_written_after_its_time()
    {
        _r.Client(10);
        _r.Advance(60);
        _r.World.SetOutage("europe-west1", true);
        _r.Advance(30);
        await _r.Complete();
        Assert.Equal(20, _r.World.ClusterLoss(Primary));
        Assert.Equal(20, _r.World.ClusterLoss(Standby));
        var cutover = _r.Newest.CutoverTime;
        Assert.All(_r.World.ClusterLostWrites(Standby), w => Assert.True(w.At > cutover && w.Service == Primary));
        Assert.Equal(580, _r.Rows(Standby));
    }

    [Fact]
    public async Task S29_a_failover_to_an_earlier_time_takes_back_what_was_replicated_after_it()
    {
        _r.Client(10);
        _r.Advance(60);
        _r.World.StopClients();
        await _r.FailOver(_r.World.Now.AddSeconds(-20));
        _r.Advance(2);
        Assert.Equal(400, _r.Rows(Standby));
        Assert.Equal(200, _r.World.ClusterLoss(Primary));
    }

    [Fact]
    public async Task S29_a_failover_in_the_future_has_everything_up_to_its_time()
    {
        _r.Client(10);
        var at = _r.World.Now.AddSeconds(30);
        await _r.FailOver(at);
        _r.Advance(60);
        Assert.Equal(at, _r.Newest.CutoverTime);
        Assert.Equal(300, _r.Rows(Standby));
        Assert.All(_r.World.ClusterLostWrites(Standby), w => Assert.True(w.At > at));
    }

    [Fact]
    public async Task A_stream_erases_its_standby_and_copies_the_primary()
    {
        _r.Client(10);
        _r.Advance(60);
        await _r.Complete();
        Assert.Equal(620, _r.Rows(Primary));
        await _r.Create(Standby, Primary);
        Assert.Equal(0, _r.Rows(Primary));
        Assert.False(_r.Accepts(Primary));
        _r.Advance(6.9);
        Assert.Equal(0, _r.Rows(Primary));
        _r.Advance(0.1 + 3);
        Assert.Equal(580, _r.Rows(Primary));
        Assert.Equal(580, _r.Rows(Standby));
    }

    [Fact]
    public async Task S29_what_was_written_to_the_old_primary_is_gone_with_the_reverse_stream()
    {
        _r.Client(10, "direct:" + Primary);
        _r.Client(10, "direct:" + Standby);
        _r.Advance(60);
        Assert.Equal(0, _r.World.ClusterDualWrites);
        await _r.Complete();
        var dualSince = _r.World.Now;
        _r.Advance(10);
        Assert.Equal(200, _r.World.ClusterDualWrites);
        var loss = _r.World.ClusterLoss(Standby);
        Assert.Equal(20 + 20 + 100, loss);
        await _r.Replicate(Standby, Primary);
        Assert.Equal(200, _r.World.ClusterDualWrites);
        Assert.Equal(loss, _r.World.ClusterLoss(Standby));
        Assert.Equal(loss, _r.World.ClusterLostWrites(Standby).Count);
        Assert.Equal(100, _r.World.ClusterLostWrites(Standby).Count(w => w.At > dualSince));
    }

    [Fact]
    public async Task S29_completing_under_writing_clients_and_streaming_forward_again_erases_acknowledged_writes()
    {
        await FailedOver();
        await _r.Replicate(Standby, Primary);
        await _r.FailOver();
        _r.Advance(2);
        var acknowledged = _r.World.Clients[0].Acknowledged;
        Assert.True(_r.World.ClusterMissing(Primary) > 0);
        Assert.Equal(0, _r.World.ClusterMissing(Standby));
        await _r.Create(Primary, Standby);
        Assert.True(_r.World.ClusterMissing(Primary) > 0);
        Assert.Equal(acknowledged, _r.World.ClusterMissing(Standby));
        Assert.Equal(0, _r.Rows(Standby));
    }

    [Fact]
    public async Task S29_the_whole_circle_in_the_right_order_loses_nothing_after_the_failover()
    {
        await FailedOver();
        await _r.Replicate(Standby, Primary);

        _r.World.SetProxy("app", null);
        var at = _r.World.Now;
        while (_r.Newest.ReplicatedTime < at) _r.Advance(0.5);
        await _r.FailOver(at);
        _r.Advance(2);
        _r.World.SetProxy("app", Primary);
        _r.Advance(10);
        Assert.Equal(0, _r.World.ClusterLoss(Primary));

        await _r.Replicate(Primary, Standby);
        _r.Advance(10);
        Assert.Equal(0, _r.World.ClusterLoss(Primary));
        Assert.Equal(0, _r.World.ClusterDualWrites);
        Assert.Equal(_r.World.Clients[0].Acknowledged, _r.Rows(Primary));
        Assert.Equal(_r.Rows(Primary) - 20, _r.Rows(Standby));
    }

    [Fact]
    public async Task Cancelling_leaves_what_was_consistently_there_or_nothing()
    {
        _r.Client(10);
        _r.Advance(60);
        await _r.Cancel();
        _r.Advance(60);
        Assert.Equal(580, _r.Rows(Standby));
        await _r.Create(Primary, Standby);
        _r.Advance(4);
        await _r.Cancel();
        _r.Advance(60);
        Assert.Equal(0, _r.Rows(Standby));
    }

    [Fact]
    public async Task A_slow_client_does_not_bring_back_what_a_stream_erased()
    {
        _r.Client(0.01);
        _r.Advance(250);
        await _r.FailOver(_r.World.Now.AddSeconds(-100));
        _r.Advance(2);
        await _r.Replicate(Standby, Primary);
        await _r.Complete();
        Assert.Equal((1, 1), (_r.Rows(Primary), _r.Rows(Standby)));
        _r.Advance(50);
        Assert.Equal((3, 2), (_r.World.Clients[0].Acknowledged, _r.Rows(Primary)));
        Assert.Equal(2, Assert.Single(_r.World.ClusterLostWrites(Primary)).Number);
    }

    [Fact]
    public async Task A_fast_failback_keeps_what_both_clusters_have()
    {
        _r.Set(s => s with { CockroachFastFailback = true });
        _r.Client(10);
        _r.Advance(60);
        await _r.Complete();
        _r.Advance(10);
        Assert.Equal(720, _r.Rows(Primary));
        await _r.Create(Standby, Primary);
        Assert.Equal(580, _r.Rows(Primary));
        _r.Advance(2);
        Assert.NotNull(_r.Newest.ReplicatedTime);
    }

    [Fact]
    public async Task A_fast_failback_is_possible_within_a_day_only()
    {
        _r.Set(s => s with { CockroachFastFailback = true });
        _r.Client(0.1);
        _r.Advance(60);
        await _r.Complete();
        _r.Advance(86_400);
        await _r.Create(Standby, Primary);
        Assert.Equal(0, _r.Rows(Primary));
    }

    [Fact]
    public void A_proxy_leads_clients_and_fences_them()
    {
        _r.World.SetProxy("app", Primary);
        _r.Client(10, "proxy:app");
        _r.Advance(10);
        _r.World.SetProxy("app", null);
        _r.Advance(10);
        var client = _r.World.Clients[0];
        Assert.Equal((100L, 100L), (client.Acknowledged, client.Failed));
        Assert.Equal(10, client.LongestGapSeconds, 6);
        _r.World.SetProxy("app", Standby);
        _r.Advance(10);
        Assert.Equal(100, _r.World.Clients[0].Acknowledged);
        Assert.Equal([new SimulatorProxy("app", Standby)], _r.World.Proxies);
    }

    [Fact]
    public async Task S31_connections_that_are_not_cut_go_on_writing_to_the_old_side()
    {
        _r.World.SetProxy("app", Primary);
        _r.Client(10, "proxy:app");
        _r.Advance(10);
        await _r.Complete();
        _r.World.SetProxy("app", Standby, cutSessions: false);
        _r.Client(10, "proxy:app");
        _r.Advance(10);
        Assert.Equal(200, _r.World.ClusterDualWrites);
        _r.World.SetProxy("app", Standby);
        _r.Advance(10);
        Assert.Equal(200, _r.World.ClusterDualWrites);
        Assert.Equal(Standby, _r.World.ClusterAcknowledgedWrites(Primary).Last(w => w.Client == 1).Service);
    }

    [Fact]
    public async Task A_connection_that_is_not_cut_ends_when_its_cluster_does()
    {
        _r.World.SetProxy("app", Primary);
        _r.Client(10, "proxy:app");
        _r.Advance(10);
        await _r.Complete();
        _r.World.SetProxy("app", Standby, cutSessions: false);
        _r.World.SetOutage("europe-west1", true);
        _r.Advance(10);
        Assert.Equal(Standby, _r.World.ClusterAcknowledgedWrites(Primary)[^1].Service);
    }

    [Fact]
    public void A_proxy_may_lead_to_a_service_of_the_other_vendor()
    {
        _r.World.SetProxy("pg", "pg-demo");
        _r.World.AddClient("demo", "pg-demo", 10, "proxy:pg");
        _r.Client(10);
        _r.Advance(10);
        Assert.Equal([(1, "demo", 100L), (2, "cockroach", 100L)], _r.World.Clients.Select(c => (c.Id, c.Project, c.Acknowledged)));
    }

    [Theory]
    [InlineData("nothing", 1, null)]
    [InlineData(Primary, 0, null)]
    [InlineData(Primary, 1, "pigeon")]
    [InlineData(Primary, 1, "proxy:none")]
    public void A_client_that_cannot_be_is_refused(string cluster, double rate, string? via) =>
        Assert.Throws<ArgumentException>(() => _r.World.AddClusterClient(cluster, rate, via));

    [Fact]
    public void A_proxy_to_nowhere_is_refused() => Assert.Throws<ArgumentException>(() => _r.World.SetProxy("app", "nothing"));

    /// <summary>A proxied client, a failover of an idle second (nothing lost), the proxy on the standby.</summary>
    private async Task FailedOver()
    {
        _r.World.SetProxy("app", Primary);
        _r.Client(10, "proxy:app");
        _r.Advance(60);
        _r.World.SetProxy("app", null);
        _r.Advance(5);
        await _r.Complete();
        _r.World.SetProxy("app", Standby);
        _r.Advance(10);
        Assert.Equal(0, _r.World.ClusterLoss(Primary));
    }
}
