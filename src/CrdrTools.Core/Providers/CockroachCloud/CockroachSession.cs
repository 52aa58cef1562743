using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>One pair of CockroachDB Cloud clusters.</summary>
internal sealed partial class CockroachSession : IPairSession, IDisruptible, ISettable, IOutageWitness
{
    /// <summary>While somebody only waits for a stream, the clusters are looked at that often.</summary>
    private static readonly TimeSpan s_clustersKept = TimeSpan.FromSeconds(5);

    private readonly CrdrPair _pair;
    private readonly ICockroachApi _api;
    private readonly TimeProvider _time;
    private readonly IClusterClock _clock;
    private readonly Dictionary<Side, string> _ids = [];
    private readonly IReadOnlyDictionary<string, string> _connections;
    private Clusters? _seen;

    public CockroachSession(CrdrPair pair, ICockroachApi api, TimeProvider time, IReadOnlyDictionary<string, string> connections)
    {
        _connections = connections;
        _pair = pair;
        _api = api;
        _time = time;
        _clock = new OwnClock(Sql, new VendorClock(api, side => _ids.Get(side)));
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
            if ((pair[side].Identity ?? (Guid.TryParse(pair[side].Name, out _) ? pair[side].Name : null)) is { } id) _ids[side] = id;
    }

    /// <summary>What was last seen of the two clusters, and of streams that lead elsewhere.</summary>
    private sealed record Clusters(IReadOnlyDictionary<Side, CockroachLook> Looks, IReadOnlyList<CockroachStream> Streams, DateTimeOffset At);

    public bool Simulated => new Uri(CockroachApi.Endpoint(_pair)).IsLoopback;

    public PairWords Words { get; } = new();

    private TimeSpan LagLimit => CockroachProvider.LagLimit(_pair);

    public CrdrLoss PlannedLoss(CrdrRequest request) => request.FailoverAt is { } at
        ? new() { Kind = LossKind.Unknown, Statement = $"Everything written after {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z was thrown away, as was asked for." }
        : WritersFenced.Fences(_pair, request) == 0
            ? new()
            {
                Kind = LossKind.Unknown,
                Statement = "Everything up to the time that was read before the move had arrived. Nothing kept clients away from the old side, and what it took later is not there.",
            }
            : new()
            {
                Kind = LossKind.Bounded, Bound = TimeSpan.Zero,
                Statement = "Nothing that came through the pair's routes: they let nobody through, and by the vendor's word everything up to a later time had arrived before the move.",
            };

    public async Task<CrdrStatus> ObserveAsync(bool whole, CancellationToken ct)
    {
        await ResolveAsync(ct).ConfigureAwait(false);
        DateTimeOffset began = _time.GetUtcNow();
        Clusters? kept = !whole && _seen is { } seen && (began - seen.At).Duration() < s_clustersKept ? seen : null;
        string anchor = _ids.Get(Side.Primary) ?? _ids.Get(Side.Recovery)
            ?? throw new VendorException(CrdrErrorKind.NotFound, "ClusterNotFound", $"Neither {_pair.Primary.Name} nor {_pair.Recovery.Name} is among the clusters that the key can see.", VendorVerdict.NotDone, 404);
        Task<VendorReply<IReadOnlyList<CockroachStream>>> streams = StreamsAsync(anchor, ct);
        if (kept is null)
        {
            Task<CockroachLook> p = LookAsync(Side.Primary, ct), r = LookAsync(Side.Recovery, ct);
            Dictionary<Side, CockroachLook> looks = new() { [Side.Primary] = await p.ConfigureAwait(false), [Side.Recovery] = await r.ConfigureAwait(false) };
            _seen = kept = new Clusters(looks, _seen?.Streams ?? [], began);
        }
        VendorReply<IReadOnlyList<CockroachStream>> listed = await streams.ConfigureAwait(false);
        // While a stream joins the two, the other is in no stream elsewhere that could matter.
        if (whole && _ids.Get(Side.Recovery) is { } other && other != anchor && !listed.Body.Any(s => s.Live && s.Joins(other)))
            _seen = kept = kept with { Streams = (await _api.ListStreamsAsync(other, ct).ConfigureAwait(false)).Body };
        foreach (Side side in new[] { Side.Primary, Side.Recovery }) RequireRights(side, kept.Looks[side]);
        VendorException?[] troubles = [kept.Looks[Side.Primary].Trouble, kept.Looks[Side.Recovery].Trouble];
        if (troubles.All(t => t is not null) && troubles.FirstOrDefault(t => t!.Status != 404) is { } trouble) throw trouble;
        // The oldest of what was just read is how old the look is.
        DateTimeOffset at = whole ? kept.Looks.Values.Select(l => l.At).Append(listed.ReceivedAt).Min() : listed.ReceivedAt;
        return Judge(kept.Looks, [.. listed.Body, .. kept.Streams], at, VendorTime.Latest(listed), listed.ReceivedAt);
    }

    public IReadOnlyList<Step> Plan(CrdrRequest request, CrdrStatus start)
    {
        CockroachWork work = new(_api, _pair, request, _clock, LagLimit, Sql);
        RequireOwnStream(request, start);
        return request.Verb switch
        {
            CrdrVerb.Failover => [Fail(work, request.To ?? Side.Recovery), .. Proof(work, request.To ?? Side.Recovery)],
            CrdrVerb.Switchover when request.To is not { } =>
                throw new CrdrException(CrdrErrorKind.InvalidInput, "TargetMissing", "A switchover names its target: -To Recovery, or -To Primary."),
            CrdrVerb.Switchover => Move(work, request.To!.Value),
            CrdrVerb.Restore when request is { TakeOver: true, TakeOverWindow: { } window } => [new CreateStream(work, Side.Primary), new AwaitWindow(window), .. Move(work, Side.Primary)],
            CrdrVerb.Restore when request.TakeOver => [new CreateStream(work, Side.Primary), .. Move(work, Side.Primary)],
            CrdrVerb.Restore => [new CreateStream(work, Side.Primary)],
            CrdrVerb.Setup => [new CreateStream(work, Side.Recovery)],
            CrdrVerb.StopReplication => [new CancelStream(work, start.Streams.FirstOrDefault(s => s.Live)?.To ?? (start.ActiveMember ?? Side.Primary).Other())],
            CrdrVerb.Repair => throw new CrdrException(CrdrErrorKind.InvalidInput, "RepairNotOffered", "CockroachDB Cloud has no call that keeps one of two clusters that take writes and makes the other its copy; the cluster that was left goes on answering by design. Nothing was changed.",
                Keep(request)),
            _ => throw new ArgumentOutOfRangeException(nameof(request)),
        };
    }

    /// <summary>What comes nearest: clients away from the one, its rows compared by hand, then a new stream, which erases it.</summary>
    private string Keep(CrdrRequest request)
    {
        Side keep = Operations.Plan.Target(request), gone = keep.Other();
        (string powerShell, string crdr) = Operations.CommandText.For(_pair.Name, new() { Verb = keep == Side.Primary ? CrdrVerb.Setup : CrdrVerb.Restore, DiscardWritesOn = gone });
        return $"Lead clients to {_pair[keep].Name}: Switch-CrdrRoute {_pair.Name} -To {keep} (crdr route switch {_pair.Name} --to {keep.ToString().ToLowerInvariant()}); export from {_pair[gone].Name} what only it has (EXPORT, or a managed backup); then a new stream erases it and copies everything: {powerShell} ({crdr})";
    }

    public string? VendorCommand(CrdrRequest request) => request switch
    {
        { Verb: CrdrVerb.Restore, TakeOver: false } => Create(Side.Primary),
        { Verb: CrdrVerb.Setup } => Create(Side.Recovery),
        { Verb: CrdrVerb.StopReplication } => "ccloud replication update STREAM-ID --status CANCELED",
        _ => "ccloud replication update STREAM-ID --status FAILING_OVER",
    };

    /// <summary>Pure: what the looks mean.</summary>
    internal CrdrStatus Judge(IReadOnlyDictionary<Side, CockroachLook> looks, IReadOnlyList<CockroachStream> streams, DateTimeOffset at, DateTimeOffset? vendorTime, DateTimeOffset vendorTimeAt)
    {
        string? a = _ids.Get(Side.Primary), b = _ids.Get(Side.Recovery);
        TimeSpan? skew = vendorTime - vendorTimeAt;
        Lineage lineage = Lineage.Of(_pair.Name, a, b, streams, at + (skew ?? TimeSpan.Zero));
        List<CockroachStream> foreign = [.. streams.Where(s => s.Joins(a) != s.Joins(b)).GroupBy(s => s.Id).Select(g => g.First())];
        CrdrMemberStatus primary = CockroachView.Member(Side.Primary, _pair.Primary, looks[Side.Primary], lineage, foreign);
        CrdrMemberStatus recovery = CockroachView.Member(Side.Recovery, _pair.Recovery, looks[Side.Recovery], lineage, foreign);
        (CrdrPhase phase, Side? active) = CockroachPhase.Of(lineage, primary, recovery, LagLimit);
        return new CrdrStatus
        {
            Pair = _pair.Name, Provider = _pair.Provider, Phase = phase, ActiveMember = active, Primary = primary, Recovery = recovery,
            Streams = lineage.Streams, Replication = Replication(lineage),
            Findings = [.. CockroachFindings.Of(_pair, lineage, primary, recovery, looks, foreign, LagLimit)],
            Epoch = new Dictionary<string, string?>
            {
                ["active"] = active?.ToString(), ["primary.id"] = primary.Identity, ["recovery.id"] = recovery.Identity,
                ["primary.stream"] = Newest(lineage, Side.Primary), ["recovery.stream"] = Newest(lineage, Side.Recovery),
            },
            ObservedAt = at, ClockSkew = skew,
        };
    }

    private static string Newest(Lineage lineage, Side into) => lineage.Into(into) is { } stream ? $"{stream.Id} {(stream.Live ? "live" : "ended")}" : "none";

    private static CrdrReplication? Replication(Lineage lineage) =>
        lineage.Live is { } live
            ? new() { From = live.From, To = live.To, State = live.State, Lag = live.Lag, ReplicatedTo = live.ReplicatedTime }
            : new() { From = lineage.Contradicts ? null : lineage.Active, State = lineage.Streams.Count == 0 ? "no stream" : $"no stream under way; the last is {lineage.Streams[0].State}" };

    private static Step Fail(CockroachWork work, Side to) => new CompleteStream(work, to,
        [new TargetReady(to), new OutageEvident(to.Other()), new WritersFenced(to.Other()), new LossBound(), new FailoverAtRetained(to), new FailoverAtWithinHour()]);

    private static IReadOnlyList<Step> Move(CockroachWork work, Side to)
    {
        List<Guard> guards =
        [
            new TargetReady(to), new SourceHealthy(to.Other()), new LagWithinLimit(to, work.LagLimit), new WritersFenced(to.Other()),
            new FailoverAtRetained(to), new FailoverAtWithinHour(), new FailoverAtKeepsAll(),
        ];
        Drain drain = new(work, to, guards);
        // Once the fence stands the lag counts no more: what counts is that everything has arrived.
        return [drain, new CompleteStream(work, to, [.. guards.Where(g => g is not LagWithinLimit), new Drained(drain)]), .. Proof(work, to)];
    }

    private static IEnumerable<Step> Proof(CockroachWork work, Side to)
    {
        if (work.Sql(to) is { } sql) yield return new ProbeWrite(work, to, sql);
    }

    /// <summary>Two references to one place tell nothing of either cluster.</summary>
    private IClusterSql? Sql(Side side) =>
        _connections.Count == 2 && _connections.Values.Distinct().Count() == 1 ? null :
        _connections.Get(CockroachProvider.SqlSetting(side)) is { } connection ? ClusterSql.Open(connection, _pair[side].Name) : null;

    public async Task<string> ClusterSettingAsync(Side side, string name, string? value, CancellationToken ct) =>
        await (Sql(side) ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "SqlNotConfigured",
            $"{_pair.Name} does not say how {_pair[side].Name} is reached over SQL.", $"Give the pair the setting {CockroachProvider.SqlSetting(side)}, a reference as env:NAME to a connection string."))
            .SettingAsync(name, value, ct).ConfigureAwait(false);

    public async Task<CrdrDisruption> DisruptionAsync(Side side, CancellationToken ct) =>
        Read(side, (await _api.GetDisruptionAsync(await IdAsync(side, ct).ConfigureAwait(false), ct).ConfigureAwait(false)).Body);

    public async Task<CrdrDisruption> DisruptAsync(Side side, CrdrDisruption? what, CancellationToken ct)
    {
        // Ending a disruption can never be the mistake.
        if (what is not null && _pair.Settings.Get("testPair") != "true")
            throw new CrdrException(CrdrErrorKind.Refused, "NotATestPair", $"{_pair.Name} is not marked as a test pair, and only those are disrupted on purpose. Nothing was changed.",
                "Mark it in its description with the setting testPair: true, if losing it does not matter.");
        string id = await IdAsync(side, ct).ConfigureAwait(false);
        VendorReply<CockroachCluster> cluster = await _api.GetClusterAsync(id, ct).ConfigureAwait(false);
        if (_pair[side].Identity is { } pinned && CockroachView.Identity(_pair[side], cluster.Body) != pinned)
            throw new CrdrException(CrdrErrorKind.Refused, "IdentityUnchanged", $"{_pair[side].Name} is not the cluster that was registered: it is {CockroachView.Identity(_pair[side], cluster.Body)}. Nothing was changed.");
        CockroachDisruption wanted = new() { RegionalDisruptorSpecifications = what is null ? [] : [Specification(what, cluster.Body)] };
        await _api.DisruptAsync(id, wanted).ConfigureAwait(false);
        return Read(side, (await _api.GetDisruptionAsync(id, ct).ConfigureAwait(false)).Body);
    }

    private static CockroachDisruptedRegion Specification(CrdrDisruption what, CockroachCluster cluster)
    {
        bool parts = what.Zones.Count + what.Nodes.Count > 0;
        return new()
        {
            RegionCode = what.Region ?? cluster.Regions?.FirstOrDefault()?.Name, IsWholeRegion = !parts, Azs = parts ? [.. what.Zones] : null, Pods = parts ? [.. what.Nodes] : null,
        };
    }

    private CrdrDisruption Read(Side side, CockroachDisruption told)
    {
        CockroachDisruptedRegion? region = told.RegionalDisruptorSpecifications?.FirstOrDefault();
        return new()
        {
            Pair = _pair.Name, Side = side, Member = _pair[side].Name, Region = region?.RegionCode, WholeRegion = region?.IsWholeRegion == true,
            Zones = region?.Azs ?? [], Nodes = region?.Pods ?? [],
        };
    }

    private async Task<string> IdAsync(Side side, CancellationToken ct)
    {
        await ResolveAsync(ct).ConfigureAwait(false);
        return _ids.Get(side) ?? throw new CrdrException(CrdrErrorKind.NotFound, "ClusterNotFound", $"There is no cluster {_pair[side].Name} that the key can see.");
    }

    /// <summary>A stream that somebody names must be this pair's, and the one that is under way.</summary>
    private void RequireOwnStream(CrdrRequest request, CrdrStatus start)
    {
        if (request.Stream is not { } id) return;
        CrdrStream stream = start.Streams.FirstOrDefault(s => string.Equals(s.Id, id, StringComparison.OrdinalIgnoreCase))
            ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "StreamNotOfPair", $"The stream {id} is none of {_pair.Name}'s.", $"List them with: Get-CrdrStream {_pair.Name} (crdr stream list {_pair.Name})");
        bool meant = request.Verb is CrdrVerb.Failover or CrdrVerb.Switchover ? stream.To == Operations.Plan.Target(request) : request.Verb != CrdrVerb.Restore || stream.To == Side.Primary;
        if (!meant) throw new CrdrException(CrdrErrorKind.InvalidInput, "StreamLeadsElsewhere", $"The stream {id} leads to the {stream.To} side.");
        if (!stream.Live) throw new CrdrException(CrdrErrorKind.InvalidState, "StreamEnded", $"The stream {id} is {stream.State}.");
    }

    private string Create(Side standby)
    {
        CockroachWork work = new(_api, _pair, new CrdrRequest { Verb = CrdrVerb.Setup }, _clock, LagLimit, Sql);
        return $"ccloud replication create --primary-cluster {work.Id(standby.Other())} --standby-cluster {work.Id(standby)}";
    }

    private void RequireRights(Side side, CockroachLook look)
    {
        if (look.Trouble is { Kind: CrdrErrorKind.Authentication }) throw look.Trouble;
        if (look.Trouble is { Kind: CrdrErrorKind.PermissionDenied } denied)
            throw new VendorException(CrdrErrorKind.PermissionDenied, "ClusterPermissionDenied", $"The key has no rights on {_pair[side].Name}: {denied.Message}", VendorVerdict.NotDone, denied.Status, denied);
    }

    /// <summary>All between the two are in either's list: where the lost one's cannot be had, the other's will do (safety rule S16).</summary>
    private async Task<VendorReply<IReadOnlyList<CockroachStream>>> StreamsAsync(string anchor, CancellationToken ct)
    {
        try
        {
            return await _api.ListStreamsAsync(anchor, ct).ConfigureAwait(false);
        }
        catch (VendorException e) when (e.Kind is not (CrdrErrorKind.Authentication or CrdrErrorKind.PermissionDenied) && _ids.Get(Side.Recovery) is { } other && other != anchor)
        {
            return await _api.ListStreamsAsync(other, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Ids of members that were never pinned, by their names.</summary>
    private async Task ResolveAsync(CancellationToken ct)
    {
        if (_ids.Count == 2) return;
        IReadOnlyList<CockroachCluster> clusters = await _api.ListClustersAsync(ct).ConfigureAwait(false);
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
            if (!_ids.ContainsKey(side) && CockroachProvider.Find(clusters, _pair[side].Name) is { Id: { } id }) _ids[side] = id;
    }

    private async Task<CockroachLook> LookAsync(Side side, CancellationToken ct)
    {
        if (_ids.Get(side) is not { } id)
            return new(null, null, new VendorException(CrdrErrorKind.NotFound, "ClusterNotFound", $"There is no cluster {_pair[side].Name}.", VendorVerdict.NotDone, 404), _time.GetUtcNow());
        Task<IReadOnlyList<CockroachNode>> nodes = _api.ListNodesAsync(id, ct);
        VendorReply<CockroachCluster> cluster;
        try
        {
            cluster = await _api.GetClusterAsync(id, ct).ConfigureAwait(false);
            if (cluster.Body.Id is null) throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"CockroachDB Cloud answered without a cluster in it ({_pair[side].Name}).", VendorVerdict.Unknown);
        }
        catch (VendorException e)
        {
            await Ended(nodes).ConfigureAwait(false);
            return new(null, null, e, _time.GetUtcNow());
        }
        try
        {
            return new(cluster.Body, await nodes.ConfigureAwait(false), null, cluster.ReceivedAt);
        }
        catch (VendorException)
        {
            return new(cluster.Body, null, null, cluster.ReceivedAt);
        }
    }

    private static async Task Ended(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (VendorException)
        {
            // The cluster's own trouble is told.
        }
    }
}
