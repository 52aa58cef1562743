namespace CrdrTools.Simulator.Data;

/// <summary>The simulated proxies. Used under the world's lock.</summary>
internal sealed class ProxyBook
{
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<SimulatorProxy> All => [.. _entries.Select(e => new SimulatorProxy(e.Key, e.Value.Target))];

    /// <summary>Leads new connections elsewhere, or nowhere.</summary>
    /// <param name="name">The proxy.</param>
    /// <param name="target">The service; null is a fence.</param>
    /// <param name="cutSessions">Ends the connections there are; otherwise they live on where they lead.</param>
    public void Set(string name, string? target, bool cutSessions)
    {
        var generation = _entries.TryGetValue(name, out var old) ? old.Generation : 0;
        _entries[name] = new Entry(target, cutSessions ? generation + 1 : generation);
    }

    public bool Knows(string name) => _entries.ContainsKey(name);

    public string? TargetOf(string name) => _entries.TryGetValue(name, out var entry) ? entry.Target : null;

    /// <summary>Counts how often the proxy ended its connections.</summary>
    public int GenerationOf(string name) => _entries.TryGetValue(name, out var entry) ? entry.Generation : 0;

    private sealed record Entry(string? Target, int Generation);
}
