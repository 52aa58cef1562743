using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What both moves share: the promotion, the proof that the new side writes, and the way of the clients there.</summary>
internal abstract class PostgresMove(PostgresSession session, CrdrPair pair, Side to) : TightStep
{
    private static readonly TimeSpan s_promotion = TimeSpan.FromSeconds(60);

    protected Side To { get; } = to;
    protected Side Old { get; } = to.Other();
    protected PostgresMember New => session[To];
    protected PostgresMember Before => session[Old];
    protected CrdrPair Pair => pair;

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
    protected async Task<string> PromoteAsync(TightContext context, Stopwatch held, string before)
    {
        TimeSpan promoted;
        try
        {
            await New.Link.PromoteAsync(s_promotion).ConfigureAwait(false);
            promoted = held.Elapsed;
            await New.Link.ProbeWriteAsync(context.Operation, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VendorException e) when (e.Verdict == VendorVerdict.NotDone)
        {
            // Whatever this one question came to, a promotion was sent before it.
            throw new VendorException(e.Kind, e.ErrorId, e.Message, VendorVerdict.Unknown, inner: e);
        }
        string[] left = [.. (await Task.WhenAll(context.Routes.Select(r => TryAsync(() => r.SwitchAsync(To)))).ConfigureAwait(false)).OfType<string>()];
        foreach (string trouble in left) context.Tell($"{trouble} It is asked again.");
        return $"{before}; promoted after {promoted.TotalMilliseconds:0} ms, a write was seen, clients sent on after {held.Elapsed.TotalMilliseconds:0} ms";
    }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    protected static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return null;
        }
        catch (CrdrException e)
        {
            return e.Message;
        }
    }

    /// <summary>Asks the same until it is so, without a pause that would count.</summary>
    protected static async Task<bool> UntilAsync(Func<Task<bool>> so, TimeSpan limit, CancellationToken ct)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !await so().ConfigureAwait(false); await Task.Delay(1, ct).ConfigureAwait(false))
            if (waited.Elapsed > limit) return false;
        return true;
    }
}
