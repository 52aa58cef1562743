namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>Pure: what is worth knowing about a pair of clusters.</summary>
internal static class CockroachFindings
{
    public static IEnumerable<CrdrFinding> Of(CrdrPair pair, Lineage lineage, CrdrMemberStatus primary, CrdrMemberStatus recovery,
        IReadOnlyDictionary<Side, CockroachLook> looks, IReadOnlyList<CockroachStream> foreign, TimeSpan lagLimit)
    {
        foreach (CrdrMemberStatus member in new[] { primary, recovery })
            foreach (CrdrFinding finding in OfMember(pair, member, looks[member.Side], lineage, foreign)) yield return finding;
        if (lineage.Contradicts)
        {
            yield return Say(FindingSeverity.Error, "StreamsContradict", "The streams between the two clusters cannot be made sense of, so nobody can be called active: "
                + string.Join("; ", lineage.Streams.Where(s => s.Status is not ("COMPLETED" or "CANCELED"))), null);
        }
        if (lineage.Live is { Status: "FAILING_OVER" } moving)
        {
            yield return Say(FindingSeverity.Warning, "CutoverUnderway", $"Stream {moving.Id} is {moving.State}. The vendor says within five minutes; 15 have been seen "
                + "where the source cannot be reached. It cannot be taken back: wait, and open a case with the stream's id.", moving.To);
        }
        if (lineage.Live is { Status: "REPLICATING", Ready: false } scan)
            yield return Say(FindingSeverity.Warning, "InitialScan", $"{pair[scan.To].Name} cannot take over yet: {scan.State}.", scan.To);
        if (lineage.Live is { Lag: { } lag } behind && lag > lagLimit)
            yield return Say(FindingSeverity.Warning, "LagOverLimit", $"{pair[behind.To].Name} is {lag.TotalSeconds:0} s behind; the pair's limit is {lagLimit.TotalSeconds:0} s.", behind.To);
    }

    private static IEnumerable<CrdrFinding> OfMember(CrdrPair pair, CrdrMemberStatus member, CockroachLook look, Lineage lineage, IReadOnlyList<CockroachStream> foreign)
    {
        if (look.Gone)
        {
            yield return Say(FindingSeverity.Warning, "ClusterGone", $"{member.Name} does not exist.", member.Side);
            yield break;
        }
        if (look.Trouble is { } trouble)
        {
            yield return Say(FindingSeverity.Error, trouble.ErrorId, $"{member.Name} could not be seen: {trouble.Message}", member.Side);
            yield break;
        }
        if (member.NativeState is not ("CREATED" or "LOCKED" or "CREATING" or "CREATION_FAILED"))
            yield return Say(FindingSeverity.Warning, "StateUnknown", $"{member.Name} is in the state '{member.NativeState}', which this version does not know.", member.Side);
        if (look.Nodes is null) yield return Say(FindingSeverity.Warning, "NodesNotSeen", $"The nodes of {member.Name} could not be read.", member.Side);
        string operation = member.Native.Get("operation") ?? "";
        if (operation.EndsWith("_RUNNING", StringComparison.Ordinal)) yield return Say(FindingSeverity.Info, "OperationRunning", $"{operation} on {member.Name}.", member.Side);
        if (operation.EndsWith("_FAILED", StringComparison.Ordinal)) yield return Say(FindingSeverity.Warning, "OperationFailed", $"{operation} on {member.Name}.", member.Side);
        if (member.Health == MemberHealth.Down) yield return Say(FindingSeverity.Error, "NodesDown", $"{member.Name} has no majority of running nodes: {member.Native.Get("nodes")}.", member.Side);
        else if (member.Health == MemberHealth.Degraded) yield return Say(FindingSeverity.Warning, "NodesMissing", $"{member.Name} does not run with all its nodes: {member.Native.Get("nodes")}.", member.Side);
        if (pair[member.Side].Identity is { } pinned && member.Identity is { } seen && pinned != seen)
            yield return Say(FindingSeverity.Error, "IdentityChanged", $"{member.Name} is not the cluster that was registered: {seen}, registered was {pinned}.", member.Side);
        foreach (CockroachStream stream in foreign.Where(s => s.Live && s.Joins(look.Cluster?.Id)))
        {
            bool follows = stream.StandbyClusterId == look.Cluster?.Id;
            yield return Say(follows ? FindingSeverity.Error : FindingSeverity.Warning, "ForeignStream",
                $"{member.Name} {(follows ? "follows" : "is followed by")} the cluster {(follows ? stream.PrimaryClusterId : stream.StandbyClusterId)}, which is none of this pair (stream {stream.Id}, {stream.Status}).", member.Side);
        }
        if (member is { Role: MemberRole.Failed, Health: MemberHealth.Healthy or MemberHealth.Degraded } && lineage.Active != member.Side)
            yield return Say(FindingSeverity.Warning, "GivenUpAnswers", $"{member.Name} was given up and still takes connections: whatever is written to it is lost.", member.Side);
    }

    private static CrdrFinding Say(FindingSeverity severity, string id, string message, Side? side) =>
        new() { Severity = severity, Id = id, Message = message, Side = side };
}
