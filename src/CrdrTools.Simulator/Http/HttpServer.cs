using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Simulator.Http;

/// <summary>A small HTTP/1.1 server on the loopback address. Its faults are real: a reset is a reset.</summary>
internal sealed class HttpServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Answer _answer;
    private readonly Func<DateTimeOffset> _date;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<HttpConnection, bool> _connections = new();
    private int _disposed;

    public HttpServer(int port, Answer answer, Func<DateTimeOffset> date)
    {
        _answer = answer;
        _date = date;
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
        HttpConnection connection;
        try
        {
            connection = new HttpConnection(socket, _date);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            socket.Close();
            return;
        }
        _connections[connection] = true;
        if (_stopping.IsCancellationRequested) connection.Reset();
        await connection.RunAsync(_answer).ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
    }
}
