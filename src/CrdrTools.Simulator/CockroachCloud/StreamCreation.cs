using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary><c>POST /physical-replication-streams</c>. The preconditions are documented; how they are refused is not.</summary>
internal static class StreamCreation
{
    public static HttpReply Create(CockroachCall call)
    {
        var body = call.Body();
        var primary = Cluster(call, CockroachCall.Text(body, "primary_cluster_id"), "primary_cluster_id");
        var standby = Cluster(call, CockroachCall.Text(body, "standby_cluster_id"), "standby_cluster_id");
        if (primary == standby) throw CockroachProblem.Input("primary_cluster_id and standby_cluster_id must be different clusters");
        foreach (var cluster in new[] { primary, standby }) CheckOne(call, cluster);
        CheckBoth(call, primary, standby);
        if (!call.Settings.CockroachAllowsSecondStream && call.Model.Active.Any(s => s.Joins(primary.Id) || s.Joins(standby.Id)))
        {
            throw CockroachProblem.State(
                call.Settings.CockroachSecondStreamStatus, "a cluster is already part of an active physical replication stream");
        }
        return StreamReads.One(call, call.Motion.Begin(primary, standby));
    }

    private static CockroachCluster Cluster(CockroachCall call, string? id, string field) =>
        call.Cluster(id ?? throw CockroachProblem.Input($"{field} is required"));

    private static void CheckOne(CockroachCall call, CockroachCluster cluster)
    {
        if (cluster.State == CockroachWords.Deleted) throw CockroachProblem.NotFound("cluster");
        if (cluster.State == CockroachWords.Locked)
            throw CockroachProblem.State(call.Settings.CockroachLockedStatus, $"cluster {cluster.Name} is locked by another operation");
        if (cluster.State != CockroachWords.Created) throw Refused(call, $"cluster {cluster.Name} is in state {cluster.State}");
        if (cluster.Plan != CockroachWords.Advanced) throw Refused(call, $"cluster {cluster.Name} is not an ADVANCED cluster");
        if (!cluster.Virtualized) throw Refused(call, $"cluster {cluster.Name} does not support cluster virtualization");
        if (cluster.Regions.Count != 1) throw Refused(call, $"cluster {cluster.Name} has more than one region");
        if (!RunsAtLeast(cluster.Version, new Version(24, 3))) throw Refused(call, $"cluster {cluster.Name} runs a version before v24.3");
    }

    private static void CheckBoth(CockroachCall call, CockroachCluster primary, CockroachCluster standby)
    {
        if (primary.Cloud != standby.Cloud) throw Refused(call, "primary and standby are not in the same cloud");
        if (primary.Cloud != "GCP" && primary.Regions[0] == standby.Regions[0])
            throw Refused(call, "primary and standby are in the same region");
        if (primary.Cloud == "GCP" && Cidr.Overlap(primary.CidrRange, standby.CidrRange))
            throw Refused(call, "the CIDR ranges of primary and standby overlap");
    }

    private static CockroachProblem Refused(CockroachCall call, string message) =>
        CockroachProblem.State(call.Settings.CockroachPreconditionStatus, message);

    private static bool RunsAtLeast(string version, Version least) =>
        Version.TryParse(version.TrimStart('v').Split('-')[0], out var parsed) && parsed >= least;
}
