using CrdrTools.Simulator.CockroachCloud;

namespace CrdrTools.Simulator;

/// <summary>The routes clients write through.</summary>
public sealed partial class SimulatorWorld
{
    /// <summary>All proxies, by name.</summary>
    public IReadOnlyList<SimulatorProxy> Proxies => Read(() => _stage.Proxies.All);

    /// <summary>Makes a proxy, or leads it elsewhere.</summary>
    /// <param name="name">Its name; a client's way through it is <c>proxy:NAME</c>.</param>
    /// <param name="target">The cluster or service it leads to; null fences it: nobody gets through.</param>
    /// <param name="cutSessions">Ends the connections there are; otherwise they live on where they lead until their end dies, past a fence
    /// too.</param>
    /// <exception cref="ArgumentException">There is no such target.</exception>
    public void SetProxy(string name, string? target, bool cutSessions = true) => Change(() =>
    {
        if (string.IsNullOrEmpty(name)) throw new ArgumentException("a proxy needs a name");
        if (target is not null && _cockroach.Model.Named(target) is null && _aiven.Model.All.All(s => s.Key.Service != target))
            throw new ArgumentException($"there is no cluster or service '{target}'");
        _stage.Proxies.Set(name, target, cutSessions);
    });
}
