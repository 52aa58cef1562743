using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Aiven's REST API at <c>/v1</c>: finds the operation, asks for the token, turns refusals into answers.</summary>
internal sealed class AivenApi : IVendor
{
    private static readonly ApiRoute<AivenCall>[] Routes =
    [
        new("GET", "project", "ProjectList", AivenCatalog.Projects),
        new("GET", "project/P", "ProjectGet", AivenCatalog.Project),
        new("GET", "clouds", "ListClouds", AivenCatalog.Clouds),
        new("GET", "project/P/clouds", "ListProjectClouds", AivenCatalog.Clouds),
        new("GET", "project/P/vpcs", "VpcList", AivenCatalog.Vpcs),
        new("GET", "project/P/integration_types", "ListServiceIntegrationTypes", AivenCatalog.IntegrationTypes),
        new("GET", "project/P/service-types/T", "ServiceTypeGet", AivenCatalog.ServiceType),
        new("GET", "project/P/service_types", "ListProjectServiceTypes", AivenCatalog.ServiceTypes),
        new("GET", "project/P/service", "ServiceList", ServiceReads.List),
        new("GET", "project/P/service/S", "ServiceGet", ServiceReads.Get),
        new("GET", "project/P/service/S/backups", "ServiceBackupsGet", ServiceReads.Backups),
        new("GET", "project/P/service/S/alerts", "ServiceAlertsList", ServiceReads.Alerts),
        new("POST", "project/P/service", "ServiceCreate", ServiceCreation.Create),
        new("PUT", "project/P/service/S", "ServiceUpdate", ServiceUpdate.Update),
        new("DELETE", "project/P/service/S", "ServiceDelete", ServiceDeletion.Delete),
        new("PUT", "project/P/service/S/maintenance/start", "ServiceMaintenanceStart", ServiceUpdate.StartMaintenance),
        new("GET", "project/P/service/S/integration", "ServiceIntegrationList", Integrations.List),
        new("POST", "project/P/integration", "ServiceIntegrationCreate", Integrations.Create),
        new("GET", "project/P/integration/I", "ServiceIntegrationGet", Integrations.Get),
        new("PUT", "project/P/integration/I", "ServiceIntegrationUpdate", Integrations.Update),
        new("DELETE", "project/P/integration/I", "ServiceIntegrationDelete", Integrations.Delete),
    ];

    private const int PrefixParts = 1;
    private readonly RateLimit _rateLimit = new(TimeSpan.FromMinutes(1));
    private readonly Stage _stage;

    public AivenApi(Stage stage)
    {
        _stage = stage;
        Model = new AivenModel(stage);
        Motion = new AivenMotion(Model);
    }

    public AivenModel Model { get; }

    public AivenMotion Motion { get; }

    public string Prefix => "/v1/";

    public long Version => Model.Version;

    public DateTimeOffset NextBreak => Motion.NextBreak;

    public void Break(DateTimeOffset at) => Motion.Break(at);

    public void AdvanceData(DateTimeOffset at) => Model.Data.AdvanceTo(at);

    public void Reconsider(DateTimeOffset now) => Motion.Reconsider(now);

    public string KindOf(HttpRequest request) => Find(request)?.Kind ?? "Unknown";

    public HttpReply Answer(HttpRequest request, bool stale)
    {
        try
        {
            CheckToken(request.Header("Authorization"));
            return (Find(request) ?? throw NoRoute(request)).Answer(new AivenCall(request, Model, Motion, stale));
        }
        catch (AivenProblem problem)
        {
            var reply = AivenReply.Error(problem);
            return problem.Status == 405 ? reply with { Allow = string.Join(", ", Allowed(request)) } : reply;
        }
    }

    /// <summary>Seen: the body names the wait. Whether there is a header is a setting.</summary>
    public HttpReply? Limit(HttpRequest request, DateTimeOffset realNow)
    {
        var settings = _stage.Settings;
        if (_rateLimit.Take(settings.RateLimitPerMinute, realNow) is not { } wait) return null;
        var problem = new AivenProblem(429, TooMany(settings.RateLimitPerMinute, wait));
        return AivenReply.Error(problem) with { RetryAfterSeconds = settings.RateLimitRetryAfter ? wait : null };
    }

    public HttpReply Error(int status, int? retryAfterSeconds) => AivenReply.Error(new AivenProblem(status, status switch
    {
        429 => TooMany(120, retryAfterSeconds ?? 1),
        >= 500 => "Internal server error",
        _ => "The request was refused by a fault",
    }));

    private static string TooMany(int limit, int wait) =>
        $"The user has sent too many requests in a given amount of time: Rate limit {limit} exceeded - try again in {wait}s";

    private static ApiRoute<AivenCall>? Find(HttpRequest request) => ApiRoute<AivenCall>.Find(Routes, request, PrefixParts);

    private static IEnumerable<string> Allowed(HttpRequest request) =>
        Routes.Where(r => r.Fits(request.Parts, PrefixParts)).Select(r => r.Method);

    /// <summary>Assumed: the vendor documents no answer to an unknown path or method.</summary>
    private static AivenProblem NoRoute(HttpRequest request) =>
        Allowed(request).Any() ? new AivenProblem(405, "Method not allowed") : new AivenProblem(404, "Not found");

    /// <summary>
    /// Both <c>aivenv1 TOKEN</c> and <c>Bearer TOKEN</c> are real. The messages were seen; which status goes with them is a setting.
    /// </summary>
    private void CheckToken(string? authorization)
    {
        var space = authorization?.IndexOf(' ') ?? -1;
        var scheme = space < 0 ? "" : authorization!.Substring(0, space);
        if (!scheme.Equals("aivenv1", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("bearer", StringComparison.OrdinalIgnoreCase))
            throw new AivenProblem(_stage.Settings.TokenErrorStatus, "Missing (expired) db token");
        if (authorization!.Substring(space + 1).Trim() != _stage.Token)
            throw new AivenProblem(_stage.Settings.TokenErrorStatus, "Invalid token");
    }
}
