using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>What this tool asks of CockroachDB Cloud's API, under <c>/api/v1</c>. Lists are read to their last page.</summary>
internal interface ICockroachApi
{
    /// <summary>GET /clusters</summary>
    Task<IReadOnlyList<CockroachCluster>> ListClustersAsync(CancellationToken ct);

    /// <summary>GET /clusters/{id}</summary>
    Task<VendorReply<CockroachCluster>> GetClusterAsync(string id, CancellationToken ct);

    /// <summary>GET /clusters/{id}/nodes</summary>
    Task<IReadOnlyList<CockroachNode>> ListNodesAsync(string id, CancellationToken ct);

    /// <summary>GET /physical-replication-streams?cluster_id={id}&amp;show_completed=true</summary>
    Task<VendorReply<IReadOnlyList<CockroachStream>>> ListStreamsAsync(string cluster, CancellationToken ct);

    /// <summary>GET /physical-replication-streams?show_completed=true: of all clusters that the key sees.</summary>
    Task<VendorReply<IReadOnlyList<CockroachStream>>> ListAllStreamsAsync(CancellationToken ct);

    /// <summary>POST /physical-replication-streams: deletes all data of the standby.</summary>
    Task<VendorReply<CockroachStream>> CreateStreamAsync(string primary, string standby);

    /// <summary>PATCH /physical-replication-streams/{id} with the status FAILING_OVER or CANCELED.</summary>
    Task<VendorReply<CockroachStream>> UpdateStreamAsync(string id, string status, DateTimeOffset? failoverAt = null);

    /// <summary>GET /clusters/{id}/disrupt</summary>
    Task<VendorReply<CockroachDisruption>> GetDisruptionAsync(string cluster, CancellationToken ct);

    /// <summary>PUT /clusters/{id}/disrupt; an empty list ends every disruption.</summary>
    Task<VendorReply<CockroachDisruption>> DisruptAsync(string cluster, CockroachDisruption disruption);
}

/// <inheritdoc/>
internal sealed class CockroachApi(VendorHttp http) : ICockroachApi
{
    public const string DefaultEndpoint = "https://cockroachlabs.cloud";

    /// <summary>Documented: 10 requests a second a user. One is left for a change, which does not wait for its turn.</summary>
    public const int ReadsPerSecond = 9;

    /// <summary>The vendor's own client asks for pages of that size.</summary>
    private const int PageLimit = 500;

    /// <summary>A list that never ends is none.</summary>
    private const int MostPages = 1000;

    /// <summary>A look is evidence for two seconds: none of its parts may take longer to be read again.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static readonly CockroachJson s_json = CockroachJson.Default;

    /// <summary>The pair's own API address: a rehearsal's commands must not reach the real vendor.</summary>
    public static string Endpoint(CrdrPair pair) => (pair.Settings.Get("endpoint") ?? DefaultEndpoint).TrimEnd('/');

    public Task<IReadOnlyList<CockroachCluster>> ListClustersAsync(CancellationToken ct) =>
        Items(ListAsync<CockroachCluster, CockroachClusterPage>("/api/v1/clusters?", s_json.CockroachClusterPage, ct));

    public Task<VendorReply<CockroachCluster>> GetClusterAsync(string id, CancellationToken ct) => http.GetAsync(Cluster(id), s_json.CockroachCluster, ct, s_patience);

    public Task<IReadOnlyList<CockroachNode>> ListNodesAsync(string id, CancellationToken ct) =>
        Items(ListAsync<CockroachNode, CockroachNodePage>($"{Cluster(id)}/nodes?", s_json.CockroachNodePage, ct));

    public Task<VendorReply<IReadOnlyList<CockroachStream>>> ListStreamsAsync(string cluster, CancellationToken ct) =>
        ListAsync<CockroachStream, CockroachStreamPage>($"{Streams}?cluster_id={Uri.EscapeDataString(cluster)}&show_completed=true&", s_json.CockroachStreamPage, ct);

    public Task<VendorReply<IReadOnlyList<CockroachStream>>> ListAllStreamsAsync(CancellationToken ct) =>
        ListAsync<CockroachStream, CockroachStreamPage>($"{Streams}?show_completed=true&", s_json.CockroachStreamPage, ct);

    public Task<VendorReply<CockroachStream>> CreateStreamAsync(string primary, string standby) =>
        http.ChangeAsync(HttpMethod.Post, Streams,
            JsonSerializer.Serialize(new CockroachStreamCreate { PrimaryClusterId = primary, StandbyClusterId = standby }, s_json.CockroachStreamCreate), s_json.CockroachStream);

    public Task<VendorReply<CockroachStream>> UpdateStreamAsync(string id, string status, DateTimeOffset? failoverAt = null) =>
        http.ChangeAsync(new HttpMethod("PATCH"), $"{Streams}/{Uri.EscapeDataString(id)}",
            JsonSerializer.Serialize(new CockroachStreamUpdate { Status = status, FailoverAt = failoverAt?.ToUniversalTime() }, s_json.CockroachStreamUpdate), s_json.CockroachStream);

    public Task<VendorReply<CockroachDisruption>> GetDisruptionAsync(string cluster, CancellationToken ct) =>
        http.GetAsync($"{Cluster(cluster)}/disrupt", s_json.CockroachDisruption, ct);

    public Task<VendorReply<CockroachDisruption>> DisruptAsync(string cluster, CockroachDisruption disruption) =>
        http.ChangeAsync(HttpMethod.Put, $"{Cluster(cluster)}/disrupt", JsonSerializer.Serialize(disruption, s_json.CockroachDisruption), s_json.CockroachDisruption);

    private const string Streams = "/api/v1/physical-replication-streams";

    private static string Cluster(string id) => $"/api/v1/clusters/{Uri.EscapeDataString(id)}";

    private static async Task<IReadOnlyList<T>> Items<T>(Task<VendorReply<IReadOnlyList<T>>> reply) => (await reply.ConfigureAwait(false)).Body;

    /// <summary>All pages; an empty or missing next page ends. The clock is that of the first.</summary>
    private async Task<VendorReply<IReadOnlyList<T>>> ListAsync<T, TPage>(string path, JsonTypeInfo<TPage> type, CancellationToken ct) where TPage : ICockroachPage<T>
    {
        List<T> all = [];
        DateTimeOffset? clock = null;
        DateTimeOffset received = default;
        string? page = null;
        for (int i = 0; i < MostPages; i++)
        {
            string asked = $"{path}pagination.limit={PageLimit}{(page is null ? "" : $"&pagination.page={Uri.EscapeDataString(page)}")}";
            VendorReply<TPage> reply = await http.GetAsync(asked, type, ct, s_patience).ConfigureAwait(false);
            if (i == 0) (clock, received) = (reply.ServerTime, reply.ReceivedAt);
            // A list without its member is no empty list.
            if (reply.Body.Items is not { } items)
                throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"CockroachDB Cloud answered {path.Split('?')[0]} without a list in it.", VendorVerdict.Unknown);
            all.AddRange(items);
            if (string.IsNullOrEmpty(reply.Body.Pagination?.NextPage)) return new(all, clock, received);
            page = reply.Body.Pagination!.NextPage;
        }
        throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"CockroachDB Cloud's list {path.Split('?')[0]} does not end.", VendorVerdict.Unknown);
    }
}
