using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>One pair of Aiven services.</summary>
internal sealed partial class AivenSession(CrdrPair pair, IAivenApi api, TimeProvider time, Action<string>? notice = null, IReadOnlyDictionary<string, string>? connections = null) : IPairSession, IOutageWitness
{
    private string Project => pair.Settings["project"];

    public bool Simulated => new Uri(AivenApi.Endpoint(pair)).IsLoopback;

    public PairWords Words { get; } = new();

    public CrdrLoss PlannedLoss(CrdrRequest request) => new()
    {
        Kind = LossKind.VendorStated,
        Statement = "Nothing, by the vendor's word: the passive side is caught up before it takes over. Aiven reports no lag to check that by.",
    };

    public async Task<CrdrStatus> ObserveAsync(bool whole, CancellationToken ct) => Judge(await LookAsync(ct).ConfigureAwait(false));

    private async Task<AivenLooks> LookAsync(CancellationToken ct)
    {
        Task<VendorReply<AivenServiceEnvelope>> primary = api.GetServiceAsync(Project, pair.Primary.Name, ct);
        Task<VendorReply<AivenServiceEnvelope>> recovery = api.GetServiceAsync(Project, pair.Recovery.Name, ct);
        (AivenLook p, DateTimeOffset? clock, DateTimeOffset? pAt) = await LookAsync(primary).ConfigureAwait(false);
        (AivenLook r, DateTimeOffset? otherClock, DateTimeOffset? rAt) = await LookAsync(recovery).ConfigureAwait(false);
        // A bad token or a dead API is not a state of the pair.
        if (p.Trouble is { Kind: CrdrErrorKind.Authentication or CrdrErrorKind.PermissionDenied }) throw p.Trouble;
        if (r.Trouble is { Kind: CrdrErrorKind.Authentication or CrdrErrorKind.PermissionDenied }) throw r.Trouble;
        if (p.Trouble is not null && r.Trouble is not null && !(p.Gone && r.Gone)) throw p.Gone ? r.Trouble : p.Trouble;
        // The older of the two is how old the look is.
        return new(p, r, (pAt < rAt ? pAt : rAt ?? pAt) ?? time.GetUtcNow(), clock ?? otherClock);
    }

    public IReadOnlyList<Step> Plan(CrdrRequest request, CrdrStatus start) => request.Verb switch
    {
        _ when request.FailoverAt is not null => throw new CrdrException(CrdrErrorKind.InvalidInput, "FailoverAtNotOffered", "Aiven takes no time to fail over to: it goes to what has arrived.", "Leave -FailoverAt out."),
        _ when request.Stream is not null => throw new CrdrException(CrdrErrorKind.InvalidInput, "StreamNotOffered", "Aiven has no replication streams to name.", "Leave the stream out."),
        CrdrVerb.Failover when request.To == Side.Primary =>
            throw new CrdrException(CrdrErrorKind.InvalidInput, "FailoverNotPossible",
                "Aiven fails over from the primary only: 'only a primary service can be failed'.", "Use Switchover -To Primary, or Restore -TakeOver."),
        CrdrVerb.Failover => [new GiveUpPrimary(api, Project, pair)],
        CrdrVerb.Switchover when request.To is not { } =>
            throw new CrdrException(CrdrErrorKind.InvalidInput, "TargetMissing", "A switchover names its target: -To Recovery, or -To Primary."),
        CrdrVerb.Switchover => [new TakeOver(api, Project, pair, request.To!.Value)],
        CrdrVerb.Restore when request is { TakeOver: true, TakeOverWindow: { } window } =>
            [new RebuildPrimary(api, Project, pair), new AwaitWindow(window), new TakeOver(api, Project, pair, Side.Primary)],
        CrdrVerb.Restore when request.TakeOver => [new RebuildPrimary(api, Project, pair), new TakeOver(api, Project, pair, Side.Primary)],
        CrdrVerb.Restore => [new RebuildPrimary(api, Project, pair)],
        CrdrVerb.Setup => [new CreateRecovery(api, Project, pair,
            request.Options.Get("plan") ?? start.Primary.Native.Get("plan") ?? "",
            request.Options.Get("cloud") ?? pair.Recovery.Region
                ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "CloudMissing", "The recovery service needs a cloud region.", "Give -Cloud, for example google-europe-west4."))],
        CrdrVerb.Repair => throw new CrdrException(CrdrErrorKind.InvalidInput, "RepairNotOffered", $"Aiven's API has no call that keeps one of two active services and makes the other its copy. Nothing was changed.",
            $"Stop the applications, switch the routes to the service to keep (Switch-CrdrRoute {pair.Name} -To {Operations.Plan.Target(request)}, crdr route switch {pair.Name} --to {Operations.Plan.Target(request).ToString().ToLowerInvariant()}), and open an urgent support case: \"disaster_recovery_role of both {pair.Primary.Name} and {pair.Recovery.Name} is active; please keep {pair[Operations.Plan.Target(request)].Name}, and make {pair[Operations.Plan.Target(request).Other()].Name} passive after a backup of it was taken\"."),
        _ => throw new CrdrException(CrdrErrorKind.InvalidInput, "VerbNotOffered", $"Aiven has no {request.Verb}: its replication belongs to the pair of services."),
    };

    public string? VendorCommand(CrdrRequest request) => request switch
    {
        { Verb: CrdrVerb.Failover } => AivenStep.Avn(pair, pair.Primary.Name, "failed"),
        { Verb: CrdrVerb.Switchover, To: Side.Primary } or { Verb: CrdrVerb.Restore, TakeOver: true } => AivenStep.Avn(pair, pair.Primary.Name, "active"),
        { Verb: CrdrVerb.Switchover } => AivenStep.Avn(pair, pair.Recovery.Name, "active"),
        { Verb: CrdrVerb.Restore } => AivenStep.Avn(pair, pair.Primary.Name, "passive"),
        _ => null,
    };

    /// <summary>Pure: what two looks mean.</summary>
    internal CrdrStatus Judge(AivenLook p, AivenLook r, DateTimeOffset now, DateTimeOffset? serverTime)
    {
        CrdrMemberStatus primary = AivenView.Member(Side.Primary, pair.Primary, p, now);
        CrdrMemberStatus recovery = AivenView.Member(Side.Recovery, pair.Recovery, r, now);
        (CrdrPhase phase, Side? active) = AivenPhase.Of(primary, recovery);
        return new CrdrStatus
        {
            Pair = pair.Name, Provider = pair.Provider, Phase = phase, ActiveMember = active, Primary = primary, Recovery = recovery,
            Replication = Replication(primary, recovery, active), Findings = [.. AivenFindings.Of(pair, primary, recovery, p, r)],
            Epoch = new Dictionary<string, string?>
            {
                ["active"] = active?.ToString(), ["primary.id"] = primary.Identity, ["recovery.id"] = recovery.Identity,
                ["primary.nodes"] = Nodes(p), ["recovery.nodes"] = Nodes(r),
                ["primary.updated"] = p.Service?.UpdateTime, ["recovery.updated"] = r.Service?.UpdateTime,
            },
            ObservedAt = now, ClockSkew = serverTime - now,
        };
    }

    private static CrdrReplication Replication(CrdrMemberStatus primary, CrdrMemberStatus recovery, Side? active)
    {
        string? state = recovery.Native.Get("integration") ?? primary.Native.Get("integration");
        CrdrMemberStatus? passive = active is { } a ? a == Side.Primary ? recovery : primary : null;
        return new()
        {
            From = active, To = passive is { Role: MemberRole.Passive } ? passive.Side : null,
            State = passive is { Role: MemberRole.Passive, Health: MemberHealth.Rebuilding } ? "initial copy" : state ?? "no integration",
            InitialCopy = passive?.Progress,
        };
    }

    private static string? Nodes(AivenLook look) =>
        look.Service?.NodeStates is { } nodes ? string.Join(" ", nodes.Select(n => n.Name).OrderBy(n => n, StringComparer.Ordinal)) : null;

    private static async Task<(AivenLook Look, DateTimeOffset? Clock, DateTimeOffset? At)> LookAsync(Task<VendorReply<AivenServiceEnvelope>> reply)
    {
        try
        {
            VendorReply<AivenServiceEnvelope> got = await reply.ConfigureAwait(false);
            return got.Body.Service is { } service
                ? (new AivenLook(service, null), got.ServerTime, got.ReceivedAt)
                : (new AivenLook(null, new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", "Aiven answered without a service in it.", VendorVerdict.Unknown)), got.ServerTime, got.ReceivedAt);
        }
        catch (VendorException e)
        {
            return (new AivenLook(null, e), null, null);
        }
    }
}
