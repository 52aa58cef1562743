using System.Net.Sockets;
using System.Text;
using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>What HAProxy must never be told: <c>set maxconn frontend</c> ends some of its releases while clients wait (haproxy issue 2726).</summary>
public class ProxyTrapTests
{
    [ServerFact("initdb", "haproxy")]
    public async Task No_verb_ever_sets_the_frontends_maxconn()
    {
        using TempFolder folder = new();
        await using PgRig rig = await PgRig.UpAsync();
        using SocketRelay relay = new(folder.At("relay.sock"), rig.Lab.HAProxy!.Socket);
        CrdrRoute route = rig.Pair.Routes[0];
        Dictionary<string, string> settings = route.Settings.ToDictionary(s => s.Key, s => s.Value);
        settings["sockets"] = relay.Path;
        CrdrPair pair = rig.Pair with { Routes = [route with { Settings = settings }] };
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);

        await rig.SwitchoverAsync(Side.Recovery, pair);
        await rig.SwitchoverAsync(Side.Primary, pair);
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover, pair);
        await clients.WriteOnAsync(rig.Lab["b"].Port);

        Assert.Contains("set server pg/a state maint", relay.Heard);
        Assert.DoesNotContain("maxconn frontend", relay.Heard);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("clean")]
    [InlineData("handover")]
    public async Task Clients_wait_in_a_planned_move_and_only_open_connections_are_cut(string cutover)
    {
        using TempFolder folder = new();
        await using PgRig rig = await PgRig.UpAsync(described: p => p with { Settings = new Dictionary<string, string>(p.Settings) { ["cutover"] = cutover } });
        using SocketRelay relay = new(folder.At("relay.sock"), rig.Lab.HAProxy!.Socket);
        CrdrPair pair = Holding(rig, ("sockets", relay.Path));
        await using Clients clients = rig.Clients(4);
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await using Comers comers = new(rig.Lab.ClientConnection);
        foreach ((Side to, string node) in new[] { (Side.Recovery, "b"), (Side.Primary, "a"), (Side.Recovery, "b") })
        {
            int before = clients.Failed;
            comers.Forget();
            await comers.ComeAsync();
            await rig.SwitchoverAsync(to, pair);
            await clients.WriteOnAsync(rig.Lab[node].Port);
            await comers.ComeAsync();
            Assert.DoesNotContain("turned away", rig.Host.Said);
            Assert.True(clients.Failed - before <= 4, $"{clients.Failed - before} errors of 4 open connections on the way to {node}");
            // Whoever comes anew each time is cut at most once, where it was in the middle of something, and never refused or led to a standby.
            Assert.True(comers.Errors.Count <= 1 && comers.Errors.All(e => e.Contains("Exception while reading from stream") || e.Contains("57P01")), string.Join("\n", comers.Errors));
            await AsBeforeAsync(rig);
        }
        Assert.Contains("set maxconn server pg/b 1", relay.Heard);
        Assert.DoesNotContain("maxconn frontend", relay.Heard);
        await rig.OneWriterHasAllAsync("b", clients);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_move_that_is_taken_back_lets_those_who_wait_go_on_where_they_were()
    {
        await using PgRig rig = await PgRig.UpAsync();
        HAProxyBackend before = await SeenAsync(rig);
        await using Clients clients = rig.Clients(4);
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        HookRoute hook = new() { Fencing = async () =>
        {
            await Poll.UntilAsync(async () => (await SeenAsync(rig)).Waiting >= 4, () => "clients do not wait");
            throw new CrdrException(CrdrErrorKind.Refused, "NotNow", "Not now.");
        } };
        CrdrOperation back = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig) with { Routes = [.. Holding(rig).Routes, new() { Name = HookRoute.RouteName, Type = "InProcess" }] });
        Assert.True(back.Outcome == CrdrOutcome.RolledBack, PgRig.Words(back));
        await rig.OneWriterHasAllAsync("a", clients);
        Assert.True(clients.Failed <= 4, $"{clients.Failed} errors");
        await AsBeforeAsync(rig);
        HAProxyBackend then = await SeenAsync(rig);
        Assert.Equal((before["a"].Admin, before["b"].Admin & ~HAProxyAdmin.ConfiguredMaintenance), (then["a"].Admin, then["b"].Admin & ~HAProxyAdmin.ConfiguredMaintenance));
        Assert.DoesNotContain((await rig.StatusAsync()).Routes[0].Findings, f => f.Id is "RouteNotDurable" or "RouteHeld");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S31_One_that_is_killed_while_clients_wait_is_seen_and_its_resume_ends_the_hold()
    {
        await using PgRig rig = await PgRig.UpAsync();
        using (Core.Crdr crdr = rig.Open()) await crdr.RegisterAsync(Holding(rig), null, replace: true, keep: true, rig.Host, default);
        await using Clients clients = rig.Clients(4);
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        bool seen = false;
        Side to = Side.Recovery;
        for (int tries = 0; tries < 5 && !seen; tries++, to = to == Side.Primary ? Side.Recovery : Side.Primary)
        {
            string old = to == Side.Recovery ? "a" : "b", other = to == Side.Recovery ? "b" : "a";
            using (CrdrRun run = rig.Start("switchover", "rig", "--to", to.ToString().ToLowerInvariant(), "--yes"))
            {
                await Task.Run(async () =>
                {
                    while (!run.HasExited && (await SeenAsync(rig)) is var now && !(now[other].Limit == HAProxyNeed.OneClient && now[old].InMaintenance)) await Task.Yield();
                    run.Signal(ServerProcess.SigKill);
                });
                await run.EndAsync();
            }
            if (rig.OpenOperation is { } open)
            {
                // Where it was killed a moment too late the clients were sent on already.
                if ((await SeenAsync(rig))[other].Limit == HAProxyNeed.OneClient)
                {
                    CrdrRouteStatus route = (await rig.StatusAsync(Holding(rig))).Routes[0];
                    Assert.Null(route.Target);
                    Assert.Contains(route.Findings, f => f.Id == "RouteHeld");
                    seen = true;
                }
                (int code, string said, string err) = await rig.CliAsync("operation", "resume", open, "--settle-time", "1");
                Assert.True(code == 0, said + err);
            }
            await rig.OneWriterHasAllAsync(other, clients);
            await AsBeforeAsync(rig);
            Assert.DoesNotContain((await rig.StatusAsync(Holding(rig))).Routes[0].Findings, f => f.Id == "RouteHeld");
        }
        Assert.True(seen, "it was never killed while clients waited");
    }

    /// <summary>Its pair, with a route behind which new clients wait.</summary>
    private static CrdrPair Holding(PgRig rig, params (string Name, string Value)[] more) => rig.Pair with { Routes = Holding(rig.Pair.Routes[0], more, rig.Lab.HAProxy!.Port) };

    private static IReadOnlyList<CrdrRoute> Holding(CrdrRoute route, IEnumerable<(string Name, string Value)> more, int port)
    {
        Dictionary<string, string> settings = route.Settings.ToDictionary(s => s.Key, s => s.Value);
        settings["hold"] = $"127.0.0.1:{port}";
        foreach ((string name, string value) in more) settings[name] = value;
        return [route with { Settings = settings }];
    }

    private static Task<HAProxyBackend> SeenAsync(PgRig rig) => new HAProxyRuntime(rig.Lab.HAProxy!.Socket, HAProxyRuntime.DefaultLimit).ShowAsync("pg", default);

    /// <summary>No server has a limit, and nobody waits.</summary>
    private static async Task AsBeforeAsync(PgRig rig)
    {
        HAProxyBackend now = await SeenAsync(rig);
        Assert.Equal((0, 0, 0), (now["a"].Limit, now["b"].Limit, now.Waiting));
    }

    /// <summary>A client that connects anew for each row, as one without a pool does.</summary>
    private sealed class Comers : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _errors = [];
        private readonly Task _coming;
        private int _came;

        public Comers(string connection) => _coming = Task.Run(async () =>
        {
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    await PgRig.ExecuteAsync(connection, "INSERT INTO acknowledged VALUES (-1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)");
                    Interlocked.Increment(ref _came);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
                {
                    _errors.Enqueue(e.Message);
                    await Task.Delay(1);
                }
            }
        });

        public IReadOnlyCollection<string> Errors => _errors;

        public void Forget() => _errors.Clear();

        public async Task ComeAsync()
        {
            int before = Volatile.Read(ref _came);
            await Poll.UntilAsync(() => Volatile.Read(ref _came) > before + 5, () => $"it does not get in: {string.Join("\n", _errors.Distinct())}");
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _coming;
            _end.Dispose();
        }
    }

    /// <summary>Stands before a unix socket, and keeps what is said to it.</summary>
    private sealed class SocketRelay : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly StringBuilder _heard = new();

        public SocketRelay(string path, string to)
        {
            Path = path;
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _ = Task.Run(async () =>
            {
                try
                {
                    while (true) _ = RelayAsync(await _listener.AcceptAsync(), to);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // The test has ended.
                }
            });
        }

        public string Path { get; }

        public string Heard
        {
            get
            {
                lock (_heard) return _heard.ToString();
            }
        }

        public void Dispose() => _listener.Dispose();

        private async Task RelayAsync(Socket client, string to)
        {
            using Socket _ = client, server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(to));
                await Task.WhenAll(CopyAsync(client, server, keep: true), CopyAsync(server, client, keep: false));
            }
            catch (SocketException)
            {
                // One of the two has hung up.
            }
        }

        private async Task CopyAsync(Socket from, Socket to, bool keep)
        {
            byte[] some = new byte[1 << 16];
            for (int n; (n = await from.ReceiveAsync(some)) > 0;)
            {
                if (keep)
                {
                    lock (_heard) _heard.Append(Encoding.ASCII.GetString(some, 0, n));
                }
                await to.SendAsync(some.AsMemory(0, n));
            }
            to.Shutdown(SocketShutdown.Send);
        }
    }
}
