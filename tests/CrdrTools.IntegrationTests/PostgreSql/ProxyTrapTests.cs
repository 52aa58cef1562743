using System.Net.Sockets;
using System.Text;
using CrdrTools.IntegrationTests.Support;

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
