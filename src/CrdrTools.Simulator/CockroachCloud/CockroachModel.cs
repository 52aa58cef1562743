using System.Globalization;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>What exists: clusters, streams, and how far these are. It stores; what changes when is decided elsewhere.</summary>
internal sealed class CockroachModel
{
    /// <summary>The one project the data of all clusters belongs to.</summary>
    public const string Project = "cockroach";

    private readonly Dictionary<string, CockroachCluster> _clusters = [];
    private readonly Dictionary<string, CockroachCluster> _clustersBefore = [];
    private readonly Dictionary<string, CockroachStream> _streams = [];
    private readonly Dictionary<string, CockroachStream> _streamsBefore = [];
    private readonly Dictionary<string, StreamProgress> _progress = [];
    private readonly List<string> _order = [];
    private int _made;

    public CockroachModel(Stage stage)
    {
        Stage = stage;
        Topology = new CockroachTopology(this);
        Data = new DataPlane(Topology, stage);
    }

    public Stage Stage { get; }
    public CockroachTopology Topology { get; }
    public DataPlane Data { get; }
    public long Version { get; private set; }

    /// <summary>All clusters, deleted ones included, by name.</summary>
    public IEnumerable<CockroachCluster> Clusters => _clusters.Values.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.CreatedAt);

    /// <summary>All streams, oldest first.</summary>
    public IEnumerable<CockroachStream> Streams => _order.Select(id => _streams[id]);

    public IEnumerable<CockroachStream> NewestFirst => Streams.Reverse();

    public static ServiceKey KeyOf(string name) => new(Project, name);

    public CockroachCluster? Find(string id) => _clusters.TryGetValue(id, out var cluster) ? cluster : null;

    /// <summary>The cluster of that name that is not deleted.</summary>
    public CockroachCluster? Named(string name) =>
        _clusters.Values.FirstOrDefault(c => c.Name == name && c.State != CockroachWords.Deleted);

    public CockroachStream? FindStream(string id) => _streams.TryGetValue(id, out var stream) ? stream : null;

    /// <summary>The cluster as it was before its last change.</summary>
    public CockroachCluster Before(CockroachCluster cluster) =>
        _clustersBefore.TryGetValue(cluster.Id, out var before) ? before : cluster;

    /// <summary>The stream as it was before its last change.</summary>
    public CockroachStream Before(CockroachStream stream) => _streamsBefore.TryGetValue(stream.Id, out var before) ? before : stream;

    public void Put(CockroachCluster cluster)
    {
        if (Find(cluster.Id) is { } old)
        {
            if (old == cluster) return;
            _clustersBefore[cluster.Id] = old;
        }
        _clusters[cluster.Id] = cluster with { UpdatedAt = Stage.Now };
        Version++;
    }

    /// <summary>Puts a stream as it is, with its progress while it is active.</summary>
    public void Put(CockroachStream stream, StreamProgress? progress = null)
    {
        if (FindStream(stream.Id) is { } old) _streamsBefore[stream.Id] = old;
        else _order.Add(stream.Id);
        _streams[stream.Id] = stream;
        if (progress is not null) _progress[stream.Id] = progress;
        if (!stream.Active) _progress.Remove(stream.Id);
        Version++;
    }

    /// <summary>How far a stream is; null when it has ended.</summary>
    public StreamProgress? ProgressOf(CockroachStream stream) => _progress.TryGetValue(stream.Id, out var progress) ? progress : null;

    /// <summary>The streams under way.</summary>
    public IEnumerable<CockroachStream> Active => Streams.Where(s => s.Active);

    /// <summary>The newest stream into the cluster.</summary>
    public CockroachStream? NewestInto(ServiceKey cluster) => NewestFirst.FirstOrDefault(s => s.Standby == cluster);

    /// <summary>The next id, the same in every simulator that has made as many things.</summary>
    public string NextId(string what) => StableId.Of(what + "/" + (++_made).ToString(CultureInfo.InvariantCulture));
}
