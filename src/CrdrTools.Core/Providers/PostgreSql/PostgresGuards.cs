using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>S4, S8: the machine that is told to stop, start or overwrite a server is that very server's.</summary>
internal sealed class NodesAreMembers : Guard
{
    public override string Name => nameof(NodesAreMembers);

    public override GuardFinding Judge(GuardFacts facts)
    {
        List<string> others = [.. facts.Now.Findings.Where(f => f.Id == "NodeIsAnothers").Select(f => f.Message.TrimEnd('.'))];
        return others.Count > 0 ? GuardFinding.Stop(string.Join("; ", others)) : GuardFinding.Clear("no machine is seen to be another server's");
    }
}

/// <summary>S8: only a standby that answers, follows, and replays may become the primary.</summary>
internal sealed class StandbyReady(Side to) : Guard
{
    public override string Name => "TargetReady";

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus target = facts.Now[to];
        if (!target.Reachable) return GuardFinding.Stop($"{target.Name} could not be seen{(target.LastSeen is { } seen ? $"; last seen {seen:yyyy-MM-dd HH:mm:ss}Z" : "")}");
        if (target.Role != MemberRole.Passive) return GuardFinding.Stop($"{target.Name} is no standby ({target.NativeState}, {target.Role})");
        bool planned = facts.Request.Verb != CrdrVerb.Failover;
        List<string> lacks = [];
        if (facts.Now.Findings.Any(f => f.Id == "ReplayPaused" && f.Side == to)) lacks.Add("its replay is paused: SELECT pg_wal_replay_resume()");
        if (facts.Now.Findings.Any(f => f.Id == "ReadOnlyByDefault" && f.Side == to)) lacks.Add("its default_transaction_read_only is on, so that clients could not write: ALTER SYSTEM RESET default_transaction_read_only, and reload");
        if (planned && facts.Now.Findings.Any(f => f.Id == "ApplyDelayed" && f.Side == to)) lacks.Add("it replays late on purpose (recovery_min_apply_delay)");
        // Of a primary that is stopped nobody receives anything.
        if (planned && target.Health != MemberHealth.Healthy && facts.Now[to.Other()].Native.Get("stopped") != "true") lacks.Add($"it receives no log ({target.NativeState})");
        return lacks.Count == 0 ? GuardFinding.Clear($"{target.Name} is a standby ({target.NativeState}) at {target.Native.Get("replayed")}") : GuardFinding.Stop($"{target.Name} is not ready: {string.Join(", ", lacks)}");
    }
}

/// <summary>A planned move starts from a primary that serves, or that was shut down cleanly; and whose machine can be told to stop it.</summary>
internal sealed class WriterReady(Side from) : Guard
{
    public override string Name => "SourceHealthy";

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[from];
        if (source.Native.Get("stopped") == "true")
        {
            return source.Native.Get("control") == "shut down"
                ? GuardFinding.Clear($"{source.Name} was shut down cleanly: its last record tells whether all has arrived")
                : GuardFinding.Stop($"{source.Name} does not run, and did not end cleanly ({source.Native.Get("control") ?? "no control file"}): a planned move needs all that it wrote");
        }
        if (source is not { Role: MemberRole.Active, Health: MemberHealth.Healthy }) return GuardFinding.Stop($"{source.Name} is not seen taking writes ({source.Role}, {source.NativeState ?? "not seen"}): a planned move needs both sides");
        return (facts.Pair.Settings.Get($"{MemberSettings.Prefix(from)}Node") ?? "none") == "none"
            ? GuardFinding.Stop($"{source.Name} must be stopped for the move, and its machine is not reached from here: give the pair '{MemberSettings.Prefix(from)}Node'")
            : GuardFinding.Clear($"{source.Name} takes writes, and its machine is reached");
    }
}

/// <summary>S8: an unplanned move is for a primary that is lost, or is given up knowingly.</summary>
internal sealed class WriterLost(Side from) : Guard
{
    public override string Name => "OutageEvident";
    public override string Override => "-GiveUpHealthyPrimary";
    public override bool Overridden(CrdrRequest request) => request.GiveUpHealthyPrimary;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[from];
        if (source.Reachable) return GuardFinding.Stop($"{source.Name} still answers ({source.NativeState}); a switchover loses nothing");
        if (facts.Now.Findings.Any(f => f.Id == "SenderLives")) return GuardFinding.Stop($"{source.Name} cannot be reached from here, and yet {facts.Now[from.Other()].Name} still receives from it: it lives");
        return source.Health == MemberHealth.Down ? GuardFinding.Clear($"{source.Name} does not run: {source.NativeState}") : GuardFinding.Caution($"{source.Name} could not be seen: whether it still runs is not known");
    }
}

/// <summary>S9: what keeps clients from the old side is a proof: its machine says that it does not run, or every way to it is a route that holds.</summary>
internal sealed class OldSideKeptOut(Side old) : Guard
{
    public override string Name => "WritersFenced";
    public override string Override => "-AllowUnfenced";
    public override bool Overridden(CrdrRequest request) => request.AllowUnfenced;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[old];
        if (source.Native.Get("stopped") == "true") return GuardFinding.Clear($"{source.Name} does not run, by its own machine");
        if (facts.Pair.Settings.Get($"{MemberSettings.Prefix(old)}Node") == "local" && source.Reachable) return GuardFinding.Clear($"{source.Name} is stopped before the promotion");
        if (!facts.Request.NoRoute && facts.Now.Routes.Any(r => r.Verified) && facts.Pair.Routes.Where(RouteFactory.CanFence).ToList() is { Count: > 0 } fences
            && fences.All(f => facts.Now.Routes.Any(r => r.Name == f.Name && r.Verified && r.Findings.All(n => n.Id != "RouteNotDurable"))))
            return GuardFinding.Clear($"{string.Join(", ", fences.Select(f => $"route {f.Name}"))} keep clients from {source.Name}; whoever goes there directly is not kept out");
        return GuardFinding.Stop($"nothing proves that {source.Name} takes no writes: it is not seen stopped by its machine, and no lasting route keeps clients from it");
    }
}

/// <summary>What a standby is behind by is what clients would wait for.</summary>
internal sealed class LagWithinLimit(Side to) : Guard
{
    public override string Name => nameof(LagWithinLimit);

    public override GuardFinding Judge(GuardFacts facts)
    {
        TimeSpan limit = PostgresView.LagLimit(facts.Pair);
        if (facts.Now[to.Other()].Native.Get("stopped") == "true") return GuardFinding.Clear("the primary does not run: its last record is compared");
        return facts.Now.Replication is not { Lag: { } lag, To: { } seen } || seen != to ? GuardFinding.Stop($"how far {facts.Now[to].Name} is behind cannot be told")
            : lag > limit ? GuardFinding.Stop($"{facts.Now[to].Name} is {lag.TotalSeconds:0.#} s behind; the limit is {limit.TotalSeconds:0.#} s")
            : GuardFinding.Clear($"{facts.Now[to].Name} is {lag.TotalSeconds:0.###} s behind");
    }
}

/// <summary>S23: what a promotion would empty or cut off, though every record has arrived.</summary>
internal sealed class NothingIsLostByPromotion(Side to) : Guard
{
    public override string Name => nameof(NothingIsLostByPromotion);
    public override string Override => "-AllowDataLoss";
    public override bool Overridden(CrdrRequest request) => request.AllowDataLoss;

    public override GuardFinding Judge(GuardFacts facts)
    {
        List<string> lost = [];
        foreach (CrdrFinding finding in facts.Now.Findings.Where(f => f.Id is "UnloggedTables" or "PreparedTransactions" or "LogicalSlots")) lost.Add(finding.Message.TrimEnd('.'));
        if (lost.Count > 0) return GuardFinding.Stop(string.Join("; ", lost));
        List<string> wants = [.. facts.Now.Findings.Where(f => f.Id.StartsWith("Standby", StringComparison.Ordinal)).Select(f => f.Message.TrimEnd('.'))];
        return wants.Count > 0 ? GuardFinding.Caution(string.Join("; ", wants)) : GuardFinding.Clear($"all that {facts.Now[to.Other()].Name} holds is in its log");
    }
}

/// <summary>S8: what is rebuilt may not be the only complete copy.</summary>
internal sealed class OtherSideServes(Side rebuilt) : Guard
{
    public override string Name => "NotTheOnlyCopy";

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[rebuilt.Other()];
        if (source is not { Role: MemberRole.Active, Reachable: true }) return GuardFinding.Stop($"{source.Name} is not seen taking writes ({source.Role}, {source.NativeState ?? "not seen"}): {facts.Now[rebuilt].Name} may be the only copy");
        return facts.Now[rebuilt].Role == MemberRole.Active ? GuardFinding.Stop($"{facts.Now[rebuilt].Name} takes writes itself ({facts.Now.Phase}): which one to keep must be decided first") : GuardFinding.Clear($"{source.Name} takes the writes and holds the data");
    }
}

/// <summary>S8, S12: what the rebuilt side wrote after the other one was promoted is thrown away by a rebuild; it is kept aside, and asked about.</summary>
internal sealed class NoLaterWrites(Side rebuilt, bool handedOver = false) : Guard
{
    public override string Name => "NoWritesAfterCutover";
    public override string Override => $"-DiscardWritesOn {rebuilt}";
    public override bool Overridden(CrdrRequest request) => request.DiscardWritesOn == rebuilt;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus side = facts.Now[rebuilt];
        if (side.Native.Get("stopped") == "true" && side.Native.Get("control") is null) return GuardFinding.Clear($"{side.Name} has no data that could be lost");
        if (side.Role == MemberRole.Passive || side.Native.Get("startsAsStandby") == "true") return GuardFinding.Clear($"{side.Name} is a standby");
        if (side.Native.Get("stopped") == "true" && side.Native.Get("control") == "shut down") return GuardFinding.Clear($"{side.Name} was shut down cleanly: whether its last record has arrived is compared before it is started");
        if (handedOver && side.Native.Get("stopped") == "true") return GuardFinding.Clear($"{side.Name} was ended by this move when no session was left in it: whether its log goes on past that is compared before it is started");
        return GuardFinding.Stop($"{side.Name} ({side.NativeState ?? "not seen"}) did not end cleanly as a standby or primary: what it wrote and {facts.Now[rebuilt.Other()].Name} never got would be thrown away (its log is kept aside and listed first)");
    }
}
