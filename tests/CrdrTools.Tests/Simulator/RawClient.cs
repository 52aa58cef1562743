using System.Net.Sockets;
using System.Text;

namespace CrdrTools.Tests.Simulator;

/// <summary>Bytes in, bytes out: what no well-behaved client would send.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;

    public RawClient(Uri address)
    {
        _tcp = new TcpClient("127.0.0.1", address.Port) { NoDelay = true };
        _stream = _tcp.GetStream();
    }

    public async Task Send(string text) => await Send(Encoding.Latin1.GetBytes(text));

    public async Task Send(byte[] bytes) => await _stream.WriteAsync(bytes);

    public void CloseSending() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Everything until the server closes.</summary>
    public async Task<string> ReadToEnd() => await ReadUntil(_ => false);

    public async Task<string> ReadUntil(string end) => await ReadUntil(text => text.Contains(end, StringComparison.Ordinal));

    public void Dispose() => _tcp.Dispose();

    private async Task<string> ReadUntil(Func<string, bool> enough)
    {
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (!enough(text.ToString()))
        {
            var read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Limit);
            if (read == 0) break;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        return text.ToString();
    }
}
