using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>S8: only a standby whose stream has its initial scan behind it may become active.</summary>
internal sealed class TargetReady(Side to) : Guard
{
    public override string Name => nameof(TargetReady);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus target = facts.Now[to];
        if (!target.Reachable) return GuardFinding.Stop($"{target.Name} could not be seen{(target.LastSeen is { } seen ? $"; last seen {seen:yyyy-MM-dd HH:mm:ss}Z" : "")}");
        List<string> lacks = [];
        CrdrStream? stream = facts.Now.Streams.FirstOrDefault(s => s.To == to && s.Live);
        if (target.Role != MemberRole.Passive) lacks.Add(stream is null ? "no stream leads to it" : $"it is {target.Role}, not passive");
        else if (stream is not { Ready: true }) lacks.Add(stream?.State ?? "no stream leads to it");
        if (target.Health is not (MemberHealth.Healthy or MemberHealth.Degraded or MemberHealth.Rebuilding)) lacks.Add($"its nodes are {target.Native.Get("nodes") ?? "not told"}, its state is {target.NativeState}");
        return lacks.Count == 0
            ? GuardFinding.Clear($"{target.Name} follows by stream {stream!.Id}, {stream.State}")
            : GuardFinding.Stop($"{target.Name} is not ready: {string.Join(", ", lacks)}");
    }
}

/// <summary>
/// S8: after a failover the old cluster goes on taking connections, and what it acknowledges is lost: refused while it seems well.
/// LOCKED and a running operation of the vendor's are no outage.
/// </summary>
internal sealed class OutageEvident(Side left) : Guard
{
    public override string Name => nameof(OutageEvident);
    public override string Override => "-GiveUpHealthyPrimary";
    public override bool Overridden(CrdrRequest request) => request.GiveUpHealthyPrimary;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus old = facts.Now[left];
        string operation = old.Native.Get("operation") ?? "";
        if (old.Health is MemberHealth.Healthy or MemberHealth.Degraded)
            return GuardFinding.Stop($"{old.Name} still runs ({old.NativeState}, {old.Native.Get("nodes")}), and what it acknowledges after a failover is lost; a switchover loses nothing");
        if (operation.EndsWith("_RUNNING", StringComparison.Ordinal) && operation != "CRDB_CLUSTER_DISRUPTION_RUNNING")
            return GuardFinding.Stop($"{operation} on {old.Name}: a maintenance is no outage ({old.Native.Get("nodes") ?? "nodes not told"})");
        return old.Health switch
        {
            MemberHealth.Unknown when old.Reachable => GuardFinding.Stop($"{old.Name} is {old.NativeState ?? "in no known state"} and its nodes were not told: whether it runs cannot be told"),
            MemberHealth.Unknown => GuardFinding.Caution($"{old.Name} could not be seen: whether it still runs is not known"),
            _ => GuardFinding.Clear($"{old.Name} does not run: {old.NativeState ?? "gone"}{(old.Native.Get("nodes") is { } nodes ? $", {nodes}" : "")}"),
        };
    }
}

/// <summary>A planned move, and a new stream, start from a side that is active and serves.</summary>
internal sealed class SourceHealthy(Side from) : Guard
{
    public override string Name => nameof(SourceHealthy);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus source = facts.Now[from];
        return source is { Role: MemberRole.Active, Health: MemberHealth.Healthy or MemberHealth.Degraded }
            ? GuardFinding.Clear($"{source.Name} is active and runs ({source.Native.Get("nodes")})")
            : GuardFinding.Stop($"{source.Name} is not seen active and running ({source.Role}, {source.NativeState ?? "not seen"}, {source.Health})");
    }
}

/// <summary>A planned move holds clients off for as long as the standby is behind.</summary>
internal sealed class LagWithinLimit(Side to, TimeSpan limit) : Guard
{
    public override string Name => nameof(LagWithinLimit);

    public override GuardFinding Judge(GuardFacts facts) => facts.Now.Replication is { Lag: { } lag } replication && replication.To == to
        ? lag <= limit
            ? GuardFinding.Clear($"{facts.Now[to].Name} is {lag.TotalSeconds:0} s behind; the limit is {limit.TotalSeconds:0} s")
            : GuardFinding.Stop($"{facts.Now[to].Name} is {lag.TotalSeconds:0} s behind; the limit is {limit.TotalSeconds:0} s: wait until it has caught up")
        : GuardFinding.Stop($"how far {facts.Now[to].Name} is behind is not known");
}

/// <summary>
/// S9: nothing but the pair's own routes keeps clients away from a cluster that was left; without one nobody knows what it still takes.
/// </summary>
internal sealed class WritersFenced(Side old) : Guard
{
    public override string Name => nameof(WritersFenced);
    public override string Override => "-AllowUnfenced";
    public override bool Overridden(CrdrRequest request) => request.AllowUnfenced;

    public override GuardFinding Judge(GuardFacts facts)
    {
        int fences = Fences(facts.Pair, facts.Request);
        return fences > 0
            ? GuardFinding.Clear($"clients are kept away from {facts.Pair[old].Name} by {fences} {(fences == 1 ? "route" : "routes")}")
            : GuardFinding.Stop($"{(facts.Request.NoRoute ? "the routes are left alone" : "the pair has no route that can be fenced")}, so nothing keeps clients away from {facts.Pair[old].Name}: what it takes after the move is lost");
    }

    /// <summary>How many routes can be fenced.</summary>
    public static int Fences(CrdrPair pair, CrdrRequest request) => request.NoRoute ? 0 : pair.Routes.Count(RouteFactory.CanFence);
}

/// <summary>S1: right before the move, everything up to a time after the fence has arrived.</summary>
internal sealed class Drained(Drain drain) : Guard
{
    public override string Name => nameof(Drained);
    public override bool BehindFence => true;

    public override GuardFinding Judge(GuardFacts facts) => drain.Judge(facts.Now, asked: true) is { State: StepState.Done } verdict
        ? GuardFinding.Clear(verdict.Why)
        : GuardFinding.Stop(drain.Judge(facts.Now, asked: true).Why);
}

/// <summary>The vendor keeps history back to the retained time only.</summary>
internal sealed class FailoverAtRetained(Side to) : Guard
{
    public override string Name => nameof(FailoverAtRetained);

    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.Request.FailoverAt is not { } at) return GuardFinding.Clear("no time was asked for");
        CrdrStream? stream = facts.Now.Streams.FirstOrDefault(s => s.To == to && s.Live);
        if (facts.Request.Verb == CrdrVerb.Failover && stream?.ReplicatedTime is { } arrived && at > arrived)
            return GuardFinding.Stop($"only what was written up to {arrived.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z has arrived, and a lost side sends no more: a cutover to a later time would not end. Leave the time out");
        if (stream?.RetainedTime is not { } retained) return at <= VendorNow(facts) ? GuardFinding.Stop("how far back the stream can go is not known") : GuardFinding.Clear("it is in the future");
        return at >= retained
            ? GuardFinding.Clear($"{at:yyyy-MM-dd HH:mm:ss}Z is not before the retained time {retained:yyyy-MM-dd HH:mm:ss}Z")
            : GuardFinding.Stop($"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z is before {retained.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, the earliest time the stream can go back to");
    }

    /// <summary>S16: the server's time decides, never the operator's.</summary>
    public static DateTimeOffset VendorNow(GuardFacts facts) => facts.Now.ObservedAt + (facts.Now.ClockSkew ?? TimeSpan.Zero);
}

/// <summary>The vendor takes a time at most an hour ahead.</summary>
internal sealed class FailoverAtWithinHour : Guard
{
    public override string Name => nameof(FailoverAtWithinHour);

    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.Request.FailoverAt is not { } at) return GuardFinding.Clear("no time was asked for");
        DateTimeOffset now = FailoverAtRetained.VendorNow(facts);
        if (at > now && WritersFenced.Fences(facts.Pair, facts.Request) > 0)
            return GuardFinding.Stop($"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z is in the future, and clients would be held off by the pair's routes until then: wait for that time, or use -TakeOverWindow");
        return at <= now + TimeSpan.FromHours(1)
            ? GuardFinding.Clear("it is not more than an hour ahead")
            : GuardFinding.Stop($"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z is more than an hour after the vendor's time, {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
    }
}

/// <summary>S3: a planned move to a time in the past throws away what was written since.</summary>
internal sealed class FailoverAtKeepsAll : Guard
{
    public override string Name => nameof(FailoverAtKeepsAll);
    public override string Override => "-AllowDataLoss";
    public override bool Overridden(CrdrRequest request) => request.AllowDataLoss;

    public override GuardFinding Judge(GuardFacts facts)
    {
        if (facts.Request.FailoverAt is not { } at) return GuardFinding.Clear("everything is kept");
        DateTimeOffset now = FailoverAtRetained.VendorNow(facts);
        return at >= now
            ? GuardFinding.Clear("the time is not in the past")
            : GuardFinding.Stop($"everything written since {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z would be thrown away: {(now - at).TotalSeconds:0} s of writes");
    }
}

/// <summary>S8: a stream deletes all data of its standby, so it may be none that anybody lives on.</summary>
internal sealed class StandbyMayBeErased(Side standby) : Guard
{
    public override string Name => nameof(StandbyMayBeErased);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus member = facts.Now[standby];
        if (!member.Reachable) return GuardFinding.Stop($"{member.Name} could not be seen, and its data would be deleted");
        if (facts.Now.ActiveMember == standby || member.Role == MemberRole.Active) return GuardFinding.Stop($"{member.Name} is active, and a stream into it deletes its data");
        if (member.Role is MemberRole.Unknown) return GuardFinding.Stop($"what {member.Name} is to the pair cannot be told, and a stream into it deletes its data");
        if (facts.Samples.LastOrDefault(s => s.Stream is not null) is { Stream: { } known } && facts.Now.Streams.All(s => s.Id != known))
            return GuardFinding.Stop($"stream {known}, which was there before, is not listed any more: who is active cannot be told from the rest, and a stream deletes what it leads to");
        if (facts.Now.Findings.FirstOrDefault(f => f.Id == "ForeignStream" && f.Side == standby) is { } foreign) return GuardFinding.Stop(foreign.Message);
        if (facts.Now.Routes.FirstOrDefault(r => r.Target == standby && !r.Fenced.Contains(standby)) is { } route)
            return GuardFinding.Stop($"route {route.Name} leads clients to {member.Name}: it is serving, and a stream into it deletes its data");
        if (member.Health is not (MemberHealth.Healthy or MemberHealth.Degraded)) return GuardFinding.Stop($"{member.Name} does not run ({member.Native.Get("nodes") ?? "nodes not told"}): is its region back?");
        if (facts.Now.Routes.FirstOrDefault(r => !r.Verified) is { } unseen) return GuardFinding.Stop($"where route {unseen.Name} leads clients is not seen ({unseen.Detail}): {member.Name} may be serving, and a stream into it deletes its data");
        return member.NativeState == "CREATED"
            ? GuardFinding.Clear($"{member.Name} is not active ({member.Role}), and no route leads there")
            : GuardFinding.Stop($"{member.Name} is {member.NativeState ?? "not there"}, not CREATED");
    }
}

/// <summary>S8: what a stream erases must not be the only complete copy.</summary>
internal sealed class NotTheOnlyCopy(Side source) : Guard
{
    public override string Name => nameof(NotTheOnlyCopy);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus member = facts.Now[source];
        return facts.Now.ActiveMember == source && member.Health is MemberHealth.Healthy or MemberHealth.Degraded
            ? GuardFinding.Clear($"{member.Name} is active, runs and holds the data")
            : GuardFinding.Stop($"{member.Name} is not seen active and running ({member.Role}, {member.Native.Get("nodes") ?? member.NativeState ?? "not seen"}): {facts.Now[source.Other()].Name} may be the only copy");
    }
}

/// <summary>S8: what a stream erases must not hold writes that nobody else has.</summary>
internal sealed class NoWritesAfterCutover(Side standby) : Guard
{
    public override string Name => nameof(NoWritesAfterCutover);
    public override string Override => $"-DiscardWritesOn {standby}";
    public override bool Overridden(CrdrRequest request) => request.DiscardWritesOn == standby;

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrMemberStatus member = facts.Now[standby];
        CrdrStream? newest = facts.Now.Streams.FirstOrDefault();
        if (newest is null) return GuardFinding.Stop($"{member.Name} has never followed {facts.Now[standby.Other()].Name}: whatever it holds is deleted");
        if (newest.Live) return GuardFinding.Clear($"{member.Name} is the standby of stream {newest.Id}");
        DateTimeOffset since = newest.ActivatedAt ?? newest.CanceledAt ?? newest.CreatedAt ?? DateTimeOffset.MinValue;
        string from = $"{since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z";
        if (newest.To == standby) return GuardFinding.Stop($"{member.Name} was the standby of stream {newest.Id}, which was stopped at {from}: it may have taken writes of its own since, and a stream into it deletes them");
        if (!facts.FencedMoves.Any(said => said.Has(newest.Id)))
            return GuardFinding.Stop($"{member.Name} may hold writes that nobody else has, those that had not arrived when stream {newest.Id} was completed ({from}) and any since: no planned move on record here shows otherwise, and a stream into it deletes them");
        string kept = $"{member.Name} left nothing behind when the writes moved (stream {newest.Id}, {from})";
        if (facts.Now.Obligations.Any(o => o.Id == MemberFence.IdOf(standby))) return GuardFinding.Stop($"{kept}, but nothing fenced it since");
        if (facts.Now.Routes.Count == 0 || !facts.Now.Routes.All(r => r.Verified && (r.Fenced.Contains(standby) || r.Target == standby.Other())))
            return GuardFinding.Stop($"{kept}, but that every route keeps clients away from it now is not seen");
        return facts.Samples.LastOrDefault(s => s.LedTo.Contains(standby) && s.At - (facts.Now.ClockSkew ?? TimeSpan.Zero).Negate() > since + TimeSpan.FromMinutes(1)) is { } seen
            ? GuardFinding.Stop($"{kept}, but at {seen.At.UtcDateTime:HH:mm:ss}Z a route was seen to lead clients there: what it took then is deleted by a stream into it")
            : GuardFinding.Clear($"{kept}, and routes have kept clients away from it since");
    }
}

/// <summary>The vendor's conditions for a stream (its documentation).</summary>
internal sealed class ClustersFit : Guard
{
    public override string Name => nameof(ClustersFit);

    public override GuardFinding Judge(GuardFacts facts) =>
        Complaint(facts.Now.Primary.Name, facts.Now.Primary.Native, facts.Now.Recovery.Name, facts.Now.Recovery.Native) is { } complaint
            ? GuardFinding.Stop(complaint.Message)
            : GuardFinding.Clear("both are ADVANCED, single-region and in the same cloud");

    /// <summary>What keeps the two from being joined, with a stable name for it; what was not seen is no complaint.</summary>
    public static (string ErrorId, string Message)? Complaint(string primary, IReadOnlyDictionary<string, string> p, string recovery, IReadOnlyDictionary<string, string> r)
    {
        foreach ((string name, IReadOnlyDictionary<string, string> native) in new[] { (primary, p), (recovery, r) })
        {
            if (native.Get("plan") is { } plan and not ("ADVANCED" or "DEDICATED")) return ("ClusterPlanUnsupported", $"{name} has the plan {plan}: replication streams need ADVANCED");
            if (native.Get("regions")?.Contains(',') == true) return ("ClusterMultiRegion", $"{name} is in several regions ({native.Get("regions")}): replication streams need one");
            if (native.Get("version") is { } version && Version.TryParse(version.TrimStart('v').Split('-')[0], out Version? parsed) && parsed < new Version(24, 3))
                return ("ClusterVersionTooOld", $"{name} runs {version}: replication streams need v24.3");
        }
        if (p.Get("cloud") is { } cloud && r.Get("cloud") is { } other && cloud != other) return ("ClustersInTwoClouds", $"{primary} is in {cloud} and {recovery} in {other}: replication streams need one cloud");
        if (p.Get("cloud") is "AWS" or "AZURE" && p.Get("regions") is { } region && region == r.Get("regions")) return ("ClustersInOneRegion", $"{primary} and {recovery} are both in {region}");
        return null;
    }
}

/// <summary>S8: a stream is stopped only while its primary is seen healthy, and only where the vendor can.</summary>
internal sealed class StreamMayBeStopped(Side to) : Guard
{
    public override string Name => nameof(StreamMayBeStopped);

    public override GuardFinding Judge(GuardFacts facts)
    {
        CrdrStream? live = facts.Now.Streams.FirstOrDefault(s => s.Live && s.To == to);
        return live switch
        {
            null => GuardFinding.Stop($"no stream into {facts.Now[to].Name} is under way"),
            { Status: "REPLICATING" } => GuardFinding.Clear($"stream {live.Id} is REPLICATING"),
            _ => GuardFinding.Stop($"stream {live.Id} is {live.State}; only one that is REPLICATING can be stopped"),
        };
    }
}
