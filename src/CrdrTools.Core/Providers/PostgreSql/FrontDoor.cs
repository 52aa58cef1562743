using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>
/// Whether a server takes new connections: its main process may hang while those that were open before are answered still. Knocks as a client that asks for TLS
/// does, and goes when it is answered, before anybody has to log in (PostgreSQL's protocol, SSLRequest).
/// </summary>
internal static class FrontDoor
{
    private static readonly byte[] s_mayWeHaveTls = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

    public static async Task KnockAsync(string host, int port, CancellationToken ct)
    {
        using Socket socket = host.StartsWith('/') ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (host.StartsWith('/')) await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}"), ct).ConfigureAwait(false);
        else await socket.ConnectAsync(host, port, ct).ConfigureAwait(false);
        await socket.SendAsync(s_mayWeHaveTls, ct).ConfigureAwait(false);
        byte[] answer = new byte[1];
        if (await socket.ReceiveAsync(answer, ct).ConfigureAwait(false) == 0) throw new IOException("it closes new connections");
    }
}
