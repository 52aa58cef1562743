namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Sums up a cluster.</summary>
internal static class ClusterSummary
{
    public static SimulatorCluster Of(CockroachModel model, CockroachCluster cluster) => new()
    {
        Id = cluster.Id,
        Name = cluster.Name,
        Cloud = cluster.Cloud,
        Region = cluster.Regions[0],
        Plan = cluster.Plan,
        State = cluster.State,
        OperationStatus = ClusterView.OperationOf(model, cluster),
        StandbyOf = model.NewestInto(cluster.Key) is { Active: true } stream ? stream.Primary.Service : null,
        Nodes = cluster.Nodes.Count,
        LiveNodes = cluster.Nodes.Count(n => model.Topology.IsLive(cluster, n)),
        AcceptsWrites = model.Topology.Accepts(cluster.Key),
        Rows = model.Data.Rows(cluster.Key),
    };
}
