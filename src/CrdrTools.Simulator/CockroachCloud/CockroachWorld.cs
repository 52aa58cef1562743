namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Puts finished clusters and streams into the model, and takes them out, past the API.</summary>
internal static class CockroachWorld
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);
    private static readonly TimeSpan StreamAge = TimeSpan.FromDays(29);

    public static CockroachCluster AddCluster(CockroachModel model, string name, SimulatorClusterSpec spec)
    {
        if (name.Length == 0) throw new ArgumentException("a cluster needs a name");
        if (model.Named(name) is not null) throw new ArgumentException($"cluster '{name}' already exists");
        if (spec.Regions.Count == 0 || spec.NodesPerRegion < 1) throw new ArgumentException("a cluster needs a region and a node");
        var regions = spec.Regions.Select(Simulator.Regions.Of).ToList();
        var cluster = new CockroachCluster
        {
            Key = CockroachModel.KeyOf(name),
            Id = IdOf(model, name),
            Cloud = spec.Cloud,
            Regions = regions,
            Plan = spec.Plan,
            Version = spec.Version,
            CidrRange = Cidr.Checked(spec.CidrRange),
            Virtualized = spec.Virtualized,
            CreatedAt = Instant.Shown(model.Stage.Now - Age),
            Nodes = NodesOf(name, regions, spec.NodesPerRegion),
        };
        model.Put(cluster);
        return cluster;
    }

    /// <summary>A stream that has replicated for weeks.</summary>
    public static CockroachStream AddStream(
        CockroachModel model, CockroachMotion motion, CockroachCluster primary, CockroachCluster standby)
    {
        if (primary == standby) throw new ArgumentException("a stream needs two clusters");
        if (model.Active.Any(s => s.Joins(primary.Id) || s.Joins(standby.Id)))
            throw new ArgumentException("a cluster is already part of an active stream");
        var created = model.Stage.Now - StreamAge;
        var stream = new CockroachStream
        {
            Id = model.NextId("stream"),
            PrimaryId = primary.Id,
            StandbyId = standby.Id,
            Primary = primary.Key,
            Standby = standby.Key,
            CreatedAt = Instant.Shown(created),
            Status = CockroachWords.Replicating,
        };
        model.Data.Clear(standby.Key);
        motion.Found(stream, created + TimeSpan.FromMinutes(5));
        return stream;
    }

    /// <summary>The cluster and its data are gone; a stream under way ends.</summary>
    public static void Delete(CockroachModel model, CockroachCluster cluster)
    {
        foreach (var stream in model.Active.Where(s => s.Joins(cluster.Id)).ToList())
            model.Put(stream with { Status = CockroachWords.Canceled, CanceledAt = Instant.Shown(model.Stage.Now) });
        model.Data.Clear(cluster.Key);
        model.Put(cluster with { State = CockroachWords.Deleted, DeletedAt = Instant.Shown(model.Stage.Now) });
    }

    /// <summary>Another cluster takes the place and the name of one: another id, no data.</summary>
    public static void Recreate(CockroachModel model, CockroachCluster cluster)
    {
        Delete(model, cluster);
        model.Put(cluster with
        {
            Id = IdOf(model, cluster.Name),
            CreatedAt = Instant.Shown(model.Stage.Now),
            State = CockroachWords.Created,
            OperationStatus = null,
            Disruption = [],
        });
    }

    private static string IdOf(CockroachModel model, string name)
    {
        var id = StableId.Of("cluster/" + name);
        return model.Find(id) is null ? id : model.NextId("cluster/" + name);
    }

    private static List<CockroachNode> NodesOf(string name, IReadOnlyList<string> regions, int perRegion) =>
        [.. regions.SelectMany(region => Enumerable.Range(0, perRegion).Select(i => new CockroachNode(
            $"cockroachdb-{StableId.Of($"node/{name}/{region}/{i}").Substring(0, 5)}", region, $"{region}-{(char)('a' + (i % 3))}")))];
}
