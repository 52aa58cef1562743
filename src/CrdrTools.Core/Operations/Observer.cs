using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>Completes what a provider sees with what only we know: routes, obligations, open operation, when a lost member was last seen.</summary>
public sealed class Observer(CrdrPair pair, IPairSession session, IStateStore store, IReadOnlyList<IRoute> routes, TimeProvider time)
{
    /// <summary>Looks at everything and keeps a sample.</summary>
    /// <param name="withRoutes">Whether routes are looked at.</param>
    /// <param name="ct">Ctrl+C.</param>
    /// <param name="whole">Whether it is evidence, or somebody only waits.</param>
    /// <param name="routePatience">How long a route may take to tell; as long as it takes unless given.</param>
    /// <param name="tolerant">Whether a state folder that cannot be read is passed over: between fence and switch clients come first.</param>
    public async Task<CrdrStatus> ObserveAsync(bool withRoutes, CancellationToken ct, bool tolerant = false, bool whole = true, TimeSpan? routePatience = null)
    {
        Task<CrdrRouteStatus[]> atRoutes = withRoutes ? Task.WhenAll(routes.Select(r => SeeAsync(r, routePatience, ct))) : Task.FromResult(Array.Empty<CrdrRouteStatus>());
        // Routes first: one that is slow to tell must not make the look at the pair an old one.
        CrdrRouteStatus[] seenRoutes = [.. (await atRoutes.ConfigureAwait(false)).Select(r => r with { Pair = pair.Name })];
        CrdrStatus status = await session.ObserveAsync(whole, ct).ConfigureAwait(false);
        List<CrdrFinding> findings = [.. status.Findings];
        status = status with { Routes = seenRoutes };
        try
        {
            status = status with { Obligations = StillOwed(status), OpenOperation = store.OpenOperation(pair.Name) };
            if (status.OpenOperation is { } open && store.Holder(pair.Name) is { } holder && holder.Operation == open) status = status with { HeldBy = holder };
        }
        catch (Exception e) when (tolerant && e is IOException or UnauthorizedAccessException)
        {
            findings.Add(new() { Severity = FindingSeverity.Error, Id = "StateNotReadable", Message = $"What an earlier operation left cannot be read: {e.Message}" });
        }
        findings.AddRange(status.Routes.SelectMany(r => Wanting(r, status.OpenOperation)));
        findings.AddRange(status.Routes.Where(r => OffTheWriter(r, status)).Select(r => new CrdrFinding
        {
            Severity = status.OpenOperation is null ? FindingSeverity.Error : FindingSeverity.Warning, Id = "RouteOffWriter",
            Message = $"Route {r.Name} {(r.Fenced.Contains(status.ActiveMember!.Value) ? $"is fenced on {status[status.ActiveMember.Value].Name}, which takes the writes" : $"leads to {(r.Target is { } t ? status[t].Name : "nobody")}, and {status[status.ActiveMember.Value].Name} takes the writes")}{(status.OpenOperation is { } open ? $", by the operation {open} or since" : "")}.",
        }));
        try
        {
            status = Remember(status);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CrdrException)
        {
            findings.Add(new() { Severity = FindingSeverity.Warning, Id = "StateNotWritable", Message = $"What was seen could not be kept: {e.Message}" });
        }
        return status with { Findings = [.. findings.OrderByDescending(f => f.Severity)] };
    }

    /// <summary>Whoever watches does not wait for a route that hangs: the pair is what is watched.</summary>
    private static async Task<CrdrRouteStatus> SeeAsync(IRoute route, TimeSpan? patience, CancellationToken ct)
    {
        Task<CrdrRouteStatus> seen = route.ObserveAsync(ct);
        if (patience is not { } most || seen.IsCompleted) return await seen.ConfigureAwait(false);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        bool told = await Task.WhenAny(seen, Task.Delay(most, over.Token)).ConfigureAwait(false) == seen || seen.IsCompleted;
        over.Cancel();
        if (told) return await seen.ConfigureAwait(false);
        _ = seen.ContinueWith(t => t.Exception, TaskScheduler.Default);
        ct.ThrowIfCancellationRequested();
        return new() { Name = route.Name, Type = "", Detail = $"it did not tell within {most.TotalSeconds:0.#} s where clients are sent" };
    }

    private static IEnumerable<CrdrFinding> Wanting(CrdrRouteStatus route, string? open)
    {
        if (!route.Verified) yield return new() { Severity = open is null ? FindingSeverity.Error : FindingSeverity.Warning, Id = "RouteNotSeen", Message = $"Route {route.Name}: {route.Detail ?? "where clients are sent cannot be told"}." };
        foreach (CrdrFinding finding in route.Findings) yield return finding with { Message = $"Route {route.Name}: {finding.Message}." };
    }

    private CrdrStatus Remember(CrdrStatus status)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<Side> seen = [];
        if (status.Primary.Reachable) seen.Add(Side.Primary);
        if (status.Recovery.Reachable) seen.Add(Side.Recovery);
        if (seen.Count < 2)
        {
            IReadOnlyList<Sample> samples = store.Samples(pair.Name);
            status = status with { Primary = LastSeen(status.Primary, samples), Recovery = LastSeen(status.Recovery, samples) };
        }
        IReadOnlyList<Sample> before = status.Phase == CrdrPhase.NoWriter ? store.Samples(pair.Name) : [];
        // What cannot be told is no end of an outage: only the other side that takes the writes is, or the member that answers again (safety rule S3).
        if (OutageSight.In(status, before, Operator.Name) is { } outage)
        {
            if (store.Outage(pair.Name)?.Ended(status) == true) store.TellOutage(pair.Name, null);
            store.TellOutage(pair.Name, outage);
        }
        else if (Over(status)) store.TellOutage(pair.Name, null);
        store.AddSample(pair.Name, new Sample
        {
            Active = status.ActiveMember, Place = status.Replication?.To is { } to ? status[to].Native.Get("end") : null, Skew = status.ClockSkew,
            At = status.ObservedAt, Phase = status.Phase, Lag = status.Replication?.Lag, ReplicatedTo = status.Replication?.ReplicatedTo, To = status.Replication?.To, Stream = status.Streams.FirstOrDefault()?.Id,
            LedTo = [.. status.Routes.Where(r => r is { Verified: true, Target: not null }).Select(r => r.Target!.Value).Distinct()], Seen = seen,
        });
        return status;
    }

    private bool Over(CrdrStatus status) => store.Outage(pair.Name) is { } kept
        && (status.ActiveMember == kept.Side.Other() || status[kept.Side] is { Reachable: true, Health: MemberHealth.Healthy or MemberHealth.Degraded });

    private static bool OffTheWriter(CrdrRouteStatus route, CrdrStatus status) =>
        route.Verified && status.ActiveMember is { } active && (route.Target != active || route.Fenced.Contains(active));

    /// <summary>A fence that is seen to stand, or whose side is passive and not served any more, is honoured and struck off.</summary>
    private IReadOnlyList<CrdrObligation> StillOwed(CrdrStatus status)
    {
        IReadOnlyList<CrdrObligation> owed = store.Obligations(pair.Name);
        if (owed.Count == 0) return owed;
        List<CrdrObligation> left = [.. owed.Where(o => !Honoured(o, status) && !Moot(o))];
        if (left.Count < owed.Count) store.SetObligations(pair.Name, left);
        return left;
    }

    /// <summary>A route that the pair does not have any more owes nothing.</summary>
    private bool Moot(CrdrObligation obligation) =>
        obligation.Id.Split(':') is { Length: 3 } id && pair.Routes.All(r => r.Name != id[1]);

    private static bool Honoured(CrdrObligation obligation, CrdrStatus status) =>
        (MemberFence.SideOf(obligation) is { } fenced && (status[fenced].Role == MemberRole.Passive || (status.ActiveMember == fenced && status[fenced].Role == MemberRole.Active)))
        || obligation.Id.Split(':') is { Length: 3 } id && id[0] == "fence"
        && Enum.TryParse(id[2], out Side side)
        && status.Routes.FirstOrDefault(r => r.Name == id[1]) is { Verified: true } seen
        && (seen.Fenced.Contains(side) || (seen.Target == side.Other() && status.ActiveMember == side.Other()));

    private static CrdrMemberStatus LastSeen(CrdrMemberStatus member, IReadOnlyList<Sample> samples) =>
        member.Reachable ? member : member with { LastSeen = samples.LastOrDefault(s => s.Seen.Contains(member.Side))?.At };
}
