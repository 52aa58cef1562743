namespace CrdrTools.Core.Playbooks;

/// <summary>Pure: when something is due.</summary>
public static class DueTime
{
    // Windows that leave no moment free in so many steps leave none.
    private const int MostSteps = 5000;

    /// <summary>How an entry stands on a pair.</summary>
    public static CrdrSchedule Of(ScheduleEntry entry, string pair, CrdrProof? last, DateTimeOffset now)
    {
        WallClock clock = WallClock.Of(entry.TimeZone);
        // What was done before its time began was done for something else.
        DateTime wanted = (last is null || clock.Show(last.At) < entry.From + entry.At ? entry.From : Later(entry.From, entry.Every.After(clock.Show(last.At).Date))) + entry.At;
        DateTime? due = Free(entry.Blocked, wanted);
        DateTimeOffset? dueAt = due is { } shown ? clock.Moment(shown) : null, until = due is { } from ? clock.Moment(entry.Within.After(from)) : null;
        CrdrSchedule row = new()
        {
            Name = entry.Name, Kind = entry.Kind, Pair = pair, State = CrdrScheduleState.NotDue, LastProven = last, Due = dueAt, Until = until, Every = entry.Every.ToString(), TimeZone = entry.TimeZone, Playbook = entry.Playbook,
        };
        BlockedWindow? by = entry.Blocked.FirstOrDefault(w => w.Covers(clock.Show(now)));
        if (clock.Moment(wanted) > now) return row;
        if (by is not null)
        {
            DateTimeOffset? free = Free(entry.Blocked, clock.Show(now)) is { } then ? clock.Moment(then) : null;
            // In the hour that the clock shows twice the window may be over only the second time.
            return row with { State = CrdrScheduleState.Blocked, BlockedBy = by.ToString(), NotBefore = free is { } at && at < now ? now : free };
        }
        return row with { State = dueAt > now ? CrdrScheduleState.NotDue : until < now ? CrdrScheduleState.Overdue : CrdrScheduleState.Due };
    }

    /// <summary>The first moment from there on that no window covers; <see langword="null"/>: there is none.</summary>
    public static DateTime? Free(IReadOnlyList<BlockedWindow> windows, DateTime from)
    {
        DateTime at = from;
        for (int i = 0; i < MostSteps; i++)
        {
            if (windows.FirstOrDefault(w => w.Covers(at)) is not { } covers) return at;
            at = covers.MayEnd(at);
            if (at == DateTime.MaxValue) return null;
        }
        return null;
    }

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;
}
