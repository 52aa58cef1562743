using System.Text.Json;
using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>The six calls of Aiven's API that this tool makes, under <c>/v1</c>.</summary>
internal interface IAivenApi
{
    /// <summary>GET /project/{project}/service/{service}</summary>
    Task<VendorReply<AivenServiceEnvelope>> GetServiceAsync(string project, string service, CancellationToken ct);

    /// <summary>GET /project/{project}/service: all of a project's services, as each by itself is told.</summary>
    Task<VendorReply<AivenServiceList>> ListServicesAsync(string project, CancellationToken ct);

    /// <summary>PUT /project/{project}/service/{service} with <c>disaster_recovery_role</c>: <c>active</c>, <c>passive</c> or <c>failed</c>.</summary>
    Task<VendorReply<AivenServiceEnvelope>> SetRoleAsync(string project, string service, string role);

    /// <summary>PUT /project/{project}/service/{service} with <c>user_config.enable_ha_replica_dns</c> alone.</summary>
    Task<VendorReply<AivenServiceEnvelope>> SetReplicaDnsAsync(string project, string service, bool enabled);

    /// <summary>POST /project/{project}/service</summary>
    Task<VendorReply<AivenServiceEnvelope>> CreateServiceAsync(string project, AivenServiceCreate service);
}

/// <inheritdoc/>
internal sealed class AivenApi(VendorHttp http) : IAivenApi
{
    public const string DefaultEndpoint = "https://api.aiven.io";

    /// <summary>The pair's own API address: a rehearsal's commands must not reach the real vendor.</summary>
    public static string Endpoint(CrdrPair pair) => (pair.Settings.Get("endpoint") ?? DefaultEndpoint).TrimEnd('/');

    /// <summary>The vendor's command line, pointed at the pair's own API.</summary>
    public static string Tool(CrdrPair pair) => Endpoint(pair) == DefaultEndpoint ? "avn" : $"avn --url {Endpoint(pair)}";

    public Task<VendorReply<AivenServiceEnvelope>> GetServiceAsync(string project, string service, CancellationToken ct) =>
        http.GetAsync(Service(project, service), AivenJson.Default.AivenServiceEnvelope, ct);

    public Task<VendorReply<AivenServiceList>> ListServicesAsync(string project, CancellationToken ct) =>
        http.GetAsync($"/v1/project/{Uri.EscapeDataString(project)}/service", AivenJson.Default.AivenServiceList, ct);

    public Task<VendorReply<AivenServiceEnvelope>> SetRoleAsync(string project, string service, string role) =>
        UpdateAsync(project, service, new() { DisasterRecoveryRole = role });

    public Task<VendorReply<AivenServiceEnvelope>> SetReplicaDnsAsync(string project, string service, bool enabled) =>
        UpdateAsync(project, service, new() { UserConfig = new() { EnableHaReplicaDns = enabled } });

    public Task<VendorReply<AivenServiceEnvelope>> CreateServiceAsync(string project, AivenServiceCreate service) =>
        http.ChangeAsync(HttpMethod.Post, $"/v1/project/{Uri.EscapeDataString(project)}/service",
            JsonSerializer.Serialize(service, AivenJson.Default.AivenServiceCreate), AivenJson.Default.AivenServiceEnvelope);

    private Task<VendorReply<AivenServiceEnvelope>> UpdateAsync(string project, string service, AivenServiceUpdate update) =>
        http.ChangeAsync(HttpMethod.Put, Service(project, service), JsonSerializer.Serialize(update, AivenJson.Default.AivenServiceUpdate), AivenJson.Default.AivenServiceEnvelope);

    private static string Service(string project, string service) =>
        $"/v1/project/{Uri.EscapeDataString(project)}/service/{Uri.EscapeDataString(service)}";
}
