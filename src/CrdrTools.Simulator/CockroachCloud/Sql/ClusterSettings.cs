namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The settings of one cluster, as they were set: their values are not judged.</summary>
internal sealed class ClusterSettings
{
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["kv.rangefeed.enabled"] = "false",
        ["physical_replication.enabled"] = "true",
        ["server.shutdown.connections.timeout"] = "0s",
        ["server.time_until_store_dead"] = "5m0s",
    };

    private readonly Dictionary<string, string> _set = new(StringComparer.Ordinal);

    /// <summary>The value of a setting; null when there is no such setting.</summary>
    public string? Find(string name) =>
        _set.TryGetValue(name, out var set) ? set : Defaults.TryGetValue(name, out var value) ? value : null;

    /// <summary>Sets a setting there is.</summary>
    public void Set(string name, string value) => _set[name] = value;

    /// <summary>Back to the default.</summary>
    public void Reset(string name) => _set.Remove(name);
}
