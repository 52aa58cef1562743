using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Who takes writes and who follows whom, read off the model.</summary>
internal sealed class CockroachTopology(CockroachModel model) : ITopology
{
    /// <summary>There is no shared name: a client without a proxy goes where it was told.</summary>
    public ServiceKey UriTarget(ServiceKey home) => home;

    /// <summary>The other cluster of the newest stream.</summary>
    public ServiceKey? PeerOf(ServiceKey service) => model.NewestFirst.FirstOrDefault(s => s.Joins(service))?.PeerOf(service);

    /// <summary>
    /// Whoever is up and no standby takes writes: after a failover that is both clusters, for nothing fences the old primary.
    /// </summary>
    public bool Accepts(ServiceKey service) => Up(service) && model.NewestInto(service) switch
    {
        null => true,
        { Active: true } => false,
        { Status: CockroachWords.Canceled } => model.Stage.Settings.CockroachCanceledStandbyServes,
        _ => true,
    };

    public IEnumerable<Replica> ReplicasOf(ServiceKey service, DateTimeOffset at)
    {
        foreach (var stream in model.Active.Where(s => s.Primary == service))
        {
            if (model.ProgressOf(stream) is { Follows: true } progress && model.NewestInto(stream.Standby) == stream)
                yield return new Replica(stream.Standby, progress.Frontier.At(at));
        }
    }

    /// <summary>Whether the cluster is there and most of its nodes are.</summary>
    public bool Up(ServiceKey service) =>
        model.Named(service.Service) is { Exists: true } cluster && cluster.Nodes.Count(n => IsLive(cluster, n)) * 2 > cluster.Nodes.Count;

    public bool IsLive(CockroachCluster cluster, CockroachNode node) =>
        !model.Stage.Regions.IsDown(node.Region) && !cluster.IsDisrupted(node);

    /// <summary>
    /// The cluster that should have every acknowledged write: the primary of a stream under way, else the standby of the newest one that
    /// was completed.
    /// </summary>
    public ServiceKey KeeperOf(ServiceKey cluster)
    {
        var newest = model.NewestFirst.FirstOrDefault(s => s.Joins(cluster) && s.Status != CockroachWords.Canceled)
            ?? model.NewestFirst.FirstOrDefault(s => s.Joins(cluster));
        if (newest is null) return cluster;
        return newest.Status == CockroachWords.Completed ? newest.Standby : newest.Primary;
    }

    /// <summary>The clients of the cluster and of those it was ever joined with.</summary>
    public Func<DataClient, bool> ClientsOf(ServiceKey cluster)
    {
        var members = new HashSet<ServiceKey>(model.Streams.Where(s => s.Joins(cluster)).Select(s => s.PeerOf(cluster))) { cluster };
        return client => members.Contains(client.Home);
    }
}
