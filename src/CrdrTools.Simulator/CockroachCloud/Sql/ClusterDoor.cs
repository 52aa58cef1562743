namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Whether a cluster takes connections, and goes on serving those it has.</summary>
internal static class ClusterDoor
{
    /// <summary>The cluster of that name, to connect to.</summary>
    /// <exception cref="SqlProblem">There is none, or it is a standby.</exception>
    /// <exception cref="SqlUnreachable">Its region is out.</exception>
    public static CockroachCluster Enter(CockroachModel model, string name) => Serving(
        model, model.Named(name) ?? throw new SqlProblem("08004", $"cluster \"{name}\" not found") { Fatal = true });

    /// <summary>The cluster as it is now, of a connection to it as it was.</summary>
    /// <exception cref="SqlProblem">It became a standby.</exception>
    /// <exception cref="SqlUnreachable">It is gone, or its region is out.</exception>
    public static CockroachCluster Stay(CockroachModel model, string id) =>
        Serving(model, model.Find(id) ?? throw new SqlUnreachable());

    private static CockroachCluster Serving(CockroachModel model, CockroachCluster cluster)
    {
        if (!cluster.Exists || !model.Topology.Up(cluster.Key)) throw new SqlUnreachable();
        if (model.Topology.Accepts(cluster.Key)) return cluster;
        throw new SqlProblem("08000", "service unavailable for target tenant (main)")
        {
            Fatal = true,
            Hint = "Double check your \"-ccluster=\" connection option or your \"cluster:\" database name prefix.",
        };
    }
}
