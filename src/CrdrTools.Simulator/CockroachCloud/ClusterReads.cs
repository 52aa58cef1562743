using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>The operations that read clusters and nodes.</summary>
internal static class ClusterReads
{
    public static HttpReply List(CockroachCall call)
    {
        var inactive = call.Request.QueryValue("show_inactive") == "true";
        var clusters = call.Model.Clusters.Where(c => call.Administers(c) && (inactive || c.State != CockroachWords.Deleted));
        var page = Page<CockroachCluster>.Of(call, clusters, Key(call.Request.QueryValue("pagination.sort_by")));
        return JsonReply.Of(w =>
        {
            w.WriteStartArray("clusters");
            foreach (var cluster in page.Items)
            {
                w.WriteStartObject();
                ClusterJson.Write(w, call, Shown(call, cluster));
                w.WriteEndObject();
            }
            w.WriteEndArray();
            page.Write(w);
        });
    }

    public static HttpReply Get(CockroachCall call) => One(call, Readable(call));

    /// <summary>Refused while a stream is under way: the vendor's own client waits for its end first.</summary>
    public static HttpReply Delete(CockroachCall call)
    {
        var cluster = call.Cluster(call.Id);
        if (cluster.State == CockroachWords.Deleted) throw CockroachProblem.NotFound("cluster");
        if (cluster.DeleteProtection) throw CockroachProblem.State(400, "cluster has delete protection enabled");
        if (call.Model.Active.Any(s => s.Joins(cluster.Id)))
        {
            throw CockroachProblem.State(
                call.Settings.CockroachPreconditionStatus, "cluster is part of an active physical replication stream");
        }
        CockroachWorld.Delete(call.Model, cluster);
        return One(call, call.Model.Find(cluster.Id)!);
    }

    public static HttpReply Nodes(CockroachCall call)
    {
        var cluster = Readable(call);
        var region = call.Request.QueryValue("region_name");
        var nodes = cluster.Nodes.Where(n => string.IsNullOrEmpty(region) || n.Region == region);
        var page = Page<CockroachNode>.Of(call, nodes, n => n.Name);
        return JsonReply.Of(w =>
        {
            w.WriteStartArray("nodes");
            foreach (var node in page.Items)
            {
                w.WriteStartObject();
                ClusterJson.Write(w, call, cluster, node);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            page.Write(w);
        });
    }

    public static HttpReply ConnectionString(CockroachCall call)
    {
        var cluster = Readable(call);
        var host = ClusterJson.SqlDns(cluster, cluster.Regions[0]);
        var database = call.Request.QueryValue("database") is { Length: > 0 } asked ? asked : "defaultdb";
        var user = call.Request.QueryValue("sql_user");
        return JsonReply.Of(w =>
        {
            var who = string.IsNullOrEmpty(user) ? "" : Uri.EscapeDataString(user!) + "@";
            w.WriteString("connection_string", $"postgresql://{who}{host}:26257/{Uri.EscapeDataString(database)}?sslmode=verify-full");
            w.WriteStartObject("params");
            w.WriteString("Database", database);
            w.WriteString("Host", host);
            w.WriteString("Port", "26257");
            if (!string.IsNullOrEmpty(user)) w.WriteString("Username", user);
            w.WriteEndObject();
        });
    }

    private static HttpReply One(CockroachCall call, CockroachCluster cluster) =>
        JsonReply.Of(w => ClusterJson.Write(w, call, Shown(call, cluster)));

    /// <summary>The cluster of the path, unless its region's outage takes reads with it.</summary>
    private static CockroachCluster Readable(CockroachCall call)
    {
        var cluster = call.Cluster(call.Id);
        return call.Settings.CockroachOutage == CockroachOutageView.ApiErrors
            && cluster.Regions.Any(r => ClusterView.OutageNoticed(call.Model, r))
            ? throw new CockroachProblem(503, "service unavailable")
            : cluster;
    }

    private static CockroachCluster Shown(CockroachCall call, CockroachCluster cluster) =>
        call.Stale ? call.Model.Before(cluster) : cluster;

    private static Func<CockroachCluster, string> Key(string? sortBy) => sortBy switch
    {
        null or "" or "NAME" => c => c.Name + " " + c.Id,
        "CREATED_AT" => c => Instant.SortKey(c.CreatedAt) + c.Id,
        "DELETED_AT" => c => Instant.SortKey(c.DeletedAt ?? DateTimeOffset.MaxValue) + c.Id,
        _ => throw CockroachProblem.Input($"invalid pagination.sort_by: {sortBy}"),
    };
}
