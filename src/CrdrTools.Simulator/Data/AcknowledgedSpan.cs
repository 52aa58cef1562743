namespace CrdrTools.Simulator.Data;

/// <summary>Acknowledged writes: how many, and the times of the first and the last.</summary>
internal readonly record struct AcknowledgedSpan(DateTimeOffset First, DateTimeOffset Last, long Count)
{
    /// <summary>The part of a run from one time to another, both included; null when there is none.</summary>
    public static AcknowledgedSpan? Of(WriteRun run, DateTimeOffset from, DateTimeOffset to)
    {
        var before = run.CountUpTo(from.AddTicks(-1));
        var until = run.CountUpTo(to);
        if (until <= before) return null;
        return new(run.Client.TimeOf(run.First + before), run.Client.TimeOf(run.First + until - 1), until - before);
    }

    public AcknowledgedSpan With(AcknowledgedSpan? other) => other is not { } o
        ? this
        : new(First < o.First ? First : o.First, Last > o.Last ? Last : o.Last, Count + o.Count);
}
