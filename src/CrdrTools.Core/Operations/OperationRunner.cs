using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>
/// Runs every operation of every provider the same way: preview and ask; take the lease, look and judge again; run the steps over a
/// journal; judge the outcome from a last look. What goes wrong is an outcome, not an exception.
/// </summary>
public sealed class OperationRunner(IStateStore store, TimeProvider time)
{
    private static readonly TimeSpan s_resumable = TimeSpan.FromHours(1);
    private readonly JournalShelf _shelf = new();

    /// <summary>What the verb would do now. Changes nothing, takes no lease.</summary>
    public async Task<CrdrPlan> PlanAsync(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, CancellationToken ct)
    {
        RunContext context = Context(pair, request, session, host, "plan");
        CrdrStatus now = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
        return Plan.Make(request, now, session, context.Routes).Show(context.Facts(now));
    }

    /// <summary>What to do now, with what stands in its way (safety rule S27).</summary>
    public IReadOnlyList<CrdrNextAction> Next(CrdrPair pair, CrdrStatus now, IPairSession session, IOperationHost host) => Next(Context(pair, new() { Verb = CrdrVerb.Failover }, session, host, "status"), now);

    private static IReadOnlyList<CrdrNextAction> Next(RunContext context, CrdrStatus now) => NextActions.For(now, context.Session, request =>
    {
        try
        {
            return Judged(context with { Request = request }, Plan.Make(request, now, context.Session, context.Routes), now).Checks;
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            // What it lacks it says when it is run.
            return [];
        }
    });

    /// <summary>Runs a verb; or takes up the same verb where it was left.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="session">The pair, opened.</param>
    /// <param name="host">The head.</param>
    /// <param name="ct">Ctrl+C.</param>
    /// <param name="ask">False: it was decided before, as by a watcher. Then there is no preview for anybody to read, and the one look is the one under the lease.</param>
    /// <param name="objection">Asked right before each change until the writes were asked to move: why the decision does not hold any more.</param>
    public async Task<CrdrOperation> RunAsync(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, CancellationToken ct, bool ask = true, Func<CrdrStatus, string?>? objection = null)
    {
        string id = request.OperationId is { } chosen ? Names.Require(chosen, "operation id") : NewId(request.Verb);
        RunContext context = Context(pair, request, session, host, id) with { Objection = objection };
        DateTimeOffset began = time.GetUtcNow();
        CrdrOperation none = new() { Id = id, Pair = pair.Name, Verb = request.Verb, Who = Operator.Name, Began = began, Reason = request.Reason, ChangeReference = request.ChangeReference, InsteadOf = request.InsteadOf, Simulated = request.Rehearsal || session.Simulated, TestPair = pair.Settings.Get("testPair") == "true" };
        try
        {
            if (request.OperationId is not null && store.FindJournal(id) is { } known)
            {
                CrdrOperation? before = OperationRecord.Of(known, Journal.Read(known));
                if (before is not null && before.Pair != pair.Name)
                    throw new CrdrException(CrdrErrorKind.InvalidInput, "OperationIdTaken", $"The operation id {id} belongs to the pair {before.Pair}.");
                if (before is not null && store.OpenOperation(pair.Name) != id) return before;
                if (before is not null && !Same(known, request, context))
                    throw new CrdrException(CrdrErrorKind.InvalidInput, "OperationIdTaken", $"The operation {id} was begun for something else ({before.Verb}); resume it, or choose another id.");
                if (before is not null) return await ResumeAsync(known, pair, session, request, host, ct, ask).ConfigureAwait(false);
            }
            if (store.OpenOperation(pair.Name) is { } open)
            {
                if (store.Holder(pair.Name) is { } holder) throw new PairBusyException(holder);
                string path = store.FindJournal(open)!;
                if (Same(path, request, context)) return await ResumeAsync(path, pair, session, request, host, ct, ask).ConfigureAwait(false);
                throw new CrdrException(CrdrErrorKind.InvalidState, "UnfinishedOperation",
                    $"{pair.Name} has an operation that has begun and not ended: {open}. Nothing was changed.",
                    $"Take it up with: Resume-CrdrOperation -Id {open} (crdr operation resume {open}), or close it with: Stop-CrdrOperation -Id {open} -Abandon -Reason '...' (crdr operation stop {open} --abandon --reason '...')");
            }
            return await BeginAsync(context, none, ask, ct).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            return none with { Outcome = CrdrOutcome.Refused, ErrorId = e.ErrorId, Message = Words(e), Ended = time.GetUtcNow() };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return none with { Outcome = CrdrOutcome.Refused, ErrorId = "Stopped", Message = "Stopped before anything was asked for. Nothing was changed.", Ended = time.GetUtcNow() };
        }
    }

    /// <summary>Takes up an operation where it was left, by this or another process.</summary>
    /// <param name="journal">Its journal.</param>
    /// <param name="pair">The pair as it is described now.</param>
    /// <param name="session">The pair, opened.</param>
    /// <param name="how">What may differ from the journalled request: timeout, no-wait, resume-stale.</param>
    /// <param name="host">The head.</param>
    /// <param name="ct">Ctrl+C.</param>
    /// <param name="ask">Whether the host is asked first: the verb was run again, and nobody said "resume".</param>
    /// <param name="wishes">What is wanted of it besides: a step left out or asked for again, an end where it may be left.</param>
    public async Task<CrdrOperation> ResumeAsync(string journal, CrdrPair pair, IPairSession session, CrdrRequest how, IOperationHost host, CancellationToken ct, bool ask = false, IReadOnlyList<ControlRequest>? wishes = null)
    {
        CrdrOperation record = Recorded(journal);
        try
        {
            if (record.Outcome is not null and not (CrdrOutcome.Incomplete or CrdrOutcome.Started) || store.OpenOperation(pair.Name) != record.Id)
                return record;
            using ILease lease = Acquire(pair.Name, record.Id, how);
            Forget(record.Id);
            using Journal opened = Journal.Open(journal, time);
            JournalEntry begin = opened.Entries[0];
            JournalEntry last = opened.Entries[opened.Entries.Count - 1];
            CrdrRequest request = Merge(opened.Entries.Last(e => e.Request is not null).Request!, how);
            RunContext context = Context(pair, request, session, host, record.Id);
            context = context with { Plan = Plan.Make(begin.Request!, begin.Start!, session, context.Routes) };
            if (context.Plan.Hash != begin.PlanHash)
                throw new CrdrException(CrdrErrorKind.InvalidState, "PlanChanged", $"{record.Id} was begun with another plan: the pair's description or this program has changed since.",
                    $"Look at the pair, close the operation with Stop-CrdrOperation -Id {record.Id} -Abandon -Reason '...', and begin anew.");
            if (time.GetUtcNow() - last.At > s_resumable && !how.ResumeStale)
                throw new CrdrException(CrdrErrorKind.Refused, "ResumeStale", $"{record.Id} was left {(time.GetUtcNow() - last.At).TotalHours:0.0} h ago: what was true then need not be now.",
                    "Look at the pair first; then resume with -ResumeStale (crdr: --resume-stale).");
            CrdrStatus now = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
            RequireSameWorld(context, opened.Entries, now, how);
            if (ask)
            {
                if (!await host.ConfirmAsync(context.Plan.Show(context.Facts(now))).ConfigureAwait(false))
                    throw new CrdrException(CrdrErrorKind.Refused, "NotConfirmed", $"Not confirmed: {record.Id} stays as it was left. Nothing more was asked for.");
                // The time that somebody took to answer has made the look old.
                lease.Reassert();
                now = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
                RequireSameWorld(context, opened.Entries, now, how);
            }
            host.OnNotice(FindingSeverity.Info, $"Taking up {record.Id}, begun {record.Began:yyyy-MM-dd HH:mm:ss}Z by {record.Who}.");
            opened.Counter = lease.Holder.Counter;
            opened.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.Resume, Who = Operator.Name, Request = request, Text = $"Taken up again; {now.Phase}." });
            return await ExecuteAsync(context, record with { Ended = null, PausedBy = null, PausedSince = null }, opened, lease, now, begin, ct, wishes).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            if (e is PairBusyException) return record with { Outcome = CrdrOutcome.Refused, ErrorId = e.ErrorId, Message = Words(e), Steps = [], NextActions = [], Journal = null };
            return record with { Outcome = CrdrOutcome.Incomplete, ErrorId = e.ErrorId, Message = Words(e), NextActions = LetGo(e.ErrorId, record) ?? record.NextActions };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return record with { Outcome = CrdrOutcome.Incomplete, ErrorId = "Stopped", Message = "Stopped." };
        }
    }

    /// <summary>Takes back what an operation without a process left fenced, where that is still allowed, and closes it.</summary>
    public async Task<CrdrOperation> RollBackAsync(string journal, CrdrPair pair, IPairSession session, IOperationHost host, CancellationToken ct)
    {
        CrdrOperation record = Recorded(journal);
        using ILease lease = Acquire(pair.Name, record.Id, new CrdrRequest { Verb = record.Verb });
        using Journal opened = Journal.Open(journal, time);
        JournalEntry begin = opened.Entries[0];
        RunContext context = Context(pair, begin.Request!, session, host, record.Id);
        context = context with { Plan = Plan.Make(begin.Request!, begin.Start!, session, context.Routes) };
        CrdrStatus now = begin.Start!;
        try
        {
            now = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
        }
        catch (VendorException e)
        {
            // Lifting our own fences asks nothing of the vendor.
            host.OnNotice(FindingSeverity.Warning, e.Message);
        }
        opened.Counter = lease.Holder.Counter;
        Execution execution = new(context, opened, lease, now, ct);
        return Close(context, record, opened, begin, execution, await execution.RollBackAsync().ConfigureAwait(false));
    }

    /// <summary>Closes an operation that nobody will take up again. Changes nothing but the journal.</summary>
    public CrdrOperation Abandon(string journal, string reason)
    {
        JournalText text = Journal.Read(journal);
        CrdrOperation record = OperationRecord.Of(journal, text) ?? Unreadable(journal);
        using ILease lease = Acquire(record.Pair, record.Id, new CrdrRequest { Verb = record.Verb });
        if (text.Broken is null && OperationRecord.CutOffBetweenWriters(text.Entries))
        {
            throw new CrdrException(CrdrErrorKind.Refused, "WouldLeaveNobodyWriting", $"{record.Id} was cut off between fence and switch, and nobody has taken it up since: letting go of it now may leave nobody writing, or clients cut off.",
                $"Take it forward with: Stop-CrdrOperation -Id {record.Id} -Forward (crdr operation stop {record.Id} --forward), or where no promotion was sent back with: Stop-CrdrOperation -Id {record.Id} -Rollback (crdr operation stop {record.Id} --rollback). Should that end nowhere it can be let go of.");
        }
        using Journal opened = OpenOrSetAside(journal);
        opened.Counter = lease.Holder.Counter;
        List<string> fences = [.. record.Steps.Where(s => s.Id.StartsWith("fence-", StringComparison.Ordinal) && s.State is StepProgress.Underway or StepProgress.Done).Select(s => s.Id)];
        string standing = fences.Count == 0 || record.Steps.Any(s => s.Id.StartsWith("switch-", StringComparison.Ordinal) && s.State == StepProgress.Done) ? ""
            : $" These fences may still stand, so that clients are cut off: {string.Join(", ", fences)}.";
        record = record with { Outcome = CrdrOutcome.Incomplete, ErrorId = "Abandoned", Message = $"Abandoned by {Operator.Name}: {reason}.{standing}", Ended = time.GetUtcNow(), NextActions = [] };
        opened.Write(new() { Seq = 0, At = default, Counter = 0, Kind = JournalKind.End, Who = Operator.Name, Text = reason, Record = record });
        return record with { Steps = OperationRecord.Steps(opened.Entries), Journal = journal, Chain = "intact" };
    }

    /// <summary>What its place tells of a journal whose first line does not.</summary>
    internal static CrdrOperation Unreadable(string journal) => new()
    {
        Id = Path.GetFileNameWithoutExtension(journal), Pair = Path.GetFileName(Path.GetDirectoryName(journal)!), Verb = CrdrVerb.Failover, Who = "unknown",
        Began = File.GetLastWriteTimeUtc(journal), ErrorId = "JournalDamaged", Message = "Its journal has no first line that can be read.", Journal = journal, Chain = "damaged",
    };

    /// <summary>A damaged journal is kept beside, and a new one takes its place that says so.</summary>
    private Journal OpenOrSetAside(string path)
    {
        JournalText text = Journal.Read(path);
        if (text.Broken is null && text.Entries.Count > 0) return Journal.Open(path, time);
        File.Move(path, $"{path}.damaged-{time.GetUtcNow():yyyyMMddHHmmss}");
        Journal fresh = Journal.Create(path, time);
        if (text.Entries.Count > 0) fresh.Write(text.Entries[0] with { Text = $"The journal before was damaged and is kept beside: {text.Broken}" });
        return fresh;
    }

    private async Task<CrdrOperation> BeginAsync(RunContext context, CrdrOperation none, bool ask, CancellationToken ct)
    {
        string? agreed = null;
        if (ask)
        {
            CrdrStatus first = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
            context.Host.OnTrace("Looked.");
            none = none with { PhaseBefore = first.Phase };
            Plan preview = Plan.Make(context.Request, first, context.Session, context.Routes);
            if (Ended(context, none, preview, first, out CrdrPlan asked) is { } ended) return ended;
            context.Host.OnTrace("Planned and judged.");
            if (!await context.Host.ConfirmAsync(asked).ConfigureAwait(false))
                return none with { Outcome = CrdrOutcome.Refused, ErrorId = "NotConfirmed", Message = "Not confirmed. Nothing was changed.", Ended = time.GetUtcNow(), PhaseAfter = first.Phase, Steps = asked.Steps };
            agreed = preview.Hash;
        }

        // The operation begins now: the time that somebody took to read and answer is not its own.
        none = none with { Began = time.GetUtcNow() };
        using ILease lease = Acquire(context.Pair.Name, context.OperationId, context.Request);
        context.Host.OnTrace("Lease taken.");
        CrdrStatus start = await context.Observer.ObserveAsync(withRoutes: true, ct).ConfigureAwait(false);
        context.Host.OnTrace("Looked under the lease.");
        if (start.OpenOperation is { } other)
            throw new CrdrException(CrdrErrorKind.InvalidState, "UnfinishedOperation", $"{other} was begun on {context.Pair.Name} while this was asked. Nothing was changed.");
        Plan now = Plan.Make(context.Request, start, context.Session, context.Routes);
        if (agreed is not null && now.Hash != agreed)
            throw new CrdrException(CrdrErrorKind.Refused, "PlanChanged", "The pair has changed while this was asked, and the plan with it. Nothing was changed.", "Run it again and look at the new plan.");
        if (!ask) none = none with { PhaseBefore = start.Phase };
        if (Ended(context, none, now, start, out _, nothing: !ask) is { } over) return over;
        context.Host.OnTrace("Planned and judged under the lease.");

        context = context with { Plan = now };
        Journal journal;
        try
        {
            journal = store.CreateJournal(context.Pair.Name, context.OperationId, context.Request.JournalTo);
            journal.Counter = lease.Holder.Counter;
            journal.Write(Begin(context, now, start) with { Outage = Left(context) });
            context.Host.OnTrace("Journal begun.");
        }
        catch (IOException e)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "JournalNotWritable", $"The journal cannot be written: {e.Message} Nothing was changed.", "Write it elsewhere with -JournalTo.", e);
        }
        using (journal)
        {
            Forget(context.OperationId);
            return await ExecuteAsync(context, none, journal, lease, start, journal.Entries[0], ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether it ends before it begins: a guard stands in the way, or there is nothing to do.</summary>
    private CrdrOperation? Ended(RunContext context, CrdrOperation none, Plan plan, CrdrStatus seen, out CrdrPlan shown, bool nothing = true)
    {
        shown = Judged(context, plan, seen);
        return shown.Blocked ? Refuse(context, none, shown, seen) : nothing && shown.NothingToDo ? Nothing(context, none, plan, seen, shown) : null;
    }

    /// <summary>Since when the side that a failover leaves was not seen answering.</summary>
    private OutageSight? Left(RunContext context) =>
        context.Request.Verb == CrdrVerb.Failover && store.Outage(context.Pair.Name) is { } seen && seen.Side == Plan.Target(context.Request).Other() ? seen : null;

    /// <summary>What nobody was there to hear is over; what is asked for from now on is heard.</summary>
    private void Forget(string operation)
    {
        while (store.TakeRequest(operation) is not null)
        {
        }
    }

    private static JournalEntry Begin(RunContext context, Plan plan, CrdrStatus start) => new()
    {
        Seq = 0, At = default, Counter = 0, Kind = JournalKind.Begin, Who = Operator.Name, Request = context.Request, Pair = context.Pair,
        Start = start with { NextActions = [] }, PlanHash = plan.Hash, Steps = [.. plan.Steps.Select(s => Plan.Show(s, StepProgress.Pending))], Epoch = start.Epoch,
    };

    private async Task<CrdrOperation> ExecuteAsync(RunContext context, CrdrOperation record, Journal journal, ILease lease, CrdrStatus now, JournalEntry begin, CancellationToken ct, IReadOnlyList<ControlRequest>? wishes = null)
    {
        Execution execution = new(context, journal, lease, now, ct, wishes);
        try
        {
            return Close(context, record, journal, begin, execution, await execution.RunAsync().ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CrdrException)
        {
            // Whatever was asked for has its intent on disk: resuming finds out what became of it. From here on nothing is "refused".
            return record with
            {
                Outcome = CrdrOutcome.Incomplete, ErrorId = (e as CrdrException)?.ErrorId ?? "JournalNotWritable", Journal = journal.Path,
                Steps = OperationRecord.Steps(journal.Entries), Ended = time.GetUtcNow(),
                Message = e is CrdrException known ? Words(known) : $"The state cannot be read or written any more: {e.Message} Nothing more was asked for. Make room, then resume.",
                NextActions = Next(context, execution.Now with { OpenOperation = record.Id, HeldBy = null }),
            };
        }
    }

    private CrdrOperation Close(RunContext context, CrdrOperation record, Journal journal, JournalEntry begin, Execution execution, Ending ending)
    {
        bool open = ending.Outcome is CrdrOutcome.Incomplete or CrdrOutcome.Started && ending.ErrorId != "ObligationLeft";
        CrdrStatus after = execution.Now with { OpenOperation = open ? record.Id : null, HeldBy = null, Obligations = store.Obligations(context.Pair.Name) };
        OutageSight? seen = begin.Outage is { } sight && sight.At < record.Began ? sight : null;
        DateTimeOffset from = context.Request.OutageSince ?? seen?.At ?? record.Began;
        bool moves = context.Plan.Steps.Any(s => s.MovesWrites) && execution.Moved is not null;
        record = record with
        {
            Outcome = ending.Outcome, Message = ending.Message, ErrorId = ending.ErrorId, Blocks = ending.Blocks ?? [], Ended = time.GetUtcNow(),
            Steps = OperationRecord.Steps(journal.Entries), PhaseBefore = begin.Start!.Phase, PhaseAfter = after.Phase, Journal = journal.Path,
            Overrides = execution.Overrides,
            Rto = moves ? execution.Moved - from : record.Rto,
            RtoFrom = moves ? (context.Request.OutageSince is not null ? "the outage, as told" : seen is not null ? $"the outage, first seen by {seen.By} at {seen.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "the operation's start") : record.RtoFrom,
            Loss = context.Request.Verb == CrdrVerb.Failover && execution.Loss is { } estimated ? estimated : !moves ? record.Loss : context.Request.Verb == CrdrVerb.Failover ? new() { Kind = LossKind.Unknown, Statement = "Another hand asked for this failover; what was lost is not known." } : execution.MovedByUs ? context.Session.PlannedLoss(context.Request) : new() { Kind = LossKind.Unknown, Statement = "Another hand asked for this move; what was lost is not known." },
            NextActions = ending.Outcome == CrdrOutcome.Succeeded && !execution.Skipped ? [] : LetGo(ending.ErrorId, record) ?? Next(context, after),
        };
        // Who lost the lease writes nothing more; a disk that fails is told already.
        if (ending.ErrorId == "LeaseLost") return record;
        try
        {
            WriteEnd(journal, open, record);
        }
        catch (Exception e) when (ending.ErrorId == "JournalNotWritable" && e is IOException or UnauthorizedAccessException)
        {
        }
        return record with { Chain = "intact" };
    }

    private static void WriteEnd(Journal journal, bool open, CrdrOperation record) =>
        journal.Write(new() { Seq = 0, At = default, Counter = 0, Kind = open ? JournalKind.Left : JournalKind.End, Record = record with { Steps = [] } });

    /// <summary>Where resuming is no help, letting go is the way on.</summary>
    private static IReadOnlyList<CrdrNextAction>? LetGo(string? errorId, CrdrOperation record) =>
        errorId is "EpochMoved" or "PlanChanged" or "JournalDamaged" or "AcceptedNotSeen"
            ?
            [
                new()
                {
                    What = $"Look at the pair, then let go of {record.Id}: it cannot be gone on with", Command = $"Stop-CrdrOperation -Id {record.Id} -Abandon -Reason 'the pair has moved on'",
                    Crdr = $"crdr operation stop {record.Id} --abandon --reason 'the pair has moved on'",
                },
                new() { What = "See where the pair stands", Command = $"Get-CrdrStatus {record.Pair} | Format-List", Crdr = $"crdr status {record.Pair}" },
            ]
            : null;

    /// <summary>S4 and S15, before an operation goes on.</summary>
    private static void RequireSameWorld(RunContext context, IReadOnlyList<JournalEntry> entries, CrdrStatus now, CrdrRequest how)
    {
        if (Stranger(context, now) is { } changed) throw new CrdrException(CrdrErrorKind.Refused, changed.Name, changed.Why);
        if (!how.ResumeStale && context.Plan.FirstOpen(now) < context.Plan.Steps.Count && OtherHands(context.Plan, entries, now) is { } apart)
            throw new CrdrException(CrdrErrorKind.Refused, "EpochMoved", $"Other hands have acted since {context.OperationId} was left: {apart}. Nothing more was asked for.",
                "Look at the pair. If it is as it should be, close the operation and begin anew; to go on all the same, resume with -ResumeStale (crdr: --resume-stale).");
    }

    /// <summary>S4: not even a route is moved for a pair whose members are others than were registered.</summary>
    private static CrdrCheck? Stranger(RunContext context, CrdrStatus now) =>
        new Guards.IdentityUnchanged().Check(context.Facts(now)) is { Result: CheckResult.Block } changed ? changed : null;

    private static CrdrPlan Judged(RunContext context, Plan plan, CrdrStatus now)
    {
        CrdrPlan shown = plan.Show(context.Facts(now));
        return Stranger(context, now) is { } changed && shown.Checks.All(c => c.Name != changed.Name) ? shown with { Checks = [changed, .. shown.Checks] } : shown;
    }

    /// <summary>What differs from the last look on record that our own open step does not explain (safety rule S15).</summary>
    private static string? OtherHands(Plan plan, IReadOnlyList<JournalEntry> entries, CrdrStatus now)
    {
        JournalEntry? look = entries.LastOrDefault(e => e.Epoch is not null);
        if (look?.Epoch is not { } epoch) return null;
        Step? open = look.Kind == JournalKind.Intent ? plan.Steps.FirstOrDefault(s => s.Id == look.Step) : null;
        return Moving.Apart(epoch, now.Epoch, open);
    }

    /// <summary>The journalled request, with what was given this time.</summary>
    private static CrdrRequest Merge(CrdrRequest begun, CrdrRequest how) => begun with
    {
        Timeout = how.Timeout, NoWait = how.NoWait, ResumeStale = how.ResumeStale, SettleTime = how.SettleTime,
        AllowDataLoss = begun.AllowDataLoss || how.AllowDataLoss, MaxDataLoss = how.MaxDataLoss ?? begun.MaxDataLoss,
        GiveUpHealthyPrimary = begun.GiveUpHealthyPrimary || how.GiveUpHealthyPrimary, AllowUnfenced = begun.AllowUnfenced || how.AllowUnfenced,
        SkipQuietTime = begun.SkipQuietTime || how.SkipQuietTime, AllowInactive = how.AllowInactive ?? begun.AllowInactive, DiscardWritesOn = how.DiscardWritesOn ?? begun.DiscardWritesOn,
        SoleController = begun.SoleController || how.SoleController, WithoutLease = how.WithoutLease,
    };

    private CrdrOperation Nothing(RunContext context, CrdrOperation none, Plan plan, CrdrStatus start, CrdrPlan shown)
    {
        string why = plan.Steps.LastOrDefault(s => s.Anchor)?.Judge(start).Why ?? "it is so already";
        // Roles may be as wished while nobody takes writes: that is no success (safety rule S2).
        bool alone = context.Request.Verb == CrdrVerb.SwitchRoute;
        bool serves = alone || (start.ActiveMember is not null && start.Phase != CrdrPhase.Unknown);
        if (serves && !alone && start.Obligations.Count > 0)
        {
            return none with
            {
                Outcome = CrdrOutcome.Incomplete, ErrorId = "ObligationLeft", PhaseAfter = start.Phase, Ended = time.GetUtcNow(), NextActions = Next(context, start),
                Message = $"Nothing to do ({why}), and yet something is left to be done by an earlier operation: {string.Join("; ", start.Obligations.Select(o => o.What))}",
                Steps = [.. shown.Steps.Select(s => s with { State = StepProgress.Passed })],
            };
        }
        return none with
        {
            Outcome = serves ? CrdrOutcome.Succeeded : CrdrOutcome.Refused, ErrorId = serves ? null : start.Phase.ToString(),
            Message = serves ? $"Nothing to do: {why}." : $"{VerbWords.Of(context.Request.Verb)} has nothing to do ({why}), and yet the pair is {start.Phase}: nobody is seen taking writes. Nothing was changed.", PhaseAfter = start.Phase, Ended = time.GetUtcNow(),
            Steps = [.. shown.Steps.Select(s => s with { State = StepProgress.Passed })], NextActions = Next(context, start),
        };
    }

    private CrdrOperation Refuse(RunContext context, CrdrOperation none, CrdrPlan shown, CrdrStatus start)
    {
        IReadOnlyList<CrdrCheck> blocks = [.. shown.Checks.Where(c => c.Result == CheckResult.Block)];
        return none with
        {
            Outcome = CrdrOutcome.Refused, Blocks = blocks, ErrorId = blocks[0].Name, Steps = shown.Steps, PhaseAfter = start.Phase, Ended = time.GetUtcNow(),
            Message = $"{string.Join("; ", blocks.Select(b => $"{b.Name}: {b.Why}{(b.Override is null ? "" : $" (override: {b.Override})")}"))}. Nothing was changed.",
            NextActions = WayOn(context, blocks, start),
        };
    }

    /// <summary>After a refusal: what loses nothing first, then the same with the overrides; not the refused command again.</summary>
    private static IReadOnlyList<CrdrNextAction> WayOn(RunContext context, IReadOnlyList<CrdrCheck> blocks, CrdrStatus start)
    {
        List<CrdrNextAction> actions = [];
        if (context.Request.Verb == CrdrVerb.Failover && start.Phase == CrdrPhase.Protected)
        {
            CrdrRequest planned = new() { Verb = CrdrVerb.Switchover, To = Plan.Target(context.Request) };
            (string powerShell, string crdr) = CommandText.For(context.Pair.Name, planned);
            actions.Add(new() { What = "Both sides run: move the writes without giving the primary up", Command = powerShell, Crdr = crdr, Vendor = context.Session.VendorCommand(planned) });
        }
        if (context.Request.Verb == CrdrVerb.SwitchRoute && Guards.RoutesReady.Meant(context.Request, start).Where(r => !Guards.RoutesReady.Dead(r)).Select(r => r.Name).ToList() is { Count: > 0 } obey && blocks.All(b => b.Name == nameof(Guards.RoutesReady)))
        {
            (string powerShell, string crdr) = CommandText.For(context.Pair.Name, context.Request with { Routes = obey });
            actions.Add(new() { What = $"Lead the clients of {string.Join(", ", obey)} meanwhile", Command = powerShell, Crdr = crdr });
        }
        actions.AddRange(AllTheSame(context, blocks));
        string refused = CommandText.For(context.Pair.Name, context.Request).Crdr;
        actions.AddRange(Next(context, start).Where(a => a.Crdr != refused && actions.All(known => known.Crdr != a.Crdr)));
        return actions;
    }

    /// <summary>The same command with the overrides it lacks, ready to paste; nothing where a block has none.</summary>
    private static IEnumerable<CrdrNextAction> AllTheSame(RunContext context, IReadOnlyList<CrdrCheck> blocks)
    {
        if (blocks.Any(b => b.Override is null)) yield break;
        (string powerShell, string crdr) = CommandText.For(context.Pair.Name, context.Request, blocks.Select(b => b.Override!));
        yield return new() { What = NextActions.AllTheSame(blocks), Command = powerShell, Crdr = crdr };
    }

    private ILease Acquire(string pair, string operation, CrdrRequest request)
    {
        try
        {
            return store.Acquire(pair, operation, request.Verb);
        }
        catch (CrdrException e) when (e.ErrorId == "StateNotWritable" && request.WithoutLease)
        {
            return new NoLease(pair, operation, request.Verb, time.GetUtcNow());
        }
    }

    private RunContext Context(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, string id)
    {
        IReadOnlyList<IRoute> routes = RouteFactory.Create(pair, host, time);
        return new()
        {
            Pair = pair, Request = request, Session = session, Routes = routes, Store = store, Host = host, Time = time, OperationId = id, Shelf = _shelf,
            Observer = new Observer(pair, session, store, routes, time),
        };
    }

    private static CrdrOperation Recorded(string journal) =>
        OperationRecord.Of(journal, Journal.Read(journal)) ?? throw Damaged(journal);

    private static CrdrException Damaged(string journal) =>
        new(CrdrErrorKind.Damaged, "JournalDamaged", $"The journal {journal} has no first line that can be read.",
            $"Look at the pair, then close the operation with: Stop-CrdrOperation -Id {Path.GetFileNameWithoutExtension(journal)} -Abandon -Reason '...'");

    /// <summary>The same request is one that gives the same plan.</summary>
    private static bool Same(string journal, CrdrRequest request, RunContext context) =>
        (Journal.Read(journal).Entries.FirstOrDefault() ?? throw Damaged(journal)) is { Request: { } before, Start: { } start, PlanHash: { } hash }
        && before.Verb == request.Verb && before.NoRoute == request.NoRoute && Plan.Make(request, start, context.Session, context.Routes).Hash == hash;

    private static string Words(CrdrException e) => e.Advice is null ? e.Message : $"{e.Message} {e.Advice}";

    private string NewId(CrdrVerb verb) =>
        $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{verb.ToString().ToLowerInvariant()}-{Guid.NewGuid().ToString("N").Substring(0, 4)}";

    /// <summary>Acting without a lease, because the store is lost and somebody said so.</summary>
    private sealed class NoLease(string pair, string operation, CrdrVerb verb, DateTimeOffset now) : ILease
    {
        public CrdrLease Holder { get; } = new()
        {
            Pair = pair, Who = Operator.Name, Host = Environment.MachineName, ProcessId = Compat.ProcessId, Operation = operation, Verb = verb.ToString(),
            Since = now, Renewed = now, TimeToLive = TimeSpan.MaxValue, Counter = 0,
        };

        public bool Reassert() => false;

        public void Dispose()
        {
        }
    }
}
