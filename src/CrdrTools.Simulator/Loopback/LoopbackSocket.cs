using System.Net.Sockets;

namespace CrdrTools.Simulator.Loopback;

/// <summary>One client's socket: what comes in, what goes out, and the two ways to end it.</summary>
internal sealed class LoopbackSocket
{
    private readonly Socket _socket;
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closed;

    public LoopbackSocket(Socket socket)
    {
        socket.NoDelay = true;
        _socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: false);
        Buffer = new ReadBuffer(Stream);
    }

    public NetworkStream Stream { get; }

    public ReadBuffer Buffer { get; }

    /// <summary>Done once the connection is ended from this side.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether the connection is ended from either side.</summary>
    public bool Gone
    {
        get
        {
            if (Volatile.Read(ref _closed) != 0) return true;
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, 0, bytes.Length);

    /// <summary>
    /// Says that this side has finished and reads until the other has too: closing with unread bytes resets the connection and can take
    /// the answer with it.
    /// </summary>
    /// <param name="most">What is read and thrown away at most.</param>
    public async Task DrainAsync(int most)
    {
        _socket.Shutdown(SocketShutdown.Send);
        for (var drained = 0; drained < most;)
        {
            drained += Buffer.Count;
            Buffer.Skip(Buffer.Count);
            if (!await Buffer.FillAsync().ConfigureAwait(false)) return;
        }
    }

    /// <summary>Ends the connection with a reset: the client sees an error, never an empty answer.</summary>
    public void Reset()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already gone: nothing left to reset.
        }
        End();
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) End();
    }

    private void End()
    {
        _socket.Close();
        _ended.TrySetResult(true);
    }
}
