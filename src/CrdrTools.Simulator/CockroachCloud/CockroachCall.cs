using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>One request on its way through an operation.</summary>
internal sealed record CockroachCall
{
    public required HttpRequest Request { get; init; }
    public required CockroachModel Model { get; init; }
    public required CockroachMotion Motion { get; init; }
    public required CockroachUsers Users { get; init; }
    public required string Token { get; init; }
    public required string Version { get; init; }

    /// <summary>Show what there is as it was before its last change.</summary>
    public required bool Stale { get; init; }

    public SimulatorSettings Settings => Model.Stage.Settings;

    public DateTimeOffset Now => Model.Stage.Now;

    /// <summary>The id in the path: <c>/api/v1/clusters/C</c>.</summary>
    public string Id => Request.Parts[3];

    public bool Administers(CockroachCluster cluster) => Users.Administers(Token, cluster.Name);

    public bool AdministersEither(CockroachStream stream) =>
        Users.Administers(Token, stream.Primary.Service) || Users.Administers(Token, stream.Standby.Service);

    /// <summary>The cluster of an id, if the user may touch it.</summary>
    /// <exception cref="CockroachProblem">There is none, or it is not the user's.</exception>
    public CockroachCluster Cluster(string id)
    {
        var cluster = Model.Find(Checked(id, "cluster")) ?? throw CockroachProblem.NotFound("cluster");
        return Administers(cluster) ? cluster : throw CockroachProblem.Forbidden();
    }

    /// <exception cref="CockroachProblem">There is none, or neither of its clusters is the user's.</exception>
    public CockroachStream Stream()
    {
        var stream = Model.FindStream(Checked(Id, "physical replication stream"))
            ?? throw CockroachProblem.NotFound("physical replication stream");
        return AdministersEither(stream) ? stream : throw CockroachProblem.Forbidden();
    }

    /// <summary>The body as a JSON object; an empty one when there is none. Members that are not known are let pass.</summary>
    /// <exception cref="CockroachProblem">It is no JSON object.</exception>
    public JsonElement Body()
    {
        if (Request.Body.Length == 0) return Json.EmptyObject;
        try
        {
            using var document = JsonDocument.Parse(Request.Body);
            var body = document.RootElement.Clone();
            Json.CheckText(body);
            if (body.ValueKind == JsonValueKind.Object) return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
        }
        throw CockroachProblem.Input("the request body is not a valid JSON object");
    }

    /// <summary>A text member of a body; null when it is missing, null or empty.</summary>
    /// <exception cref="CockroachProblem">It is no text.</exception>
    public static string? Text(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String) throw CockroachProblem.Input($"invalid value for field {name}: {value.GetRawText()}");
        return value.GetString() is { Length: > 0 } text ? text : null;
    }

    private static string Checked(string id, string what) =>
        Guid.TryParseExact(id, "D", out _) ? id.ToLowerInvariant() : throw CockroachProblem.Input($"invalid {what} ID: {id}");
}
