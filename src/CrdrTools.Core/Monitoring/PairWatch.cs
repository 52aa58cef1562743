using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Monitoring;

/// <summary>
/// Watches one pair: looks at it at a fixed beat, counts by <see cref="OutageRule"/>, tells what changes, and where it was asked to, fails over once (safety rule S17). What it
/// counts is of its own looks alone, and ends with the process, a sleep, or a clock that was set.
/// </summary>
internal sealed class PairWatch(CrdrPair pair, CrdrWatchOptions options, IPairEyes eyes, IStateStore store, Side? promoted, TimeProvider time, Action<CrdrWatchEvent> tell)
{
    private const int HistoryKept = 200;
    private static readonly TimeSpan s_clocksApart = TimeSpan.FromSeconds(2), s_remind = TimeSpan.FromHours(1), s_truthKept = TimeSpan.FromMinutes(5);

    private readonly object _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private readonly List<CrdrPhaseChange> _history = [];
    private OutageCount _count = new();
    private PairLook? _look;
    private DateTimeOffset? _lookedAt;
    private CrdrStatus? _seen;
    private Truth? _truth;
    private DateTimeOffset _truthWritten;
    private Task<PairLook>? _pending;
    private int _blind;
    private bool _suspected, _outageTold;
    private string? _refused;
    private TimeSpan? _tryAfter, _checked;
    private TimeSpan _last;
    private DateTimeOffset _wall;

    /// <summary>How late the latest round began, at most.</summary>
    public TimeSpan Lateness { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>What is known, for whoever asks without looking.</summary>
    public CrdrPairSight Sight
    {
        get
        {
            lock (_gate)
            {
                return new()
                {
                    Pair = pair.Name, Provider = pair.Provider, Status = _seen, Trouble = _look?.Trouble, LookedAt = _lookedAt, Active = _truth?.Active, ActiveSeen = _truth?.Seen, Endpoint = _truth?.Endpoint,
                    Armed = _count.Armed, Failures = _count.Failures, OutageSince = _count.Since, Testimonies = _look?.Testimonies ?? [], History = [.. _history],
                };
            }
        }
    }

    /// <summary>Watches until <paramref name="ct"/> ends it.</summary>
    /// <param name="offset">When the first look is, so that many pairs are not all looked at at once.</param>
    /// <param name="ct">Ends it, which is no trouble.</param>
    public async Task RunAsync(TimeSpan offset, CancellationToken ct)
    {
        try
        {
            Begin();
            TimeSpan due = Now + offset;
            (_wall, _last) = (time.GetUtcNow(), Now);
            while (true)
            {
                // An outage whose time has come is not kept waiting for the next beat.
                TimeSpan at = OutageRule.Due(_count, options) is { } act && act > _last && act < due && _tryAfter is null ? act : due;
                if (at - Now is var wait && wait > TimeSpan.Zero) await time.Delay(wait, ct).ConfigureAwait(false);
                ct.ThrowIfCancellationRequested();
                TimeSpan now = Now;
                if (now - at > Lateness) Lateness = now - at;
                if (Slept(at)) Forget();
                (_wall, _last) = (time.GetUtcNow(), now);
                await RoundAsync(now, ct).ConfigureAwait(false);
                if (at == due) due += options.Interval;
                // A beat that was missed is not made up for.
                if (Now > due) due = Now;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Say(WatchEventKind.Ended, FindingSeverity.Info, "it is watched no more");
        }
        finally
        {
            eyes.Dispose();
        }
    }

    private void Begin()
    {
        try
        {
            _truth = store.Truth(pair.Name);
            foreach (Sample sample in store.Samples(pair.Name)) Turn(sample.At, sample.Phase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            Say(WatchEventKind.Blind, FindingSeverity.Warning, $"what was known of it before cannot be read: {e.Message}");
        }
        Say(WatchEventKind.Watching, FindingSeverity.Info, options.AutoFailover
            ? $"it is watched every {options.Interval.TotalSeconds:0.###} s; an outage that {options.Threshold} looks find and that goes on for {options.Delay.TotalSeconds:0.###} s is acted on, once one look has seen it protected"
            : $"it is watched every {options.Interval.TotalSeconds:0.###} s; an outage is told, and nothing is done about it");
    }

    /// <summary>Whoever was stopped, slept, or had its clock set, has seen nothing meanwhile (safety rule S14).</summary>
    private bool Slept(TimeSpan due)
    {
        TimeSpan monotonic = Now - _last;
        return Now - due > options.Interval + options.Interval || ((time.GetUtcNow() - _wall) - monotonic).Duration() > s_clocksApart;
    }

    private void Forget()
    {
        bool counted = _count.Armed || _count.Failures > 0;
        lock (_gate) _count = _count.Forgotten;
        (_suspected, _outageTold, _tryAfter) = (false, false, null);
        _pending = null;
        if (counted) Say(WatchEventKind.Forgotten, FindingSeverity.Info, "nobody looked for a while, or a clock was set: what was counted counts no more, and it is armed anew by the next good look");
    }

    private async Task RoundAsync(TimeSpan at, CancellationToken ct)
    {
        PairLook look = await LookAsync(evidence: false, ct).ConfigureAwait(false);
        Round round = Judge(look, at);
        Tell(look, round);
        if (round.Says == RoundSays.Protected) await RemindAsync(ct).ConfigureAwait(false);
        if (OutageRule.Due(_count, options) is { } due && Now >= due && (_tryAfter is not { } later || Now >= later) && round.Says == RoundSays.Dead) await ActAsync(ct).ConfigureAwait(false);
    }

    /// <summary>A look that does not come back in time is none; it is asked for anew only when it has ended.</summary>
    private async Task<PairLook> LookAsync(bool evidence, CancellationToken ct)
    {
        CrdrStatus? before = _seen;
        Task<PairLook> look = evidence ? eyes.LookAsync(before, true, ct) : _pending ?? eyes.LookAsync(before, false, ct);
        _pending = null;
        if (!look.IsCompleted)
        {
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(look, time.Delay(Patience, enough.Token)).ConfigureAwait(false);
            enough.Cancel();
            ct.ThrowIfCancellationRequested();
            if (!look.IsCompleted)
            {
                if (!evidence) _pending = look;
                else _ = look.ContinueWith(t => t.Exception, TaskScheduler.Default);
                return new(null, $"no answer within {Patience.TotalSeconds:0.###} s", []);
            }
        }
        return await look.ConfigureAwait(false);
    }

    /// <summary>What a look may take: it must be over before the next is due.</summary>
    private TimeSpan Patience => options.Interval > TimeSpan.FromSeconds(30) ? TimeSpan.FromSeconds(30) : options.Interval;

    private Round Judge(PairLook look, TimeSpan at)
    {
        Round round = Round.Of(look.Status, look.Testimonies, options.DespiteVendor);
        DateTimeOffset wall = time.GetUtcNow();
        Truth? truth = look.Status is { } seen ? Truth.After(_truth, seen, promoted) : _truth;
        lock (_gate)
        {
            (_look, _lookedAt) = (look, wall);
            if (look.Status is { } status)
            {
                _seen = status;
                Turn(wall, status.Phase);
            }
            _count = OutageRule.Next(_count, round, at, wall, options);
            (truth, _truth) = (_truth, truth);
        }
        Keep(truth);
        return round;
    }

    /// <summary>A truth that has changed is kept at once; that it still holds, now and then.</summary>
    private void Keep(Truth? before)
    {
        if (_truth is not { } truth || truth == before) return;
        if (before?.Active == truth.Active && before.Endpoint == truth.Endpoint && before.Stream == truth.Stream && before.Timeline == truth.Timeline && truth.Seen - _truthWritten < s_truthKept) return;
        try
        {
            store.SetTruth(pair.Name, truth);
            _truthWritten = truth.Seen;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Status says that the folder cannot be written; what is known is known here.
        }
    }

    private void Turn(DateTimeOffset at, CrdrPhase phase)
    {
        if (_history.Count > 0 && _history[_history.Count - 1].Phase == phase) return;
        _history.Add(new(at, phase));
        if (_history.Count > HistoryKept) _history.RemoveAt(0);
    }

    private CrdrPhase? _phaseTold;
    private bool _armedTold;

    private void Tell(PairLook look, Round round)
    {
        if (look.Status is { } status)
        {
            if (_blind >= options.Threshold) Say(WatchEventKind.Seeing, FindingSeverity.Info, $"it is seen again: {status.Phase}");
            _blind = 0;
            if (_phaseTold is { } before && before != status.Phase)
                Say(WatchEventKind.PhaseChanged, Severity(status.Phase), $"it was {before} and is {status.Phase}{(status.ActiveMember is { } active ? $": {status[active].Name} takes the writes" : "")}");
            else if (_phaseTold is null) Say(WatchEventKind.PhaseChanged, Severity(status.Phase), $"it is {status.Phase}{(status.ActiveMember is { } active ? $": {status[active].Name} takes the writes" : "")}");
            _phaseTold = status.Phase;
        }
        else if (++_blind == options.Threshold)
        {
            Say(WatchEventKind.Blind, FindingSeverity.Warning, $"it cannot be seen, {_blind} times now: {look.Trouble}");
        }

        bool suspect = round.Says is RoundSays.Suspect or RoundSays.Dead;
        if (suspect && !_suspected) Say(WatchEventKind.Suspected, FindingSeverity.Warning, $"{pair.Primary.Name} does not seem to live: {round.Why}");
        if (_suspected && round.Says is RoundSays.Protected or RoundSays.Alive) Say(WatchEventKind.Cleared, FindingSeverity.Info, $"{pair.Primary.Name} lives: {round.Why}");
        if (suspect) _suspected = true;
        else if (round.Says != RoundSays.Unclear) _suspected = false;
        if (_count.Enough is not null && !_outageTold)
        {
            _outageTold = true;
            string what = _count.Armed ? $"unless it comes back, it is acted on in {options.Delay.TotalSeconds:0.###} s" : !options.AutoFailover ? "nothing is done about it here"
                : _count.Spent ? "this watcher has acted once and does nothing more" : "it was not seen protected since it is watched, so nothing is done about it";
            Say(WatchEventKind.Outage, FindingSeverity.Error, $"{pair.Primary.Name} is dead by {_count.Failures} looks since {_count.Since:HH:mm:ss}Z ({round.Why}): {what}");
        }
        if (_count.Failures == 0) (_outageTold, _refused, _tryAfter) = (false, null, null);

        if (_count.Armed != _armedTold && options.AutoFailover)
        {
            Say(_count.Armed ? WatchEventKind.Armed : WatchEventKind.Disarmed, FindingSeverity.Info, _count.Armed ? "armed: an outage is acted on from now on" : _count.Spent ? "disarmed: it has acted once. Start the watch anew to arm it" : $"disarmed: {round.Why}");
            _armedTold = _count.Armed;
        }
    }

    /// <summary>In daylight, and every hour again: what an automatic failover would be refused for.</summary>
    private async Task RemindAsync(CancellationToken ct)
    {
        if (!_count.Armed || (_checked is { } when && Now - when < s_remind)) return;
        _checked = Now;
        IReadOnlyList<CrdrCheck> blocks = await eyes.WouldBlockAsync(Request(), ct).ConfigureAwait(false);
        if (blocks.Count > 0) Say(WatchEventKind.Vetoed, FindingSeverity.Warning, $"armed, and yet an automatic failover would be refused now: {string.Join("; ", blocks.Select(b => $"{b.Name}: {b.Why}"))}");
    }

    private async Task ActAsync(CancellationToken ct)
    {
        // Once more, with nothing in between and nothing remembered.
        TimeSpan began = Now;
        PairLook look = await LookAsync(evidence: true, ct).ConfigureAwait(false);
        Round round = Judge(look, began);
        if (Slept(began))
        {
            Forget();
            return;
        }
        if (round.Says != RoundSays.Dead)
        {
            Say(WatchEventKind.Vetoed, FindingSeverity.Warning, $"it is not acted on: {round.Why}");
            return;
        }
        CrdrRequest request = Request();
        if (_refused is null) Say(WatchEventKind.Acting, FindingSeverity.Error, $"it is failed over to {pair.Recovery.Name}: {pair.Primary.Name} is dead since {_count.Since:HH:mm:ss}Z ({round.Why})");
        DateTimeOffset wall = time.GetUtcNow();
        CrdrOperation operation = await eyes.FailOverAsync(request, now => Objection(now, began, wall), ct).ConfigureAwait(false);
        Told(operation);
    }

    private CrdrRequest Request() => new()
    {
        Verb = CrdrVerb.Failover, To = Side.Recovery, OutageSince = _count.Since, SoleController = options.SoleController, GiveUpHealthyPrimary = options.DespiteVendor,
        Reason = $"automatic failover: {pair.Primary.Name} was found dead {_count.Failures} times",
    };

    /// <summary>Why not, after all: the decision has grown old, or the primary lives.</summary>
    private string? Objection(CrdrStatus now, TimeSpan decided, DateTimeOffset wall)
    {
        TimeSpan monotonic = Now - decided, passed = time.GetUtcNow() - wall;
        if (monotonic > OutageRule.Lasts(options) || (passed - monotonic).Duration() > s_clocksApart)
            return $"the outage was seen {monotonic.TotalSeconds:0} s ago, and nobody has looked since";
        if (now.Primary is { Reachable: true, Role: MemberRole.Active } primary && now.ActiveMember == Side.Primary && !options.DespiteVendor) return $"{primary.Name} takes writes ({primary.NativeState})";
        return null;
    }

    private void Told(CrdrOperation operation)
    {
        bool refused = operation.Outcome == CrdrOutcome.Refused;
        if (!refused)
        {
            lock (_gate) _count = _count.Forgotten with { Spent = true };
            Say(WatchEventKind.Acted, operation.Outcome == CrdrOutcome.Succeeded ? FindingSeverity.Warning : FindingSeverity.Error,
                $"the failover {operation.Id} has ended: {operation.Outcome}. {operation.Message}", operation.Id, operation.NextActions);
            return;
        }
        _tryAfter = Now + (options.Delay > options.Interval ? options.Delay : options.Interval);
        // The same refusal is told once.
        if (_refused == operation.ErrorId) return;
        _refused = operation.ErrorId;
        Say(WatchEventKind.Refused, FindingSeverity.Error, $"the failover was refused, and is tried again while the outage lasts: {operation.Message}", null, operation.NextActions);
    }

    private static FindingSeverity Severity(CrdrPhase phase) => phase switch
    {
        CrdrPhase.Protected => FindingSeverity.Info,
        CrdrPhase.NoWriter or CrdrPhase.SplitBrain => FindingSeverity.Error,
        _ => FindingSeverity.Warning,
    };

    private void Say(WatchEventKind kind, FindingSeverity severity, string message, string? operation = null, IReadOnlyList<CrdrNextAction>? next = null) => tell(new()
    {
        At = time.GetUtcNow(), Pair = pair.Name, Kind = kind, Severity = severity, Message = message, Phase = _look?.Status?.Phase, Testimonies = _look?.Testimonies ?? [], Operation = operation,
        NextActions = next ?? (severity == FindingSeverity.Error ? _look?.Status?.NextActions ?? [] : []),
    });
}
