using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Control;

/// <summary>The control endpoint at <c>/_simulator</c>: what a test or a person does to the world, as HTTP.</summary>
internal sealed class ControlApi(SimulatorWorld world, int sqlPort)
{
    public static bool Serves(HttpRequest request) => request.Parts.Length > 0 && request.Parts[0] == "_simulator";

    public HttpReply Answer(HttpRequest request)
    {
        try
        {
            return Route(request);
        }
        catch (ArgumentException e)
        {
            return ControlJson.Reply(new { error = e.Message }, 400);
        }
    }

    private HttpReply Route(HttpRequest request)
    {
        var method = request.Method == "HEAD" ? "GET" : request.Method;
        var rest = string.Join("/", request.Parts.Skip(1));
        return (method, rest) switch
        {
            ("GET", "") => ControlJson.Reply(ControlOverview.Of(world, sqlPort)),
            ("GET", "requests") => ControlJson.Reply(new { counts = world.RequestCounts, requests = world.Requests }),
            ("DELETE", "requests") => Done(world.ClearRequests),
            ("GET", "settings") => ControlJson.Reply(world.Settings),
            ("PUT", "settings") => ControlJson.Reply(Settings(request)),
            ("GET", "faults") => ControlJson.Reply(world.Faults),
            ("POST", "faults") => ControlJson.Reply(world.AddFault(ControlJson.Read<SimulatorFault>(request)), 201),
            ("DELETE", "faults") => Done(world.ClearFaults),
            ("DELETE", _) when rest.StartsWith("faults/", StringComparison.Ordinal) => RemoveFault(request.Parts[2]),
            ("POST", _) when request.Parts.Length == 4 && rest == $"regions/{request.Parts[2]}/outage" =>
                Outage(request.Parts[2], ControlJson.Read<OutageBody>(request)),
            ("GET", "clients") => ControlJson.Reply(
                new { clients = world.Clients, dual = world.DualWrites, clusterDual = world.ClusterDualWrites }),
            ("POST", "clients") => AddClient(ControlJson.Read<ClientBody>(request)),
            ("DELETE", "clients") => Done(world.StopClients),
            ("POST", _) when request.Parts.Length == 5 && rest == $"services/{request.Parts[2]}/{request.Parts[3]}/standbys" =>
                Standbys(request.Parts[2], request.Parts[3], ControlJson.Read<StandbysBody>(request)),
            ("GET", _) when request.Parts.Length == 5 && rest == $"services/{request.Parts[2]}/{request.Parts[3]}/names" =>
                ControlJson.Reply(new { names = world.Names(request.Parts[2], request.Parts[3]) }),
            ("GET", _) when request.Parts.Length == 3 && request.Parts[1] == "names" => Name(request.Parts[2]),
            ("GET", "clusters") => ControlJson.Reply(new { clusters = world.Clusters }),
            ("POST", _) when request.Parts.Length == 3 && request.Parts[1] == "clusters" =>
                SetCluster(request.Parts[2], ControlJson.Read<ClusterBody>(request)),
            ("GET", "streams") => ControlJson.Reply(new { streams = world.Streams }),
            ("GET", "proxy") => ControlJson.Reply(new { proxies = world.Proxies }),
            ("POST", "proxy") => SetProxy(ControlJson.Read<ProxyBody>(request)),
            ("POST", "keys") => AddKey(ControlJson.Read<KeyBody>(request)),
            ("POST", "clock") => Clock(ControlJson.Read<ClockBody>(request)),
            ("POST", "pairs") => AddPairs(ControlJson.Read<PairsBody>(request)),
            ("POST", "reset") => Done(world.Reset),
            _ => ControlJson.Reply(new { error = $"there is no {request.Method} {request.Path}; see / for what there is" }, 404),
        };
    }

    private static HttpReply Done(Action action)
    {
        action();
        return ControlJson.Reply(new { });
    }

    private SimulatorSettings Settings(HttpRequest request)
    {
        var changes = ControlJson.Read<JsonElement>(request);
        return world.UpdateSettings(settings => SettingsRules.Merge(settings, changes));
    }

    private HttpReply RemoveFault(string id) => int.TryParse(id, out var number) && world.RemoveFault(number)
        ? ControlJson.Reply(new { })
        : ControlJson.Reply(new { error = $"there is no fault {id}" }, 404);

    private HttpReply Outage(string region, OutageBody body)
    {
        var hit = world.Services.Where(s => s.Region == Regions.Of(region)).Select(s => s.Project + "/" + s.Name).ToList();
        var clusters = world.Clusters.Where(c => c.Region == Regions.Of(region)).Select(c => c.Name).ToList();
        var known = world.Services.Select(s => s.Region).Concat(world.Clusters.Select(c => c.Region)).Distinct().OrderBy(r => r, StringComparer.Ordinal);
        // A misspelt region would be a rehearsal in which nothing breaks.
        if (hit.Count + clusters.Count == 0 && body.Down) throw new ArgumentException($"nothing runs in the region {region}; there is {string.Join(", ", known)}");
        world.SetOutage(region, body.Down);
        return ControlJson.Reply(new { outages = world.Outages, services = hit, clusters });
    }

    private HttpReply Standbys(string project, string service, StandbysBody body)
    {
        world.SetStandby(project, service, body.Down, body.Node);
        return ControlJson.Reply(new { nodes = world.Service(project, service).Nodes });
    }

    private HttpReply Name(string host) => world.Resolve(host) is { } name
        ? ControlJson.Reply(name)
        : ControlJson.Reply(new { error = $"no service has the name {host}" }, 404);

    private HttpReply AddClient(ClientBody body)
    {
        if (body.Cluster is { } cluster) return ControlJson.Reply(world.AddClusterClient(cluster, body.WritesPerSecond, body.Via), 201);
        if (body.Project is null || body.Service is null)
            throw new ArgumentException("a client needs a project and a service, or a cluster");
        return ControlJson.Reply(world.AddClient(body.Project, body.Service, body.WritesPerSecond, body.Via ?? "uri"), 201);
    }

    private HttpReply SetProxy(ProxyBody body)
    {
        world.SetProxy(body.Name, body.Target, body.CutSessions);
        return ControlJson.Reply(new { proxies = world.Proxies });
    }

    private HttpReply SetCluster(string name, ClusterBody body)
    {
        if (body.State is { } state) world.SetClusterState(name, state);
        if (body.OperationStatus is { } status) world.SetClusterOperation(name, status.Length == 0 ? null : status);
        return ControlJson.Reply(world.Cluster(name));
    }

    private HttpReply AddKey(KeyBody body)
    {
        world.AddClusterKey(body.Token, body.Clusters);
        return ControlJson.Reply(new { }, 201);
    }

    private HttpReply Clock(ClockBody body)
    {
        if (body.AdvanceSeconds is < 0 or > 1_000_000_000) throw new ArgumentException("advanceSeconds must be 0 to 1000000000");
        if (body.Factor is { } factor) world.UpdateSettings(settings => SettingsRules.Checked(settings with { ClockFactor = factor }));
        if (body.AdvanceSeconds is { } seconds) world.Advance(Span.Seconds(seconds));
        return ControlJson.Reply(ControlOverview.ClockOf(world));
    }

    private HttpReply AddPairs(PairsBody body)
    {
        world.AddPairs(body.Project, body.Count);
        return ControlJson.Reply(new { added = body.Count }, 201);
    }
}
