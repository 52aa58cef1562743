namespace CrdrTools.Tests.Support;

/// <summary>A clock that moves only when told to, and what was to happen meanwhile happens on the way, in its order and on the caller's thread.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Pending, (long At, long Order)> _pending = new();
    private readonly long _start = new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.Zero).Ticks;
    private long _now, _wall, _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(_start + Interlocked.Read(ref _now) + Interlocked.Read(ref _wall), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Since the clock began.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(GetTimestamp());

    /// <summary>Somebody sets the wall clock.</summary>
    public void SetWallClock(TimeSpan by) => Interlocked.Add(ref _wall, by.Ticks);

    /// <summary>Nothing happens meanwhile: the process was stopped.</summary>
    public void Sleep(TimeSpan span) => Interlocked.Add(ref _now, span.Ticks);

    public void Advance(TimeSpan span)
    {
        // What waits goes on right here only where no context would have it elsewhere.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Move(span);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Move(TimeSpan span)
    {
        long until = GetTimestamp() + span.Ticks;
        while (true)
        {
            Pending? next = null;
            lock (_gate)
            {
                if (_pending.TryPeek(out _, out (long At, long) due) && due.At <= until)
                {
                    next = _pending.Dequeue();
                    if (due.At > _now) Interlocked.Exchange(ref _now, due.At);
                }
            }
            if (next is null) break;
            next.Fire();
        }
        if (until > GetTimestamp()) Interlocked.Exchange(ref _now, until);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.True(period == Timeout.InfiniteTimeSpan, "a timer that repeats");
        Pending pending = new(this, callback, state);
        pending.Change(dueTime, period);
        return pending;
    }

    private sealed class Pending(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _generation;
        private bool _set;

        public void Fire()
        {
            lock (time._gate)
            {
                if (--_generation > 0 || !_set) return;
                _set = false;
            }
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _set = dueTime != Timeout.InfiniteTimeSpan;
                if (!_set) return true;
                _generation++;
                time._pending.Enqueue(this, (time.GetTimestamp() + dueTime.Ticks, time._order++));
            }
            return true;
        }

        public void Dispose() => _set = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
