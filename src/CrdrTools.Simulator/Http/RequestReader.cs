using System.Globalization;
using System.Text;
using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator.Http;

/// <summary>Reads requests off one connection, one after the other.</summary>
internal sealed class RequestReader(ReadBuffer buffer, Stream stream)
{
    private static readonly byte[] Continue = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\n");

    /// <summary>The next request; null when the client has closed between two requests.</summary>
    public async Task<HttpRequest?> NextAsync()
    {
        var head = await HeadAsync().ConfigureAwait(false);
        if (head is null) return null;
        var (request, length) = RequestHead.Parse(head);
        if (length != 0) await AllowBodyAsync(request, length).ConfigureAwait(false);
        request.Body = length is { } bytes
            ? await ExactlyAsync(bytes).ConfigureAwait(false)
            : await ChunksAsync().ConfigureAwait(false);
        return request;
    }

    private async Task<string?> HeadAsync()
    {
        var seen = 0;
        while (true)
        {
            while (seen == 0 && buffer.Count > 0 && buffer[0] is (byte)'\r' or (byte)'\n') buffer.Skip(1);
            if (buffer.Count > 0 && !RequestHead.IsToken((char)buffer[0])) throw new HttpProblem(400, "this is not HTTP");
            for (var line = buffer.LineLength(seen); line >= 0; line = buffer.LineLength(seen))
            {
                var empty = line == seen || (line == seen + 1 && buffer[seen] == '\r');
                seen = line + 1;
                if (empty) return buffer.TakeText(seen);
            }
            if (buffer.Count > HttpLimits.Head) throw new HttpProblem(431, "the headers are larger than 32 KiB");
            if (!await buffer.FillAsync().ConfigureAwait(false))
                return buffer.Count == 0 ? null : throw new HttpProblem(400, "the request ends in its headers");
        }
    }

    private async Task AllowBodyAsync(HttpRequest request, int? length)
    {
        var expect = request.Header("Expect");
        if (expect is null) return;
        if (!string.Equals(expect, "100-continue", StringComparison.OrdinalIgnoreCase))
            throw new HttpProblem(417, "the only expectation is 100-continue");
        if (length is null || buffer.Count < length) await stream.WriteAsync(Continue, 0, Continue.Length).ConfigureAwait(false);
    }

    private async Task<byte[]> ExactlyAsync(int length)
    {
        if (length == 0) return [];
        var body = new byte[length];
        for (var have = 0; have < length;)
        {
            if (buffer.Count == 0) await MoreAsync().ConfigureAwait(false);
            var take = Math.Min(buffer.Count, length - have);
            buffer.CopyTo(body, have, take);
            have += take;
        }
        return body;
    }

    private async Task<byte[]> ChunksAsync()
    {
        using var body = new MemoryStream();
        while (true)
        {
            var size = ChunkSize(await LineAsync().ConfigureAwait(false));
            if (body.Length + size > HttpLimits.Body) throw new HttpProblem(413, "the body is larger than 1 MiB");
            if (size == 0) break;
            var chunk = await ExactlyAsync(size).ConfigureAwait(false);
            body.Write(chunk, 0, size);
            if ((await LineAsync().ConfigureAwait(false)).Length > 0) throw new HttpProblem(400, "a chunk longer than it said");
        }
        while ((await LineAsync().ConfigureAwait(false)).Length > 0) { }
        return body.ToArray();
    }

    private static int ChunkSize(string line)
    {
        var semicolon = line.IndexOf(';');
        var digits = (semicolon < 0 ? line : line.Substring(0, semicolon)).Trim();
        return digits.Length is > 0 and <= 7
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new HttpProblem(400, "a chunk without a size");
    }

    private async Task<string> LineAsync()
    {
        int length;
        while ((length = buffer.LineLength(0)) < 0)
        {
            if (buffer.Count > HttpLimits.Head) throw new HttpProblem(400, "a line without an end");
            await MoreAsync().ConfigureAwait(false);
        }
        return buffer.TakeText(length + 1).TrimEnd('\r', '\n');
    }

    private async Task MoreAsync()
    {
        if (!await buffer.FillAsync().ConfigureAwait(false)) throw new HttpProblem(400, "the request ends in its body");
    }
}
