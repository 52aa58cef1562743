using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>What clients were told is written, and who has it.</summary>
public sealed class DataTests : IDisposable
{
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Fact]
    public void Clients_write_at_their_pace_in_simulated_time()
    {
        Client(50);
        _r.Advance(10);
        var client = Assert.Single(_r.World.Clients);
        Assert.Equal((500L, 0L, 0L), (client.Acknowledged, client.Failed, client.Lost));
        Assert.Equal(0.02, client.LongestGapSeconds, 6);
        Assert.Equal(500, Rows("pg-demo"));
        Assert.Equal(490, Rows("pg-demo-dr"));
    }

    [Fact]
    public async Task S29_failover_loses_exactly_what_was_not_replicated()
    {
        Client(100);
        _r.Advance(10);
        await _r.FailOver();
        Assert.Equal(20, _r.World.Loss("demo", "pg-demo"));
        var lost = _r.World.LostWrites("demo", "pg-demo");
        Assert.Equal(Enumerable.Range(981, 20).Select(n => (long)n), lost.Select(w => w.Number));
        Assert.All(lost, w => Assert.Equal("pg-demo", w.Service));

        _r.Advance(1);
        Assert.Equal(20, _r.World.Loss("demo", "pg-demo"));
        Assert.Equal(1080, Rows("pg-demo-dr"));
        Assert.Equal(50, Assert.Single(_r.World.Clients).Failed);
    }

    [Fact]
    public async Task S29_the_loss_of_a_region_counts_from_the_outage_not_from_the_failover()
    {
        Client(100);
        _r.Advance(10);
        _r.World.SetOutage("europe-west1", true);
        _r.Advance(60);
        await _r.FailOver();
        Assert.Equal(20, _r.World.Loss("demo", "pg-demo"));
        var client = Assert.Single(_r.World.Clients);
        Assert.Equal(6050, client.Failed);
        Assert.Equal(60.5, client.LongestGapSeconds, 1);
    }

    [Fact]
    public void An_outage_that_ends_without_a_failover_loses_nothing()
    {
        Client(100);
        _r.Advance(10);
        _r.World.SetOutage("europe-west1", true);
        _r.Advance(5);
        _r.World.SetOutage("europe-west1", false);
        _r.Advance(5);
        Assert.Equal(0, _r.World.Loss("demo", "pg-demo"));
        Assert.Equal(Rows("pg-demo") - 20, Rows("pg-demo-dr"));
    }

    [Fact]
    public async Task S29_a_takeover_loses_nothing_and_has_a_gap_without_a_writer()
    {
        _r.Set(s => s with { ReplicationLagSeconds = 30 });
        Client(100);
        _r.Advance(10);
        await _r.TakeOver("pg-demo-dr");
        _r.Advance(1);
        Assert.Equal(0, _r.World.Loss("demo", "pg-demo"));
        var client = Assert.Single(_r.World.Clients);
        Assert.Equal(30, client.Failed);
        Assert.Equal(0.31, client.LongestGapSeconds, 2);
        Assert.Equal(1170, Rows("pg-demo-dr"));
        Assert.Equal(0, _r.World.DualWrites);
    }

    [Fact]
    public async Task The_whole_round_loses_only_what_the_failover_lost()
    {
        Client(100);
        _r.Advance(10);
        await _r.FailOver();
        _r.Advance(10);
        Assert.Equal(0, Rows("pg-demo"));
        await _r.RebuildPrimary();
        _r.Advance(10);
        await _r.TakeOver("pg-demo");
        _r.Advance(10);
        Assert.Equal(20, _r.World.Loss("demo", "pg-demo"));
        Assert.Equal(Assert.Single(_r.World.Clients).Acknowledged - 20, Rows("pg-demo"));
    }

    [Fact]
    public async Task The_shared_uri_follows_the_active_service_when_dns_has_caught_up()
    {
        _r.Set(s => s with { DnsSeconds = 30 });
        Client(10);
        _r.Advance(10);
        await _r.FailOver();
        _r.Advance(29.9);
        Assert.Equal(0, _r.World.AcknowledgedWrites("demo", "pg-demo").Count(w => w.Service == "pg-demo-dr"));
        _r.Advance(1.1);
        Assert.Equal(10, _r.World.AcknowledgedWrites("demo", "pg-demo").Count(w => w.Service == "pg-demo-dr"));
    }

    [Fact]
    public async Task S29_an_old_primary_that_keeps_serving_makes_dual_writes()
    {
        _r.Set(s => s with { OldPrimaryKeepsServing = true });
        Client(10, "cached");
        Client(10, "uri");
        _r.Advance(10);
        Assert.Equal(0, _r.World.DualWrites);
        await _r.FailOver();
        _r.Advance(10);
        Assert.InRange(_r.World.DualWrites, 199, 201);
        const int notReplicated = 2 * 2, inTheHole = 2 * 5, cachedSince = 100;
        Assert.Equal(notReplicated + inTheHole + cachedSince, _r.World.Loss("demo", "pg-demo"));

        await _r.Role("pg-demo", "passive");
        var dual = _r.World.DualWrites;
        _r.Advance(10);
        Assert.Equal(dual, _r.World.DualWrites);
    }

    [Fact]
    public async Task A_cached_address_is_kept_until_the_connection_dies()
    {
        Client(10, "cached");
        _r.Advance(1);
        await _r.FailOver();
        _r.Advance(1);
        Assert.Equal("pg-demo-dr", _r.World.AcknowledgedWrites("demo", "pg-demo")[^1].Service);
    }

    [Fact]
    public async Task A_direct_client_goes_where_it_was_told_and_fails_there()
    {
        Client(10, "direct:pg-demo");
        _r.Advance(1);
        await _r.FailOver();
        _r.Advance(10);
        var client = Assert.Single(_r.World.Clients);
        Assert.Equal(10, client.Acknowledged);
        Assert.Equal(105, client.Failed);
    }

    [Fact]
    public void Two_active_roles_alone_are_no_dual_writes()
    {
        Client(10);
        _r.World.SetRole("demo", "pg-demo-dr", "active");
        _r.Advance(10);
        Assert.Equal(0, _r.World.DualWrites);
        Client(10, "direct:pg-demo-dr");
        _r.Advance(10);
        Assert.Equal(300, _r.World.DualWrites);
        _r.World.SetRole("demo", "pg-demo-dr", "passive");
        _r.Advance(10);
        Assert.Equal(300, _r.World.DualWrites);
    }

    [Fact]
    public void The_shared_uri_follows_roles_set_by_hand()
    {
        _r.World.SetRole("demo", "pg-demo", "passive");
        Assert.Equal("pg-demo", _r.World.Pairs[0].UriTarget);
        _r.World.SetRole("demo", "pg-demo-dr", "active");
        Assert.Equal("pg-demo-dr", _r.World.Pairs[0].UriTarget);
    }

    [Fact]
    public void An_integration_that_is_off_replicates_nothing()
    {
        _r.World.SetIntegration("demo", "pg-demo", false);
        Client(10);
        _r.Advance(10);
        Assert.Equal(0, Rows("pg-demo-dr"));
        _r.World.SetIntegration("demo", "pg-demo", true);
        _r.Advance(1);
        Assert.Equal(108, Rows("pg-demo-dr"));
    }

    [Fact]
    public void A_recreated_service_has_lost_its_data()
    {
        Client(10);
        _r.Advance(10);
        _r.World.Recreate("demo", "pg-demo");
        Assert.Equal(0, Rows("pg-demo"));
        Assert.Equal(100, _r.World.Loss("demo", "pg-demo"));
    }

    [Fact]
    public void Stopped_clients_keep_their_history()
    {
        Client(10);
        _r.Advance(10);
        _r.World.StopClients();
        _r.Advance(1000);
        var client = Assert.Single(_r.World.Clients);
        Assert.False(client.Running);
        Assert.Equal(100, client.Acknowledged);
        Assert.Equal(0.1, client.LongestGapSeconds, 6);
    }

    [Fact]
    public void One_long_advance_and_many_short_ones_give_the_same_history()
    {
        using var other = new Rehearsal();
        other.World.AddClient("demo", "pg-demo", 33);
        Client(33);
        _r.Advance(100);
        for (var i = 0; i < 1000; i++) other.Advance(0.1);
        Assert.Equal(_r.World.Clients[0], other.World.Clients[0]);
        Assert.Equal(Rows("pg-demo-dr"), other.World.Service("demo", "pg-demo-dr").Rows);
    }

    [Theory]
    [InlineData("nothing", 1, "uri")]
    [InlineData("pg-demo", 0, "uri")]
    [InlineData("pg-demo", double.NaN, "uri")]
    [InlineData("pg-demo", 1, "pigeon")]
    [InlineData("pg-demo", 1, "direct:")]
    public void A_client_that_cannot_be_is_refused(string service, double rate, string via) =>
        Assert.Throws<ArgumentException>(() => _r.World.AddClient("demo", service, rate, via));

    private SimulatorClient Client(double rate, string via = "uri") => _r.World.AddClient("demo", "pg-demo", rate, via);

    private long Rows(string service) => _r.World.Service("demo", service).Rows;
}
