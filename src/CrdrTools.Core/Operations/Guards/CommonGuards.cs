using System.Globalization;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations.Guards;

/// <summary>The guards that every provider's steps share.</summary>
public static class CommonGuards
{
    /// <summary>Judged before any change.</summary>
    public static IReadOnlyList<Guard> BeforeAnyChange(Step step) =>
        [new IdentityUnchanged(), new ObligationsHonoured(step.Honours), new SoleController(), new ClockAgrees()];

    /// <summary>Judged besides, before writes move.</summary>
    public static IReadOnlyList<Guard> BeforeWritesMove { get; } = [new QuietTime(), new RoutesReady()];

    /// <summary>Judged before routes are switched on their own.</summary>
    public static IReadOnlyList<Guard> BeforeRoutesSwitch(string member) => [new IdentityUnchanged(), new SoleController(), new TargetTakesWrites(member), new RoutesReady()];
}

/// <summary>S4: the members are the ones that were registered.</summary>
public sealed class IdentityUnchanged : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(IdentityUnchanged);

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        List<string> unpinned = [];
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            string? pinned = facts.Pair[side].Identity;
            string? seen = facts.Now[side].Identity;
            if (pinned is not null && seen is not null && pinned != seen)
                return GuardFinding.Stop($"{facts.Pair[side].Name} is not the service that was registered: it is {seen}, registered was {pinned}. "
                    + "Register the pair again once you know why.");
            if (pinned is null && seen is not null) unpinned.Add(facts.Pair[side].Name);
        }
        return unpinned.Count > 0
            ? GuardFinding.Caution($"the identity of {string.Join(" and ", unpinned)} was never pinned: register the pair again to pin it")
            : GuardFinding.Clear("both are the services that were registered, as far as they can be seen");
    }
}

/// <summary>S9: what an earlier operation left is done first, if not by this very step.</summary>
/// <param name="honours">Whether the step does it.</param>
public sealed class ObligationsHonoured(Func<CrdrObligation, bool> honours) : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(ObligationsHonoured);

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        List<string> owed = [.. facts.Now.Obligations.Where(o => !honours(o)).Select(o => o.What)];
        return owed.Count > 0 ? GuardFinding.Stop("left by an earlier operation: " + string.Join("; ", owed))
            : GuardFinding.Clear(facts.Now.Obligations.Count == 0 ? "nothing was left to be done" : "what was left to be done is done by this");
    }
}

/// <summary>S10: two promotions are apart.</summary>
public sealed class QuietTime : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(QuietTime);

    /// <inheritdoc/>
    public override string Override => "-SkipQuietTime";

    /// <inheritdoc/>
    public override bool Overridden(CrdrRequest request) => request.SkipQuietTime;

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.LastPromotion is not { } last) return GuardFinding.Clear("no promotion is on record");
        TimeSpan since = facts.Clock - last;
        return since < facts.Pair.QuietTime
            ? GuardFinding.Stop($"the last promotion was {since.TotalSeconds:0} s ago; the pair's quiet time is {facts.Pair.QuietTime.TotalSeconds:0} s")
            : GuardFinding.Clear($"the last promotion was at {last:yyyy-MM-dd HH:mm:ss}Z");
    }
}

/// <summary>S13: a lease says whom it excludes, and a job in the cloud must know that it is the only one.</summary>
public sealed class SoleController : Guard
{
    /// <inheritdoc/>
    public override string Name => nameof(SoleController);

    /// <inheritdoc/>
    public override string Override => "-SoleController";

    /// <inheritdoc/>
    public override bool Overridden(CrdrRequest request) => request.SoleController;

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts) =>
        facts.LeaseAcrossHosts || !facts.Unattended
            ? GuardFinding.Clear($"the lease keeps out {facts.LeaseScope}")
            : GuardFinding.Stop($"this job's lease keeps out only {facts.LeaseScope}: another job or person would not be noticed");
}

/// <summary>S16: a clock far off makes every figure here wrong.</summary>
public sealed class ClockAgrees : Guard
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string Name => nameof(ClockAgrees);

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts) => facts.Now.ClockSkew switch
    {
        null => GuardFinding.Caution("the other side did not tell its time"),
        { } skew when skew.Duration() > s_limit => GuardFinding.Stop($"this machine's clock is {skew.Negate().TotalSeconds:+0;-0} s off the pair's"),
        { } skew => GuardFinding.Clear($"this machine's clock is within {Math.Ceiling(skew.Duration().TotalSeconds):0} s of the pair's"),
    };
}

/// <summary>S3: an unplanned failover says what it may lose before it does.</summary>
public sealed class LossBound : Guard
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Name => nameof(LossBound);

    /// <inheritdoc/>
    public override string Override => "-AllowDataLoss";

    /// <inheritdoc/>
    public override bool Overridden(CrdrRequest request) => request.AllowDataLoss;

    /// <summary>A loss that does not grow any more is accepted as it is, with a second for clocks that are told in whole ones; should more be at stake by then, it refuses again.</summary>
    public override string OverrideFor(GuardFacts facts) =>
        (facts.Request.OutageSince is not null || First(facts) is not null) && Estimate(facts) is { Kind: LossKind.Bounded, Bound: { } bound }
            ? FormattableString.Invariant($"-MaxDataLoss {Math.Ceiling((bound + s_second).TotalSeconds):0}") : Override;

    /// <inheritdoc/>
    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrLoss loss = Estimate(facts);
        TimeSpan? limit = facts.Request.MaxDataLoss ?? facts.Pair.Objectives.Rpo;
        if (loss.Kind == LossKind.Unknown)
        {
            return facts.Pair.UnknownLag == UnknownLag.Accept
                ? GuardFinding.Caution($"{loss.Statement} The pair accepts that (unknownLag: accept).")
                : GuardFinding.Stop($"{loss.Statement} The pair does not accept that (unknownLag: refuse).");
        }
        if (limit is null) return GuardFinding.Stop($"{loss.Statement} There is no limit to hold it against: give -MaxDataLoss, or the pair an RPO.");
        return loss.Bound <= limit
            ? GuardFinding.Clear($"{loss.Statement} The limit is {limit.Value.TotalSeconds:0.###} s.")
            : GuardFinding.Stop($"{loss.Statement} The limit is {limit.Value.TotalSeconds:0.###} s.{Hint(facts)}");
    }

    /// <summary>The outage counts from when the member was seen not to run; of one that was only not seen, whoever knows better may say so.</summary>
    private static string Hint(GuardFacts facts)
    {
        if (facts.Request.OutageSince is not null || facts.Outage is not { Down: null } first || first.Side != Plan.Target(facts.Request).Other()) return "";
        return $" {facts.Now[first.Side].Name} was first seen not answering at {first.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z by {first.By}: if nothing was written since, say so with -OutageSince {first.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}.";
    }

    /// <summary>The sight from which on nobody wrote on the side that is left.</summary>
    private static OutageSight? First(GuardFacts facts) => facts.Outage is { Down: not null } sight && sight.Side == Plan.Target(facts.Request).Other() && sight.Down <= facts.Clock ? sight : null;

    /// <summary>What would be lost: bounded by the last sample that carries the vendor's own replicated time, else unknown.</summary>
    public static CrdrLoss Estimate(GuardFacts facts)
    {
        Side to = Plan.Target(facts.Request);
        OutageSight? first = First(facts);
        DateTimeOffset outage = facts.Request.OutageSince ?? first?.Down ?? facts.Clock;
        // What the vendor says now is the best there is: what has arrived stays, whenever it is looked at. Its times are of its own clock.
        CrdrMemberStatus left = facts.Now[to.Other()];
        bool fences = !facts.Request.NoRoute && facts.Pair.Routes.Any(Routes.RouteFactory.CanFence);
        bool livesOn = facts.Now.Streams.Count > 0 || left.Native.ContainsKey("trouble");
        if (livesOn && !fences && left.Health is not (MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone))
            return new() { Kind = LossKind.Unknown, Statement = $"The loss cannot be bounded: nothing keeps clients away from {left.Name}, and it is not seen down, so that it may go on taking writes." };
        Sample? last = facts.Samples.LastOrDefault(s => s.At <= outage && (s.To is null || s.To == to) && (s.ReplicatedTo is not null || s.Lag is not null));
        if (facts.Now.Replication is { ReplicatedTo: { } arrived } now && now.To == to)
        {
            // An idle pair's newest transaction is old; a look that saw both sides at the same place of the log is newer evidence, while the copy still has all of that (safety rule S3).
            Sample? equal = facts.Samples.Where(s => s.At <= outage && s.To == to && s.ReplicatedTo is not null && StillThere(s.Place, facts.Now[to].Native.Get("end"))).OrderBy(s => s.ReplicatedTo - (s.Skew ?? default)).LastOrDefault();
            return equal is { ReplicatedTo: { } then } && then - (equal.Skew ?? default) > arrived - (facts.Now.ClockSkew ?? default)
                ? Bound(then, equal.At, equal.Skew) : Bound(arrived, facts.Now.ObservedAt, facts.Now.ClockSkew);
        }
        if (last is not null) return Bound(last.ReplicatedTo ?? last.At - last.Lag!.Value, last.At, last.ReplicatedTo is null ? null : last.Skew);
        Sample? seen = facts.Samples.LastOrDefault(s => s.Phase == CrdrPhase.Protected && s.At <= outage);
        return new() { Kind = LossKind.Unknown, Statement =
            $"The loss cannot be bounded: {facts.Pair.Provider} reports no replication lag. "
            + (seen is null ? "The pair was never seen protected from here." : $"The pair was last seen protected at {seen.At:yyyy-MM-dd HH:mm:ss}Z, {(outage - seen.At).TotalSeconds:0} s before.") };

        CrdrLoss Bound(DateTimeOffset safe, DateTimeOffset at, TimeSpan? skew)
        {
            if (facts.Request.FailoverAt is { } asked && asked < safe) safe = asked;
            // An outage that began before what has arrived was written was none yet: it counts from now.
            bool later = skew is not null && safe > outage + skew.Value + s_second;
            string instead = later ? $"counted from now, for writes of after {outage:HH:mm:ss}Z had arrived; " : "";
            if (later) outage = facts.Clock;
            // HTTP's Date leaves the fraction of a second out: the vendor's clock may be that much further.
            TimeSpan bound = outage + (skew + s_second ?? TimeSpan.Zero) - safe;
            if (bound < TimeSpan.Zero) bound = TimeSpan.Zero;
            return new() { Kind = LossKind.Bounded, Bound = bound, Statement =
                $"At most {bound.TotalSeconds:0.###} s of writes: all up to {safe:yyyy-MM-dd HH:mm:ss}Z {(facts.Request.FailoverAt == safe ? "is kept" : "had arrived")} (seen at {at:HH:mm:ss}Z), {instead}the outage began at {outage:HH:mm:ss}Z{By(later)}." };
        }

        string By(bool later) => later || facts.Request.OutageSince is not null || first is null ? "" : $", when {first.By} first saw {left.Name} down";
    }

    /// <summary>Whether a copy's log goes at least as far now as it went then; places are told as PostgreSQL tells them.</summary>
    private static bool StillThere(string? then, string? now) => Place(then) is { } before && Place(now) >= before;

    private static ulong? Place(string? text) =>
        text?.Split('/') is { Length: 2 } parts && uint.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint segment) && uint.TryParse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint offset)
            ? ((ulong)segment << 32) | offset : null;
}
