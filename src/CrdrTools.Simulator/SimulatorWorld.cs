using CrdrTools.Simulator.Aiven;
using CrdrTools.Simulator.CockroachCloud;

namespace CrdrTools.Simulator;

/// <summary>
/// The simulated world: services, regions, clients, time and faults. Thread-safe. It moves by itself: every call first does what
/// the simulated clock says has happened since the last one.
/// </summary>
public sealed partial class SimulatorWorld
{
    private readonly object _lock = new();
    private readonly SimulatorOptions _options;
    private readonly SimulatedClock _clock;
    private readonly List<LateChange> _late = [];
    private Stage _stage;
    private AivenApi _aiven;
    private CockroachApi _cockroach;
    private IVendor[] _vendors;

    internal SimulatorWorld(SimulatorOptions options)
    {
        _options = options;
        SettingsRules.Checked(options.Settings);
        _clock = new SimulatedClock(options.Time ?? TimeProvider.System, options.Settings.ClockFactor);
        (_stage, _aiven, _cockroach, _vendors) = Begin();
    }

    /// <summary>Simulated time.</summary>
    public DateTimeOffset Now => Read(() => _stage.Now);

    /// <summary>How the world behaves; replaced as a whole.</summary>
    /// <exception cref="ArgumentException">A value is out of range; nothing is changed.</exception>
    public SimulatorSettings Settings
    {
        get => Read(() => _stage.Settings);
        set => UpdateSettings(_ => SettingsRules.Checked(value));
    }

    /// <summary>The <c>Date</c> of replies: real time and the skew that is set.</summary>
    internal DateTimeOffset ReplyDate => _clock.RealNow + Span.Seconds(_stage.Settings.ClockSkewSeconds);

    /// <summary>Moves the simulated clock forward.</summary>
    public void Advance(TimeSpan by)
    {
        lock (_lock)
        {
            Settle();
            _clock.Advance(by);
            Settle();
        }
    }

    /// <summary>Everything as at the start: the world, the settings, the clock; no faults, no log, no clients.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _faults.Remove(null);
            _log.Clear();
            _late.Clear();
            _clock.Reset(_options.Settings.ClockFactor);
            (_stage, _aiven, _cockroach, _vendors) = Begin();
        }
    }

    /// <summary>Replaces the settings in one step.</summary>
    internal SimulatorSettings UpdateSettings(Func<SimulatorSettings, SimulatorSettings> change) => Change(() =>
    {
        var settings = change(_stage.Settings);
        if (settings.ClockFactor != _clock.Factor) _clock.SetFactor(settings.ClockFactor);
        return _stage.Settings = settings;
    });

    /// <summary>The world at its start. A vendor is registered here.</summary>
    private (Stage Stage, AivenApi Aiven, CockroachApi Cockroach, IVendor[] Vendors) Begin()
    {
        var stage = new Stage(_options.Settings, _options.Token) { Now = _clock.Now };
        var aiven = new AivenApi(stage);
        var cockroach = new CockroachApi(stage);
        if (_options.DefaultWorld) DefaultWorld.Build(aiven, cockroach);
        IVendor[] vendors = [aiven, cockroach];
        foreach (var vendor in vendors) vendor.Reconsider(stage.Now);
        return (stage, aiven, cockroach, vendors);
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            Settle();
            return read();
        }
    }

    /// <summary>Reads what depends on the clients' writes.</summary>
    private T ReadData<T>(Func<T> read) => Read(() =>
    {
        foreach (var vendor in _vendors) vendor.AdvanceData(_stage.Now);
        return read();
    });

    private T Change<T>(Func<T> change) => ReadData(() =>
    {
        try
        {
            return change();
        }
        finally
        {
            foreach (var vendor in _vendors) vendor.Reconsider(_stage.Now);
        }
    });

    private void Change(Action change) => Change(() =>
    {
        change();
        return true;
    });

    /// <summary>Does in its order what has fallen due since the last call.</summary>
    private void Settle()
    {
        var now = _clock.Now;
        if (now < _stage.Now) return;
        for (var due = NextBreak(); due <= now; due = NextBreak())
        {
            if (due > _stage.Now) _stage.Now = due;
            foreach (var vendor in _vendors) vendor.AdvanceData(_stage.Now);
            foreach (var vendor in _vendors) vendor.Break(_stage.Now);
            ApplyLateChanges();
        }
        _stage.Now = now;
    }

    private DateTimeOffset NextBreak()
    {
        var next = DateTimeOffset.MaxValue;
        foreach (var vendor in _vendors)
        {
            if (vendor.NextBreak < next) next = vendor.NextBreak;
        }
        foreach (var late in _late)
        {
            if (late.At < next) next = late.At;
        }
        return next;
    }

    private void ApplyLateChanges()
    {
        foreach (var due in _late.FindAll(l => l.At <= _stage.Now))
        {
            _late.Remove(due);
            AnswerNow(due.Arrival, stale: false);
        }
        foreach (var vendor in _vendors) vendor.Reconsider(_stage.Now);
    }

    private sealed record LateChange(DateTimeOffset At, Arrival Arrival);
}
