using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Who takes writes and who follows whom, read off the model.</summary>
internal sealed class AivenTopology(AivenModel model) : ITopology
{
    public ServiceKey UriTarget(ServiceKey home) => model.PairOf(home)?.UriTarget ?? home;

    public ServiceKey? PeerOf(ServiceKey service) => model.PairOf(service)?.PeerOf(service);

    public bool Accepts(ServiceKey key)
    {
        if (model.Find(key) is not { } service || model.RegionDown(service)) return false;
        if (service.Ghost) return true;
        if (model.PairOf(key) is not { } pair) return service.Operational;
        if (model.TakeoverOf(pair) is { } takeover) return key == pair.PeerOf(takeover.Subject) && !takeover.InGap;
        return service is { Operational: true, Role: AivenWords.Active };
    }

    public IEnumerable<Replica> ReplicasOf(ServiceKey key, DateTimeOffset at)
    {
        if (model.PairOf(key) is not { } pair) return [];
        var peer = pair.PeerOf(key);
        var lag = Span.Seconds(model.Stage.Settings.ReplicationLagSeconds);
        return Follows(pair, key, peer, at) ? [new Replica(peer, at - lag)] : [];
    }

    /// <summary>Whether the one replicates from the other at that time.</summary>
    public bool Follows(AivenPair pair, ServiceKey source, ServiceKey replica, DateTimeOffset at)
    {
        if (at < pair.ReplicationFrom || model.FindIntegration(pair.IntegrationId) is not { Enabled: true }) return false;
        if (model.Find(source) is not { } from || model.Find(replica) is not { } to) return false;
        if (model.RegionDown(from) || model.RegionDown(to)) return false;
        if (model.TakeoverOf(pair) is { } takeover) return takeover.Subject == replica;
        return from is { Operational: true, Role: AivenWords.Active } && to is { Operational: true, Role: AivenWords.Passive };
    }
}
