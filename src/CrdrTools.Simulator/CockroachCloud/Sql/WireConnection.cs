using System.Net.Sockets;
using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>One client's connection in the PostgreSQL protocol, version 3.0.</summary>
internal sealed class WireConnection : ILoopbackConnection
{
    private readonly LoopbackSocket _socket;
    private readonly WireReader _reader;
    private readonly WireWriter _writer = new();
    private readonly SimulatorWorld _world;

    public WireConnection(Socket socket, SimulatorWorld world)
    {
        _socket = new LoopbackSocket(socket);
        _reader = new WireReader(_socket.Buffer);
        _world = world;
    }

    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
            _socket.Close();
        }
        catch (Exception e) when (IsEnd(e))
        {
            Reset();
        }
    }

    public void Reset() => _socket.Reset();

    private static bool IsEnd(Exception e) =>
        e is SqlUnreachable or IOException or SocketException or ObjectDisposedException or OperationCanceledException;

    private async Task ServeAsync()
    {
        try
        {
            if (await new WireStartup(_world, _socket, _reader, _writer).RunAsync().ConfigureAwait(false) is { } session)
                await ConverseAsync(new WireConversation(session, _writer)).ConfigureAwait(false);
        }
        catch (Exception e) when (!IsEnd(e))
        {
            _writer.Error(e as SqlProblem ?? SqlProblem.Internal(e));
            await _socket.SendAsync(_writer.Take()).ConfigureAwait(false);
            await _socket.DrainAsync(WireLimits.Drain).ConfigureAwait(false);
        }
    }

    private async Task ConverseAsync(WireConversation conversation)
    {
        while (await _reader.NextAsync().ConfigureAwait(false) is { Type: not WireConversation.Goodbye } message)
        {
            if (conversation.Take(message) || _writer.Count > WireLimits.Unsent)
                await _socket.SendAsync(_writer.Take()).ConfigureAwait(false);
        }
    }
}
