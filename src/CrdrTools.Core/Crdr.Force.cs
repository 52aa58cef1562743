using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>A planned move that becomes a failover where it cannot be done in time.</summary>
public sealed partial class Crdr
{
    /// <summary>
    /// Tries the planned move until it is done or its time is over; then, where it was the old side that did not let it, the failover, which is judged by all of its own guards: nothing is
    /// overridden by the planned one's failing. Once a promotion may have been sent there is no second one.
    /// </summary>
    private async Task<CrdrOperation> PlannedThenForcedAsync(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, CancellationToken ct, bool ask)
    {
        TimeSpan span = request.ForceAfter!.Value;
        DateTimeOffset until = _time.GetUtcNow() + span;
        Remembering asked = new(host, span);
        CrdrOperation planned;
        DateTimeOffset? gone = null;
        // An id that the caller chose is taken once something was begun under it.
        for (int begun = 0; ; begun += planned.Journal is null ? 0 : 1)
        {
            TimeSpan left = until - _time.GetUtcNow();
            CrdrRequest once = request with { ForceAfter = left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1), OperationId = request.OperationId is { } own && begun > 0 ? $"{own}-{begun + 1}" : request.OperationId };
            planned = await _runner.RunAsync(pair, once, session, asked, ct, ask && !asked.Confirmed).ConfigureAwait(false);
            if (!Forcing.MayBecomeFailover(planned, Entries(planned))) return planned;
            gone = await GoneSinceAsync(pair, session, host, Plan.Target(request).Other(), gone, ct).ConfigureAwait(false);
            left = until - _time.GetUtcNow();
            if (left <= TimeSpan.Zero || planned.Outcome == CrdrOutcome.Incomplete) break;
            // Who was held off once is not held off again right away.
            TimeSpan pause = planned.Outcome == CrdrOutcome.Refused ? Pace.Longest : TimeSpan.FromTicks(span.Ticks / 4);
            host.OnNotice(FindingSeverity.Warning, $"{planned.Message} The planned move is tried again; it becomes a failover at {until:HH:mm:ss}Z.");
            try
            {
                await _time.Delay(pause < left ? pause : left, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return planned;
            }
            if (_time.GetUtcNow() >= until) break;
        }
        CrdrRequest forced = new()
        {
            Verb = CrdrVerb.Failover, To = request.To, InsteadOf = planned.Id, OutageSince = gone, Reason = $"{(request.Reason is { } why ? why + "; " : "")}the planned move {planned.Id} could not be done within {span.TotalSeconds:0} s ({planned.ErrorId})",
            ChangeReference = request.ChangeReference, NoWait = request.NoWait, Timeout = request.Timeout, SettleTime = request.SettleTime, NoRoute = request.NoRoute, SoleController = request.SoleController,
            WithoutLease = request.WithoutLease, JournalTo = request.JournalTo, Rehearsal = request.Rehearsal, OperationId = request.OperationId is { } id ? $"{id}-forced" : null,
        };
        if (await WhyNotForcedAsync(pair, forced, session, host, ct).ConfigureAwait(false) is { } no)
            return planned with { Message = $"{planned.Message} It does not become a failover: {no}" };
        // What could go neither on nor back is let go of, for the failover is the way out of it.
        if (Store.OpenOperation(pair.Name) == planned.Id) _runner.Abandon(Store.FindJournal(planned.Id)!, "it becomes a failover");
        host.OnNotice(FindingSeverity.Warning, $"{planned.Message} It becomes a failover.");
        return await _runner.RunAsync(pair, forced, session, asked, ct, ask && !asked.Confirmed).ConfigureAwait(false);
    }

    /// <summary>
    /// Since when the old side was seen down, by its vendor or machine, at every look: what it lost is counted from then. One that only could not be seen may go on taking writes.
    /// </summary>
    private async Task<DateTimeOffset?> GoneSinceAsync(CrdrPair pair, IPairSession session, IOperationHost host, Side old, DateTimeOffset? before, CancellationToken ct)
    {
        try
        {
            CrdrStatus now = await StatusOverAsync(pair, session, host, ct).ConfigureAwait(false);
            return now.ActiveMember is null && now[old].Health is MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone ? before ?? now.ObservedAt : null;
        }
        catch (CrdrException)
        {
            return null;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What the failover's own guards say, before anything that was begun is let go of.</summary>
    private async Task<string?> WhyNotForcedAsync(CrdrPair pair, CrdrRequest forced, IPairSession session, IOperationHost host, CancellationToken ct)
    {
        try
        {
            CrdrPlan plan = await _runner.PlanAsync(pair, forced, session, host, ct).ConfigureAwait(false);
            return plan.Blocked ? string.Join("; ", plan.Checks.Where(c => c.Result == CheckResult.Block).Select(c => $"{c.Name}: {c.Why}{(c.Override is null ? "" : $" (override, for a failover by itself: {c.Override})")}")) : null;
        }
        catch (CrdrException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return "stopped.";
        }
    }

    private static IReadOnlyList<JournalEntry> Entries(CrdrOperation operation) => operation.Journal is { } path && File.Exists(path) ? Journal.Read(path).Entries : [];

    /// <summary>A head that is asked once: who has agreed to the planned move was told what becomes of it.</summary>
    private sealed class Remembering(IOperationHost host, TimeSpan span) : IOperationHost
    {
        public bool Confirmed { get; private set; }

        public bool Unattended => host.Unattended;

        public void OnProgress(CrdrProgress progress) => host.OnProgress(progress);

        public void OnNotice(FindingSeverity severity, string text) => host.OnNotice(severity, text);

        public void OnTrace(string text) => host.OnTrace(text);

        public async Task<bool> ConfirmAsync(CrdrPlan plan)
        {
            CrdrCheck forces = new() { Name = "ForceAfter", Result = CheckResult.Warn, Why = $"where this cannot be done within {span.TotalSeconds:0} s because the old side is gone or does not give its writes away, it becomes a failover, if a failover's own guards let it" };
            return Confirmed = await host.ConfirmAsync(plan.Verb == CrdrVerb.Switchover ? plan with { Checks = [.. plan.Checks, forces] } : plan).ConfigureAwait(false);
        }

        public IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => host.InProcessRoute(pair, route);

        public Task<string?> GetSecretAsync(string? vault, string name) => host.GetSecretAsync(vault, name);
    }
}
