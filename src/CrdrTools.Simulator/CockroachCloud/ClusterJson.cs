using System.Text.Json;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Writes clusters and nodes as the API shows them. Host names end in <c>.invalid</c>: they lead nowhere.</summary>
internal static class ClusterJson
{
    private const string Creator = "9f3d0d3c-7d7d-4a53-a7c0-2d6f7d0f2c11";

    public static void Write(Utf8JsonWriter w, CockroachCall call, CockroachCluster cluster)
    {
        var latest = call.Version == ApiVersion.Latest;
        w.WriteString("id", cluster.Id);
        w.WriteString("name", cluster.Name);
        w.WriteString("cockroach_version", cluster.Version);
        w.WriteString("upgrade_status", "FINALIZED");
        w.WriteString("plan", latest ? cluster.Plan : OlderPlan(cluster.Plan));
        w.WriteString("cloud_provider", cluster.Cloud);
        w.WriteString("account_id", "");
        w.WriteString("state", ClusterView.StateOf(call.Model, cluster));
        w.WriteString("creator_id", Creator);
        w.WriteString("operation_status", Operation(call, cluster, latest));
        WriteConfig(w, cluster);
        w.WriteStartArray("regions");
        foreach (var region in cluster.Regions) WriteRegion(w, cluster, region);
        w.WriteEndArray();
        w.WriteString("cidr_range", cluster.Cloud == "GCP" ? cluster.CidrRange : "");
        w.WriteStartObject("labels");
        w.WriteEndObject();
        w.WriteBoolean("is_customer_cloud_account", false);
        w.WriteString("created_at", Instant.Text(cluster.CreatedAt));
        w.WriteString("updated_at", Instant.Text(cluster.UpdatedAt));
        if (cluster.DeletedAt is { } deleted) w.WriteString("deleted_at", Instant.Text(deleted));
        w.WriteString("sql_dns", SqlDns(cluster, cluster.Regions[0]));
        w.WriteString("network_visibility", "PUBLIC");
        w.WriteString("egress_traffic_policy", "ALLOW_ALL");
        w.WriteString("delete_protection", cluster.DeleteProtection ? "ENABLED" : "DISABLED");
        w.WriteString("parent_id", "root");
    }

    public static void Write(Utf8JsonWriter w, CockroachCall call, CockroachCluster cluster, CockroachNode node)
    {
        w.WriteString("name", node.Name);
        w.WriteString("region_name", node.Region);
        w.WriteString("status", ClusterView.ShowsLive(call.Model, cluster, node) ? "LIVE" : "NOT_READY");
    }

    public static string SqlDns(CockroachCluster cluster, string region) =>
        $"{cluster.Name}-{cluster.Id.Substring(0, 4)}.{cluster.Cloud.ToLowerInvariant()}-{region}.cockroachlabs.invalid";

    /// <summary>Documented for versions before the latest.</summary>
    private static string Operation(CockroachCall call, CockroachCluster cluster, bool latest)
    {
        var status = ClusterView.OperationOf(call.Model, cluster);
        return status == CockroachWords.Unspecified && !latest ? "CLUSTER_STATUS_UNSPECIFIED" : status;
    }

    private static string OlderPlan(string plan) => plan == CockroachWords.Advanced ? "DEDICATED" : "SERVERLESS";

    private static void WriteConfig(Utf8JsonWriter w, CockroachCluster cluster)
    {
        w.WriteStartObject("config");
        if (cluster.Plan == CockroachWords.Advanced)
        {
            w.WriteStartObject("dedicated");
            w.WriteString("machine_type", "n2-standard-4");
            w.WriteNumber("num_virtual_cpus", 4);
            w.WriteNumber("storage_gib", 16);
            w.WriteNumber("memory_gib", 16);
            w.WriteNumber("disk_iops", 0);
            w.WriteEndObject();
        }
        else
        {
            w.WriteStartObject("serverless");
            w.WriteString("routing_id", $"{cluster.Name}-1");
            w.WriteString("upgrade_type", "AUTOMATIC");
            w.WriteEndObject();
        }
        w.WriteEndObject();
    }

    private static void WriteRegion(Utf8JsonWriter w, CockroachCluster cluster, string region)
    {
        var dns = SqlDns(cluster, region);
        w.WriteStartObject();
        w.WriteString("name", region);
        w.WriteString("sql_dns", dns);
        w.WriteString("ui_dns", "admin-" + dns);
        w.WriteString("internal_dns", "internal-" + dns);
        w.WriteString("private_endpoint_dns", "private-" + dns);
        w.WriteNumber("node_count", cluster.Nodes.Count(n => n.Region == region));
        w.WriteEndObject();
    }
}
