using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>
/// Looks at many services by one request a project. Only looks: whoever wants to change something, or evidence for that, asks the service itself. A service that the list leaves out,
/// or tells less of than it should, is asked for by its name.
/// </summary>
internal sealed class GatheredAivenApi(IAivenApi direct, ReadBook book, string scope, TimeSpan age) : IAivenApi
{
    public async Task<VendorReply<AivenServiceEnvelope>> GetServiceAsync(string project, string service, CancellationToken ct)
    {
        VendorReply<Dictionary<string, AivenService>> all = await book.GetAsync($"{scope} {project}", age, () => ListAsync(project), ct).ConfigureAwait(false);
        return all.Body.Get(service) is { State: not null, ServiceIntegrations: not null, NodeStates: not null } found
            ? new(new() { Service = found }, all.ServerTime, all.ReceivedAt)
            : await direct.GetServiceAsync(project, service, ct).ConfigureAwait(false);
    }

    public Task<VendorReply<AivenServiceList>> ListServicesAsync(string project, CancellationToken ct) => direct.ListServicesAsync(project, ct);

    public Task<VendorReply<AivenServiceEnvelope>> SetRoleAsync(string project, string service, string role) => direct.SetRoleAsync(project, service, role);

    public Task<VendorReply<AivenServiceEnvelope>> SetReplicaDnsAsync(string project, string service, bool enabled) => direct.SetReplicaDnsAsync(project, service, enabled);

    public Task<VendorReply<AivenServiceEnvelope>> CreateServiceAsync(string project, AivenServiceCreate service) => direct.CreateServiceAsync(project, service);

    private async Task<VendorReply<Dictionary<string, AivenService>>> ListAsync(string project)
    {
        VendorReply<AivenServiceList> list = await direct.ListServicesAsync(project, CancellationToken.None).ConfigureAwait(false);
        Dictionary<string, AivenService> byName = [];
        foreach (AivenService service in list.Body.Services ?? [])
            if (service.ServiceName is { } name) byName[name] = service;
        return new(byName, list.ServerTime, list.ReceivedAt);
    }
}
