using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Simulator.Loopback;

/// <summary>Takes connections on one port of the loopback address, serves each on its own, and ends them all at once.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Socket, ILoopbackConnection> _open;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ILoopbackConnection, bool> _connections = new();
    private int _disposed;

    /// <exception cref="IOException">The port is taken.</exception>
    public LoopbackServer(int port, Func<Socket, ILoopbackConnection> open)
    {
        _open = open;
        _listener = Listen(port);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stopping.Cancel();
        _listener.Stop();
        foreach (var connection in _connections.Keys) connection.Reset();
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        // Elsewhere the system itself refuses a second listener, and asking would keep a port busy after its last connection.
        if (Environment.OSVersion.Platform == PlatformID.Win32NT) listener.ExclusiveAddressUse = true;
        try
        {
            listener.Start(512);
            return listener;
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"The simulator cannot listen on 127.0.0.1:{port}: {e.SocketErrorCode}. Choose another port, or 0 for any free one.", e);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The listener was stopped, or a client left before it was taken.
                continue;
            }
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        ILoopbackConnection connection;
        try
        {
            connection = _open(socket);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            socket.Close();
            return;
        }
        _connections[connection] = true;
        if (_stopping.IsCancellationRequested) connection.Reset();
        await connection.RunAsync().ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
    }
}
