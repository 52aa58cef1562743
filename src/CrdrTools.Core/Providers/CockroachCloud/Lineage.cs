namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>
/// Pure: what the streams between the two clusters of a pair tell. The newest stream decides, whatever an older one says: while it is
/// under way its primary takes the writes; completed, its standby does; canceled, its primary still does.
/// </summary>
internal sealed record Lineage
{
    /// <summary>The streams between the two, newest first.</summary>
    public required IReadOnlyList<CrdrStream> Streams { get; init; }

    /// <summary>Who takes the writes by that; the primary where there never was a stream.</summary>
    public required Side Active { get; init; }

    /// <summary>The stream under way.</summary>
    public CrdrStream? Live { get; init; }

    /// <summary>More than one stream is under way between the two: nothing follows from that.</summary>
    public bool Contradicts { get; init; }

    /// <summary>The newest stream into a side, ended or not.</summary>
    public CrdrStream? Into(Side side) => Streams.FirstOrDefault(s => s.To == side);

    /// <summary>Reads the vendor's streams.</summary>
    /// <param name="pair">The pair's name.</param>
    /// <param name="primary">The id of the primary's cluster.</param>
    /// <param name="recovery">The id of the recovery side's.</param>
    /// <param name="streams">All streams that were seen, in any order.</param>
    /// <param name="vendorNow">The vendor's clock.</param>
    public static Lineage Of(string pair, string? primary, string? recovery, IEnumerable<CockroachStream> streams, DateTimeOffset vendorNow)
    {
        List<CockroachStream> own = [.. streams.Where(s => s.Id is not null && s.Joins(primary) && s.Joins(recovery))
            .GroupBy(s => s.Id).Select(g => g.First())
            .OrderBy(s => s.CreatedAt ?? DateTimeOffset.MinValue).ThenBy(s => s.Id, StringComparer.Ordinal)];
        List<CrdrStream> read = [];
        DateTimeOffset activation = DateTimeOffset.MinValue;
        foreach (CockroachStream stream in own)
        {
            read.Add(Read(pair, stream, stream.PrimaryClusterId == primary ? Side.Primary : Side.Recovery, activation, vendorNow));
            if (stream.Status == "COMPLETED" && Real(stream.ActivatedAt) is { } activated && activated > activation) activation = activated;
        }
        read.Reverse();
        CrdrStream? newest = read.FirstOrDefault();
        return new Lineage
        {
            Streams = read,
            Active = newest is null ? Side.Primary : newest.Status == "COMPLETED" ? newest.To : newest.From,
            Live = newest is { Live: true } ? newest : null,
            // One that is still under way behind a newer one is nothing this tool can make sense of.
            Contradicts = read.Skip(1).Any(s => s.Live) || (newest is not null && newest is { Live: false, Status: not ("COMPLETED" or "CANCELED") }),
        };
    }

    private static CrdrStream Read(string pair, CockroachStream stream, Side from, DateTimeOffset lastActivation, DateTimeOffset vendorNow)
    {
        DateTimeOffset? replicated = stream.Status is "REPLICATING" or "FAILING_OVER" ? Real(stream.ReplicatedTime) : null;
        // A time before the stream itself, or before the older one was completed, is left over from something else.
        bool scanned = replicated is { } time && time > (stream.CreatedAt ?? DateTimeOffset.MinValue) && time > lastActivation;
        TimeSpan? lag = scanned ? Max(vendorNow - replicated!.Value, TimeSpan.Zero) : null;
        return new CrdrStream
        {
            Pair = pair, Id = stream.Id!, From = from, To = from == Side.Primary ? Side.Recovery : Side.Primary, Status = stream.Status ?? "(no status)", Live = stream.Live,
            Ready = stream.Status == "REPLICATING" && scanned, CreatedAt = Real(stream.CreatedAt), ReplicatedTime = scanned ? replicated : null,
            RetainedTime = scanned ? Real(stream.RetainedTime) : null, Lag = lag, FailoverAt = Real(stream.FailoverAt), ActivatedAt = Real(stream.ActivatedAt),
            CanceledAt = Real(stream.CanceledAt), State = Words(stream, scanned, lag, vendorNow),
        };
    }

    private static string Words(CockroachStream stream, bool scanned, TimeSpan? lag, DateTimeOffset vendorNow) => stream.Status switch
    {
        "STARTING" => $"STARTING: the clusters are being joined{Since(stream.CreatedAt, vendorNow)}",
        "REPLICATING" when !scanned => $"initial scan{Since(stream.CreatedAt, vendorNow)} (REPLICATING, nothing replicated yet; the vendor tells no progress)",
        "REPLICATING" => $"REPLICATING, {lag!.Value.TotalSeconds:0} s behind",
        "FAILING_OVER" when Real(stream.FailoverAt) is { } at => $"FAILING_OVER at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z",
        "FAILING_OVER" => "FAILING_OVER",
        "COMPLETED" => $"COMPLETED{(Real(stream.ActivatedAt) is { } at ? $" at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "")}",
        "CANCELED" => $"CANCELED{(Real(stream.CanceledAt) is { } at ? $" at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "")}",
        _ => $"{stream.Status ?? "no status"}, which this version does not know",
    };

    private static string Since(DateTimeOffset? created, DateTimeOffset now) =>
        created is { } at && now > at ? $", {Span(now - at)} so far" : "";

    private static string Span(TimeSpan span) => span.TotalSeconds < 120 ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0} min";

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Go's zero time means none.</summary>
    private static DateTimeOffset? Real(DateTimeOffset? time) => time is { Year: > 1 } ? time : null;
}
