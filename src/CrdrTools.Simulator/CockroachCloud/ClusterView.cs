namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>What the control plane shows of a cluster, which an outage does not change much.</summary>
internal static class ClusterView
{
    public static string StateOf(CockroachModel model, CockroachCluster cluster) =>
        cluster.State == CockroachWords.Created && Streams(model, cluster).Any(s => s.Status == CockroachWords.Starting)
            ? model.Stage.Settings.CockroachStartingState
            : cluster.State;

    public static string OperationOf(CockroachModel model, CockroachCluster cluster)
    {
        if (cluster.OperationStatus is { } set) return set;
        if (cluster.Disruption.Count > 0) return model.Stage.Settings.CockroachDisruptedOperationStatus;
        return Streams(model, cluster).Any() ? model.Stage.Settings.CockroachStreamingOperationStatus : CockroachWords.Unspecified;
    }

    public static bool ShowsLive(CockroachModel model, CockroachCluster cluster, CockroachNode node) =>
        !cluster.IsDisrupted(node)
        && (model.Stage.Settings.CockroachOutage != CockroachOutageView.NodesNotReady || !OutageNoticed(model, node.Region));

    /// <summary>Whether a region is out for long enough that the API knows.</summary>
    public static bool OutageNoticed(CockroachModel model, string region) =>
        model.Stage.Regions.DownSince(region) is { } since
        && model.Stage.Now >= since + Span.Seconds(model.Stage.Settings.OutageDetectedSeconds);

    private static IEnumerable<CockroachStream> Streams(CockroachModel model, CockroachCluster cluster) =>
        model.Active.Where(s => s.Joins(cluster.Id));
}
