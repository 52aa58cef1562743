using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>A real HAProxy whose new clients wait while writes move, and what it does where they cannot.</summary>
public class HeldClientsTests
{
    [ServerTheory("haproxy")]
    [InlineData("backup", "balance roundrobin")]
    [InlineData("backup", "balance leastconn")]
    [InlineData("disabled", "balance roundrobin")]
    [InlineData("disabled", "balance leastconn")]
    [InlineData("disabled", "balance first")]
    public async Task Who_comes_in_a_hold_waits_and_gets_to_the_other_side(string recovery, string balance)
    {
        await using Rig rig = await Rig.UpAsync(recovery, $"{balance}\n  timeout queue 20s");
        using NamedClient before = NamedClient.Come(rig.Proxy.Port);
        Assert.Equal("one", await before.Got);
        using (IHeldClients held = await rig.Route().PrepareAsync(Side.Primary, default))
        {
            await held.HoldAsync(planned: true);
            Assert.Empty(held.Notes);
            List<NamedClient> waiting = [.. Enumerable.Range(0, 5).Select(_ => NamedClient.Come(rig.Proxy.Port))];
            await Poll.UntilAsync(async () => (await rig.SeenAsync()).Waiting == 5 || waiting.Any(w => w.Got.IsCompleted), () => "clients do not wait");
            Assert.True(!waiting.Any(w => w.Got.IsCompleted), $"{string.Join(",", waiting.Select(w => w.Got.IsCompleted ? w.Got.Result : "-"))} {string.Join("\n", await rig.Proxy.Runtime.AskAsync(default, "show stat db 6 -1"))}");
            // The one that is there keeps it full, and is ours.
            Assert.Equal((1, 1), ((await rig.SeenAsync())["pg2"].Sessions, (await rig.SeenAsync())["pg2"].Limit));
            CrdrRouteStatus now = await rig.Route().ObserveAsync(default);
            Assert.Null(now.Target);
            Assert.Contains(now.Findings, f => f.Id == "RouteHeld" && f.Message.Contains("5 now"));
            await held.SendOnAsync();
            foreach (NamedClient client in waiting)
            {
                Assert.Equal("two", await client.Got.WaitAsync(TimeSpan.FromSeconds(10)));
                client.Dispose();
            }
        }
        await rig.Route().SwitchAsync(Side.Recovery);
        await rig.AsBeforeAsync();
        CrdrRouteStatus after = await rig.Route().ObserveAsync(default);
        Assert.Equal(Side.Recovery, after.Target);
        Assert.DoesNotContain(after.Findings, f => f.Id is "RouteHeld" or "RouteHoldsNobody");
    }

    [ServerTheory("haproxy")]
    [InlineData("backup")]
    [InlineData("disabled")]
    public async Task Nobody_gets_to_a_standby_however_many_come(string recovery)
    {
        await using Rig rig = await Rig.UpAsync(recovery, "timeout queue 20s");
        using CancellationTokenSource end = new();
        System.Collections.Concurrent.ConcurrentQueue<string> got = [];
        bool sent = false;
        Task storm = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                bool early = !Volatile.Read(ref sent);
                using NamedClient client = NamedClient.Come(rig.Proxy.Port);
                string name = await client.Got;
                // Whoever heard of the other side before it was opened was on a standby.
                got.Enqueue(name == "two" && early && !Volatile.Read(ref sent) ? "standby" : name);
            }
        })));
        for (int i = 0; i < 5; i++)
        {
            await Poll.UntilAsync(() => got.Contains("one"), () => "nobody comes");
            using (IHeldClients held = await rig.Route().PrepareAsync(Side.Primary, default))
            {
                await held.HoldAsync(planned: true);
                Assert.True(held.Notes.Count == 0, string.Join(" ", held.Notes));
                await Poll.UntilAsync(async () => (await rig.SeenAsync()).Waiting == 4, () => "clients do not wait");
                Volatile.Write(ref sent, true);
                await held.SendOnAsync();
            }
            await rig.Route().SwitchAsync(Side.Recovery);
            await rig.AsBeforeAsync();
            Assert.DoesNotContain("standby", got);
            // What was cut off was ended by the cut.
            Assert.True(got.Count(g => g.Length == 0) <= 4 * (i + 1), $"{got.Count(g => g.Length == 0)} were turned away");
            await rig.Route().SwitchAsync(Side.Primary);
            await rig.Route().FenceAsync(Side.Recovery, planned: true);
            if (recovery == "backup") await rig.Route().UnfenceAsync(Side.Recovery);
            Volatile.Write(ref sent, false);
            got.Clear();
        }
        await end.CancelAsync();
        await storm;
    }

    [ServerTheory("haproxy")]
    [InlineData("backup", "timeout queue 700ms", "timeout queue")]
    [InlineData("disabled", "timeout queue 5s\n  balance source", "balance by hash")]
    [InlineData("", "timeout queue 5s", "not to pg1 alone")]
    [InlineData("disabled maxconn 50", "timeout queue 5s", "pg2 has maxconn 50")]
    public async Task Where_they_cannot_wait_it_is_told_and_they_are_turned_away_as_without(string recovery, string more, string why)
    {
        await using Rig rig = await Rig.UpAsync(recovery, more);
        HAProxyBackend before = await rig.SeenAsync();
        using (IHeldClients held = await rig.Route().PrepareAsync(Side.Primary, default))
        {
            await held.HoldAsync(planned: true);
            Assert.Contains(why, Assert.Single(held.Notes));
            HAProxyBackend then = await rig.SeenAsync();
            Assert.True(then["pg1"].InMaintenance);
            Assert.Equal(before["pg2"] with { Sessions = then["pg2"].Sessions, Status = then["pg2"].Status, Running = then["pg2"].Running }, then["pg2"]);
            Assert.Equal(before["pg1"].Limit, then["pg1"].Limit);
            await held.SendOnAsync();
        }
        await rig.Route().SwitchAsync(Side.Recovery);
        Assert.Equal(Side.Recovery, (await rig.Route().ObserveAsync(default)).Target);
        // What the configuration says stays.
        Assert.Equal(before["pg2"].Limit, (await rig.SeenAsync())["pg2"].Limit);
    }

    [ServerFact("haproxy")]
    public async Task A_limit_of_the_configuration_is_set_again()
    {
        await using Rig rig = await Rig.UpAsync("disabled maxconn 50", "timeout queue 5s\n  default-server maxconn 50");
        (string, string) told = ("maxconn", "50");
        using (IHeldClients held = await rig.Route(told).PrepareAsync(Side.Primary, default))
        {
            await held.HoldAsync(planned: true);
            Assert.Empty(held.Notes);
            Assert.Equal(1, (await rig.SeenAsync())["pg2"].Limit);
            await held.SendOnAsync();
        }
        HAProxyBackend then = await rig.SeenAsync();
        Assert.Equal((50, 50), (then["pg1"].Limit, then["pg2"].Limit));
        CrdrRouteStatus other = await rig.Route().ObserveAsync(default);
        Assert.Contains(other.Findings, f => f.Id == "RouteHoldsNobody" && f.Message.Contains("maxconn 50"));
    }

    [ServerFact("haproxy")]
    public async Task A_door_that_leads_nowhere_is_told()
    {
        await using Rig rig = await Rig.UpAsync("disabled", "timeout queue 5s");
        using IHeldClients held = await rig.Route(("hold", $"127.0.0.1:{Free.Port()}")).PrepareAsync(Side.Primary, default);
        await held.HoldAsync(planned: true);
        Assert.Contains("nobody gets in by", Assert.Single(held.Notes));
    }

    [ServerTheory("haproxy")]
    [InlineData("backup")]
    [InlineData("disabled")]
    public async Task Taken_back_it_is_as_before(string recovery)
    {
        await using Rig rig = await Rig.UpAsync(recovery, "timeout queue 20s");
        HAProxyBackend before = await rig.SeenAsync();
        using NamedClient waits = await HeldAsync(rig, async () => await rig.Route().SwitchAsync(Side.Primary));
        // Who waits for a backup waits for that one, and has to come again.
        Assert.Equal(recovery == "backup" ? "" : "one", await waits.Got.WaitAsync(TimeSpan.FromSeconds(10)));
        await rig.AsBeforeAsync();
        HAProxyBackend then = await rig.SeenAsync();
        Assert.Equal(before["pg2"].InMaintenance, then["pg2"].InMaintenance);
        Assert.Equal(Side.Primary, (await rig.Route().ObserveAsync(default)).Target);
    }

    [ServerTheory("haproxy")]
    [InlineData(Side.Primary, "one")]
    [InlineData(Side.Recovery, "two")]
    public async Task A_hold_that_nobody_ended_is_seen_and_ended_by_a_switch(Side to, string name)
    {
        await using Rig rig = await Rig.UpAsync("disabled", "timeout queue 20s");
        // As HAProxy is left by one that is killed: nothing is undone, and its own connections are gone.
        await rig.Proxy.Runtime.DoAsync("set server db/pg1 state maint", "set maxconn server db/pg2 1", "set server db/pg2 state ready");
        using NamedClient first = NamedClient.Come(rig.Proxy.Port);
        Assert.Equal("two", await first.Got);
        using NamedClient waits = NamedClient.Come(rig.Proxy.Port);
        await Poll.UntilAsync(async () => (await rig.SeenAsync()).Waiting == 1, () => "it does not wait");
        CrdrRouteStatus now = await rig.Route().ObserveAsync(default);
        Assert.Null(now.Target);
        Assert.Contains(now.Findings, f => f.Id == "RouteHeld");
        await rig.Route().SwitchAsync(to);
        Assert.Equal(name, await waits.Got.WaitAsync(TimeSpan.FromSeconds(10)));
        await rig.AsBeforeAsync();
        Assert.Equal(to, (await rig.Route().ObserveAsync(default)).Target);
    }

    [ServerFact("haproxy")]
    public async Task A_hold_has_an_end()
    {
        await using Rig rig = await Rig.UpAsync("disabled", "timeout queue 20s");
        using IHeldClients held = await rig.Route(("holdSeconds", "1")).PrepareAsync(Side.Primary, default);
        await held.HoldAsync(planned: true);
        await Poll.UntilAsync(async () => (await rig.SeenAsync())["pg2"] is { InMaintenance: true, Limit: 0 }, () => "the hold does not end");
        using NamedClient late = NamedClient.Come(rig.Proxy.Port);
        Assert.Equal("", await late.Got);
        await held.SendOnAsync();
        using NamedClient then = NamedClient.Come(rig.Proxy.Port);
        Assert.Equal("two", await then.Got);
        Assert.Contains("holdSeconds", Assert.Single(held.Notes));
    }

    [ServerFact("haproxy")]
    public async Task Several_proxies_hold_each_at_its_own_door()
    {
        await using Rig rig = await Rig.UpAsync("disabled", "timeout queue 20s");
        await using ProxyUnderTest second = await ProxyUnderTest.StartAsync(rig.One.Port, rig.Two.Port, recoveryOptions: "disabled", more: "timeout queue 20s");
        HAProxyRoute route = ProxyUnderTest.Route([rig.Proxy, second], ("hold", $"127.0.0.1:{rig.Proxy.Port}, 127.0.0.1:{second.Port}"));
        using IHeldClients held = await route.PrepareAsync(Side.Primary, default);
        await held.HoldAsync(planned: true);
        Assert.Empty(held.Notes);
        using NamedClient left = NamedClient.Come(rig.Proxy.Port), right = NamedClient.Come(second.Port);
        await Poll.UntilAsync(async () => (await rig.SeenAsync()).Waiting == 1 && (await second.Runtime.ShowAsync("db", default)).Waiting == 1, () => "they do not wait");
        await held.SendOnAsync();
        Assert.Equal(("two", "two"), (await left.Got.WaitAsync(TimeSpan.FromSeconds(10)), await right.Got.WaitAsync(TimeSpan.FromSeconds(10))));
    }

    private static async Task<NamedClient> HeldAsync(Rig rig, Func<Task> then)
    {
        using IHeldClients held = await rig.Route().PrepareAsync(Side.Primary, default);
        await held.HoldAsync(planned: true);
        Assert.Empty(held.Notes);
        NamedClient waits = NamedClient.Come(rig.Proxy.Port);
        await Poll.UntilAsync(async () => (await rig.SeenAsync()).Waiting == 1, () => "it does not wait");
        await then();
        return waits;
    }

    /// <summary>Two servers, and a proxy in front.</summary>
    private sealed class Rig(NamedServer one, NamedServer two, ProxyUnderTest proxy) : IAsyncDisposable
    {
        public NamedServer One => one;

        public NamedServer Two => two;

        public ProxyUnderTest Proxy => proxy;

        public static async Task<Rig> UpAsync(string recovery, string more)
        {
            NamedServer one = new("one"), two = new("two");
            return new(one, two, await ProxyUnderTest.StartAsync(one.Port, two.Port, recoveryOptions: recovery, more: more));
        }

        public HAProxyRoute Route(params (string Name, string Value)[] settings) => proxy.Route([("hold", $"127.0.0.1:{proxy.Port}"), .. settings]);

        public Task<HAProxyBackend> SeenAsync() => proxy.Runtime.ShowAsync("db", default);

        /// <summary>Neither server has a limit, and nobody waits.</summary>
        public async Task AsBeforeAsync()
        {
            HAProxyBackend seen = await SeenAsync();
            Assert.Equal((0, 0, 0), (seen["pg1"].Limit, seen["pg2"].Limit, seen.Waiting));
        }

        public async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            one.Dispose();
            two.Dispose();
        }
    }
}
