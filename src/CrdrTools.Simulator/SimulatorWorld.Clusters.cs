using CrdrTools.Simulator.CockroachCloud;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator;

/// <summary>CockroachDB Cloud: what exists, and hands that change it past the API.</summary>
public sealed partial class SimulatorWorld
{
    /// <summary>All clusters that are not deleted, by name.</summary>
    public IReadOnlyList<SimulatorCluster> Clusters => ReadData(() => _cockroach.Model.Clusters
        .Where(c => c.State != CockroachWords.Deleted).Select(c => ClusterSummary.Of(_cockroach.Model, c)).ToList());

    /// <summary>All streams, ended ones included, oldest first.</summary>
    public IReadOnlyList<SimulatorStream> Streams =>
        ReadData(() => _cockroach.Model.Streams.Select(s => StreamSummary.Of(_cockroach.Model, s)).ToList());

    /// <summary>
    /// Acknowledged writes to both sides of a failover: those each cluster acknowledged between the first and the last of the other, until
    /// one of the two joins another stream.
    /// </summary>
    public long ClusterDualWrites => ReadData(() => DualClusterWrites.Count(_cockroach.Model));

    /// <summary>One cluster.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public SimulatorCluster Cluster(string name) => ReadData(() => ClusterSummary.Of(_cockroach.Model, FoundCluster(name)));

    /// <summary>Adds a cluster, a month old.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the cluster cannot be.</exception>
    public SimulatorCluster AddCluster(string name, SimulatorClusterSpec? spec = null) => Change(() =>
        ClusterSummary.Of(_cockroach.Model, CockroachWorld.AddCluster(_cockroach.Model, name, spec ?? new SimulatorClusterSpec())));

    /// <summary>Adds a stream between two clusters that has been replicating for weeks; the standby's own data is gone.</summary>
    /// <exception cref="ArgumentException">There is no such cluster, or one is in an active stream.</exception>
    public SimulatorStream AddStream(string primary, string standby) => Change(() => StreamSummary.Of(
        _cockroach.Model,
        CockroachWorld.AddStream(_cockroach.Model, _cockroach.Motion, FoundCluster(primary), FoundCluster(standby))));

    /// <summary>Sets the state as it is shown: CREATED, LOCKED, CREATING, CREATION_FAILED.</summary>
    /// <exception cref="ArgumentException">There is no such cluster or state.</exception>
    public void SetClusterState(string name, string state) => Change(() =>
    {
        if (!CockroachWords.ClusterStates.Contains(state) || state == CockroachWords.Deleted)
            throw new ArgumentException($"'{state}' is no state a cluster can be set to");
        _cockroach.Model.Put(FoundCluster(name) with { State = state });
    });

    /// <summary>Sets <c>operation_status</c> as it is shown (MAINTENANCE_RUNNING, ...); null leaves it to the model again.</summary>
    public void SetClusterOperation(string name, string? operationStatus) =>
        Change(() => _cockroach.Model.Put(FoundCluster(name) with { OperationStatus = operationStatus }));

    /// <summary>Turns delete protection on or off.</summary>
    public void SetDeleteProtection(string name, bool on) =>
        Change(() => _cockroach.Model.Put(FoundCluster(name) with { DeleteProtection = on }));

    /// <summary>Puts another cluster in the place of one: the same name, another id, no data; its streams end.</summary>
    public void RecreateCluster(string name) => Change(() => CockroachWorld.Recreate(_cockroach.Model, FoundCluster(name)));

    /// <summary>Deletes a cluster whatever it takes part in; its streams end.</summary>
    public void RemoveCluster(string name) => Change(() => CockroachWorld.Delete(_cockroach.Model, FoundCluster(name)));

    /// <summary>Lets CockroachDB Cloud take another key, which administers some clusters only.</summary>
    /// <param name="token">The key.</param>
    /// <param name="clusters">The names of the clusters.</param>
    public void AddClusterKey(string token, params string[] clusters) =>
        Change(() => _cockroach.Users.Add(token, clusters.Select(c => FoundCluster(c).Name)));

    /// <summary>Lets a client write to clusters at a steady pace; its first write is one interval from now.</summary>
    /// <param name="cluster">The cluster it counts for, or either of a stream.</param>
    /// <param name="writesPerSecond">Writes a simulated second, above 0, up to 1,000,000.</param>
    /// <param name="via"><c>direct:CLUSTER</c>: that cluster whatever happens; <c>proxy:NAME</c>: through a proxy; null: directly to the
    /// cluster it counts for.</param>
    /// <exception cref="ArgumentException">There is no such cluster or proxy, or a value is out of range.</exception>
    public SimulatorClient AddClusterClient(string cluster, double writesPerSecond, string? via = null) => Change(() =>
        ClusterClient(_cockroach.Model.Data.Add(
            FoundCluster(cluster).Key, via ?? ClientVia.DirectPrefix + cluster, writesPerSecond, _stage.Now)));

    /// <summary>
    /// Acknowledged writes of the clients of a cluster and its peers that the active one does not have: the primary of the stream under
    /// way, else the standby of the newest completed one.
    /// </summary>
    public long ClusterLoss(string cluster) => ReadData(() =>
    {
        var key = FoundCluster(cluster).Key;
        return _cockroach.Model.Data.Missing(_cockroach.Model.Topology.ClientsOf(key), _cockroach.Model.Topology.KeeperOf(key));
    });

    /// <summary>The writes <see cref="ClusterLoss"/> counts, at most so many, by client and number.</summary>
    public IReadOnlyList<SimulatorWrite> ClusterLostWrites(string cluster, int most = 100_000) => ReadData(() =>
    {
        var (model, key) = (_cockroach.Model, FoundCluster(cluster).Key);
        return model.Data.MissingWrites(model.Topology.ClientsOf(key), model.Topology.KeeperOf(key)).Take(most).ToList();
    });

    /// <summary>Acknowledged writes of the clients of a cluster and its peers that this very cluster does not have.</summary>
    public long ClusterMissing(string cluster) => ReadData(() =>
    {
        var key = FoundCluster(cluster).Key;
        return _cockroach.Model.Data.Missing(_cockroach.Model.Topology.ClientsOf(key), key);
    });

    /// <summary>Every acknowledged write of the clients of a cluster and its peers, at most so many, by client and number.</summary>
    public IReadOnlyList<SimulatorWrite> ClusterAcknowledgedWrites(string cluster, int most = 100_000) => ReadData(() =>
    {
        var (model, key) = (_cockroach.Model, FoundCluster(cluster).Key);
        return model.Data.AcknowledgedWrites(model.Topology.ClientsOf(key)).Take(most).ToList();
    });

    private SimulatorClient ClusterClient(DataClient client) =>
        ClientSummary.Of(_cockroach.Model.Data, client, _cockroach.Model.Topology.KeeperOf(client.Home), _stage.Now);

    private CockroachCluster FoundCluster(string name) =>
        _cockroach.Model.Named(name) ?? throw new ArgumentException($"there is no cluster '{name}'");
}
