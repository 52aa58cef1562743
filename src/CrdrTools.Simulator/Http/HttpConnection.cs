using System.Net.Sockets;

namespace CrdrTools.Simulator.Http;

/// <summary>Answers a request; null resets the connection without a reply.</summary>
internal delegate Task<HttpReply?> Answer(HttpRequest request, HttpConnection connection);

/// <summary>One client's connection: requests in, replies out, until either side has enough.</summary>
internal sealed class HttpConnection
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly ReadBuffer _buffer;
    private readonly Func<DateTimeOffset> _date;
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closed;

    public HttpConnection(Socket socket, Func<DateTimeOffset> date)
    {
        socket.NoDelay = true;
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        _buffer = new ReadBuffer(_stream);
        _date = date;
    }

    public async Task RunAsync(Answer answer)
    {
        try
        {
            await ServeAsync(answer).ConfigureAwait(false);
            Close();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Reset();
        }
    }

    /// <summary>
    /// Holds a request until <paramref name="released"/>; false when the client has gone away first.
    /// </summary>
    public async Task<bool> HoldAsync(Task released)
    {
        while (_buffer.Count <= HttpLimits.Head)
        {
            var reading = _buffer.FillAsync();
            if (await Task.WhenAny(released, reading).ConfigureAwait(false) == released) return !Gone;
            if (!await OpenAsync(reading).ConfigureAwait(false)) return false;
        }
        return await Task.WhenAny(released, _ended.Task).ConfigureAwait(false) == released && !Gone;
    }

    /// <summary>Waits, at most until the connection is ended from this side.</summary>
    public Task DelayAsync(TimeSpan delay) => Task.WhenAny(Task.Delay(delay), _ended.Task);

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
        _socket.Close();
        _ended.TrySetResult(true);
    }

    private bool Gone
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

    private static async Task<bool> OpenAsync(Task<bool> reading)
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Answer answer)
    {
        var reader = new RequestReader(_buffer, _stream);
        try
        {
            while (await reader.NextAsync().ConfigureAwait(false) is { } request)
            {
                var reply = await answer(request, this).ConfigureAwait(false);
                if (reply is null)
                {
                    Reset();
                    return;
                }
                await SendAsync(reply, request.Method != "HEAD", request.KeepAlive).ConfigureAwait(false);
                if (reply.Cut) Reset();
                if (reply.Cut || !request.KeepAlive) return;
            }
        }
        catch (HttpProblem problem)
        {
            await SendAsync(HttpReply.Text(problem.Status, problem.Message + "\n"), withBody: true, keepAlive: false).ConfigureAwait(false);
            await DrainAsync().ConfigureAwait(false);
        }
    }

    private Task SendAsync(HttpReply reply, bool withBody, bool keepAlive)
    {
        var bytes = ReplyBytes.Of(reply, withBody, keepAlive, _date());
        return _stream.WriteAsync(bytes, 0, bytes.Length);
    }

    /// <summary>Closing with unread bytes resets the connection and can take the answer with it.</summary>
    private async Task DrainAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        for (var drained = 0; drained < HttpLimits.Drain;)
        {
            drained += _buffer.Count;
            _buffer.Skip(_buffer.Count);
            if (!await _buffer.FillAsync().ConfigureAwait(false)) return;
        }
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _socket.Close();
        _ended.TrySetResult(true);
    }
}
