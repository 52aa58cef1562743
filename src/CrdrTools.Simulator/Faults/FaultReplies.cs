using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Faults;

/// <summary>The answers faults give in place of, or made from, the vendor's own.</summary>
internal static class FaultReplies
{
    private const string Html =
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

    public static HttpReply Page(SimulatorFault fault) =>
        HttpReply.Text(fault.Status ?? 502, fault.Body ?? Html, "text/html; charset=utf-8");

    /// <summary>An error status with the fault's own body, or the vendor's.</summary>
    public static HttpReply Status(SimulatorFault fault, Func<HttpReply> vendors)
    {
        var reply = fault.Body is { } body ? HttpReply.Json(fault.Status ?? 500, body) : vendors();
        return reply with { RetryAfterSeconds = fault.RetryAfterSeconds };
    }

    public static HttpReply Truncated(HttpReply reply) => reply with { Body = [.. reply.Body.Take(reply.Body.Length / 2)] };
}
