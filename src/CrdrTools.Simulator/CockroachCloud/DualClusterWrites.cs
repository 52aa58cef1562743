using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>
/// Counts what was written to both sides of a failover: after it, until one of the two joins another stream, the writes each of them
/// acknowledged between the first and the last of the other. A move of all clients from one to the other is none.
/// </summary>
internal static class DualClusterWrites
{
    public static long Count(CockroachModel model) =>
        model.Streams.Where(s => s.CompletedAt is not null).Sum(s => Count(model, s, s.CompletedAt!.Value));

    private static long Count(CockroachModel model, CockroachStream stream, DateTimeOffset since)
    {
        var until = UntilNext(model, stream);
        if (model.Data.AcknowledgedBy(stream.Primary, since, until) is not { } primary) return 0;
        if (model.Data.AcknowledgedBy(stream.Standby, since, until) is not { } standby) return 0;
        return Between(model.Data, stream.Primary, standby) + Between(model.Data, stream.Standby, primary);
    }

    private static long Between(DataPlane data, ServiceKey cluster, AcknowledgedSpan other) =>
        data.AcknowledgedBy(cluster, other.First, other.Last)?.Count ?? 0;

    private static DateTimeOffset UntilNext(CockroachModel model, CockroachStream stream) => model.Streams
        .SkipWhile(s => s != stream)
        .Skip(1)
        .FirstOrDefault(s => s.Joins(stream.Primary) || s.Joins(stream.Standby))?.CreatedAt ?? DateTimeOffset.MaxValue;
}
