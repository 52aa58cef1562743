namespace CrdrTools.Core.Stores;

/// <summary>Since when the member that took the writes is not seen answering, and who saw that first. A look at the pair tells it, and a monitor does by the same call.</summary>
public sealed record OutageSight
{
    /// <summary>What clocks that are told in whole seconds may be apart by.</summary>
    private static readonly TimeSpan s_clocks = TimeSpan.FromSeconds(2);

    /// <summary>The side that took the writes.</summary>
    public required Side Side { get; init; }
    /// <summary>When it was first seen not answering: the recovery time counts from then.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>When it was first seen not to run, so that nobody wrote there from then on; <see langword="null"/>: it was only not seen, and may have gone on.</summary>
    public DateTimeOffset? Down { get; init; }
    /// <summary>Who saw it first.</summary>
    public required string By { get; init; }

    /// <summary>Pure: what a look at a pair says of the member that took the writes; <see langword="null"/> when it answers, or when it cannot be told that nobody writes.</summary>
    /// <param name="status">What was seen.</param>
    /// <param name="samples">What was seen before, oldest first.</param>
    /// <param name="by">Who looked.</param>
    public static OutageSight? In(CrdrStatus status, IReadOnlyList<Sample> samples, string by)
    {
        if (status.Phase != CrdrPhase.NoWriter) return null;
        List<Side> gone = [.. new[] { Side.Primary, Side.Recovery }.Where(s => !status[s].Reachable || NotRunning(status[s]))];
        Side? from = status.Replication?.From ?? samples.LastOrDefault(s => s.Active is not null)?.Active;
        if (from is { } told ? !gone.Contains(told) : gone.Count != 1) return null;
        Side side = from ?? gone[0];
        return new() { Side = side, At = status.ObservedAt, Down = NotRunning(status[side]) ? status.ObservedAt : null, By = by };
    }

    /// <summary>Pure: whether what has arrived shows that the member wrote after it was first seen not answering: then that was another outage, whose end nobody saw.</summary>
    public bool Ended(CrdrStatus status) => status.Replication is { ReplicatedTo: { } arrived, To: { } to } && to != Side && arrived - (status.ClockSkew ?? TimeSpan.Zero) > At + s_clocks;

    /// <summary>Pure: what is kept after another sight: the earliest of the same outage.</summary>
    public static OutageSight? Joined(OutageSight? kept, OutageSight? seen) =>
        kept is null || seen is null || kept.Side != seen.Side ? seen : kept with { Down = kept.Down ?? seen.Down };

    private static bool NotRunning(CrdrMemberStatus member) => member.Health is MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone;
}
