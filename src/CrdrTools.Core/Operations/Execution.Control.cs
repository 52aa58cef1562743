using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>
/// What others ask of it while it runs. It is heard between acts only, and each wish and what was made of it stand in the journal. From the first fence to the
/// verified switch nothing is left where it is: who asks is told so, and what may be done after that is done then (safety rules S6, S28).
/// </summary>
internal sealed partial class Execution
{
    private readonly Queue<ControlRequest> _wishes;
    private readonly HashSet<string> _brought;
    private readonly HashSet<string> _skipped = [];
    private readonly List<(DateTimeOffset From, TimeSpan Length)> _rests = [];
    private ControlRequest? _pause, _halt, _again;
    private bool _resting;

    /// <summary>Whether somebody had a step left out.</summary>
    public bool Skipped => _skipped.Count > 0;

    /// <summary>The writes were asked to move, and clients are not seen led after them: whoever left now would leave nobody writing.</summary>
    private bool BetweenWriters => (_promotionSent && InCriticalSection) || LeftBehind;

    /// <summary>A repair has stopped one of two writers, and clients may still be led to it.</summary>
    private bool LeftBehind => _c.Request.Verb == CrdrVerb.Repair && _changed && Steps.Any(s => s is SwitchRoute && !_done.Contains(s.Id));

    /// <summary>Nothing is left where it is.</summary>
    private bool Held => InCriticalSection || LeftBehind;

    /// <summary>How much of the time since then it was paused.</summary>
    private TimeSpan Rested(DateTimeOffset since) => _rests.Where(r => r.From >= since).Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Length);

    /// <summary>Whether somebody wants it to stop: Ctrl+C here, or a wish from another process. Pauses where that is wished.</summary>
    private async Task<Ending?> AskedAsync(Step step, int index)
    {
        if (Stopping) return new Ending(CrdrOutcome.Incomplete, "Stopped.", "Stopped");
        if (_diskTrouble is not null) return null;
        while (_c.Store.TakeRequest(_journal.OperationId) is { } request)
            if (Heed(request, step) is { } ending) return ending;
        if (Halted() is { } halted) return halted;
        return _pause is { } pause && !Held ? await RestAsync(pause, step, index).ConfigureAwait(false) : null;
    }

    /// <summary>Whoever takes it up again has wishes of his own: they are heard before anything else is done. One that is refused ends it, for it is why he came.</summary>
    private Ending? Brought()
    {
        while (_wishes.Count > 0)
            if (Heed(_wishes.Dequeue(), null) is { } ending) return ending;
        return null;
    }

    /// <summary>Somebody wanted it taken to where it may be left, and that is here.</summary>
    private Ending? Halted() => _halt is not { } halt || Held ? null
        : new Ending(CrdrOutcome.Incomplete, $"Stopped by {halt.Who} where it may be left{(halt.Reason is null ? "." : $": {halt.Reason}")}", "Stopped");

    private Ending? Heed(ControlRequest request, Step? step)
    {
        switch (request.Action)
        {
            case ControlAction.Stop or ControlAction.Rollback when BetweenWriters:
                return Answer(request, ControlAnswer.Refused, "WouldLeaveNobodyWriting", "The writes were asked to move already, and stopping here would leave nobody writing or clients cut off: it goes on to the end of the switch. "
                    + $"To have it stop there: Stop-CrdrOperation -Id {_journal.OperationId} -Forward (crdr operation stop {_journal.OperationId} --forward).");
            case ControlAction.Rollback when _promotionSent:
                return Answer(request, ControlAnswer.Refused, "PastPointOfNoReturn", "The writes have moved: there is no way back any more.");
            case ControlAction.Stop or ControlAction.Rollback:
                Answer(request, ControlAnswer.Taken, null, "It stops.");
                return new Ending(CrdrOutcome.Incomplete, $"Stopped by {request.Who}{(request.Reason is null ? "." : $": {request.Reason}")}", "Stopped");
            case ControlAction.Forward when !Held && _brought.Contains(request.Id):
                return Answer(request, ControlAnswer.Taken, null, "It is not between fence and switch, and goes on to its end.");
            case ControlAction.Forward:
                _halt = request;
                return Answer(request, Held ? ControlAnswer.Later : ControlAnswer.Taken, null, Held ? "It goes on to the end of the switch, and stops there." : "It stops where it may be left.");
            case ControlAction.Pause when _resting:
                return Answer(request, ControlAnswer.Taken, null, "It is paused already.");
            case ControlAction.Pause:
                _pause = request;
                return Answer(request, Held ? ControlAnswer.Later : ControlAnswer.Taken, null, Held ? "It is between fence and switch: it pauses after that." : "It pauses.");
            case ControlAction.Continue when _pause is not null:
                _pause = null;
                Answer(request, ControlAnswer.Taken, null, "It goes on.");
                return null;
            case ControlAction.Continue:
                return Answer(request, ControlAnswer.Refused, "OperationNotPaused", "It is not paused.");
            case ControlAction.Skip:
                return Skip(request);
            default:
                return Retry(request, step);
        }
    }

    /// <summary>Writes what was made of a wish. An ending: it was refused, and is all that this run was wanted for.</summary>
    private Ending? Answer(ControlRequest request, ControlAnswer answer, string? errorId, string words)
    {
        Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Asked, Control = request, Answer = answer, Who = request.Who, ErrorId = answer == ControlAnswer.Refused ? errorId : null, Text = $"{request.Who} asks: {request}. {words}" });
        _c.Host.OnNotice(answer == ControlAnswer.Taken ? FindingSeverity.Info : FindingSeverity.Warning, $"{request.Who} asks: {request}. {words}");
        return answer == ControlAnswer.Refused && _brought.Contains(request.Id) ? new Ending(CrdrOutcome.Incomplete, words, errorId) : null;
    }

    /// <summary>
    /// Asks for nothing until told to go on. The lease is renewed meanwhile. What was seen before is no evidence after: it looks again, and goes on only in the world that it was paused in
    /// (safety rules S1, S14, S15).
    /// </summary>
    private async Task<Ending?> RestAsync(ControlRequest by, Step step, int index)
    {
        DateTimeOffset since = _c.Time.GetUtcNow();
        CrdrStatus before = _now;
        string reason = by.Reason is null ? "" : $" ({by.Reason})";
        Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Paused, Control = by, Who = by.Who, Text = $"Paused by {by.Who}{reason} before or in: {step.Id}." });
        _c.Host.OnNotice(FindingSeverity.Info, $"Paused by {by.Who}{reason}. Nothing more is asked for until: Resume-CrdrOperation -Id {_journal.OperationId} (crdr operation resume {_journal.OperationId})");
        _resting = true;
        try
        {
            while (_pause is not null)
            {
                Reassert();
                await DelayAsync(step, index, since, new Verdict(StepState.NotBegun, $"paused by {by.Who} since {since:HH:mm:ss}Z")).ConfigureAwait(false);
                if (Stopping) return new Ending(CrdrOutcome.Incomplete, "Stopped while it was paused.", "Stopped");
                while (_c.Store.TakeRequest(_journal.OperationId) is { } request)
                    if (Heed(request, step) is { } ending) return ending;
                if (Halted() is { } halted) return halted;
            }
        }
        finally
        {
            _resting = false;
            _unused = false;
            _rests.Add((since, _c.Time.GetUtcNow() - since));
        }
        Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Continued, Text = $"It goes on after {Say(_c.Time.GetUtcNow() - since)}." });
        for (DateTimeOffset on = _c.Time.GetUtcNow(); await LookAsync(routes: true).ConfigureAwait(false) is { } blind;)
        {
            if (blind.Fatal || Stopping || Patience(on)) return blind.Ending;
            await DelayAsync(step, index, on, new Verdict(StepState.Unclear, blind.Ending.Message)).ConfigureAwait(false);
        }
        // What this step itself was asked to change goes on meanwhile, and new nodes after a maintenance are no sign of other hands.
        Step? open = _sent.ContainsKey(step.Id) ? step : null;
        Dictionary<string, string?> was = before.Epoch.Where(e => e.Key.EndsWith(".id", StringComparison.Ordinal) || open is null
            || (e.Key != "active" && !open.Touches.Any(t => e.Key.StartsWith(t.ToString(), StringComparison.OrdinalIgnoreCase)))).ToDictionary(e => e.Key, e => e.Value);
        return Moving.Apart(was, _now.Epoch, loosely: true) is { } moved
            ? new Ending(CrdrOutcome.Incomplete, $"Other hands have acted while it was paused: {moved}. Nothing more was asked for. "
                + $"Look at the pair; if it is as it should be, close this operation (Stop-CrdrOperation -Id {_journal.OperationId} -Abandon -Reason '...') and begin anew.", "EpochMoved")
            : null;
    }

    private Ending? Skip(ControlRequest request)
    {
        Step? step = Steps.FirstOrDefault(s => s.Id == request.Step);
        if (step is null) return Answer(request, ControlAnswer.Refused, "StepNotFound", StepControl.NoSuchStep(request.Step, Steps.Select(s => s.Id)));
        if (_done.Contains(step.Id)) return Answer(request, ControlAnswer.Refused, "StepDone", StepControl.IsOver(step.Id));
        if (string.IsNullOrWhiteSpace(request.Reason)) return Answer(request, ControlAnswer.Refused, "ReasonMissing", StepControl.NoReason(step.Id));
        if (step.NeededBy is { } law) return Answer(request, ControlAnswer.Refused, "StepNeeded", StepControl.Needed(step.Id, law));
        string stands = _sent.ContainsKey(step.Id) ? " What was asked for stands." : "";
        Answer(request, ControlAnswer.Taken, null, $"{step.Id} is left out.{stands}");
        LeaveOut(step, $"left out by {request.Who}: {request.Reason}{stands}");
        int at = Steps.ToList().IndexOf(step);
        foreach (Step proof in Steps.Skip(at + 1).TakeWhile(s => s.Follows)) LeaveOut(proof, $"left out with {step.Id}");
        // The old side's fence is lifted once that follows; who leaves that out leaves the fence.
        if (step is { Acts: true } and not RouteStep)
            foreach (Step fence in Steps.Skip(at + 1).Where(s => s is UnfenceRoute && !_done.Contains(s.Id))) LeaveOut(fence, $"left out with {step.Id}: the fence stays");
        return null;

        void LeaveOut(Step left, string why)
        {
            Write(Line(JournalKind.Skipped, left, why) with { Who = request.Who });
            _skipped.Add(left.Id);
            _done.Add(left.Id);
        }
    }

    private Ending? Retry(ControlRequest request, Step? waiting)
    {
        Step? step = Steps.FirstOrDefault(s => s.Id == request.Step);
        if (step is null) return Answer(request, ControlAnswer.Refused, "StepNotFound", StepControl.NoSuchStep(request.Step, Steps.Select(s => s.Id)));
        if (_done.Contains(step.Id)) return Answer(request, ControlAnswer.Refused, "StepDone", StepControl.IsOver(step.Id));
        if (!_sent.ContainsKey(step.Id)) return Answer(request, _brought.Contains(request.Id) ? ControlAnswer.Taken : ControlAnswer.Refused, "StepNotAsked", $"{step.Id} was not asked for yet, or nothing of it is left: it is asked for in its turn.");
        if (waiting is not null && waiting != step) return Answer(request, ControlAnswer.Refused, "StepNotWaitedFor", $"It waits for {waiting.Id}, and not for {step.Id}.");
        // Answered after the next look.
        _again = request;
        return null;
    }

    /// <summary>
    /// Whether a step is asked for a second time on somebody's word: one that does no harm twice, or one whose reply was lost and whose absence is seen after its settle time (safety rule S5).
    /// </summary>
    private (Ending? Refused, bool Asks) Again(ControlRequest request, Step step, Sent sent, bool seen)
    {
        Verdict now = step.Judge(_now);
        DateTimeOffset may = sent.At + Settling(step);
        string? no = !seen ? "what it is like now cannot be seen"
            : now.State != StepState.NotBegun ? $"it is not seen to be absent ({now.State}: {now.Why})"
            : step.Repeatable ? null
            : sent.Acknowledged ? $"it was accepted at {sent.At:yyyy-MM-dd HH:mm:ss}Z, and what was accepted is not asked for twice ({now.Why})"
            : _c.Time.GetUtcNow() <= may ? $"its reply was lost at {sent.At:HH:mm:ss}Z, and until {may:HH:mm:ss}Z it may still appear"
            : sent.Epoch is not null && Moving.Apart(Counts(sent.Epoch), _now.Epoch) is { } moved ? $"other hands have acted since: {moved}"
            : null;
        if (no is not null)
        {
            string check = step.Manual.Count == 0 ? "" : $" By hand it would be: {step.Manual[0]}";
            return (Answer(request, ControlAnswer.Refused, "StepNotAskedAgain", $"{step.Id} is not asked for again: {no}. Check by other means whether it was done: {step.Effect}.{check}"), false);
        }
        Answer(request, ControlAnswer.Taken, null, $"{step.Id} is asked for again: {now.Why}.");
        if (!step.Repeatable)
        {
            Write(Line(JournalKind.Absent, step, $"Asked for at {sent.At:O} without a reply, and not there: asked for again, as {request.Who} wants."));
            _mayStillCome.Add(step.Id);
        }
        _sent.Remove(step.Id);
        return (null, true);
    }

    /// <summary>What somebody had left out.</summary>
    private string LeftOut() => _skipped.Count == 0 ? "" : $". Left out: {string.Join(", ", Steps.Where(s => _skipped.Contains(s.Id)).Select(s => s.Id))}";
}
