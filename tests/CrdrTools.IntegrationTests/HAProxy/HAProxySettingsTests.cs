using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.HAProxy;

namespace CrdrTools.IntegrationTests.HAProxy;

public class HAProxySettingsTests
{
    [Fact]
    public void The_least_description_is_enough()
    {
        HAProxySettings settings = HAProxySettings.Read(Route());
        Assert.Equal(["/run/haproxy/admin.sock", "10.0.0.7:9999", "[::1]:9999"], settings.Sockets);
        Assert.Equal([null, null, null], settings.StateFiles);
        Assert.True(settings is { Backend: "db", Primary: "pg1", Recovery: "pg2", Cut: true });
        Assert.Equal("pg2", settings[Side.Recovery]);
    }

    [Fact]
    public void A_proxy_may_have_no_state_file_beside_one_that_has() =>
        Assert.Equal(["/var/lib/a", null, null], HAProxySettings.Read(Route(("stateFile", "/var/lib/a,,"))).StateFiles);

    [Theory]
    [InlineData("sockets", null, "needs 'sockets'")]
    [InlineData("sockets", "haproxy.sock", "neither a path")]
    [InlineData("sockets", "/a.sock,", "neither a path")]
    [InlineData("sockets", "host:0", "neither a path")]
    [InlineData("sockets", "a:b:1", "neither a path")]
    [InlineData("sockets", "/a.sock,/a.sock", "twice")]
    [InlineData("backend", null, "needs 'backend'")]
    [InlineData("backend", "db; disable frontend clients", "needs 'backend'")]
    [InlineData("primaryServer", "pg1\nshow env", "needs 'primaryServer'")]
    [InlineData("recoveryServer", "", "needs 'recoveryServer'")]
    [InlineData("recoveryServer", "pg1", "one server for both sides")]
    [InlineData("stateFile", "/var/lib/one", "one each")]
    [InlineData("stateFile", "one,,", "whole path")]
    [InlineData("stateFile", "/a,/a,", "twice")]
    [InlineData("stateFiles", "/a", "does not know 'stateFiles'")]
    [InlineData("cut", "maybe", "true or false")]
    [InlineData("hold", "127.0.0.1:5000", "one each")]
    [InlineData("hold", "here,there,nowhere", "host:port")]
    [InlineData("holdSeconds", "5", "without 'hold'")]
    [InlineData("maxconn", "5", "without 'hold'")]
    public void What_is_wrong_is_told(string name, string? value, string complaint) =>
        Assert.Contains(complaint, RouteFactory.Complaint(Route((name, value))));

    [Fact]
    public void A_path_that_no_socket_can_have_is_told() => Assert.Contains("longer than", RouteFactory.Complaint(Route(("sockets", "/" + new string('a', 120)))));

    [Theory]
    [InlineData("holdSeconds", "46", "1 to 45")]
    [InlineData("holdSeconds", "soon", "1 to 45")]
    [InlineData("maxconn", "1", "above 1")]
    [InlineData("maxconn", "many", "above 1")]
    public void What_is_wrong_with_a_hold_is_told(string name, string value, string complaint) =>
        Assert.Contains(complaint, RouteFactory.Complaint(Route(("hold", "a:1,b:2,[::1]:3"), (name, value))));

    [Fact]
    public void A_hold_has_its_doors_in_the_order_of_the_sockets()
    {
        HAProxySettings settings = HAProxySettings.Read(Route(("hold", "a:1, b:2, [::1]:3"), ("maxconn", "50")));
        Assert.Equal([("a", 1), ("b", 2), ("::1", 3)], settings.Doors);
        Assert.Equal((TimeSpan.FromSeconds(20), 50), (settings.HoldLimit, settings.MaxConn));
        Assert.Empty(HAProxySettings.Read(Route()).Doors);
    }

    [Fact]
    public void A_good_description_has_no_complaint() => Assert.Null(RouteFactory.Complaint(Route(("cut", "false"), ("stateFile", "/a,/b,/c"))));

    private static CrdrRoute Route(params (string Name, string? Value)[] changes)
    {
        Dictionary<string, string> settings = new()
        {
            ["sockets"] = "/run/haproxy/admin.sock, 10.0.0.7:9999,[::1]:9999", ["backend"] = "db", ["primaryServer"] = "pg1", ["recoveryServer"] = "pg2",
        };
        foreach ((string name, string? value) in changes)
        {
            if (value is null) settings.Remove(name);
            else settings[name] = value;
        }
        return new() { Name = "app", Type = "HAProxy", Settings = settings };
    }
}
