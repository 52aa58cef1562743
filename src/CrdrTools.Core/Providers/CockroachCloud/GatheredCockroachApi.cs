using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>
/// Looks at many clusters by the lists of all clusters and all streams that a key sees. Nodes can be asked for one cluster at a time only: while the stream of a cluster moves they may be
/// some minutes old, for a cluster that is dead moves none; else they are asked for now. Only looks: whoever wants to change something, or evidence for that, asks the clusters themselves.
/// </summary>
internal sealed class GatheredCockroachApi(ICockroachApi direct, ReadBook book, string scope, TimeSpan age, TimeProvider time) : ICockroachApi
{
    /// <summary>How old a node list may be while its cluster's stream moves; and while it stands still, for a region with hundreds of clusters may be lost at once.</summary>
    private static readonly TimeSpan s_nodesKept = TimeSpan.FromMinutes(10), s_stillKept = TimeSpan.FromSeconds(90);

    /// <summary>Between two node lists, so that most of what the vendor allows is left to lists and to whoever acts; and how long one is waited for.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200), s_moment = TimeSpan.FromSeconds(2);

    /// <summary>What has arrived is told in steps of up to half a minute: a stream that is no further behind than that and a little moves.</summary>
    private static readonly TimeSpan s_moves = TimeSpan.FromSeconds(45);

    public Task<IReadOnlyList<CockroachCluster>> ListClustersAsync(CancellationToken ct) => direct.ListClustersAsync(ct);

    public async Task<VendorReply<CockroachCluster>> GetClusterAsync(string id, CancellationToken ct)
    {
        (Dictionary<string, CockroachCluster> clusters, DateTimeOffset at) = await ClustersAsync(ct).ConfigureAwait(false);
        return clusters.Get(id) is { State: not null } found ? new(found, null, at) : await direct.GetClusterAsync(id, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<CockroachNode>> ListNodesAsync(string id, CancellationToken ct)
    {
        string key = $"{scope} nodes {id}";
        bool moves = await MovesAsync(id, ct).ConfigureAwait(false);
        if (Known() is { } known) return known;
        Task reading = book.Later($"{scope} nodes", s_pause, key, async () => new NodeList(await direct.ListNodesAsync(id, CancellationToken.None).ConfigureAwait(false), moves));
        // Where it matters now it is waited for a moment; many at once take their turns, and are not told until then.
        if (!moves) await Task.WhenAny(reading, time.Delay(s_moment, ct)).ConfigureAwait(false);
        return Known() ?? (moves ? book.Peek<NodeList>(key)?.Value.Nodes : null) ?? [];

        // What was read while the stream moved says nothing of a cluster whose stream stands still.
        IReadOnlyList<CockroachNode>? Known() => book.Peek<NodeList>(key) is { } read && read.Age <= (moves ? s_nodesKept : s_stillKept) && (moves || !read.Value.Moved) ? read.Value.Nodes : null;
    }

    /// <summary>The nodes of a cluster, and whether its stream moved when they were read.</summary>
    private sealed record NodeList(IReadOnlyList<CockroachNode> Nodes, bool Moved);

    public async Task<VendorReply<IReadOnlyList<CockroachStream>>> ListStreamsAsync(string cluster, CancellationToken ct)
    {
        VendorReply<ILookup<string, CockroachStream>> all = await StreamsAsync(ct).ConfigureAwait(false);
        return new([.. all.Body[cluster]], all.ServerTime, all.ReceivedAt);
    }

    public Task<VendorReply<IReadOnlyList<CockroachStream>>> ListAllStreamsAsync(CancellationToken ct) => direct.ListAllStreamsAsync(ct);

    public Task<VendorReply<CockroachStream>> CreateStreamAsync(string primary, string standby) => direct.CreateStreamAsync(primary, standby);

    public Task<VendorReply<CockroachStream>> UpdateStreamAsync(string id, string status, DateTimeOffset? failoverAt = null) => direct.UpdateStreamAsync(id, status, failoverAt);

    public Task<VendorReply<CockroachDisruption>> GetDisruptionAsync(string cluster, CancellationToken ct) => direct.GetDisruptionAsync(cluster, ct);

    public Task<VendorReply<CockroachDisruption>> DisruptAsync(string cluster, CockroachDisruption disruption) => direct.DisruptAsync(cluster, disruption);

    /// <summary>Whether nothing makes its nodes worth a question of their own: a stream that stands still tells of the cluster that it reads from.</summary>
    private async Task<bool> MovesAsync(string id, CancellationToken ct)
    {
        VendorReply<ILookup<string, CockroachStream>> streams = await StreamsAsync(ct).ConfigureAwait(false);
        (Dictionary<string, CockroachCluster> clusters, _) = await ClustersAsync(ct).ConfigureAwait(false);
        DateTimeOffset now = streams.ServerTime ?? streams.ReceivedAt;
        return clusters.Get(id) is { State: "CREATED" } && streams.Body[id].Any(s => s is { Status: "REPLICATING", ReplicatedTime: { } arrived } && (s.StandbyClusterId == id || now - arrived <= s_moves));
    }

    private async Task<(Dictionary<string, CockroachCluster> ById, DateTimeOffset At)> ClustersAsync(CancellationToken ct)
    {
        Tuple<Dictionary<string, CockroachCluster>, DateTimeOffset> all = await book.GetAsync($"{scope} clusters", age, async () =>
        {
            DateTimeOffset at = time.GetUtcNow();
            Dictionary<string, CockroachCluster> byId = [];
            foreach (CockroachCluster cluster in await direct.ListClustersAsync(CancellationToken.None).ConfigureAwait(false))
                if (cluster.Id is { } id) byId[id] = cluster;
            return Tuple.Create(byId, at);
        }, ct).ConfigureAwait(false);
        return (all.Item1, all.Item2);
    }

    private Task<VendorReply<ILookup<string, CockroachStream>>> StreamsAsync(CancellationToken ct) => book.GetAsync($"{scope} streams", age, async () =>
    {
        VendorReply<IReadOnlyList<CockroachStream>> all = await direct.ListAllStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        return new VendorReply<ILookup<string, CockroachStream>>(all.Body.SelectMany(s => new[] { s.PrimaryClusterId, s.StandbyClusterId }.OfType<string>().Select(id => (Id: id, Stream: s))).ToLookup(s => s.Id, s => s.Stream), all.ServerTime, all.ReceivedAt);
    }, ct);
}
