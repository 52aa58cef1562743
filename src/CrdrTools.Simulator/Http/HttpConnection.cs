using System.Net.Sockets;
using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator.Http;

/// <summary>Answers a request; null resets the connection without a reply.</summary>
internal delegate Task<HttpReply?> Answer(HttpRequest request, HttpConnection connection);

/// <summary>
/// One client's HTTP/1.1 connection: requests in, replies out, until either side has enough. Its faults are real: a reset is a reset.
/// </summary>
internal sealed class HttpConnection(Socket socket, Answer answer, Func<DateTimeOffset> date) : ILoopbackConnection
{
    private readonly LoopbackSocket _socket = new(socket);

    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
            _socket.Close();
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
        while (_socket.Buffer.Count <= HttpLimits.Head)
        {
            var reading = _socket.Buffer.FillAsync();
            if (await Task.WhenAny(released, reading).ConfigureAwait(false) == released) return !_socket.Gone;
            if (!await OpenAsync(reading).ConfigureAwait(false)) return false;
        }
        return await Task.WhenAny(released, _socket.Ended).ConfigureAwait(false) == released && !_socket.Gone;
    }

    /// <summary>Waits, at most until the connection is ended from this side.</summary>
    public Task DelayAsync(TimeSpan delay) => Task.WhenAny(Task.Delay(delay), _socket.Ended);

    /// <summary>Ends the connection with a reset: the client sees an error, never an empty answer.</summary>
    public void Reset() => _socket.Reset();

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

    private async Task ServeAsync()
    {
        var reader = new RequestReader(_socket.Buffer, _socket.Stream);
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
            await _socket.DrainAsync(HttpLimits.Drain).ConfigureAwait(false);
        }
    }

    private Task SendAsync(HttpReply reply, bool withBody, bool keepAlive) =>
        _socket.SendAsync(ReplyBytes.Of(reply, withBody, keepAlive, date()));
}
