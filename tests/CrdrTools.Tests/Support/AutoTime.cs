namespace CrdrTools.Tests.Support;

/// <summary>A clock that jumps to whatever is waited for: hours of waiting take milliseconds, and nothing sleeps.</summary>
internal sealed class AutoTime : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
    private long _monotonic;
    private readonly PriorityQueue<Action, long> _planned = new();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _monotonic;
    }

    /// <summary>Happens once the clock, which begins at zero, has come to it; on whosever thread it comes there.</summary>
    public void At(TimeSpan when, Action what)
    {
        lock (_gate) _planned.Enqueue(what, when.Ticks);
    }

    public void Advance(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
            _monotonic += by.Ticks;
        }
        while (Due() is { } what) what();
    }

    private Action? Due()
    {
        lock (_gate) return _planned.TryPeek(out _, out long when) && when <= _monotonic ? _planned.Dequeue() : null;
    }

    /// <summary>The wall clock alone: somebody set it, or the machine slept.</summary>
    public void SetWallClock(TimeSpan by)
    {
        lock (_gate) _now += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return new Fired();
        Advance(dueTime);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Fired();
    }

    private sealed class Fired : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
