using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What both moves share: the promotion, the proof that the new side writes, and the way of the clients there.</summary>
internal abstract class PostgresMove(PostgresSession session, CrdrPair pair, Side to) : TightStep
{
    private static readonly TimeSpan s_promotion = TimeSpan.FromSeconds(60), s_cut = TimeSpan.FromSeconds(15), s_start = TimeSpan.FromMinutes(5), s_taken = TimeSpan.FromMilliseconds(250);

    private const int LookMicroseconds = 300;

    protected Side To { get; } = to;
    protected Side Old { get; } = to.Other();
    protected PostgresMember New => session[To];
    protected PostgresMember Before => session[Old];
    protected CrdrPair Pair => pair;
    protected PostgresSession Session => session;

    /// <summary>A promotion that was sent and taken may still be acted upon that much later.</summary>
    public override TimeSpan Settle => TimeSpan.FromSeconds(15);

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        if (now.ActiveMember == To && now.Phase != CrdrPhase.SplitBrain) return new(StepState.Done, $"{now[To].Name} takes the writes on timeline {now[To].Native.Get("timeline")}");
        if (now.Phase == CrdrPhase.SplitBrain) return new(StepState.Unclear, "both servers take writes");
        if (now[To].Role == MemberRole.Passive) return new(StepState.NotBegun, $"{now[To].Name} is a standby ({now[To].NativeState}), {now[Old].Name} is {now[Old].NativeState ?? "not seen"}");
        return new(StepState.Unclear, $"{now[To]}, {now[Old]}");
    }

    /// <summary>Promotes, proves, and leads the clients there. From here on an error leaves open what became of it.</summary>
    /// <param name="context">What was lent.</param>
    /// <param name="held">The clients that wait.</param>
    /// <param name="since">When they began to.</param>
    /// <param name="before">What was done so far.</param>
    /// <param name="gone">What must be so before clients are sent on.</param>
    protected async Task<string> PromoteAsync(TightContext context, HeldRoutes held, Stopwatch since, string before, Func<Task>? gone = null)
    {
        TimeSpan asked = since.Elapsed, promoted, sent = default;
        try
        {
            New.Link.Promote(context.Operation, s_promotion, held.Aim);
            promoted = since.Elapsed;
            if (gone is not null) await gone().ConfigureAwait(false);
            IReadOnlyList<string> left = await held.SendOnAsync(() => sent = since.Elapsed).ConfigureAwait(false);
            foreach (string trouble in left) context.Tell($"{trouble} It is asked again.");
            await New.Link.ProbeWriteAsync(context.Operation, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e is not VendorException { Verdict: VendorVerdict.Unknown })
        {
            // Whatever this one question came to, a promotion was sent before it.
            throw new VendorException(e.Kind, e.ErrorId, e.Message, VendorVerdict.Unknown, inner: e);
        }
        finally
        {
            New.Link.Release();
        }
        return $"{before}; promoted and seen writing after {promoted.TotalMilliseconds:0.0} ms, clients sent on after {sent.TotalMilliseconds:0.0} ms, a write seen on disk; the promotion itself took {(promoted - asked).TotalMilliseconds:0.0} ms";
    }

    /// <summary>What is done before anything is changed: a reply that was lost there leaves nothing open.</summary>
    protected async Task FirstAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            New.Link.Release();
            if (e is VendorException { Verdict: VendorVerdict.Unknown } open) throw new VendorException(open.Kind, open.ErrorId, open.Message, VendorVerdict.NotDone, inner: e);
            throw;
        }
    }

    /// <summary>Keeps others out of the new side, over the connection that the promotion goes by.</summary>
    protected async Task LockNewAsync(ulong system, CancellationToken ct)
    {
        await New.Link.LockAsync(system, ct).ConfigureAwait(false);
        New.Link.Hold();
        await New.Link.MayPromoteAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Takes a move back: what the old side needs, then the way of the clients to it.</summary>
    protected async Task<MoveTakenBackException> BackAsync(TightContext context, Exception why, Func<Task> revive, string? hint = null)
    {
        New.Link.Release();
        Stopwatch took = Stopwatch.StartNew();
        List<string> stuck = [];
        if (await TryAsync(revive).ConfigureAwait(false) is { } trouble) stuck.Add(trouble);
        TimeSpan started = took.Elapsed;
        stuck.AddRange((await Task.WhenAll(context.Fences.Select(r => TryAsync(() => r.SwitchAsync(Old)))).ConfigureAwait(false)).OfType<string>());
        string words = why is OperationCanceledException ? "Stopped." : why.Message;
        string taken = stuck.Count > 0 ? "" : $" It was taken back in {took.Elapsed.TotalMilliseconds:0} ms ({Before.Name} took writes again after {started.TotalMilliseconds:0} ms).";
        return new(why is CrdrException { ErrorId: { } id } ? id : why is OperationCanceledException ? "Stopped" : "MoveFailed", $"{words}{taken}{hint}", stuck, why);
    }

    /// <summary>
    /// The same for a run that was cut off. Once its lock on the new side is ours, nobody is left who sends a promotion; one that was sent shows there until it is acted upon, and has been
    /// acted upon where that side is no standby.
    /// </summary>
    protected async Task<MoveTakenBackException?> BackFromCutAsync(CrdrStatus now, TightContext context, Func<bool, Task> revive)
    {
        ulong system = ulong.Parse(now[To].Native.Get("systemIdentifier") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        if (system == 0 || !now[To].Reachable) return null;
        await New.Link.LockAsync(system, CancellationToken.None).ConfigureAwait(false);
        New.Link.Hold();
        // What was taken a moment ago shows itself within this time.
        for (Stopwatch watched = Stopwatch.StartNew(); watched.Elapsed < s_taken; await Task.Delay(5).ConfigureAwait(false))
        {
            if (await New.Link.PromotionSentAsync(CancellationToken.None).ConfigureAwait(false))
            {
                New.Link.Release();
                return null;
            }
        }
        // One that runs and takes no writes was told to stop.
        return await BackAsync(context, new CrdrException(CrdrErrorKind.Refused, "RolledBack", $"It was cut off before any promotion of {New.Name} was sent."), async () => await revive(!await TakesWritesAsync().ConfigureAwait(false)).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>The old primary takes writes again, and a new connection shows it: one that was open before may belong to a server that is about to end.</summary>
    /// <param name="asked">Whether it was told to stop: then it is not left as it is, for it may still hear that.</param>
    protected async Task WriteAgainAsync(bool asked)
    {
        NodeState seen = await Before.Node.LookAsync(CancellationToken.None).ConfigureAwait(false);
        if (asked && seen.Running != false)
        {
            // The rest of its stop is cut short (safety rule S19).
            await Before.Node.StopAsync(StopMode.Immediate, s_cut, CancellationToken.None).ConfigureAwait(false);
            seen = seen with { Running = false };
        }
        if (seen.Running == false) await Before.Node.StartAsync(CancellationToken.None).ConfigureAwait(false);
        if (!await UntilAsync(TakesWritesAsync, s_start, CancellationToken.None).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Timeout, "NodeNotBack", $"{Before.Name} takes no writes after {s_start.TotalMinutes:0} min.");
    }

    private async Task<bool> TakesWritesAsync()
    {
        try
        {
            Before.Link.Dispose();
            return !await Before.Link.InRecoveryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException)
        {
            return false;
        }
    }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    protected static Task<string?> TryAsync(Func<Task> work) => HeldRoutes.TryAsync(work);

    /// <summary>The same question until it is so, in a moment in which clients wait: nothing else is done meanwhile.</summary>
    protected static bool Until(Func<bool> so, TimeSpan limit, CancellationToken ct)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !so(); Posix.Nap(LookMicroseconds))
        {
            ct.ThrowIfCancellationRequested();
            if (waited.Elapsed > limit) return false;
        }
        return true;
    }

    /// <summary>Asks the same until it is so, without a pause that would count.</summary>
    protected static async Task<bool> UntilAsync(Func<Task<bool>> so, TimeSpan limit, CancellationToken ct)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !await so().ConfigureAwait(false); await Task.Delay(1, ct).ConfigureAwait(false))
            if (waited.Elapsed > limit) return false;
        return true;
    }
}
