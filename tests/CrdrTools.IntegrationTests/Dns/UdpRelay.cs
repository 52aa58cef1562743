using System.Net;
using System.Net.Sockets;

namespace CrdrTools.IntegrationTests.Rfc2136;

/// <summary>Stands between a client and a server, or for a server: what it is given to answer is what arrives.</summary>
internal sealed class UdpRelay : IDisposable
{
    private readonly UdpClient _front = new(new IPEndPoint(IPAddress.Loopback, 0));

    /// <param name="answer">From what was asked (and how many times something was) to what is answered, if anything.</param>
    public UdpRelay(Func<byte[], int, Task<IReadOnlyList<byte[]>>> answer) => _ = Task.Run(async () =>
    {
        try
        {
            for (int i = 0; ; i++)
            {
                UdpReceiveResult asked = await _front.ReceiveAsync();
                foreach (byte[] bytes in await answer(asked.Buffer, i)) await _front.SendAsync(bytes, asked.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    });

    public string Address => $"127.0.0.1:{((IPEndPoint)_front.Client.LocalEndPoint!).Port}";

    public void Dispose() => _front.Dispose();

    /// <summary>Asks the server that stands behind.</summary>
    public static async Task<byte[]> ForwardAsync(byte[] asked, int port)
    {
        using UdpClient back = new();
        back.Connect(IPAddress.Loopback, port);
        await back.SendAsync(asked);
        return (await back.ReceiveAsync()).Buffer;
    }
}
