using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>The steps of one request: the provider's own, with the routes' put around the one that moves writes.</summary>
public sealed class Plan
{
    /// <summary>How clients are held off by hand, where a step does it within itself.</summary>
    private readonly IReadOnlyList<string> _held;

    private Plan(IReadOnlyList<Step> steps, IReadOnlyList<string>? held = null)
    {
        _held = held ?? [];
        Steps = steps;
        Hash = Compat.Sha256(string.Join("\n", steps.Select(s => $"{s.Id}\t{s.Effect}"))).Substring(0, 16);
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Tells this plan from another.</summary>
    public string Hash { get; }

    /// <summary>Pure: the same request and start give the same plan.</summary>
    public static Plan Make(CrdrRequest request, CrdrStatus start, IPairSession session, IReadOnlyList<IRoute> routes)
    {
        if (request.Verb == CrdrVerb.SwitchRoute) return new Plan(RoutesAlone(request, start, routes));
        if (request.Verb == CrdrVerb.Repair) return new Plan(Kept(request, session.Plan(request, start), routes));
        List<Step> steps = [];
        Side to = Target(request);
        Side old = to.Other();
        bool planned = request.Verb != CrdrVerb.Failover;
        IReadOnlyList<IRoute> ours = request.NoRoute ? [] : [.. routes.Where(r => r.Switchable)], fences = [.. ours.Where(r => r.CanFence)];
        IReadOnlyList<Step> own = session.Plan(request, start);
        Step? first = own.FirstOrDefault(s => s.BehindFence), last = own.LastOrDefault(s => s.BehindFence);
        foreach (Step step in own)
        {
            if (step == first && step is not TightStep) steps.AddRange(fences.Select(r => new FenceRoute(r, old, planned)));
            steps.Add(step);
            if (step != last) continue;
            if (!request.NoRoute) steps.AddRange(routes.Where(r => !r.Switchable).Select(r => new VerifyRoute(r, to)));
            steps.AddRange(ours.Select(r => new SwitchRoute(r, to)));
            if (step is not TightStep) Unfence();
        }
        // A server that was stopped for the move is let be reached again once it follows.
        if (last is TightStep) Unfence();
        return new Plan(steps, [.. fences.SelectMany(r => RouteStep.ByHand(r, RouteDeed.Fence, old))]);

        void Unfence()
        {
            if (planned && !own.Any(s => s.OldSideServes)) steps.AddRange(fences.Select(r => new UnfenceRoute(r, old)));
        }
    }

    /// <summary>The split is ended first, for that loses the least; then clients are led to the side that is kept, and only then is the other made its copy, which may take hours.</summary>
    private static IReadOnlyList<Step> Kept(CrdrRequest request, IReadOnlyList<Step> own, IReadOnlyList<IRoute> routes) =>
        [own[0], .. routes.Where(r => r.Switchable).Select(r => new SwitchRoute(r, Target(request))), .. own.Skip(1)];

    private static IReadOnlyList<Step> RoutesAlone(CrdrRequest request, CrdrStatus start, IReadOnlyList<IRoute> routes)
    {
        if (request.To is not { } to) throw new CrdrException(CrdrErrorKind.InvalidInput, "SideMissing", "Routes are switched to a side: Primary or Recovery.");
        if (routes.Count == 0) throw new CrdrException(CrdrErrorKind.NotFound, "RouteNotFound", $"The pair '{start.Pair}' has no routes.");
        if (request.Routes.FirstOrDefault(n => !routes.Any(r => string.Equals(r.Name, n, StringComparison.OrdinalIgnoreCase))) is { } missing)
            throw new CrdrException(CrdrErrorKind.NotFound, "RouteNotFound", $"The pair '{start.Pair}' has no route '{missing}'; it has: {string.Join(", ", routes.Select(r => r.Name))}.");
        List<IRoute> meant = [.. routes.Where(r => request.Routes.Count == 0 || request.Routes.Contains(r.Name, StringComparer.OrdinalIgnoreCase))];
        if (!meant.Any(r => r.Switchable)) throw new CrdrException(CrdrErrorKind.InvalidState, "RouteIsVendorManaged", $"The vendor moves {string.Join(", ", meant.Select(r => r.Name))} by itself.");
        return [.. meant.Where(r => r.Switchable).Select(r => new SwitchRoute(r, to, CommonGuards.BeforeRoutesSwitch(start[to].Name)))];
    }

    /// <summary>Where a request sends the writes.</summary>
    public static Side Target(CrdrRequest request) =>
        request.To ?? (request.Verb == CrdrVerb.Restore ? Side.Primary : Side.Recovery);

    /// <summary>From the end backwards: everything up to the last step that is done, or beyond, is passed over.</summary>
    /// <param name="now">What was seen.</param>
    /// <param name="passFollowing">Whether proof of a move is passed over with it: of one that is not this operation's own.</param>
    public int FirstOpen(CrdrStatus now, bool passFollowing = true)
    {
        int first = 0;
        for (int i = Steps.Count - 1; i >= 0; i--)
        {
            if (!Steps[i].Anchor || Steps[i].Judge(now).State != StepState.Done) continue;
            first = i + 1;
            break;
        }
        while (first < Steps.Count && ((first > 0 && passFollowing && Steps[first].Follows) || Steps[first].Judge(now).State == StepState.Done)) first++;
        return first;
    }

    /// <summary>All guards of a step: its own, and those that every change has.</summary>
    public static IEnumerable<Guard> GuardsOf(Step step) =>
        !step.Acts ? [] : step.Follows ? step.Guards :
        [.. step is RouteStep ? [] : CommonGuards.BeforeAnyChange(step), .. step.BehindFence ? CommonGuards.BeforeWritesMove : [], .. step.Guards];

    /// <summary>As it is shown to people: what would be done from where the pair stands now.</summary>
    public CrdrPlan Show(GuardFacts facts)
    {
        int first = FirstOpen(facts.Now);
        Step? next = Steps.Skip(first).FirstOrDefault(s => s.Acts && s is not RouteStep) ?? Steps.Skip(first).FirstOrDefault();
        bool joins = next is not null && next.Judge(facts.Now).State == StepState.Underway;
        return new CrdrPlan
        {
            Pair = facts.Pair.Name, Verb = facts.Request.Verb, To = facts.Request.Verb == CrdrVerb.SwitchRoute || Steps.Any(s => s.MovesWrites) ? Target(facts.Request) : null, Phase = facts.Now.Phase, Hash = Hash,
            Lease = facts.LeaseScope,
            Steps = [.. Steps.Select((s, i) => Show(s, i < first ? StepProgress.Done : StepProgress.Pending)).Select((s, i) => Steps[i] is TightStep ? s with { Manual = [.. _held, .. s.Manual] } : s)],
            Checks = next is null || joins ? [] : [.. GuardsOf(next).Where(g => !g.BehindFence).Select(g => g.Check(facts))],
        };
    }

    /// <summary>One step as it is shown to people.</summary>
    public static CrdrStep Show(Step step, StepProgress state) => new()
    {
        Id = step.Id, Effect = step.Effect, Guards = [.. GuardsOf(step).Select(g => g.Name)], PointOfNoReturn = step.PointOfNoReturn, MovesWrites = step.MovesWrites,
        NeededBy = step.NeededBy, Limit = step.Limit, Manual = step.Manual, State = state,
    };
}

/// <summary>The two sides.</summary>
public static class Sides
{
    /// <summary>The one across.</summary>
    public static Side Other(this Side side) => side == Side.Primary ? Side.Recovery : Side.Primary;
}
