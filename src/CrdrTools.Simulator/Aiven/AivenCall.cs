using System.Text.Json;
using CrdrTools.Simulator.Data;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>One request on its way through an operation.</summary>
/// <param name="Request">The request.</param>
/// <param name="Model">The model it reads and changes.</param>
/// <param name="Motion">Begins what takes time.</param>
/// <param name="Stale">Show services as they were before their last change.</param>
internal sealed record AivenCall(HttpRequest Request, AivenModel Model, AivenMotion Motion, bool Stale)
{
    /// <summary>The project in the path: <c>/v1/project/P</c>.</summary>
    public string Project => Request.Parts[2];

    public ServiceKey Key => new(Project, Request.Parts[4]);

    public SimulatorSettings Settings => Model.Stage.Settings;

    /// <summary>Whether passwords are shown: unless <c>include_secrets=false</c>.</summary>
    public bool Secrets => Request.QueryValue("include_secrets") != "false";

    /// <exception cref="AivenProblem">There is no such project.</exception>
    public IReadOnlyCollection<AivenService> Services() =>
        Model.ServicesOf(Project) ?? throw new AivenProblem(404, $"Project '{Project}' does not exist");

    /// <exception cref="AivenProblem">There is no such project or service.</exception>
    public AivenService Service()
    {
        Services();
        return Model.Find(Key) ?? throw AivenProblem.NoService(Key.Service);
    }

    /// <summary>The body as a JSON object; an empty one when there is none.</summary>
    /// <exception cref="AivenProblem">It is no JSON object.</exception>
    public JsonElement Body()
    {
        if (Request.Body.Length == 0) return Json.EmptyObject;
        JsonElement body;
        try
        {
            using var document = JsonDocument.Parse(Request.Body);
            body = document.RootElement.Clone();
            Json.CheckText(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw AivenProblem.Input("the request body is not valid JSON");
        }
        return body.ValueKind == JsonValueKind.Object ? body : throw AivenProblem.Input("the request body is not of type 'object'");
    }
}
