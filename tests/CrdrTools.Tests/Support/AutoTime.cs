namespace CrdrTools.Tests.Support;

/// <summary>A clock that jumps to whatever is waited for: hours of waiting take milliseconds, and nothing sleeps.</summary>
internal sealed class AutoTime : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
    private long _monotonic;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _monotonic;
    }

    public void Advance(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
            _monotonic += by.Ticks;
        }
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
