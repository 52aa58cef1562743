using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>A server that says its name to whoever comes, and then listens until they go.</summary>
internal sealed class NamedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _came;

    public NamedServer(string name)
    {
        _listener.Start();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _came);
                    _ = SayAsync(client, name);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many have come so far, health checks among them.</summary>
    public int Came => Volatile.Read(ref _came);

    public void Dispose() => _listener.Dispose();

    private static async Task SayAsync(TcpClient client, string name)
    {
        using TcpClient _ = client;
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(name));
            byte[] some = new byte[64];
            while (await client.GetStream().ReadAsync(some) > 0)
            {
            }
        }
        catch (IOException)
        {
            // It was cut off.
        }
    }
}

/// <summary>A client that comes in by a door and hears who it got to.</summary>
internal sealed class NamedClient : IDisposable
{
    private readonly TcpClient _client = new();

    private NamedClient(int port)
    {
        _client.Connect(IPAddress.Loopback, port);
        Got = HearAsync();
    }

    /// <summary>The name of the server it got to; empty when it was turned away or cut off before.</summary>
    public Task<string> Got { get; }

    public static NamedClient Come(int port) => new(port);

    public void Dispose() => _client.Dispose();

    private async Task<string> HearAsync()
    {
        byte[] name = new byte[16];
        try
        {
            return Encoding.ASCII.GetString(name, 0, await _client.GetStream().ReadAsync(name));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return "";
        }
    }
}
