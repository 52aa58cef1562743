using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Reads a client's messages off its connection; null when it has closed.</summary>
internal sealed class WireReader(ReadBuffer buffer)
{
    private const int LengthBytes = 4;

    /// <summary>A message of the startup, which has no type.</summary>
    public Task<WireMessage?> StartupAsync() => ReadAsync(0, WireLimits.Startup);

    public Task<WireMessage?> NextAsync() => ReadAsync(1, WireLimits.Message);

    private async Task<WireMessage?> ReadAsync(int typeBytes, int most)
    {
        var head = typeBytes + LengthBytes;
        if (!await HasAsync(head).ConfigureAwait(false)) return null;
        var length = LengthAt(typeBytes);
        if (length < LengthBytes) throw SqlProblem.Protocol("invalid message length");
        if (length - LengthBytes > most)
            throw SqlProblem.Protocol($"message size {length} bigger than maximum allowed message size {most}");
        if (!await HasAsync(typeBytes + length).ConfigureAwait(false)) return null;
        var type = typeBytes == 0 ? '\0' : (char)buffer[0];
        var body = new byte[length - LengthBytes];
        buffer.Skip(head);
        buffer.CopyTo(body, 0, body.Length);
        return new WireMessage(type, body);
    }

    private int LengthAt(int index) =>
        (buffer[index] << 24) | (buffer[index + 1] << 16) | (buffer[index + 2] << 8) | buffer[index + 3];

    private async Task<bool> HasAsync(int count)
    {
        while (buffer.Count < count)
        {
            if (!await buffer.FillAsync().ConfigureAwait(false)) return false;
        }
        return true;
    }
}
