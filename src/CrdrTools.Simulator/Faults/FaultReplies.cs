using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Faults;

/// <summary>The answers faults give in place of, or made from, the vendor's own.</summary>
internal static class FaultReplies
{
    private const string Html =
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

    public static HttpReply Page(SimulatorFault fault) =>
        HttpReply.Text(fault.Status ?? 502, fault.Body ?? Html, "text/html; charset=utf-8");

    /// <summary>An error status; <paramref name="error"/> makes the vendor's own body from it and a message.</summary>
    public static HttpReply Status(SimulatorFault fault, Func<int, string, HttpReply> error)
    {
        var status = fault.Status ?? 500;
        var reply = fault.Body is { } body ? HttpReply.Json(status, body) : error(status, Message(status, fault.RetryAfterSeconds));
        return reply with { RetryAfterSeconds = fault.RetryAfterSeconds };
    }

    public static HttpReply Truncated(HttpReply reply) => reply with { Body = [.. reply.Body.Take(reply.Body.Length / 2)] };

    private static string Message(int status, int? retryAfter) => status switch
    {
        429 => "The user has sent too many requests in a given amount of time: Rate limit 120 exceeded - try again in "
            + (retryAfter ?? 1) + "s",
        >= 500 => "Internal server error",
        _ => "The request was refused by a fault",
    };
}
