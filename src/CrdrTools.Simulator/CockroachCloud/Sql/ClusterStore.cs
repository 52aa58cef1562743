namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What one cluster keeps of what SQL told it. A stream does not carry it over: it copies the clients' writes only.</summary>
internal sealed class ClusterStore
{
    private readonly HashSet<string> _pairs = new(StringComparer.Ordinal);

    public ClusterSettings Settings { get; } = new();

    /// <summary>Whether there is a database for the probes.</summary>
    public bool HasDatabase { get; set; }

    /// <summary>Whether there is a table for the probes.</summary>
    public bool HasTable { get; set; }

    /// <summary>The acknowledged writes of probes.</summary>
    public long ProbeWrites { get; private set; }

    public bool HasProbe(string pair) => _pairs.Contains(pair);

    public void WriteProbe(string pair)
    {
        _pairs.Add(pair);
        ProbeWrites++;
    }
}
