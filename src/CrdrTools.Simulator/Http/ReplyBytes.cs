using System.Globalization;
using System.Text;

namespace CrdrTools.Simulator.Http;

/// <summary>A reply as bytes, head and body in one piece so that it takes one write.</summary>
internal static class ReplyBytes
{
    public static byte[] Of(HttpReply reply, bool withBody, bool keepAlive, DateTimeOffset date)
    {
        var head = new StringBuilder(256)
            .Append("HTTP/1.1 ").Append(reply.Status).Append(' ').Append(Reason(reply.Status))
            .Append("\r\nDate: ").Append(date.ToString("r", CultureInfo.InvariantCulture))
            .Append("\r\nServer: crdr-simulator");
        if (reply.Status != 204)
            head.Append("\r\nContent-Type: ").Append(reply.ContentType).Append("\r\nContent-Length: ").Append(reply.Body.Length);
        if (reply.RetryAfterSeconds is { } seconds) head.Append("\r\nRetry-After: ").Append(seconds);
        if (reply.Allow is { } allow) head.Append("\r\nAllow: ").Append(allow);
        if (!keepAlive) head.Append("\r\nConnection: close");
        head.Append("\r\n\r\n");

        var body = withBody && reply.Status != 204 ? BodyLength(reply) : 0;
        var bytes = new byte[head.Length + body];
        var length = Encoding.ASCII.GetBytes(head.ToString(), 0, head.Length, bytes, 0);
        Buffer.BlockCopy(reply.Body, 0, bytes, length, body);
        return bytes;
    }

    private static int BodyLength(HttpReply reply) => reply.Cut ? reply.Body.Length / 2 : reply.Body.Length;

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    };
}
