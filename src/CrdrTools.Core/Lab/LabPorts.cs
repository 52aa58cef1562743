using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Core.Lab;

/// <summary>Ports on loopback.</summary>
internal static class LabPorts
{
    // Below what systems give to outgoing connections: one of those must not sit on the port of a node that is down for a while.
    private const int First = 15000, Last = 32000;

    /// <summary>So many: those from <paramref name="from"/> on, all of which must be free; or any that are.</summary>
    public static IReadOnlyList<int> Take(int? from, int count)
    {
        if (from is { } first)
        {
            int[] wanted = [.. Enumerable.Range(first, count)];
            return wanted.Where(p => !IsFree(p)).ToArray() is { Length: > 0 } taken
                ? throw new CrdrException(CrdrErrorKind.InvalidInput, "LabPortTaken", $"Something listens on 127.0.0.1:{string.Join(", ", taken)} already.",
                    "Begin elsewhere, or let free ports be taken.")
                : wanted;
        }
        int start = Random.Shared.Next(First, Last);
        int[] free = [.. Enumerable.Range(0, Last - First).Select(i => First + (start - First + i) % (Last - First)).Where(IsFree).Take(count)];
        return free.Length == count ? free : throw new CrdrException(CrdrErrorKind.Unavailable, "LabPortTaken",
            $"There are no {count} free ports between {First} and {Last}.");
    }

    /// <summary>Whether something takes connections there.</summary>
    public static async Task<bool> ListensAsync(int port, CancellationToken ct)
    {
        try
        {
            using TcpClient probe = new();
            await probe.ConnectAsync(IPAddress.Loopback, port, ct).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
