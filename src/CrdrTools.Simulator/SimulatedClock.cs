namespace CrdrTools.Simulator;

/// <summary>The simulator's own time: real time since an anchor, stretched by a factor, never going back.</summary>
internal sealed class SimulatedClock
{
    /// <summary>The clock stops there.</summary>
    private static readonly DateTimeOffset Last = new(5000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TimeProvider _real;
    private DateTimeOffset _realAnchor;
    private DateTimeOffset _anchor;

    public SimulatedClock(TimeProvider real, double factor)
    {
        _real = real;
        Factor = factor;
        _anchor = _realAnchor = real.GetUtcNow();
    }

    public double Factor { get; private set; }

    public DateTimeOffset RealNow => _real.GetUtcNow();

    public DateTimeOffset Now
    {
        get
        {
            var elapsed = (_real.GetUtcNow() - _realAnchor).Ticks * Factor;
            if (elapsed <= 0) return _anchor;
            return elapsed < (Last - _anchor).Ticks ? _anchor.AddTicks((long)elapsed) : Last;
        }
    }

    /// <summary>Starts again from the real time.</summary>
    public void Reset(double factor)
    {
        Factor = factor;
        _anchor = _realAnchor = _real.GetUtcNow();
    }

    public void SetFactor(double factor)
    {
        _anchor = Now;
        _realAnchor = _real.GetUtcNow();
        Factor = factor;
    }

    public void Advance(TimeSpan by)
    {
        if (by < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(by), "the simulated clock does not go back");
        if (by > Last - Now) throw new ArgumentOutOfRangeException(nameof(by), "the simulated clock ends in the year 5000");
        _anchor += by;
    }
}
