using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Monitoring;

/// <summary>
/// Watches one pair: looks at it at a fixed beat, counts by <see cref="OutageRule"/>, tells what changes, and where it was asked to, fails over once (safety rule S17). What it
/// counts is of its own looks alone, and ends with the process, a sleep, or a clock that was set. Nothing that goes wrong ends it but who asked for it.
/// </summary>
/// <param name="pair">The pair.</param>
/// <param name="options">How it is watched.</param>
/// <param name="eyes">What looks and acts.</param>
/// <param name="store">What was known before.</param>
/// <param name="promoted">The newest promotion on record.</param>
/// <param name="time">The beat's clock.</param>
/// <param name="tell">Whom it tells.</param>
/// <param name="patience">The clock by which servers are waited for; the beat's unless given.</param>
internal sealed class PairWatch(CrdrPair pair, CrdrWatchOptions options, IPairEyes eyes, IStateStore store, Func<Promotion?> promoted, TimeProvider time, Action<CrdrWatchEvent> tell, TimeProvider? patience = null)
{
    private const int HistoryKept = 200;
    private static readonly TimeSpan s_clocksApart = TimeSpan.FromSeconds(2), s_remind = TimeSpan.FromHours(1), s_askAll = TimeSpan.FromMinutes(5), s_blindArmed = TimeSpan.FromMinutes(10), s_truthKept = TimeSpan.FromMinutes(5);

    /// <summary>A look has at least that long, for a server that is silent is told from one that is slow; and at most.</summary>
    private static readonly TimeSpan s_leastPatience = TimeSpan.FromSeconds(8), s_mostPatience = TimeSpan.FromSeconds(30);

    /// <summary>A decision stands at least that long while it is carried out: routes and members are asked first, and each change looks anew by itself.</summary>
    private static readonly TimeSpan s_decisionStands = TimeSpan.FromSeconds(90);

    private readonly Attention _looking = new(patience ?? time), _proving = new(patience ?? time);
    private readonly object _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private readonly List<CrdrPhaseChange> _history = [];
    private OutageCount _count = new();
    private PairLook? _look;
    private DateTimeOffset? _lookedAt;
    private CrdrStatus? _seen;
    private Truth? _truth;
    private DateTimeOffset _truthWritten;
    private readonly HashSet<string> _alive = [];
    private int _blind;
    private bool _suspected, _outageTold, _aloneTold;
    private string? _refused, _vetoed, _failed;
    private TimeSpan? _suspectSince, _tryAfter, _checked, _askedAll, _heldTold, _sawLast;
    private DateTimeOffset? _counted;
    private TimeSpan _last, _awake;
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
                    Armed = _count.Armed && _seen?.OpenOperation is null, Failures = _count.Failures, OutageSince = _count.Since, Testimonies = _look?.Testimonies ?? [], History = [.. _history],
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
                (_wall, _last, _awake) = (time.GetUtcNow(), now, now);
                try
                {
                    await RoundAsync(now, ct).ConfigureAwait(false);
                    _failed = null;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    Failed(e);
                }
                if (SleptBut(TimeSpan.Zero)) Forget();
                if (at == due) due += options.Interval;
                // A beat that was missed is not made up for.
                if (Now > due) due = Now;
            }
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            Say(WatchEventKind.Ended, FindingSeverity.Info, "it is watched no more");
        }
        finally
        {
            eyes.Dispose();
        }
    }

    /// <summary>Nobody knows what a round has counted that did not come to its end; the next one begins anew.</summary>
    private void Failed(Exception e)
    {
        Forget();
        if (_failed == e.Message) return;
        _failed = e.Message;
        Say(WatchEventKind.Blind, FindingSeverity.Error, $"a look failed in a way that was not foreseen, and is tried again: {e.GetType().Name}: {e.Message}");
    }

    private void Begin()
    {
        try
        {
            _truth = store.Truth(pair.Name);
            foreach (Sample sample in store.Samples(pair.Name)) Turn(sample.At, sample.Phase);
        }
        catch (Exception e)
        {
            Say(WatchEventKind.Blind, FindingSeverity.Warning, $"what was known of it before cannot be read: {e.Message}");
        }
        Say(WatchEventKind.Watching, FindingSeverity.Info, options.AutoFailover
            ? $"it is watched every {options.Interval.TotalSeconds:0.###} s; an outage that {options.Threshold} looks find and that goes on for {options.Delay.TotalSeconds:0.###} s is acted on, once one look has seen it protected"
            : $"it is watched every {options.Interval.TotalSeconds:0.###} s; an outage is told, and nothing is done about it");
    }

    /// <summary>Whoever was stopped, slept, or had its clock set, has seen nothing meanwhile (safety rule S14).</summary>
    private bool Slept(TimeSpan due) => Now - due > options.Interval + options.Interval || ClockSet;

    /// <summary>The same within a round, since this was asked before: what was waited for knowingly may have taken that long. A process can be stopped anywhere.</summary>
    private bool SleptBut(TimeSpan waited)
    {
        TimeSpan passed = Now - _awake;
        _awake = Now;
        return passed > waited + options.Interval + options.Interval || ClockSet;
    }

    private bool ClockSet => (time.GetUtcNow() - _wall - (Now - _last)).Duration() > s_clocksApart;

    private void Forget()
    {
        bool counted = _count.Armed || _count.Failures > 0;
        lock (_gate) _count = _count.Forgotten;
        (_suspected, _outageTold, _tryAfter, _refused, _vetoed) = (false, false, null, null, null);
        if (counted) Say(WatchEventKind.Forgotten, FindingSeverity.Info, "nobody looked for a while, or a clock was set: what was counted counts no more, and it is armed anew by the next good look");
    }

    private async Task RoundAsync(TimeSpan at, CancellationToken ct)
    {
        if (await LookAsync(evidence: false, ct).ConfigureAwait(false) is not { } look) return;
        Round round = Judge(look, at);
        Tell(look, round);
        // What was good long ago, and was not seen since, is no good state to leave from.
        if (_count is { Armed: true, Failures: 0 } && _sawLast is { } saw && Now - saw > s_blindArmed && Now - saw > options.Interval + Patience) Forget();
        if (round.Says == RoundSays.Protected) await RemindAsync(look, ct).ConfigureAwait(false);
        if (SleptBut(round.Says == RoundSays.Protected ? Patience : TimeSpan.Zero)) Forget();
        if (OutageRule.Due(_count, options) is { } due && Now >= due && (_tryAfter is not { } later || Now >= later) && round.Says == RoundSays.Dead) await ActAsync(ct).ConfigureAwait(false);
    }

    /// <summary>A look that does not come back in time is none, and whatever goes wrong with it is what it came to. <see langword="null"/>: whoever looked has slept, and nothing counts any more.</summary>
    private async Task<PairLook?> LookAsync(bool evidence, CancellationToken ct)
    {
        CrdrStatus? before = _seen;
        PairLook look;
        bool everybody = options.AutoFailover && !_count.Armed || _askedAll is not { } asked || Now - asked >= (Witnesses.Count >= 2 ? s_remind : s_askAll);
        if (everybody) _askedAll = Now;
        try
        {
            look = await (evidence ? _proving : _looking).AskAsync(enough => eyes.LookAsync(before, evidence, everybody, enough), Patience, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            look = new(null, e.Message, []);
        }
        if (!SleptBut(Patience)) return look;
        Forget();
        return null;
    }

    /// <summary>Those who were heard to say that the primary lives, and so may be believed when they say that it does not. A stream that stands still tells of nothing.</summary>
    private List<string> Witnesses => [.. _alive.Where(w => w != "stream" && !(options.DespiteVendor && w == "vendor"))];

    /// <summary>The same words, but for those of whom nobody knows whether they can see the primary at all: a wrong connection string, a port behind a wall.</summary>
    private PairLook Believed(PairLook look)
    {
        foreach (CrdrTestimony one in look.Testimonies.Where(t => t.Says == WitnessWord.Alive)) _alive.Add(one.Witness);
        return look.Testimonies.All(t => t.Says != WitnessWord.Dead || _alive.Contains(t.Witness)) ? look : look with
        {
            Testimonies = [.. look.Testimonies.Select(t => t.Says == WitnessWord.Dead && !_alive.Contains(t.Witness) ? t with { Says = WitnessWord.NoWord, Why = $"{t.Why}; it was never heard to say that it lives" } : t)],
        };
    }

    /// <summary>What a look may take.</summary>
    private TimeSpan Patience => options.Interval > s_mostPatience ? s_mostPatience : options.Interval < s_leastPatience ? s_leastPatience : options.Interval;

    private Round Judge(PairLook told, TimeSpan at, bool evidence = false)
    {
        PairLook look = Believed(told);
        Round round = Round.Of(look.Status, look.Testimonies, options.DespiteVendor);
        // Who was never heard to say that it lives is told, and counts for nothing.
        if (round.Says == RoundSays.Unclear && Round.Of(told.Status, told.Testimonies, options.DespiteVendor) is { Says: RoundSays.Suspect or RoundSays.Dead } all) round = new(RoundSays.Suspect, all.Why);
        // One answer that two looks share is one finding.
        if (round.Says == RoundSays.Dead && !evidence && look.Status!.ObservedAt == _counted) round = new(RoundSays.Unclear, "nothing was told anew");
        if (round.Says == RoundSays.Dead) _counted = look.Status!.ObservedAt;
        if (look.Status is not null) _sawLast = Now;
        DateTimeOffset wall = time.GetUtcNow();
        Truth? truth = look.Status is { } seen ? Believe(seen) : _truth;
        lock (_gate)
        {
            (_look, _lookedAt) = (look, wall);
            if (look.Status is { } status)
            {
                _seen = status;
                Turn(wall, status.Phase);
            }
            _count = OutageRule.Next(_count, round, at, Now, wall, options);
            (truth, _truth) = (_truth, truth);
        }
        Keep(truth);
        return round;
    }

    /// <summary>While one of the two cannot be seen, what others have done and seen counts too.</summary>
    private Truth? Believe(CrdrStatus seen)
    {
        if (_truth is not null && (seen.ActiveMember is not { } active || seen[active.Other()].Reachable)) return Truth.After(_truth, seen, null);
        Truth? known = _truth;
        Promotion? newest = null;
        try
        {
            if (store.Truth(pair.Name) is { } others && (known is null || others.Seen > known.Seen)) known = others;
            newest = promoted();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or CrdrException)
        {
            // What is known here stands; status says that the folder cannot be read.
        }
        return Truth.After(known, seen, newest);
    }

    /// <summary>A truth that has changed is kept at once; that it still holds, now and then.</summary>
    private void Keep(Truth? before)
    {
        if (_truth is not { } truth || truth == before) return;
        if (before?.Active == truth.Active && before.Endpoint == truth.Endpoint && before.Stream == truth.Stream && before.Timeline == truth.Timeline && (truth.Seen - _truthWritten).Duration() < s_truthKept) return;
        try
        {
            store.SetTruth(pair.Name, truth);
            _truthWritten = truth.Seen;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CrdrException)
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
        // When it would be acted on, had another witness said the same, it is told why it is not.
        _suspectSince = round.Says == RoundSays.Suspect ? _suspectSince ?? Now : null;
        if (_count.Armed && !_aloneTold && _suspectSince is { } since && Now - since >= options.Delay + TimeSpan.FromTicks(options.Interval.Ticks * (options.Threshold - 1)))
        {
            _aloneTold = true;
            Say(WatchEventKind.Vetoed, FindingSeverity.Error, $"it is not acted on: two witnesses must agree, and only this is heard: {round.Why}");
        }
        if (_suspectSince is null) _aloneTold = false;
        if (suspect) _suspected = true;
        else if (round.Says != RoundSays.Unclear) _suspected = false;
        if (_count.Enough is not null && !_outageTold)
        {
            _outageTold = true;
            string what = _count.Armed ? $"unless it comes back, it is acted on in {options.Delay.TotalSeconds:0.###} s" : !options.AutoFailover ? "nothing is done about it here"
                : _count.Spent ? "this watcher has acted once and does nothing more" : "it was not seen protected since it is watched, so nothing is done about it";
            Say(WatchEventKind.Outage, FindingSeverity.Error, $"{pair.Primary.Name} is dead by {_count.Failures} looks since {_count.Since:HH:mm:ss}Z ({round.Why}): {what}");
        }
        if (_count.Armed && look.Status?.OpenOperation is { } held && (_heldTold is not { } when || Now - when >= s_remind))
        {
            _heldTold = Now;
            Say(WatchEventKind.Vetoed, FindingSeverity.Warning, $"while the operation {held} has begun and not ended, no outage is acted on");
        }
        if (_count.Failures == 0) (_outageTold, _refused, _vetoed, _tryAfter) = (false, null, null, null);

        if (_count.Armed != _armedTold && options.AutoFailover)
        {
            Say(_count.Armed ? WatchEventKind.Armed : WatchEventKind.Disarmed, FindingSeverity.Info, _count.Armed ? "armed: an outage is acted on from now on" : _count.Spent ? "disarmed: it has acted once. Start the watch anew to arm it" : $"disarmed: {round.Why}");
            _armedTold = _count.Armed;
        }
    }

    /// <summary>In daylight, and every hour again: what an automatic failover would be refused for.</summary>
    private async Task RemindAsync(PairLook look, CancellationToken ct)
    {
        if (!_count.Armed || (_checked is { } when && Now - when < s_remind)) return;
        _checked = Now;
        List<string> wants = [];
        // A stream that moves tells of life; that it stands still tells of nothing.
        List<string> heard = Witnesses;
        if (heard.Count < 2) wants.Add($"Witnesses: only {(heard.Count == 0 ? "nobody" : heard[0])} can tell of {pair.Primary.Name} that it is dead, and two must ({string.Join("; ", look.Testimonies)})");
        try
        {
            wants.AddRange((await _looking.AskAsync(enough => eyes.WouldBlockAsync(Request(), enough), Patience, ct).ConfigureAwait(false)).Select(b => $"{b.Name}: {b.Why}"));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            wants.Add($"it could not be found out: {e.Message}");
        }
        if (wants.Count > 0) Say(WatchEventKind.Vetoed, FindingSeverity.Warning, $"armed, and yet an automatic failover would be refused now: {string.Join("; ", wants)}");
    }

    private async Task ActAsync(CancellationToken ct)
    {
        // Once more, with nothing in between and nothing remembered.
        TimeSpan began = Now;
        if (await LookAsync(evidence: true, ct).ConfigureAwait(false) is not { } look) return;
        // Whatever is done from here on, telling somebody too, makes the decision older.
        (DateTimeOffset wall, TimeSpan decided) = (time.GetUtcNow(), Now);
        Round round = Judge(look, began, evidence: true);
        if (round.Says != RoundSays.Dead)
        {
            if (_vetoed != round.Why) Say(WatchEventKind.Vetoed, FindingSeverity.Warning, $"it is not acted on: {round.Why}");
            _vetoed = round.Why;
            return;
        }
        CrdrRequest request = Request();
        if (_refused is null) Say(WatchEventKind.Acting, FindingSeverity.Error, $"it is failed over to {pair.Recovery.Name}: {pair.Primary.Name} is dead since {_count.Since:HH:mm:ss}Z ({round.Why})");
        try
        {
            Told(await eyes.FailOverAsync(request, now => Objection(now, decided, wall), ct).ConfigureAwait(false));
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException && !ct.IsCancellationRequested)
        {
            // The engine throws only what comes before its first line: nothing was begun.
            Refused((e as CrdrException)?.ErrorId ?? "StateNotUsable", $"{e.Message} Nothing was changed.", []);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            lock (_gate) _count = _count.Forgotten with { Spent = true };
            Say(WatchEventKind.Acted, FindingSeverity.Error, $"the failover has ended in a way that was not foreseen: {e.GetType().Name}: {e.Message}. What became of it is in its journal; it is not begun again from here");
        }
        // Refused, and so late that it may have slept meanwhile: like any other sleeper.
        if (!_count.Spent && Old(decided, wall)) Forget();
        _awake = Now;
    }

    private CrdrRequest Request() => new()
    {
        Verb = CrdrVerb.Failover, To = Side.Recovery, OutageSince = _count.Down ? _count.Since : null, SoleController = options.SoleController, GiveUpHealthyPrimary = options.DespiteVendor,
        Reason = $"automatic failover: {pair.Primary.Name} was found dead {_count.Failures} times",
    };

    /// <summary>Why not, after all: the decision has grown old, or what the engine sees right before a change says that the primary lives.</summary>
    private string? Objection(CrdrStatus now, TimeSpan decided, DateTimeOffset wall)
    {
        if (Old(decided, wall)) return $"it was decided {(Now - decided).TotalSeconds:0} s ago, or a clock was set since, and nobody has looked meanwhile";
        // The operation that asks is open itself.
        Round round = Round.Of(now with { OpenOperation = null }, eyes.Testify(now, _seen), options.DespiteVendor);
        if (round.Says is RoundSays.Protected or RoundSays.Alive or RoundSays.Elsewhere) return round.Why;
        if (now.Primary is { Reachable: true, Role: MemberRole.Active } primary && now.ActiveMember == Side.Primary && !options.DespiteVendor) return $"{primary.Name} takes writes ({primary.NativeState})";
        return null;
    }

    private bool Old(TimeSpan decided, DateTimeOffset wall)
    {
        TimeSpan passed = Now - decided, limit = OutageRule.Lasts(options) is var lasts && lasts > s_decisionStands ? lasts : s_decisionStands;
        return passed > limit || (time.GetUtcNow() - wall - passed).Duration() > s_clocksApart;
    }

    private void Told(CrdrOperation operation)
    {
        if (operation.Outcome == CrdrOutcome.Refused)
        {
            Refused(operation.ErrorId, operation.Message, operation.NextActions);
            return;
        }
        bool others = operation is { Outcome: CrdrOutcome.Succeeded, Journal: null };
        lock (_gate) _count = _count.Forgotten with { Spent = !others };
        if (others) Say(WatchEventKind.Vetoed, FindingSeverity.Info, $"it is not acted on, for others have: {operation.Message}");
        else
        {
            Say(WatchEventKind.Acted, operation.Outcome == CrdrOutcome.Succeeded ? FindingSeverity.Warning : FindingSeverity.Error,
                $"the failover {operation.Id} has ended: {operation.Outcome}. {operation.Message}", operation.Id, operation.NextActions);
        }
    }

    private void Refused(string? errorId, string? message, IReadOnlyList<CrdrNextAction> next)
    {
        _tryAfter = Now + (options.Delay > options.Interval ? options.Delay : options.Interval);
        // The same refusal is told once.
        if (_refused == (errorId ?? "")) return;
        _refused = errorId ?? "";
        Say(WatchEventKind.Refused, FindingSeverity.Error, $"the failover was refused, and is tried again while the outage lasts: {message}", null, next);
    }

    private static FindingSeverity Severity(CrdrPhase phase) => phase switch
    {
        CrdrPhase.Protected => FindingSeverity.Info,
        CrdrPhase.NoWriter or CrdrPhase.SplitBrain => FindingSeverity.Error,
        _ => FindingSeverity.Warning,
    };

    private void Say(WatchEventKind kind, FindingSeverity severity, string message, string? operation = null, IReadOnlyList<CrdrNextAction>? next = null)
    {
        CrdrWatchEvent happened = new()
        {
            At = time.GetUtcNow(), Pair = pair.Name, Kind = kind, Severity = severity, Message = message, Phase = _look?.Status?.Phase, Testimonies = _look?.Testimonies ?? [], Operation = operation,
            NextActions = next ?? (severity == FindingSeverity.Error ? _look?.Status?.NextActions ?? [] : []),
        };
        try
        {
            tell(happened);
        }
        catch (Exception)
        {
            // Whoever does not hear it keeps nobody from looking, and from acting.
        }
    }
}
