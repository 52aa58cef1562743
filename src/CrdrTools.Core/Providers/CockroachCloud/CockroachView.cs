namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>One member as it was asked for: a cluster with its nodes, or why there is none.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Nodes">Its nodes; <see langword="null"/> when they could not be read.</param>
/// <param name="Trouble">Why there is no cluster.</param>
/// <param name="At">When it was seen.</param>
internal readonly record struct CockroachLook(CockroachCluster? Cluster, IReadOnlyList<CockroachNode>? Nodes, VendorException? Trouble, DateTimeOffset At)
{
    /// <summary>The vendor says that there is no such cluster.</summary>
    public bool Gone => Trouble?.Status == 404 || Cluster?.State == "DELETED";
}

/// <summary>Pure: the vendor's cluster, as a member of a pair.</summary>
internal static class CockroachView
{
    public static CrdrMemberStatus Member(Side side, CrdrMember member, CockroachLook look, Lineage lineage, IReadOnlyList<CockroachStream> foreign)
    {
        if (look.Gone || look.Cluster is not { } cluster)
        {
            return new()
            {
                Side = side, Name = member.Name, Region = member.Region, Reachable = look.Gone, LastSeen = look.Gone ? look.At : null,
                Role = look.Gone ? MemberRole.None : MemberRole.Unknown, Health = look.Gone ? MemberHealth.Gone : MemberHealth.Unknown,
                NativeState = look.Cluster?.State,
            };
        }
        CrdrStream? into = lineage.Live is { } live && live.To == side ? live : null;
        return new()
        {
            Side = side, Name = member.Name, Region = Region(cluster) ?? member.Region, Reachable = true, LastSeen = look.At, NativeState = cluster.State,
            Role = Role(side, cluster, lineage, foreign), Health = into is { Ready: false, Status: "STARTING" or "REPLICATING" } ? MemberHealth.Rebuilding : Health(cluster, look.Nodes),
            Identity = Identity(member, cluster), Endpoint = cluster.SqlDns is { Length: > 0 } dns ? $"{dns}:26257" : null,
            ProgressText = into?.State, Native = Native(cluster, look.Nodes),
        };
    }

    /// <summary>An id that belongs to a cluster of another name is another identity: swapped ids are found out so.</summary>
    public static string? Identity(CrdrMember member, CockroachCluster cluster) =>
        cluster.Id is null ? null
        : cluster.Name is null || cluster.Name == member.Name || cluster.Id == member.Name ? cluster.Id
        : $"{cluster.Id}, which is the cluster {cluster.Name}";

    public static string? Region(CockroachCluster cluster) =>
        cluster.Regions is { Count: > 0 } regions ? string.Join(",", regions.Select(r => r.Name)) : null;

    private static MemberRole Role(Side side, CockroachCluster cluster, Lineage lineage, IReadOnlyList<CockroachStream> foreign)
    {
        // Whoever follows a cluster that is none of the pair has lost its data to it.
        if (lineage.Contradicts || foreign.Any(s => s.Live && s.StandbyClusterId == cluster.Id)) return MemberRole.Unknown;
        if (lineage.Live is { } live) return live.To == side ? MemberRole.Passive : MemberRole.Active;
        if (lineage.Active == side) return MemberRole.Active;
        return lineage.Streams.Count == 0 ? MemberRole.Apart : MemberRole.Failed;
    }

    /// <summary>A cluster works while most of its nodes do. LOCKED says that an operation runs on it, and is no outage.</summary>
    private static MemberHealth Health(CockroachCluster cluster, IReadOnlyList<CockroachNode>? nodes)
    {
        int all = nodes?.Count ?? 0, live = nodes?.Count(n => n.Status == "LIVE") ?? 0;
        return cluster.State switch
        {
            "CREATING" => MemberHealth.Rebuilding,
            "CREATION_FAILED" => MemberHealth.Off,
            _ when all == 0 => MemberHealth.Unknown,
            _ when live == all => MemberHealth.Healthy,
            _ when live * 2 > all => MemberHealth.Degraded,
            _ => MemberHealth.Down,
        };
    }

    private static Dictionary<string, string> Native(CockroachCluster cluster, IReadOnlyList<CockroachNode>? nodes)
    {
        Dictionary<string, string> native = [];
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) native[name] = value!;
        }
        Add("id", cluster.Id);
        Add("plan", cluster.Plan);
        Add("cloud", cluster.CloudProvider);
        Add("version", cluster.CockroachVersion);
        Add("operation", cluster.OperationStatus);
        Add("regions", Region(cluster));
        Add("cidr", cluster.CidrRange);
        Add("nodes", nodes is null ? null : $"{nodes.Count(n => n.Status == "LIVE")} of {nodes.Count} LIVE");
        return native;
    }
}
