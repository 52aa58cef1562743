using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Routes;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Routes;

public class VendorManagedRouteTests
{
    private static readonly Dictionary<string, string> s_hosts = new() { ["project"] = "p", ["primaryHost"] = "a.example", ["recoveryHost"] = "b.example" };

    [Theory]
    [InlineData("10.0.0.1", "Primary", true)]
    [InlineData("10.0.0.2", "Recovery", true)]
    [InlineData("10.0.0.9", null, false)]
    [InlineData(null, null, false)]
    public async Task The_shared_name_leads_to_the_member_whose_own_name_has_the_same_address(string? shared, string? side, bool verified)
    {
        CrdrRouteStatus seen = await Route(s_hosts, shared).ObserveAsync(default);
        Assert.Equal((side, verified), (seen.Target?.ToString(), seen.Verified));
    }

    [Fact]
    public async Task Without_the_members_own_names_nothing_is_claimed()
    {
        CrdrRouteStatus seen = await Route(new() { ["project"] = "p" }, "10.0.0.1").ObserveAsync(default);
        Assert.False(seen.Verified);
        Assert.Contains("primaryHost", seen.Detail);
    }

    [Fact]
    public async Task It_is_never_switched()
    {
        VendorManagedRoute route = Route(s_hosts, "10.0.0.1");
        foreach (Func<Task> change in new Func<Task>[] { () => route.SwitchAsync(Side.Primary), () => route.FenceAsync(Side.Primary, planned: true), () => route.UnfenceAsync(Side.Primary) })
            Assert.Equal("RouteIsVendorManaged", (await Assert.ThrowsAsync<CrdrException>(change)).ErrorId);
    }

    [Theory]
    [InlineData(Side.Recovery, true)]
    [InlineData(Side.Primary, false)]
    public async Task S02_A_move_succeeds_only_when_the_vendors_name_leads_to_the_new_side(Side leads, bool succeeds)
    {
        // Through the system's own resolver: the shared name has the address of one of the members.
        string Host(Side side) => side == leads ? "127.0.0.1" : "127.0.0.9";
        using Rig rig = new(pair: d => d with
        {
            Settings = new Dictionary<string, string>(d.Settings) { ["primaryHost"] = Host(Side.Primary), ["recoveryHost"] = Host(Side.Recovery) },
            Routes = [new() { Name = "uri", Type = "VendorManaged", Host = "127.0.0.1" }],
        });
        CrdrOperation operation = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal(succeeds ? (CrdrOutcome.Succeeded, null) : (CrdrOutcome.Incomplete, "StepTimeout"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(["take-over-recovery", "verify-uri"], operation.Steps.Select(s => s.Id));
        Assert.Equal(1, rig.Applied("active"));
    }

    private static VendorManagedRoute Route(Dictionary<string, string> settings, string? shared)
    {
        Dictionary<string, string?> names = new() { ["shared.example"] = shared, ["a.example"] = "10.0.0.1", ["b.example"] = "10.0.0.2" };
        CrdrPair pair = new() { Name = "p", Provider = "Aiven", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" }, Settings = settings };
        return new(pair, new CrdrRoute { Name = "uri", Type = "VendorManaged", Host = "shared.example" }, host =>
            names[host] is { } address ? Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse(address)]) : throw new SocketException((int)SocketError.HostNotFound));
    }
}
