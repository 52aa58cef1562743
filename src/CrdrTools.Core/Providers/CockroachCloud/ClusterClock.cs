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
internal sealed class OwnClock(Func<Side, IClusterSql?> sql, IClusterClock otherwise) : IClusterClock
{
    public async Task<ClusterTime> ReadAsync(Side side)
    {
        if (sql(side) is not { } door) return await otherwise.ReadAsync(side).ConfigureAwait(false);
        try
        {
            return new(await door.ClockAsync(CancellationToken.None).ConfigureAwait(false), "the cluster's own clock");
        }
        catch (CrdrException e)
        {
            ClusterTime time = await otherwise.ReadAsync(side).ConfigureAwait(false);
            return time with { Source = $"{time.Source}; {e.Message}" };
        }
    }
}

/// <summary>
/// The clock of the vendor's API, where no cluster can be asked: whole seconds, and not the cluster's own, so that a second and a half is added
/// (the second that HTTP's Date may leave out, and the half by which CockroachDB lets a node's clock be off).
/// </summary>
internal sealed class VendorClock(ICockroachApi api, Func<Side, string?> clusterId) : IClusterClock
{
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1.5);

    public async Task<ClusterTime> ReadAsync(Side side)
    {
        VendorReply<CockroachCluster> reply = await api.GetClusterAsync(clusterId(side) ?? "", CancellationToken.None).ConfigureAwait(false);
        return reply.ServerTime is { } time
            ? new(time + s_margin, $"the vendor's API clock and {s_margin.TotalSeconds:0.0} s")
            : throw new VendorException(CrdrErrorKind.BadReply, "VendorClockMissing", "CockroachDB Cloud did not tell its time, so that nobody knows up to when everything must have arrived.", VendorVerdict.NotDone);
    }
}
