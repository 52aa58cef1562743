using CrdrTools.Simulator.Control;
using CrdrTools.Simulator.Faults;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator;

/// <summary>From a request to its answer: the control endpoint, a vendor, and the faults in between.</summary>
internal sealed class RequestPipeline(SimulatorWorld world, int sqlPort)
{
    private readonly ControlApi _control = new(world, sqlPort);

    /// <summary>Never throws because of a request: what went wrong inside is a 500 that says so.</summary>
    public async Task<HttpReply?> AnswerAsync(HttpRequest request, HttpConnection connection)
    {
        try
        {
            return await RouteAsync(request, connection).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return HttpReply.Text(500, $"The simulator itself failed: {e}\n");
        }
    }

    private async Task<HttpReply?> RouteAsync(HttpRequest request, HttpConnection connection)
    {
        if (request.Path == "/") return WelcomePage.Reply;
        if (ControlApi.Serves(request)) return _control.Answer(request);
        if (world.Arrive(request) is not { } arrival)
            return HttpReply.Text(404, "Nothing is served here; see / for what is.\n");
        if (arrival.Verdict.DelayMs is > 0 and var delay)
            await connection.DelayAsync(TimeSpan.FromMilliseconds(delay)).ConfigureAwait(false);
        var reply = arrival.Refusal ?? await FaultedAsync(arrival, connection).ConfigureAwait(false);
        if (reply is not null) world.Sent(arrival, reply.Status);
        return reply;
    }

    private async Task<HttpReply?> FaultedAsync(Arrival arrival, HttpConnection connection)
    {
        if (arrival.Verdict.Fault is not { } fault) return world.Apply(arrival);
        switch (fault.Action)
        {
            case SimulatorFaultAction.DropAfter:
                world.Apply(arrival);
                return null;
            case SimulatorFaultAction.LateApply:
                world.ApplyLater(arrival, TimeSpan.FromMilliseconds(fault.DelayMs));
                return null;
            case SimulatorFaultAction.HangBefore:
                return await connection.HoldAsync(arrival.Verdict.Cleared).ConfigureAwait(false) ? world.Apply(arrival) : null;
            case SimulatorFaultAction.HangAfter:
                var held = world.Apply(arrival);
                return await connection.HoldAsync(arrival.Verdict.Cleared).ConfigureAwait(false) ? held : null;
            case SimulatorFaultAction.StaleReply:
                return world.Apply(arrival, stale: true);
            case SimulatorFaultAction.Status:
                if (fault.Applied) world.Apply(arrival);
                return FaultReplies.Status(fault, () => world.Error(arrival, fault));
            case SimulatorFaultAction.HtmlBody:
                if (fault.Applied) world.Apply(arrival);
                return FaultReplies.Page(fault);
            case SimulatorFaultAction.TruncatedJson:
                return FaultReplies.Truncated(Whole(arrival, fault));
            case SimulatorFaultAction.CutReply:
                return Whole(arrival, fault) with { Cut = true };
            default:
                return null;
        }
    }

    /// <summary>The answer to break: the vendor's own where the change is applied or none was asked for.</summary>
    private HttpReply Whole(Arrival arrival, SimulatorFault fault) =>
        fault.Applied || !arrival.Request.Changing
            ? world.Apply(arrival)
            : HttpReply.Json(200, """{"service":{"service_name":"truncated"}}""");
}
