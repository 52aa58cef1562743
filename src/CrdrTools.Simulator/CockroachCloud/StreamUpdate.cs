using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary><c>PATCH /physical-replication-streams/ID</c>: from REPLICATING to FAILING_OVER or CANCELED, and nothing else.</summary>
internal static class StreamUpdate
{
    public static HttpReply Update(CockroachCall call)
    {
        var stream = call.Stream();
        var body = call.Body();
        var failoverAt = CockroachCall.Text(body, "failover_at");
        var wanted = Wanted(call, CockroachCall.Text(body, "status"), failoverAt);
        if (!Allowed(call.Settings, stream.Status, wanted))
        {
            throw CockroachProblem.State(
                call.Settings.CockroachTransitionStatus, $"status transition from {stream.Status} to {wanted} is not supported");
        }
        if (wanted == CockroachWords.Canceled) call.Motion.Cancel(stream);
        else call.Motion.FailOver(stream, FailoverTime.Of(call, stream, failoverAt));
        return StreamReads.One(call, call.Model.FindStream(stream.Id)!);
    }

    private static string Wanted(CockroachCall call, string? status, string? failoverAt)
    {
        if (status is not null && !CockroachWords.StreamStatuses.Contains(status))
            throw CockroachProblem.Input($"invalid value for enum field status: \"{status}\"");
        if (status is null or CockroachWords.Starting && failoverAt is not null && call.Settings.CockroachFailoverAtIsEnough)
            return CockroachWords.FailingOver;
        return status ?? throw CockroachProblem.Input("status is required");
    }

    private static bool Allowed(SimulatorSettings settings, string from, string to) => (from, to) switch
    {
        (CockroachWords.Replicating, CockroachWords.FailingOver or CockroachWords.Canceled) => true,
        (CockroachWords.Starting, CockroachWords.Canceled) => settings.CockroachCancelWhileStarting,
        (CockroachWords.FailingOver, CockroachWords.Canceled) => settings.CockroachCancelWhileFailingOver,
        _ => false,
    };
}
