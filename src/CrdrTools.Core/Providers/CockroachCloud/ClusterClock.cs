using CrdrTools.Core.Http;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>A time of which it is certain that it is not before any write acknowledged until it was asked for.</summary>
/// <param name="Time">The time.</param>
/// <param name="Source">Where it comes from, in words.</param>
internal readonly record struct ClusterTime(DateTimeOffset Time, string Source);

/// <summary>Tells the time of the cluster that takes the writes.</summary>
internal interface IClusterClock
{
    /// <summary>The time on that side, not too early.</summary>
    Task<ClusterTime> ReadAsync(Side side);
}

/// <summary>The cluster's own clock, over SQL; the vendor's where the cluster cannot be asked.</summary>
internal sealed class OwnClock(Func<Side, IClusterSql?> sql, VendorClock otherwise) : IClusterClock
{
    public async Task<ClusterTime> ReadAsync(Side side)
    {
        ClusterTime? own = null;
        string? trouble = null;
        try
        {
            if (sql(side) is { } door) own = new(await door.ClockAsync(CancellationToken.None).ConfigureAwait(false), "the cluster's own clock");
        }
        catch (CrdrException e)
        {
            trouble = e.Message;
        }
        if (own is { } mine)
        {
            // What the stream is measured by may run ahead of the node that answered.
            DateTimeOffset? figures = await otherwise.FiguresAsync(side).ConfigureAwait(false);
            return figures > mine.Time ? new(figures.Value, "the stream's own figures") : mine;
        }
        ClusterTime time = await otherwise.ReadAsync(side).ConfigureAwait(false);
        return trouble is null ? time : time with { Source = $"{time.Source}; {trouble}" };
    }
}

/// <summary>Pure: the vendor's time, as far as its answers tell.</summary>
internal static class VendorTime
{
    /// <summary>
    /// The later of the API's own clock and of the time that a stream's figures give away (everything up to here has arrived, and that is so far
    /// behind): the first is not the clusters' clock. Both are whole seconds.
    /// </summary>
    public static DateTimeOffset? Latest(VendorReply<IReadOnlyList<CockroachStream>> streams)
    {
        DateTimeOffset? latest = streams.ServerTime;
        foreach (CockroachStream stream in streams.Body)
        {
            if (stream is not { Status: "REPLICATING", ReplicatedTime: { Year: > 1 } replicated, ReplicationLagSeconds: { } lag and < 1e6 }) continue;
            DateTimeOffset told = replicated.AddSeconds(lag);
            if (latest is null || told > latest) latest = told;
        }
        return latest;
    }
}

/// <summary>
/// Where no cluster can be asked: the vendor's time and a second and a half, for the second that is left out and the half by which CockroachDB
/// lets a node's clock be off.
/// </summary>
internal sealed class VendorClock(ICockroachApi api, Func<Side, string?> clusterId) : IClusterClock
{
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1.5);

    /// <summary>The time that the stream's figures give away, without the API's own clock.</summary>
    public async Task<DateTimeOffset?> FiguresAsync(Side side) =>
        VendorTime.Latest(new(((await api.ListStreamsAsync(clusterId(side) ?? "", CancellationToken.None).ConfigureAwait(false)).Body), null));

    public async Task<ClusterTime> ReadAsync(Side side) =>
        VendorTime.Latest(await api.ListStreamsAsync(clusterId(side) ?? "", CancellationToken.None).ConfigureAwait(false)) is { } time
            ? new(time + s_margin, "the vendor's clock and 1.5 s")
            : throw new VendorException(CrdrErrorKind.BadReply, "VendorClockMissing", "CockroachDB Cloud did not tell its time, so that nobody knows up to when everything must have arrived.", VendorVerdict.NotDone);
}
