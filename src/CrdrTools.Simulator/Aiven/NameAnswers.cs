using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>What a DNS server would answer for the names of services: there is none, the names end in <c>.invalid</c>.</summary>
internal static class NameAnswers
{
    /// <summary>The names of one service, the shared one of a pair among them.</summary>
    public static IEnumerable<SimulatorName> Of(AivenModel model, AivenService service)
    {
        var pair = model.PairOf(service.Key);
        var endpoints = Endpoints.Of(service, pair, model.Stage.Settings, secrets: false);
        var shared = pair is not null && model.Stage.Settings.SharedUri;
        if (pair is null || !shared) yield return Plain(service, endpoints.Host, Primary(model, service));
        if (pair is not null && pair.Primary == service.Key)
            yield return Plain(service, endpoints.SharedHost ?? endpoints.Host, Primary(model, model.Find(pair.UriTarget)));
        yield return Plain(service, endpoints.ReplicaHost, Standbys(model, service));
        if (model.HaReplica.Find(service.Key) is not { } name) yield break;
        // Documented: the plain replica name never leads to the primary node; this one does while it has to.
        yield return name.Published switch
        {
            HaReplicaTarget.Replica => Plain(service, endpoints.HaReplicaHost, Standbys(model, service)) with { LeadsTo = "replica" },
            HaReplicaTarget.Primary => Plain(service, endpoints.HaReplicaHost, Primary(model, service)) with { LeadsTo = "primary" },
            _ => Plain(service, endpoints.HaReplicaHost, []),
        };
    }

    /// <summary>The service that has a name of that beginning: the names of a service end in its own.</summary>
    public static SimulatorName? Find(AivenModel model, string host) =>
        model.All.Where(s => host.IndexOf($"{s.Key.Service}-{s.Key.Project}.", StringComparison.OrdinalIgnoreCase) >= 0)
            .SelectMany(s => Of(model, s)).FirstOrDefault(n => string.Equals(n.Name, host, StringComparison.OrdinalIgnoreCase));

    private static SimulatorName Plain(AivenService service, string host, IReadOnlyList<string> nodes) =>
        new() { Name = host, Project = service.Key.Project, Service = service.Key.Service, Nodes = nodes };

    private static IReadOnlyList<string> Primary(AivenModel model, AivenService? service) =>
        service is { Operational: true } && !model.RegionDown(service) ? Running(service.Nodes.Take(1)) : [];

    private static IReadOnlyList<string> Standbys(AivenModel model, AivenService service) =>
        service.Operational && !model.RegionDown(service) ? Running(service.Standbys) : [];

    private static IReadOnlyList<string> Running(IEnumerable<AivenNode> nodes) => [.. nodes.Where(n => n.State == AivenNode.Running).Select(n => n.Name)];
}
