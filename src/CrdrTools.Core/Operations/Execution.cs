using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>How a run of the steps came to its end.</summary>
internal sealed record Ending(CrdrOutcome Outcome, string Message, string? ErrorId = null, IReadOnlyList<CrdrCheck>? Blocks = null);

/// <summary>
/// Runs the steps of one operation, begun or taken up again, under a lease and over a journal. The order of things in here is the
/// safety of the whole: look, judge, write the intent, ask once, look until it is so.
/// </summary>
internal sealed partial class Execution
{
    /// <summary>An observation older than that is no evidence for a change (safety rule S1).</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);

    /// <summary>An observation younger than that, taken under the lease, is as good as another one.</summary>
    private static readonly TimeSpan s_justNow = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a change that certainly was not done (no connection, 429) is tried again, and an unclear view looked at again.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Figures that stand still that long are worth a word.</summary>
    private static readonly TimeSpan s_stalled = TimeSpan.FromMinutes(5);

    private const string FenceStands = "FenceStands";

    private readonly RunContext _c;
    private readonly Journal _journal;
    private readonly ILease _lease;
    private readonly CancellationToken _cancel;
    private readonly DateTimeOffset _began;
    private readonly Dictionary<string, Sent> _sent = [];
    private readonly HashSet<string> _done = [];
    private readonly HashSet<string> _mayStillCome = [];
    private readonly List<Step> _fences = [];
    private readonly HashSet<string> _unfenced = [];
    private readonly List<CrdrCheck> _overrides = [];
    private CrdrStatus _now;
    private IReadOnlyDictionary<string, string?> _epoch;
    private bool _promotionSent;
    private bool _changed;
    private bool _forward;
    private Exception? _diskTrouble;
    private TimeSpan? _asked;
    private int _looks;
    private bool _unused = true;

    /// <param name="context">What it works with.</param>
    /// <param name="journal">Where it is written down.</param>
    /// <param name="lease">The right to act.</param>
    /// <param name="now">What was seen under the lease.</param>
    /// <param name="cancel">Ctrl+C.</param>
    /// <param name="wishes">What is asked of it by whoever takes it up again.</param>
    public Execution(RunContext context, Journal journal, ILease lease, CrdrStatus now, CancellationToken cancel, IReadOnlyList<ControlRequest>? wishes = null)
    {
        _wishes = new(wishes ?? []);
        _brought = [.. (wishes ?? []).Select(w => w.Id)];
        _c = context;
        _journal = journal;
        _lease = lease;
        _now = now;
        _cancel = cancel;
        _began = context.Time.GetUtcNow();
        _epoch = now.Epoch;
        Replay();
    }

    /// <summary>A change whose intent is on disk, and what became of it.</summary>
    private sealed record Sent(DateTimeOffset At, bool Acknowledged, IReadOnlyDictionary<string, string?>? Epoch, bool Earlier);

    /// <summary>The newest observation.</summary>
    public CrdrStatus Now => _now;

    /// <summary>The guards that were overridden on the way.</summary>
    public IReadOnlyList<CrdrCheck> Overrides => _overrides;

    /// <summary>What an unplanned failover may lose, as it was known right before.</summary>
    public CrdrLoss? Loss { get; private set; }

    /// <summary>Whether this operation itself asked for the move of the writes.</summary>
    public bool MovedByUs => Steps.Any(s => s.MovesWrites && _journal.Entries.Any(e => e.Kind == JournalKind.Intent && e.Step == s.Id));

    /// <summary>When the writes were seen moved and the routes verified; only when this operation moved them.</summary>
    public DateTimeOffset? Moved { get; private set; }

    private IReadOnlyList<Step> Steps => _c.Plan.Steps;

    /// <summary>From the first fence to the verified switch there is no stopping in between (safety rule S6).</summary>
    private bool InCriticalSection => _fences.Count > 0 || (_promotionSent && Steps.Any(s => s is SwitchRoute && !_done.Contains(s.Id)));

    private bool Stopping => _cancel.IsCancellationRequested && !(InCriticalSection && _promotionSent);

    public async Task<Ending> RunAsync()
    {
        try
        {
            if (Brought() is { } refused) return await TroubleAsync(refused).ConfigureAwait(false);
            Ending ending = await StepsAsync().ConfigureAwait(false);
            // Going back turned out to be too late: the writes were asked to move meanwhile, by whomever. Then there is only forward.
            return _forward ? await StepsAsync().ConfigureAwait(false) : ending;
        }
        catch (LeaseLostException e)
        {
            return new Ending(CrdrOutcome.Incomplete, $"{e.Message} Nothing more was asked for.{Standing()}", e.ErrorId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && InCriticalSection)
        {
            // The disk fails between fence and switch: clients come before the record (safety rule S6).
            _diskTrouble = e;
            Ending ending = _promotionSent
                ? await StepsAsync().ConfigureAwait(false)
                : await RollBackAsync("Stopped.", "JournalNotWritable", null).ConfigureAwait(false);
            return ending with
            {
                Outcome = ending.Outcome == CrdrOutcome.Succeeded ? CrdrOutcome.Incomplete : ending.Outcome, ErrorId = "JournalNotWritable",
                Message = $"The state cannot be written any more ({e.Message}), so the record is not complete. {ending.Message}",
            };
        }
    }

    private async Task<Ending> StepsAsync()
    {
        int first = _c.Plan.FirstOpen(_now, passFollowing: !_promotionSent);
        // A move that was done and is not so any more is other hands' doing: routes are not led after a memory (safety rule S15).
        if (Steps.FirstOrDefault(s => s.MovesWrites && _done.Contains(s.Id)) is { } moved && moved.Judge(_now, asked: true).State != StepState.Done && _now.ActiveMember == Old)
            return new Ending(CrdrOutcome.Incomplete, $"{moved.Effect}: it was done, and is not so any more: {moved.Judge(_now).Why}.{Standing()}", "EpochMoved");
        // A fence that others have lifted since is no fence: it is put up again before the move.
        foreach (Step fence in _fences.Where(f => Steps.Skip(first).Contains(f) && f.Judge(_now).State == StepState.NotBegun).ToList())
        {
            _fences.Remove(fence);
            _done.Remove(fence.Id);
            _sent.Remove(fence.Id);
        }
        for (int i = 0; i < first; i++)
        {
            Step step = Steps[i];
            if (_done.Contains(step.Id)) continue;
            if (_sent.ContainsKey(step.Id)) Settle(step, step.Judge(_now));
            else Write(Line(JournalKind.Passed, step, step.Judge(_now).Why));
            _done.Add(step.Id);
        }
        Ending? trouble = null;
        for (int i = first; i < Steps.Count; i++)
        {
            if (_done.Contains(Steps[i].Id) || Served(i)) continue;
            if (Halted() is { } halted) return await TroubleAsync(halted).ConfigureAwait(false);
            if (await RunAsync(Steps[i], i).ConfigureAwait(false) is { } ending)
            {
                // Once the writes have moved, one route or probe that does not obey keeps no other route from its clients.
                if ((!_promotionSent && _c.Request.Verb is not (CrdrVerb.SwitchRoute or CrdrVerb.Repair)) || Steps[i].MovesWrites || Steps[i] is not (SwitchRoute or VerifyRoute or { Follows: true }) || !Steps.Skip(i + 1).Any(s => s is SwitchRoute or VerifyRoute)) return trouble ?? ending;
                trouble ??= ending;
                continue;
            }
            if (Steps[i] is SwitchRoute or VerifyRoute && !Steps.Skip(i + 1).Any(s => s is SwitchRoute or VerifyRoute)) LeaveCriticalSection();
        }
        return trouble ?? await FinishAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// What was done, passed over or proven before a move of the writes was asked for is not gone back to: that move may have stopped the very server that it is about. What belongs behind
    /// the fence, and a time that must not be over, is looked at again before the move is asked for again.
    /// </summary>
    private bool Served(int index) => Steps[index] is { BehindFence: false } and not RouteStep && (Steps[index].Follows || !Steps[index].Perishable)
        && Steps.Skip(index + 1).Any(s => s.MovesWrites && (_sent.ContainsKey(s.Id) || _mayStillCome.Contains(s.Id)));

    /// <summary>The side that the writes leave.</summary>
    private Side Old => Plan.Target(_c.Request).Other();

    /// <summary>The fences that must stand, whoever put them up; not those that somebody gave up knowingly.</summary>
    private IEnumerable<Step> Fences => Steps.Where(s => s is FenceRoute && !_unfenced.Contains(s.Id));

    /// <summary>Writes a line; once the disk has failed inside the critical section, as far as it goes.</summary>
    private void Write(JournalEntry entry)
    {
        try
        {
            _journal.Write(entry);
        }
        catch (Exception e) when (_diskTrouble is not null && e is IOException or UnauthorizedAccessException)
        {
            // Told already; what is left to do here can be done twice without harm.
        }
    }

    /// <summary>Makes sure of the lease. True: what was observed before is no evidence any more.</summary>
    private bool Reassert()
    {
        try
        {
            return _lease.Reassert();
        }
        catch (Exception e) when (_diskTrouble is not null && e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Which fences stand, for whoever must know.</summary>
    private string Standing() =>
        Steps.Where(s => s is FenceRoute && (_fences.Contains(s) || s.Judge(_now).State == StepState.Done)).Select(s => s.Id).ToList() is { Count: > 0 } standing
            ? $" These fences stand, so that clients may be cut off: {string.Join("; ", standing)}."
            : "";

    /// <summary>Takes back the fences of an operation that another process began and left, where that is still allowed.</summary>
    public async Task<Ending> RollBackAsync()
    {
        // A move of many parts has one intent before all of them: whether it came as far as the promotion is seen where that would have been sent to.
        if (Steps.OfType<TightStep>().FirstOrDefault(s => _journal.Entries.LastOrDefault(e => e.Step == s.Id)?.Kind == JournalKind.Intent) is { } tight && !UnderWay(tight)
            && await tight.TakeBackAsync(_now, Lend()).ConfigureAwait(false) is { } back)
        {
            Write(Line(JournalKind.Undone, tight, back.Message));
            return await TakenBackAsync(tight, back).ConfigureAwait(false);
        }
        if (_promotionSent || Steps.Any(s => s.MovesWrites && UnderWay(s)))
            return new Ending(CrdrOutcome.Incomplete, "The writes were asked to move already: there is no way back, only forward. Resume it.", "PastPointOfNoReturn");
        return await RollBackAsync("Rolled back on request.", "RolledBack", null).ConfigureAwait(false);
    }

    private void Replay()
    {
        foreach (JournalEntry entry in _journal.Entries.Where(e => e.Step is not null))
        {
            string id = entry.Step!;
            Step? step = Steps.FirstOrDefault(s => s.Id == id);
            if (entry.Kind == JournalKind.Skipped)
            {
                _skipped.Add(id);
                _done.Add(id);
            }
            if (step is { Perishable: true }) continue;
            switch (entry.Kind)
            {
                case JournalKind.Intent:
                    _sent[id] = new Sent(entry.At, false, entry.Epoch, Earlier: true);
                    Remember(entry.Overrides ?? [], entry.Loss);
                    if (step is { CanUndo: true } && !_fences.Contains(step)) _fences.Add(step);
                    break;
                case JournalKind.Accepted:
                    _sent[id] = _sent[id] with { Acknowledged = true };
                    break;
                case JournalKind.Rejected:
                    _sent.Remove(id);
                    break;
                case JournalKind.Absent:
                    _sent.Remove(id);
                    _mayStillCome.Add(id);
                    break;
                case JournalKind.Done:
                    _done.Add(id);
                    break;
                case JournalKind.Passed:
                    if (entry.Overrides is { Count: > 0 }) _unfenced.Add(id);
                    if (_unfenced.Contains(id)) _done.Add(id);
                    Remember(entry.Overrides ?? [], null);
                    break;
                case JournalKind.Undone:
                    _sent.Remove(id);
                    _done.Remove(id);
                    if (step is not null) _fences.Remove(step);
                    break;
            }
        }
        _changed = Steps.Any(s => s.Changes && (_sent.ContainsKey(s.Id) || _mayStillCome.Contains(s.Id)));
        _promotionSent = Steps.Any(s => s.MovesWrites && (_sent.ContainsKey(s.Id) || _mayStillCome.Contains(s.Id)));
        if (Steps.Any(s => s is SwitchRoute) && Steps.Where(s => s is SwitchRoute or VerifyRoute).All(s => _done.Contains(s.Id))) _fences.Clear();
    }

    private async Task<Ending?> RunAsync(Step step, int index)
    {
        DateTimeOffset since = _c.Time.GetUtcNow();
        while (!_done.Contains(step.Id))
        {
            if (_sent.TryGetValue(step.Id, out Sent? sent))
            {
                (Ending? ending, bool again) = await WaitAsync(step, index, sent, since).ConfigureAwait(false);
                if (!again) return ending;
                continue;
            }
            Verdict verdict = step.Judge(_now);
            if (verdict.State == StepState.Done)
            {
                Write(Line(step.Acts ? JournalKind.Passed : JournalKind.Done, step, verdict.Why));
                _done.Add(step.Id);
                return null;
            }
            if (!step.Acts || verdict.State == StepState.Underway)
            {
                // Nothing to ask for, or somebody else has asked: only the waiting is ours. A promotion that others sent is sent.
                _promotionSent |= step.MovesWrites;
                (Ending? ending, bool again) = await WaitAsync(step, index, new Sent(since, true, null, Earlier: false), since).ConfigureAwait(false);
                if (!again) return ending;
                continue;
            }
            (Ending? stop, bool acted) = await TryActAsync(step, index, since).ConfigureAwait(false);
            if (stop is not null) return stop;
            if (_done.Contains(step.Id)) return null;
            bool routesFollow = step.BehindFence && Steps.Skip(index + 1).Any(s => s is RouteStep);
            if (acted && step is { Changes: true } and not RouteStep && _c.Request.NoWait && _sent[step.Id].Acknowledged && !InCriticalSection && !routesFollow)
                return new Ending(CrdrOutcome.Started, $"{step.Effect}: accepted. {Left(index)}");
        }
        return null;
    }

    /// <summary>Looks, judges, and asks once. Not acted and no ending: look again.</summary>
    private async Task<(Ending? Ending, bool Acted)> TryActAsync(Step step, int index, DateTimeOffset since)
    {
        if (await AskedAsync(step, index).ConfigureAwait(false) is { } stopped) return (await TroubleAsync(stopped).ConfigureAwait(false), false);
        if (_done.Contains(step.Id)) return (null, false);
        if (_diskTrouble is not null && step is not RouteStep)
            return (new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: not asked for, for its intent cannot be written.", "JournalNotWritable"), false);
        // The look that was taken under the lease a moment ago, and nothing was done since: a tight step is judged by that one, for another would only cost time (safety rule S1).
        bool justSeen = !Reassert() && step is TightStep && _unused && (_c.Time.GetUtcNow() - _now.ObservedAt).Duration() < s_justNow;
        if (!justSeen && await LookAsync(routes: true).ConfigureAwait(false) is { } blind)
        {
            if (blind.Fatal || Patience(since)) return (await TroubleAsync(blind.Ending).ConfigureAwait(false), false);
            await DelayAsync(step, index, since, new Verdict(StepState.Unclear, blind.Ending.Message)).ConfigureAwait(false);
            return (null, false);
        }

        Verdict verdict = step.Judge(_now);
        switch (verdict.State)
        {
            case StepState.Done or StepState.Underway:
                return (null, false);
            case StepState.Hopeless:
                return (await TroubleAsync(new Ending(CrdrOutcome.Failed, verdict.Why, "StepHopeless")).ConfigureAwait(false), false);
            case StepState.Unclear:
                if (Patience(since)) return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: not asked for. {verdict.Why}", "StateUnclear")).ConfigureAwait(false), false);
                await DelayAsync(step, index, since, verdict).ConfigureAwait(false);
                return (null, false);
        }
        // A route follows the writer wherever new nodes were made; only a change of the pair itself may not have other hands in between.
        IReadOnlyDictionary<string, string?> before = step is RouteStep && _promotionSent ? new Dictionary<string, string?> { ["active"] = Old.Other().ToString() } : Counts(_epoch);
        if (Moving.Apart(before, _now.Epoch, loosely: step is RouteStep) is { } moved)
        {
            return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: not asked for. Other hands have acted meanwhile: {moved}. "
                + $"Look at the pair; if it is as it should be, close this operation (Stop-CrdrOperation -Id {_journal.OperationId} -Abandon -Reason '...') and begin anew.", "EpochMoved")).ConfigureAwait(false), false);
        }
        // Once the state cannot be read any more, routes still follow: they have no guards of their own.
        GuardFacts? facts = _diskTrouble is not null ? null : _c.Facts(_now);
        // Clients are cut off only for a move that may go on: its guards are judged before the fence, and again before itself.
        List<Step> ahead = step is FenceRoute ? [.. Steps.Skip(index).Where(s => s.BehindFence && !_done.Contains(s.Id) && !_sent.ContainsKey(s.Id))] : [];
        IEnumerable<Guard> guards = Plan.GuardsOf(step).Concat(ahead.SelectMany(Plan.GuardsOf).Where(g => !g.BehindFence));
        List<CrdrCheck> checks = facts is null ? [] : [.. guards.GroupBy(g => g.Name).Select(g => g.First().Check(facts))];
        List<CrdrCheck> blocks = [.. checks.Where(c => c.Result == CheckResult.Block)];
        // A decision that nobody at the prompt stands behind is asked whether it still holds, until the writes were asked to move.
        // And what a person may do in a hurry, nobody does without one (safety rule S10).
        if (_c.Objection is not null) blocks.AddRange(checks.Where(c => c is { Name: nameof(QuietTime), Result: CheckResult.Warn }).Select(c => c with { Result = CheckResult.Block }));
        if (!_promotionSent && _c.Objection?.Invoke(_now) is { } no) blocks.Add(new() { Name = "DecisionStands", Result = CheckResult.Block, Why = no });
        foreach (Step fence in step.MovesWrites || (step.BehindFence && !_promotionSent) ? Fences : [])
        {
            if (fence.Judge(_now) is { State: not StepState.Done } broken)
                blocks.Add(new() { Name = FenceStands, Result = CheckResult.Block, Why = $"{fence.Effect}: does not hold any more ({broken.Why})" });
        }
        if (blocks.Count > 0 && blocks.All(b => b.Name == FenceStands) && step == Steps.First(s => s.BehindFence) && !Patience(since))
        {
            // Nothing was made of it yet: a fence that a reload forgot is put up again.
            _c.Host.OnNotice(FindingSeverity.Warning, $"{blocks[0].Why}. It is put up again.");
            return (await FenceAgainAsync().ConfigureAwait(false), false);
        }
        if (blocks.Count > 0 && _changed && !InCriticalSection && blocks.All(b => b.Name == nameof(QuietTime)) && OverLimit(step, since) is null)
        {
            // In the middle of an operation the quiet time is a time to wait, not a reason to leave it half done.
            await DelayAsync(step, index, since, new Verdict(StepState.NotBegun, blocks[0].Why)).ConfigureAwait(false);
            return (null, false);
        }
        if (blocks.Count > 0)
        {
            string why = string.Join("; ", blocks.Select(b => $"{b.Name}: {b.Why}{(b.Override is null ? "" : $" (override: {b.Override})")}"));
            return (await TroubleAsync(new Ending(CrdrOutcome.Refused, $"{step.Effect}: not asked for. {why}", blocks[0].Name, blocks)).ConfigureAwait(false), false);
        }
        // Whatever took long since the look (a stopped process, a slow disk) makes it worthless.
        if (Reassert() || Stale())
        {
            if (OverLimit(step, since) is null && !Patience(since)) return (null, false);
            return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: not asked for. Looking takes so long that what was seen is no evidence any more.", "LookTooOld")).ConfigureAwait(false), false);
        }

        IReadOnlyList<CrdrCheck> overrides = ahead.Count == 0 ? [.. checks.Where(c => c.Overridden)] : [];
        CrdrLoss? loss = step.MovesWrites && _c.Request.Verb == CrdrVerb.Failover && facts is not null ? LossBound.Estimate(facts) : null;
        _c.Host.OnTrace($"{step.Id}: judged.");
        Write(Line(JournalKind.Intent, step, verdict.Why) with { Epoch = _now.Epoch, Overrides = overrides.Count > 0 ? overrides : null, Loss = loss });
        _c.Host.OnTrace($"{step.Id}: intent on disk.");
        _c.Tell(step, index, TimeSpan.Zero, new Verdict(StepState.NotBegun, "asking"));
        if (Stale())
        {
            Write(Line(JournalKind.Rejected, step, "The look was too old when the intent was on disk: not sent."));
            return (null, false);
        }
        Remember(overrides, loss);
        OweMemberFence(step);
        return await ActAsync(step, index, since).ConfigureAwait(false);
    }

    private async Task<Ending?> FenceAgainAsync()
    {
        foreach (Step fence in Fences.Where(f => f.Judge(_now).State != StepState.Done).ToList())
        {
            _done.Remove(fence.Id);
            _sent.Remove(fence.Id);
            if (await RunAsync(fence, Steps.ToList().IndexOf(fence)).ConfigureAwait(false) is { } ending) return ending;
        }
        return null;
    }

    private void Remember(IReadOnlyList<CrdrCheck> overrides, CrdrLoss? loss)
    {
        _overrides.AddRange(overrides.Where(o => _overrides.All(known => known.Name != o.Name)));
        Loss = loss ?? Loss;
    }

    private bool Stale() => (_c.Time.GetUtcNow() - _now.ObservedAt).Duration() > s_fresh;

    private bool Patience(DateTimeOffset since) => _c.Time.GetUtcNow() - since - Rested(since) > s_patience;

    private async Task<(Ending? Ending, bool Acted)> ActAsync(Step step, int index, DateTimeOffset since)
    {
        DateTimeOffset at = _c.Time.GetUtcNow();
        _looks = 0;
        _unused = false;
        if (step.CanUndo && !_fences.Contains(step)) _fences.Add(step);
        bool before = _promotionSent;
        _promotionSent |= step.MovesWrites;
        try
        {
            string? receipt = step is TightStep tight ? await tight.ActAsync(_now, Lend()).ConfigureAwait(false) : await step.ActAsync(_now).ConfigureAwait(false);
            _sent[step.Id] = new Sent(at, true, _now.Epoch, Earlier: false);
            _changed |= step.Changes;
            Write(Line(JournalKind.Accepted, step, null) with { Receipt = receipt });
            return (null, true);
        }
        catch (MoveTakenBackException e)
        {
            _promotionSent = before;
            Write(Line(JournalKind.Undone, step, e.Message));
            return (await TakenBackAsync(step, e).ConfigureAwait(false), false);
        }
        catch (OperationCanceledException) when (step is TightStep && _cancel.IsCancellationRequested)
        {
            // It had changed nothing yet; what it has changed it takes back by itself.
            _promotionSent = before;
            Write(Line(JournalKind.Rejected, step, "Stopped before anything was changed."));
            return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, "Stopped.", "Stopped")).ConfigureAwait(false), false);
        }
        catch (VendorException e) when (e.Verdict == VendorVerdict.NotDone)
        {
            _promotionSent = before;
            Write(Line(JournalKind.Rejected, step, e.Message));
            bool passing = e is RateLimitedException || e.ErrorId is "VendorUnreachable" or "VendorLocked";
            if (!passing || Patience(since)) return (await TroubleAsync(Stopped(step, e)).ConfigureAwait(false), false);
            _c.Host.OnNotice(FindingSeverity.Warning, $"{e.Message} It was not done; asking again.");
            _asked = (e as RateLimitedException)?.RetryAfter;
            await DelayAsync(step, index, since, new Verdict(StepState.NotBegun, e.Message)).ConfigureAwait(false);
            return (null, false);
        }
        catch (VendorException e)
        {
            // A lost reply is not a failure, and no reason to ask again (safety rule S5).
            _sent[step.Id] = new Sent(at, false, _now.Epoch, Earlier: false);
            _changed |= step.Changes;
            Write(Line(JournalKind.Lost, step, e.Message));
            if (step.Changes) _c.Host.OnNotice(FindingSeverity.Warning, $"{e.Message} Whether it was done is not known: looking for its effect, not asking again.");
            return (null, true);
        }
        catch (CrdrException e) when (step is not RouteStep)
        {
            // Nothing was sent: it failed on the way.
            _promotionSent = before;
            _changed |= e is HalfDoneException;
            Write(Line(JournalKind.Rejected, step, e.Message));
            return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: {e.Message}", e.ErrorId)).ConfigureAwait(false), false);
        }
        catch (CrdrException e)
        {
            Write(Line(JournalKind.Lost, step, e.Message));
            _changed = true;
            return await RouteTroubleAsync((RouteStep)step, e).ConfigureAwait(false);
        }
    }

    /// <summary>A route that does not obey: before the promotion everything goes back, after it only forward.</summary>
    private async Task<(Ending? Ending, bool Acted)> RouteTroubleAsync(RouteStep step, CrdrException e)
    {
        if (step is FenceRoute fence && _c.Request is { Verb: CrdrVerb.Failover, AllowUnfenced: true })
        {
            Owe($"fence:{step.Route.Name}:{fence.Old}", $"{step.Effect} (it could not be: {e.Message})");
            _fences.Remove(step);
            CrdrCheck given = new() { Name = FenceStands, Result = CheckResult.Warn, Why = e.Message, Override = "-AllowUnfenced", Overridden = true };
            _overrides.Add(given);
            Write(Line(JournalKind.Passed, step, "left as an obligation") with { Overrides = [given] });
            _unfenced.Add(step.Id);
            _done.Add(step.Id);
            return (null, false);
        }
        string hint = step is FenceRoute && _c.Request.Verb == CrdrVerb.Failover ? " Give -AllowUnfenced to go on without." : "";
        return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: {e.Message}{hint}", e.ErrorId)).ConfigureAwait(false), false);
    }

    /// <summary>Looks until the step is done. Again: it turned out that it was never done and may be asked for.</summary>
    private async Task<(Ending? Ending, bool Again)> WaitAsync(Step step, int index, Sent sent, DateTimeOffset since)
    {
        DateTimeOffset progressed = _c.Time.GetUtcNow(), seen = progressed;
        double? progress = null;
        bool stalled = false, late = false;
        for (; ; )
        {
            Reassert();
            bool held = step.BehindFence && !step.MovesWrites && !_promotionSent;
            Blind? blind = await LookAsync(step.LooksAtRoutes || held, whole: false).ConfigureAwait(false);
            DateTimeOffset now = _c.Time.GetUtcNow();
            if (held && blind is null && Fences.FirstOrDefault(f => f.Judge(_now).State != StepState.Done) is { } open)
                return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: given up. {open.Effect}: does not hold any more ({open.Judge(_now).Why})", FenceStands)).ConfigureAwait(false), false);
            Verdict verdict = blind is null ? step.Judge(_now, asked: true) : new Verdict(StepState.Unclear, blind.Ending.Message);
            if (verdict.State == StepState.Done)
            {
                Settle(step, verdict);
                return (null, false);
            }
            if (_again is { } wish)
            {
                _again = null;
                (Ending? refused, bool asks) = Again(wish, step, sent, blind is null);
                if (refused is not null) return (await TroubleAsync(refused).ConfigureAwait(false), false);
                if (asks) return (null, true);
            }
            // While it only waits, new nodes after a maintenance are no sign of other hands; a new active member would be.
            if (!step.Acts && blind is null && Moving.Apart(_epoch, _now.Epoch, loosely: true) is null) _epoch = _now.Epoch;
            if (blind is null) seen = now;
            // Servers are asked without a vendor in between: where none has answered for so long, there is nothing to wait for.
            if (blind is not null && step.Quick && !InCriticalSection && now - seen > s_patience) return (await TroubleAsync(blind.Ending with { Message = $"{step.Effect}: given up. {blind.Ending.Message}" }).ConfigureAwait(false), false);
            if (blind is { Fatal: true }) return (await TroubleAsync(blind.Ending).ConfigureAwait(false), false);
            if (verdict.State == StepState.Hopeless && step.MovesWrites && _now.ActiveMember == Old)
            {
                // It cannot come any more, and the old side takes the writes: clients go back to it.
                _promotionSent = false;
                _sent.Remove(step.Id);
                return (await TroubleAsync(new Ending(CrdrOutcome.Failed, $"{step.Effect}: {verdict.Why}", "StepHopeless")).ConfigureAwait(false), false);
            }
            if (verdict.State == StepState.Hopeless)
                return (await TroubleAsync(new Ending(CrdrOutcome.Failed, $"{step.Effect}: {verdict.Why}", "StepHopeless")).ConfigureAwait(false), false);
            if (verdict.State == StepState.NotBegun && step.Acts)
            {
                if (step.Repeatable)
                {
                    if (Patience(since) && step is RouteStep route)
                    {
                        (Ending? ending, _) = await RouteTroubleAsync(route, new CrdrException(CrdrErrorKind.Timeout, "ChangeNotSeen", $"asked for, and not so: {verdict.Why}.")).ConfigureAwait(false);
                        return (ending, ending is null);
                    }
                    if (Patience(since)) return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: asked for, and not so: {verdict.Why}.", "ChangeNotSeen")).ConfigureAwait(false), false);
                    _sent.Remove(step.Id);
                    await DelayAsync(step, index, since, verdict).ConfigureAwait(false);
                    return (null, true);
                }
                if (now - sent.At > Settling(step))
                {
                    if (await AbsentAsync(step, sent, verdict).ConfigureAwait(false) is { } absent) return (absent, false);
                    return (null, true);
                }
            }
            if (!late && step.WhenLate is { } advice && now - sent.At > step.Expected)
            {
                late = true;
                _c.Host.OnNotice(FindingSeverity.Warning, $"{verdict.Why}: asked for {Say(now - sent.At)} ago, and it should take at most {Say(step.Expected.Value)}. {advice}");
            }
            if (verdict.Progress is { } p && p != progress)
            {
                progress = p;
                progressed = now;
                stalled = false;
            }
            if (!stalled && progress is not null && now - progressed > s_stalled)
            {
                stalled = true;
                _c.Host.OnNotice(FindingSeverity.Warning, $"{verdict.Why}: no progress for {Say(s_stalled)}. Is the region back? Stopping is safe: resuming goes on.");
            }
            if (OverLimit(step, sent.Earlier ? _began : sent.At) is { } limit)
            {
                string still = progress is { } at && now - progressed > TimeSpan.FromMinutes(1) ? $" It has stood at {at:P0} for {Say(now - progressed)}." : "";
                return (await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: not done within {Say(limit)}. Seen last: {verdict.Why}.{still}", "StepTimeout")).ConfigureAwait(false), false);
            }
            int rests = _rests.Count;
            if (await AskedAsync(step, index).ConfigureAwait(false) is { } stopped) return (await TroubleAsync(stopped).ConfigureAwait(false), false);
            if (_done.Contains(step.Id)) return (null, false);
            if (_rests.Count > rests) seen = progressed = _c.Time.GetUtcNow();
            await DelayAsync(step, index, sent.Earlier ? _began : sent.At, verdict).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The change is not there although its settle time has passed. Asked for again only by a resume that sees the very world
    /// the intent was written in; otherwise the operation is left, with the check to make (safety rule S5).
    /// </summary>
    private async Task<Ending?> AbsentAsync(Step step, Sent sent, Verdict verdict)
    {
        if (sent.Epoch is not null && Moving.Apart(Counts(sent.Epoch), _now.Epoch) is { } moved)
            return await TroubleAsync(new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: asked for at {sent.At:HH:mm:ss}Z, not so now, and other hands have acted meanwhile: {moved}. It is not asked for again.", "EpochMoved")).ConfigureAwait(false);
        if (sent is { Earlier: true, Acknowledged: false })
        {
            // It may be asked for again; but it was sent, and may still come: from here on there is no way back (safety rule S7).
            Write(Line(JournalKind.Absent, step, $"Asked for at {sent.At:O} without a reply, and not there after {Say(Settling(step))}: it may be asked for again."));
            _sent.Remove(step.Id);
            _mayStillCome.Add(step.Id);
            return null;
        }
        // Accepted, and not there on a second day either: it never will be, and asking again is for a new operation.
        if (sent is { Earlier: true, Acknowledged: true })
            return await TroubleAsync(new Ending(CrdrOutcome.Incomplete,
                $"{step.Effect}: it was accepted at {sent.At:yyyy-MM-dd HH:mm:ss}Z, and still its effect is not seen ({verdict.Why}). It is not asked for again here.", "AcceptedNotSeen")).ConfigureAwait(false);
        string reply = sent.Acknowledged ? "It was accepted" : "Its reply was lost";
        return await TroubleAsync(new Ending(CrdrOutcome.Incomplete,
            $"{step.Effect}: {reply}, and after {Say(Settling(step))} its effect is not seen ({verdict.Why}). It was not asked for again. "
            + "Check by other means whether it was done; resuming looks again, and asks again only if it still is not there.", "ChangeNotSeen")).ConfigureAwait(false);
    }

    /// <summary>In a failover the vendor may try new nodes for the side that is being left: they are no sign of other hands while it is down.</summary>
    private IReadOnlyDictionary<string, string?> Counts(IReadOnlyDictionary<string, string?> epoch)
    {
        Side left = Plan.Target(_c.Request).Other();
        return _c.Request.Verb != CrdrVerb.Failover || _now[left].Health is MemberHealth.Healthy or MemberHealth.Degraded
            ? epoch
            : epoch.Where(e => !e.Key.Equals($"{left}.nodes", StringComparison.OrdinalIgnoreCase)).ToDictionary(e => e.Key, e => e.Value);
    }

    private TimeSpan Settling(Step step) => _c.Request.SettleTime ?? step.Settle;

    private TimeSpan? OverLimit(Step step, DateTimeOffset since)
    {
        DateTimeOffset now = _c.Time.GetUtcNow();
        // Until the writes are asked to move; after that there is only forward, however long it takes.
        if (_c.Request is { Verb: CrdrVerb.Switchover, ForceAfter: { } force } && !_promotionSent && now - _began - Rested(_began) > force) return force;
        if (_c.Request.Timeout is { } all) return now - _began - Rested(_began) > all ? all : null;
        return now - since - Rested(since) > step.Limit ? step.Limit : null;
    }

    private void Settle(Step step, Verdict verdict)
    {
        Write(Line(JournalKind.Done, step, verdict.Why) with { Epoch = step.Anchor ? _now.Epoch : null });
        _done.Add(step.Id);
        if (step.Anchor) _epoch = _now.Epoch;
        if (step.MovesWrites || (Moved is not null && (step.BehindFence || step is SwitchRoute or VerifyRoute))) Moved = _c.Time.GetUtcNow();
        OweMemberFence(step);
    }

    private void LeaveCriticalSection() => _fences.Clear();

    private sealed record Blind(Ending Ending, bool Fatal);

    /// <summary>Observes anew. What comes back says why nothing could be seen.</summary>
    private async Task<Blind?> LookAsync(bool routes, bool whole = true)
    {
        _unused = false;
        try
        {
            _now = await _c.Observer.ObserveAsync(routes, InCriticalSection && _promotionSent ? CancellationToken.None : _cancel, tolerant: _diskTrouble is not null, whole: whole).ConfigureAwait(false);
            return null;
        }
        catch (VendorException e)
        {
            _asked = (e as RateLimitedException)?.RetryAfter;
            bool fatal = e.Kind is CrdrErrorKind.Authentication or CrdrErrorKind.PermissionDenied;
            if (!fatal) _c.Host.OnNotice(FindingSeverity.Warning, $"{e.Message} Looking again.");
            return new Blind(new Ending(CrdrOutcome.Incomplete, e.Message, e.ErrorId), fatal);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            return new Blind(new Ending(CrdrOutcome.Incomplete, "Stopped.", "Stopped"), Fatal: false);
        }
    }

    private async Task DelayAsync(Step step, int index, DateTimeOffset since, Verdict verdict)
    {
        TimeSpan waited = _c.Time.GetUtcNow() - since;
        _c.Tell(step, index, waited, verdict);
        TimeSpan pace = Pace.Next(waited, _asked);
        if (step.Quick && _asked is null && Pace.Quick(_looks++) is var quick && quick < pace) pace = quick;
        _asked = null;
        try
        {
            await _c.Time.Delay(pace, InCriticalSection && _promotionSent ? CancellationToken.None : _cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Seen by Asked() in the next round, which knows what may stop where.
        }
    }

    private Ending Stopped(Step step, VendorException e) => new(CrdrOutcome.Incomplete, $"{step.Effect}: {e.Message} It was not done.", e.ErrorId);

    /// <summary>Ends on one side: back while no promotion was sent, else left for a resume; refused when nothing was changed at all.</summary>
    private async Task<Ending> TroubleAsync(Ending ending)
    {
        if (InCriticalSection && !_promotionSent) return await RollBackAsync(ending.Message, ending.ErrorId, ending.Blocks).ConfigureAwait(false);
        if (ending.Outcome == CrdrOutcome.Failed) return ending with { Message = ending.Message + Standing() };
        return _changed
            ? ending with { Outcome = CrdrOutcome.Incomplete, Message = ending.Message + Standing() }
            : ending with { Outcome = CrdrOutcome.Refused, Message = $"{ending.Message} Nothing was changed." };
    }

    private async Task<Ending> RollBackAsync(string why, string? errorId, IReadOnlyList<CrdrCheck>? blocks)
    {
        // Whoever sent it: a promotion that is under way, or done, leaves only forward (safety rule S7).
        if (Steps.FirstOrDefault(s => s.MovesWrites) is { } mover && await SeenMovingAsync(mover).ConfigureAwait(false))
        {
            _promotionSent = _forward = true;
            return new Ending(CrdrOutcome.Incomplete, $"{why} {mover.Judge(_now).Why}: there is no way back.{Standing()}", errorId ?? "PastPointOfNoReturn", blocks);
        }
        List<string> stuck = [];
        foreach (Step step in Enumerable.Reverse(_fences))
        {
            try
            {
                await step.UndoAsync().ConfigureAwait(false);
                Write(Line(JournalKind.Undone, step, "taken back"));
            }
            catch (CrdrException e)
            {
                stuck.Add($"{step.Effect}: could not be taken back: {e.Message}");
            }
        }
        try
        {
            _now = await _c.Observer.ObserveAsync(withRoutes: true, CancellationToken.None, tolerant: _diskTrouble is not null).ConfigureAwait(false);
            foreach (FenceRoute fence in _fences.OfType<FenceRoute>())
            {
                if (_now.Routes.FirstOrDefault(r => r.Name == fence.Route.Name) is { Verified: true } seen && seen.Target == fence.Old && !seen.Fenced.Contains(fence.Old)) continue;
                stuck.Add($"route {fence.Route.Name} is not seen to lead to the {fence.Old} side again");
            }
        }
        catch (VendorException e)
        {
            stuck.Add($"what it is like now could not be seen: {e.Message}");
        }
        string? stands = Steps.Where(s => s is { Changes: true } and not RouteStep && _sent.ContainsKey(s.Id)).Select(s => s.Effect).LastOrDefault();
        bool fenced = _fences.Count > 0;
        if (stuck.Count > 0) return new Ending(CrdrOutcome.Incomplete, $"{why} Going back did not succeed: {string.Join("; ", stuck)}.", "RollbackIncomplete", blocks);
        _fences.Clear();
        string routes = fenced ? " The routes were seen leading to the old side, without a fence." : "";
        if (stands is not null) return new Ending(CrdrOutcome.Incomplete, $"{why}{routes} What was asked for before stands: {stands}", errorId, blocks);
        return _changed
            ? new Ending(CrdrOutcome.RolledBack, $"{why} Everything is as before.{routes}", errorId, blocks)
            : new Ending(CrdrOutcome.Refused, $"{why} Nothing was changed.", errorId, blocks);
    }

    private TightContext Lend()
    {
        IReadOnlyList<IRoute> ours = _c.Request.NoRoute ? [] : [.. _c.Routes.Where(r => r.Switchable)];
        return new([.. ours.Where(r => r.CanFence)], ours, _journal.OperationId, (route, side, why) => Owe($"fence:{route.Name}:{side}", $"{new FenceRoute(route, side, planned: false).Effect} (it could not be: {why})"), text => _c.Host.OnNotice(FindingSeverity.Info, text), _cancel);
    }

    /// <summary>What a step says it has taken back is seen to be as before, or named.</summary>
    private async Task<Ending> TakenBackAsync(Step step, MoveTakenBackException e)
    {
        List<string> stuck = [.. e.Stuck];
        try
        {
            _now = await _c.Observer.ObserveAsync(withRoutes: true, CancellationToken.None).ConfigureAwait(false);
            if (_now.ActiveMember != Old) stuck.Add($"{_now[Old].Name} is not seen taking writes ({_now.Phase})");
            stuck.AddRange(Lend().Routes.Select(r => _now.Routes.First(s => s.Name == r.Name)).Where(r => !r.Verified || r.Target != Old || r.Fenced.Contains(Old))
                .Select(r => $"route {r.Name} is not seen to lead to the {Old} side again"));
        }
        catch (VendorException blind)
        {
            stuck.Add($"what it is like now could not be seen: {blind.Message}");
        }
        return stuck.Count > 0
            ? new Ending(CrdrOutcome.Incomplete, $"{step.Effect}: {e.Message} Going back did not succeed: {string.Join("; ", stuck)}.", "RollbackIncomplete")
            : new Ending(CrdrOutcome.RolledBack, $"{step.Effect}: {e.Message} Everything is as before: {_now[Old].Name} takes the writes, and clients were seen led there.", e.ErrorId);
    }

    private bool UnderWay(Step mover) => mover.Judge(_now).State is StepState.Underway or StepState.Done;

    /// <summary>Whether the move is seen under way or done. What cannot be seen was not sent by us.</summary>
    private async Task<bool> SeenMovingAsync(Step mover)
    {
        try
        {
            _now = await _c.Observer.ObserveAsync(withRoutes: false, CancellationToken.None, tolerant: _diskTrouble is not null).ConfigureAwait(false);
            return UnderWay(mover);
        }
        catch (VendorException e)
        {
            _c.Host.OnNotice(FindingSeverity.Warning, $"{e.Message} Going back without having seen whether others have moved the writes meanwhile.");
            return false;
        }
    }

    private async Task<Ending> FinishAsync()
    {
        if (await LookAsync(routes: true).ConfigureAwait(false) is { } blind)
            return new Ending(CrdrOutcome.Incomplete, $"All steps were seen done, but not what it is like now: {blind.Ending.Message}", "OutcomeNotSeen");
        Step? proof = Steps.LastOrDefault(s => s.Anchor && !_skipped.Contains(s.Id));
        if (_c.Request.Verb == CrdrVerb.SwitchRoute) return RouteOff() ?? new Ending(CrdrOutcome.Succeeded, $"{string.Join("; ", Steps.Cast<RouteStep>().Select(s => $"{s.Route.Name} {s.Judge(_now).Why}"))}{Exposed()}");
        Verdict verdict = proof?.Judge(_now, asked: true) ?? new Verdict(StepState.Done, "nothing to do");
        if (verdict.State != StepState.Done)
            return new Ending(CrdrOutcome.Incomplete, $"It was done, and is not so any more: {verdict.Why}", "EpochMoved");
        if (_now.Phase == CrdrPhase.Unknown)
            return new Ending(CrdrOutcome.Incomplete, $"All steps were seen done ({verdict.Why}), and yet not both sides could be seen at the end. Resuming looks again.", "OldSideNotSeen");
        if (_now.ActiveMember is null)
            return new Ending(CrdrOutcome.Incomplete, $"All steps were seen done ({verdict.Why}), and yet the pair is {_now.Phase}: nobody is seen taking writes.", "TargetNotServing");
        if (RouteOff() is { } off) return off;
        if (_now.Obligations.Count > 0)
            return new Ending(CrdrOutcome.Incomplete, $"{_now.Phase}; left to be done: {string.Join("; ", _now.Obligations.Select(o => o.What))}", "ObligationLeft");
        return new Ending(CrdrOutcome.Succeeded, verdict.Why + Exposed() + LeftOut());
    }

    /// <summary>A route that is not where it was seen to be led.</summary>
    private Ending? RouteOff() => Steps.Where(s => s is SwitchRoute or VerifyRoute).Select(s => (Step: s, Seen: s.Judge(_now))).FirstOrDefault(s => s.Seen.State != StepState.Done) is { Step: { } route, Seen: var off }
        ? new Ending(CrdrOutcome.Incomplete, $"{route.Effect}: it was, and is not so any more: {off.Why}", "RouteMovedBack")
        : null;

    /// <summary>How long clients may go on to where they were sent before, by names that they have looked up.</summary>
    private string Exposed() => string.Concat(_now.Routes.Where(r => r.ExposedUntil > _now.ObservedAt).Select(r => $". Clients that looked up route {r.Name} before may go to the old side until {r.ExposedUntil:HH:mm:ss}Z"));

    /// <summary>
    /// Somebody accepted that nothing fences the old side: what that asks of people is written down (safety rule S9). Before the move, for the process may
    /// end there; and after it, for while the old side is still seen active it is struck off.
    /// </summary>
    private void OweMemberFence(Step step)
    {
        if (step.MovesWrites && _overrides.Any(o => o.Name == "WritersFenced")) Owe(MemberFence.IdOf(Old), MemberFence.Words(_c.Pair[Old].Name));
    }

    private void Owe(string id, string what)
    {
        List<CrdrObligation> owed = [.. _c.Store.Obligations(_c.Pair.Name).Where(o => o.Id != id)];
        owed.Add(new() { Id = id, What = what, Operation = _journal.OperationId, Since = _c.Time.GetUtcNow() });
        _c.Store.SetObligations(_c.Pair.Name, owed);
        Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Note, Text = $"Owed: {what}" });
    }

    private string Left(int index)
    {
        List<string> left = [.. Steps.Skip(index).Select((s, i) => i == 0 ? $"to be seen done: {s.Id}" : s.Id)];
        return $"Left ({string.Join(", ", left)}). Nothing runs in the background; finish it with: Resume-CrdrOperation -Id {_journal.OperationId}";
    }

    private static string Say(TimeSpan span) =>
        span.TotalSeconds < 120 ? $"{span.TotalSeconds:0} s" : span.TotalMinutes < 120 ? $"{span.TotalMinutes:0} min" : $"{span.TotalHours:0.#} h";

    private static JournalEntry Line(JournalKind kind, Step step, string? text) =>
        new() { Seq = 0, At = default, Counter = 0, Kind = kind, Step = step.Id, Text = text };
}

/// <summary>Whether two looks show the same world.</summary>
internal static class Moving
{
    /// <summary>
    /// What differs, or <see langword="null"/>. What was not seen in one of them does not count; loosely, neither do the
    /// names of nodes, which a maintenance changes too.
    /// </summary>
    public static string? Apart(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> now, bool loosely = false)
    {
        foreach (KeyValuePair<string, string?> was in before)
        {
            if (was.Key.EndsWith(".updated", StringComparison.Ordinal) || (loosely && was.Key.EndsWith(".nodes", StringComparison.Ordinal))) continue;
            if (Differs(was, now) is { } difference) return difference;
        }
        return null;
    }

    /// <summary>
    /// The same after a time in which nobody of ours looked, down to when each service was last updated: what the open step itself
    /// changes does not count.
    /// </summary>
    public static string? Apart(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> now, Step? open)
    {
        foreach (KeyValuePair<string, string?> was in before)
        {
            bool identity = was.Key.EndsWith(".id", StringComparison.Ordinal);
            bool ours = open is not null && (was.Key == "active" ? open.MovesWrites : open.Touches.Any(s => was.Key.StartsWith(s.ToString(), StringComparison.OrdinalIgnoreCase)));
            if (ours && !identity) continue;
            if (Differs(was, now) is { } difference) return difference;
        }
        return null;
    }

    private static string? Differs(KeyValuePair<string, string?> was, IReadOnlyDictionary<string, string?> now) =>
        was.Value is not null && now.TryGetValue(was.Key, out string? seen) && seen is not null && seen != was.Value ? $"{was.Key} was {was.Value} and is {seen}" : null;
}
