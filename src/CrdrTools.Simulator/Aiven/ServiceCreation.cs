using System.Text.Json;
using System.Text.RegularExpressions;
using CrdrTools.Simulator.Data;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary><c>POST /project/P/service</c>; with a <c>disaster_recovery</c> integration it makes a recovery service.</summary>
internal static class ServiceCreation
{
    private const string DefaultCloud = "google-europe-west1";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["cloud"] = "string",
        ["cmk_id"] = "string|null",
        ["copy_tags"] = "boolean",
        ["disk_space_mb"] = "integer",
        ["group_name"] = "string",
        ["maintenance"] = "object",
        ["plan"] = "string",
        ["project_vpc_id"] = "string|null",
        ["service_integrations"] = "array|null",
        ["service_name"] = "string",
        ["service_type"] = "string",
        ["static_ips"] = "array|null",
        ["tags"] = "object",
        ["tech_emails"] = "array|null",
        ["termination_protection"] = "boolean",
        ["user_config"] = "object",
    };

    private static readonly Regex Name = new("^[a-z][-a-z0-9]{0,63}$", RegexOptions.CultureInvariant);

    public static HttpReply Create(AivenCall call)
    {
        call.Services();
        var body = call.Body();
        BodyFields.Check(body, Known);
        var service = Wanted(call, body);
        var source = Source(call, body);
        if (call.Model.Find(service.Key) is not null) throw new AivenProblem(409, $"Service '{service.Key.Service}' already exists");
        HaReplicaNames.Check(service.Plan, service.UserConfig, call.Settings);
        if (source is { Type: AivenWords.DisasterRecovery }) service = service with { Role = AivenWords.Passive };
        else service = service.TakingBackups(service.CreateTime);

        call.Motion.Rebuild(service);
        call.Model.HaReplica.Switch(service);
        if (source is not null) Join(call.Model, source.Type, source.Service, service.Key);
        return ServiceReads.Envelope(call, call.Model.Find(service.Key)!);
    }

    /// <summary>Makes the integration, and the pair when it is one of disaster recovery.</summary>
    public static AivenIntegration Join(AivenModel model, string type, ServiceKey source, ServiceKey dest)
    {
        var integration = new AivenIntegration(Guid.NewGuid().ToString(), type, source, dest);
        model.Put(integration);
        if (type != AivenWords.DisasterRecovery) return integration;
        model.Put(new AivenPair(source, dest, integration.Id));
        model.Put(model.Find(source)! with { Role = AivenWords.Active });
        return integration;
    }

    /// <summary>Whether the service can become the primary of a pair. Plans are documented; the rest is assumed.</summary>
    /// <exception cref="AivenProblem">It cannot.</exception>
    public static void RequirePrimary(AivenModel model, AivenService source)
    {
        if (!source.Plan.TakesRecovery)
            throw new AivenProblem(403, "Creation of a disaster recovery service not allowed under current plan");
        if (model.PairOf(source.Key) is not null)
            throw new AivenProblem(409, $"Service '{source.Key.Service}' already has a disaster recovery integration");
        if (source.State != AivenWords.Running)
            throw new AivenProblem(409, $"Service '{source.Key.Service}' is in state {source.State}, not RUNNING");
    }

    private static AivenService Wanted(AivenCall call, JsonElement body)
    {
        var name = BodyFields.Required(body, "service_name");
        var type = BodyFields.Required(body, "service_type");
        var plan = BodyFields.Required(body, "plan");
        if (!Name.IsMatch(name)) throw new AivenProblem(400, "Service name must consist of 1-64 alphanumerical characters");
        if (type != "pg") throw AivenProblem.Input($"service_type '{type}' is not simulated, only 'pg' is");
        return new AivenService
        {
            Key = new ServiceKey(call.Project, name),
            Plan = AivenPlan.Parse(plan) ?? throw AivenProblem.Input($"plan '{plan}' does not exist"),
            Cloud = BodyFields.Text(body, "cloud") ?? DefaultCloud,
            CreateTime = call.Model.Stage.Now,
            UpdateTime = call.Model.Stage.Now,
            TerminationProtection = BodyFields.Flag(body, "termination_protection") ?? false,
            UserConfig = BodyFields.Object(body, "user_config") ?? Json.EmptyObject,
            TechEmails = BodyFields.Object(body, "tech_emails") ?? Json.EmptyArray,
            Tags = BodyFields.Object(body, "tags") ?? Json.EmptyObject,
            ProjectVpcId = BodyFields.Text(body, "project_vpc_id"),
        };
    }

    private static SourceLink? Source(AivenCall call, JsonElement body)
    {
        if (BodyFields.Object(body, "service_integrations") is not { } items || items.GetArrayLength() == 0) return null;
        if (items.GetArrayLength() > 1) throw AivenProblem.Input("'service_integrations' with more than one item is not simulated");
        var item = items[0];
        if (item.ValueKind != JsonValueKind.Object) throw AivenProblem.Input("'service_integrations' items are not of type 'object'");
        var type = BodyFields.Required(item, "integration_type");
        if (type is not (AivenWords.DisasterRecovery or "read_replica"))
            throw AivenProblem.Input($"integration_type '{type}' is not simulated, only 'disaster_recovery' and 'read_replica' are");
        var name = BodyFields.Required(item, "source_service");
        var project = BodyFields.Text(item, "source_project") ?? call.Project;
        var source = call.Model.Find(new ServiceKey(project, name)) ?? throw AivenProblem.NoService(name);
        if (type == AivenWords.DisasterRecovery) RequirePrimary(call.Model, source);
        return new SourceLink(type, source.Key);
    }

    private sealed record SourceLink(string Type, ServiceKey Service);
}
