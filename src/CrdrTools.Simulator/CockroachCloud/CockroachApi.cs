using CrdrTools.Simulator.CockroachCloud.Sql;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>CockroachDB Cloud's REST API at <c>/api/v1</c>: finds the operation, asks for the key, turns refusals into answers.</summary>
internal sealed class CockroachApi : IVendor
{
    private const int PrefixParts = 2;

    private static readonly ApiRoute<CockroachCall>[] Routes =
    [
        new("GET", "clusters", "ClusterList", ClusterReads.List),
        new("GET", "clusters/C", "ClusterGet", ClusterReads.Get),
        new("DELETE", "clusters/C", "ClusterDelete", ClusterReads.Delete),
        new("GET", "clusters/C/nodes", "NodeList", ClusterReads.Nodes),
        new("GET", "clusters/C/connection-string", "ConnectionStringGet", ClusterReads.ConnectionString),
        new("GET", "clusters/C/disrupt", "DisruptGet", Disruptions.Get),
        new("PUT", "clusters/C/disrupt", "DisruptUpdate", Disruptions.Put),
        new("GET", "physical-replication-streams", "StreamList", StreamReads.List),
        new("POST", "physical-replication-streams", "StreamCreate", StreamCreation.Create),
        new("GET", "physical-replication-streams/S", "StreamGet", StreamReads.Get),
        new("PATCH", "physical-replication-streams/S", "StreamUpdate", StreamUpdate.Update),
    ];

    private readonly Dictionary<string, RateLimit> _limits = new(StringComparer.Ordinal);
    private readonly Stage _stage;

    public CockroachApi(Stage stage)
    {
        _stage = stage;
        Model = new CockroachModel(stage);
        Motion = new CockroachMotion(Model);
        Users = new CockroachUsers(stage.Token);
    }

    public CockroachModel Model { get; }

    public CockroachMotion Motion { get; }

    public CockroachUsers Users { get; }

    /// <summary>What goes past the API, in SQL.</summary>
    public SqlBook Sql { get; } = new();

    public string Prefix => "/api/v1/";

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
            var call = new CockroachCall
            {
                Request = request,
                Model = Model,
                Motion = Motion,
                Users = Users,
                Token = Users.Check(request.Header("Authorization")),
                Version = ApiVersion.Checked(request.Header(ApiVersion.Header)),
                Stale = stale,
            };
            return (Find(request) ?? throw NoRoute(request)).Answer(call);
        }
        catch (CockroachProblem problem)
        {
            return CockroachReply.Error(problem);
        }
    }

    /// <summary>
    /// Documented: so many a second and user, with <c>Retry-After</c> and these words; which status goes with them is not.
    /// </summary>
    public HttpReply? Limit(HttpRequest request, DateTimeOffset realNow)
    {
        var user = CockroachUsers.TokenOf(request.Header("Authorization"));
        if (!_limits.TryGetValue(user, out var limit)) limit = _limits[user] = new RateLimit(TimeSpan.FromSeconds(1));
        if (limit.Take(_stage.Settings.CockroachRateLimitPerSecond, realNow) is not { } wait) return null;
        return Error(_stage.Settings.CockroachRateLimitStatus, TooMany) with { RetryAfterSeconds = wait };
    }

    public HttpReply Error(int status, int? retryAfterSeconds) => Error(status, status switch
    {
        429 => TooMany,
        503 => "service unavailable",
        >= 500 => "internal server error",
        _ => "the request was refused by a fault",
    });

    private const string TooMany = "rate limit exceeded";

    private static HttpReply Error(int status, string message) => CockroachReply.Error(new CockroachProblem(status, message));

    private static ApiRoute<CockroachCall>? Find(HttpRequest request) => ApiRoute<CockroachCall>.Find(Routes, request, PrefixParts);

    /// <summary>Assumed: as gateways in front of gRPC answer, a known path with another method is 501.</summary>
    private static CockroachProblem NoRoute(HttpRequest request) => Routes.Any(r => r.Fits(request.Parts, PrefixParts))
        ? new CockroachProblem(501, "Method Not Allowed")
        : new CockroachProblem(404, "Not Found");
}
