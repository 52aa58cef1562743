using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Drills;

/// <summary>What a drill does to the simulated world, over its control endpoint.</summary>
internal sealed class SimulatorControl(HttpMessageInvoker http, Uri address)
{
    public Task OutageAsync(string region, bool down, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"/_simulator/regions/{Uri.EscapeDataString(region)}/outage", $"{{\"down\":{(down ? "true" : "false")}}}", ct);

    public Task StartClientsAsync(string project, string service, int writesPerSecond, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/_simulator/clients",
            JsonSerializer.Serialize(new SimulatedClient { Project = project, Service = service, WritesPerSecond = writesPerSecond, Via = "uri" }, SimulatorJson.Default.SimulatedClient), ct);

    public Task StartClusterClientsAsync(string cluster, int writesPerSecond, string proxy, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/_simulator/clients",
            JsonSerializer.Serialize(new SimulatedClient { Cluster = cluster, WritesPerSecond = writesPerSecond, Via = $"proxy:{proxy}" }, SimulatorJson.Default.SimulatedClient), ct);

    /// <summary>Where a proxy leads; <see langword="null"/>: it lets nobody through.</summary>
    public async Task<string?> ProxyTargetAsync(string name, CancellationToken ct)
    {
        string body = await SendAsync(HttpMethod.Get, "/_simulator/proxy", null, ct).ConfigureAwait(false);
        SimulatedProxy? proxy = JsonSerializer.Deserialize(body, SimulatorJson.Default.SimulatedProxies)?.Proxies.FirstOrDefault(p => p.Name == name);
        return proxy is null ? throw new CrdrException(CrdrErrorKind.NotFound, "SimulatorRefused", $"The simulator has no proxy '{name}'.") : proxy.Target;
    }

    public Task SetProxyAsync(string name, string? target) =>
        SendAsync(HttpMethod.Post, "/_simulator/proxy", $"{{\"name\":{Text(name)},\"target\":{(target is null ? "null" : Text(target))}}}", CancellationToken.None);

    private static string Text(string text) => JsonSerializer.Serialize(text, SimulatorJson.Default.String);

    public Task StopClientsAsync(CancellationToken ct) => SendAsync(HttpMethod.Delete, "/_simulator/clients", "{}", ct);

    /// <summary>The clients' own history: what was acknowledged to them, and what of it the active side does not have.</summary>
    public async Task<SimulatedClient> ClientAsync(CancellationToken ct)
    {
        string body = await SendAsync(HttpMethod.Get, "/_simulator/clients", null, ct).ConfigureAwait(false);
        return JsonSerializer.Deserialize(body, SimulatorJson.Default.SimulatedClients)?.Clients.LastOrDefault()
            ?? throw new CrdrException(CrdrErrorKind.BadReply, "SimulatorReplyUnreadable", "The simulator told of no client.");
    }

    /// <summary>How many writes two sides acknowledged in the same interval.</summary>
    public async Task<long> DualAsync(CancellationToken ct)
    {
        string body = await SendAsync(HttpMethod.Get, "/_simulator/clients", null, ct).ConfigureAwait(false);
        return JsonSerializer.Deserialize(body, SimulatorJson.Default.SimulatedClients) is { } all ? all.Dual + all.ClusterDual : throw new CrdrException(CrdrErrorKind.BadReply, "SimulatorReplyUnreadable", "The simulator told of no client.");
    }

    public Task AddFaultAsync(ScenarioFault fault, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, "/_simulator/faults", JsonSerializer.Serialize(fault, ScenarioJson.Default.ScenarioFault), ct);

    public Task ClearFaultsAsync(CancellationToken ct) => SendAsync(HttpMethod.Delete, "/_simulator/faults", "{}", ct);

    /// <summary>What the vendor's API was asked, oldest first.</summary>
    public async Task<IReadOnlyList<SimulatedRequest>> RequestsAsync(CancellationToken ct)
    {
        string body = await SendAsync(HttpMethod.Get, "/_simulator/requests", null, ct).ConfigureAwait(false);
        return JsonSerializer.Deserialize(body, SimulatorJson.Default.SimulatedRequests)?.Requests ?? [];
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, CancellationToken ct)
    {
        using HttpRequestMessage request = new(method, new Uri(address, path));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request, ct).ConfigureAwait(false);
        string body = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        return response.IsSuccessStatusCode ? body
            : throw new CrdrException(CrdrErrorKind.BadReply, "SimulatorRefused", $"The simulator answered {method} {path} with {(int)response.StatusCode}: {body}");
    }
}

internal sealed record SimulatedProxy
{
    public string? Name { get; init; }
    public string? Target { get; init; }
}

internal sealed record SimulatedProxies
{
    public List<SimulatedProxy> Proxies { get; init; } = [];
}

internal sealed record SimulatedClient
{
    public string? Cluster { get; init; }
    public string? Project { get; init; }
    public string? Service { get; init; }
    public double? WritesPerSecond { get; init; }
    public string? Via { get; init; }
    public long? Acknowledged { get; init; }
    public long? Failed { get; init; }
    public long? Lost { get; init; }
    public double? LongestGapSeconds { get; init; }
}

internal sealed record SimulatedClients
{
    public List<SimulatedClient> Clients { get; init; } = [];
    public long Dual { get; init; }
    public long ClusterDual { get; init; }
}

internal sealed record SimulatedRequest
{
    public long Number { get; init; }
    public string Method { get; init; } = "";
    public string Path { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Body { get; init; } = "";
    public bool Changing { get; init; }
    public int? Status { get; init; }
}

internal sealed record SimulatedRequests
{
    public List<SimulatedRequest> Requests { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulatedClient))]
[JsonSerializable(typeof(SimulatedClients))]
[JsonSerializable(typeof(SimulatedProxies))]
[JsonSerializable(typeof(SimulatedRequests))]
[JsonSerializable(typeof(string))]
internal sealed partial class SimulatorJson : JsonSerializerContext;
