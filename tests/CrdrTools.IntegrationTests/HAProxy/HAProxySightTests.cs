using CrdrTools.Core.Routes.HAProxy;

namespace CrdrTools.IntegrationTests.HAProxy;

public class HAProxySightTests
{
    private static readonly CrdrRoute s_route = new()
    {
        Name = "db", Type = "HAProxy",
        Settings = new Dictionary<string, string> { ["sockets"] = "/run/one.sock, /run/two.sock", ["backend"] = "be", ["primaryServer"] = "a", ["recoveryServer"] = "b" },
    };

    [Fact]
    public void A_side_is_the_target_when_every_proxy_sends_clients_there()
    {
        CrdrRouteStatus status = Status(Sight("/run/one.sock", 2, 0, 2, 0), Sight("/run/two.sock", 2, 0, 2, 0));
        Assert.True(status is { Verified: true, Target: Side.Primary, Fenced.Count: 0 });
    }

    [Fact]
    public void A_side_is_fenced_when_it_is_on_every_proxy()
    {
        Assert.Equal([Side.Primary], Status(Sight("/run/one.sock", 0, 1, 2, 0), Sight("/run/two.sock", 0, 1, 2, 0)).Fenced);
        Assert.Empty(Status(Sight("/run/one.sock", 0, 1, 2, 0), Sight("/run/two.sock", 2, 0, 2, 0)).Fenced);
    }

    [Fact]
    public void Proxies_that_disagree_are_named()
    {
        CrdrRouteStatus status = Status(Sight("/run/one.sock", 2, 0, 2, 0), Sight("/run/two.sock", 0, 1, 2, 0));
        Assert.True(status is { Verified: false, Target: null });
        Assert.Contains("/run/one.sock sends new clients to a, /run/two.sock sends new clients to b", status.Detail);
    }

    [Fact]
    public void A_proxy_that_cannot_be_seen_leaves_everything_open_and_is_named()
    {
        CrdrRouteStatus status = Status(Sight("/run/one.sock", 0, 1, 2, 0), new("/run/two.sock") { Trouble = "HAProxy at /run/two.sock is gone" });
        Assert.True(status is { Verified: false, Target: null, Fenced.Count: 0 });
        Assert.Contains("HAProxy at /run/two.sock is gone", status.Detail);
    }

    [Fact]
    public void A_server_without_a_health_check_is_called_so_in_words()
    {
        HAProxyServer server = Sight("/run/one.sock", 2, 0, 2, 0).Backend!.Servers[0];
        Assert.Equal("a is not checked", $"{server with { Status = "no check" }}");
        Assert.Equal("a is DOWN", $"{server with { Status = "DOWN" }}");
    }

    [Fact]
    public void Both_in_maintenance_is_nobody_and_seen()
    {
        CrdrRouteStatus status = Status(Sight("/run/one.sock", 0, 1, 0, 1));
        Assert.True(status is { Verified: true, Target: null });
        Assert.Equal([Side.Primary, Side.Recovery], status.Fenced);
        Assert.Contains("new clients are sent to nobody", status.Detail);
    }

    [Fact]
    public void Without_a_state_file_a_fence_is_said_to_be_forgotten() =>
        Assert.Contains("a fence is not durable: no stateFile is set, and a reload forgets it (/run/one.sock)", Status(Sight("/run/one.sock", 0, 1, 2, 0)).Detail);

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    [InlineData(8, 8, true)]
    [InlineData(8, 0, false)]
    [InlineData(1, null, false)]
    [InlineData(0, null, true)]
    [InlineData(5, null, true)]
    public void A_state_file_that_does_not_hold_what_is_so_is_named(int admin, int? recorded, bool durable)
    {
        HAProxySight sight = Sight("/run/one.sock", 0, admin, 2, 0) with
        {
            StateFile = "/var/lib/state", Recorded = recorded is { } bits ? new Dictionary<string, HAProxyAdmin> { ["a"] = (HAProxyAdmin)bits, ["b"] = 0 } : null,
        };
        Assert.Equal(durable, Status(sight).Detail?.Contains("not durable") != true);
    }

    [Fact]
    public void A_socket_that_may_only_look_is_named()
    {
        HAProxySight sight = Sight("/run/one.sock", 2, 0, 2, 0);
        sight = sight with { Backend = sight.Backend! with { Level = "operator" } };
        Assert.Contains("its level is operator, not admin", Status(sight).Detail);
    }

    [Fact]
    public void A_backend_without_the_server_is_named()
    {
        (string state, string stat) = HAProxyTexts.Of(("a", 2, 0, 100, 0, 0, "UP"));
        CrdrRouteStatus status = Status(new HAProxySight("/run/one.sock") { Backend = HAProxyBackend.Read("be", state, stat) });
        Assert.False(status.Verified);
        Assert.Contains("has no server b", status.Detail);
    }

    private static CrdrRouteStatus Status(params HAProxySight[] sights) => HAProxySight.Status(s_route, HAProxySettings.Read(s_route), sights);

    private static HAProxySight Sight(string address, int opA, int adminA, int opB, int adminB)
    {
        (string state, string stat) = HAProxyTexts.Of(("a", opA, adminA, 100, 0, 0, opA == 2 ? "UP" : "DOWN"), ("b", opB, adminB, 100, 1, 0, opB == 2 ? "UP" : "DOWN"));
        return new(address) { Backend = HAProxyBackend.Read("be", state, stat) };
    }
}
