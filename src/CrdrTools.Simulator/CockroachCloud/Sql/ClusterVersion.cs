namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The version in the cluster's own words.</summary>
internal static class ClusterVersion
{
    public static string Of(CockroachCluster cluster) =>
        $"CockroachDB CCL {cluster.Version} (x86_64-pc-linux-gnu, built 2025/07/29 15:00:00, go1.23.7)";
}
