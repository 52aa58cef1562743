using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Tests.Monitoring;

/// <summary>A port that leads to another one, until it is cut: then whoever comes is turned away, and whoever is there is cut off.</summary>
internal sealed class Door : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _to;
    private readonly List<Socket> _open = [];
    private bool _cut;

    public Door(int to)
    {
        _to = to;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut()
    {
        lock (_open)
        {
            _cut = true;
            _open.ForEach(Reset);
            _open.Clear();
        }
    }

    public void Mend()
    {
        lock (_open) _cut = false;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket from = await _listener.AcceptSocketAsync();
                Socket to = new(SocketType.Stream, ProtocolType.Tcp);
                lock (_open)
                {
                    _open.Add(from);
                    _open.Add(to);
                    if (_cut)
                    {
                        Reset(from);
                        continue;
                    }
                }
                await to.ConnectAsync(IPAddress.Loopback, _to);
                _ = LeadAsync(from, to);
                _ = LeadAsync(to, from);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is closed for good.
        }
    }

    private static async Task LeadAsync(Socket from, Socket to)
    {
        byte[] some = new byte[4096];
        try
        {
            while (await from.ReceiveAsync(some) is > 0 and int got) await to.SendAsync(some.AsMemory(0, got));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new(true, 0);
            socket.Close();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has gone by itself.
        }
    }
}
