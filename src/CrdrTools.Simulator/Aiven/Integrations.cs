using CrdrTools.Simulator.Data;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>The operations on integrations.</summary>
internal static class Integrations
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["dest_endpoint_id"] = "string|null",
        ["dest_project"] = "string|null",
        ["dest_service"] = "string|null",
        ["integration_type"] = "string",
        ["source_endpoint_id"] = "string|null",
        ["source_project"] = "string|null",
        ["source_service"] = "string|null",
        ["user_config"] = "object",
    };

    public static HttpReply List(AivenCall call)
    {
        var service = call.Service();
        return AivenReply.Of(w =>
        {
            w.WriteStartArray("service_integrations");
            foreach (var integration in call.Model.IntegrationsOf(service.Key))
                IntegrationJson.Write(w, IntegrationView.Of(call.Model, integration));
            w.WriteEndArray();
        });
    }

    public static HttpReply Get(AivenCall call) => Envelope(call, Find(call));

    /// <summary>Documented: the body is <c>{"user_config": {}}</c> only.</summary>
    public static HttpReply Update(AivenCall call)
    {
        var integration = Find(call);
        var body = call.Body();
        BodyFields.Check(body, new Dictionary<string, string> { ["user_config"] = "object" });
        var config = BodyFields.Object(body, "user_config") ?? Json.EmptyObject;
        var changed = integration with { UserConfig = Json.Merge(integration.UserConfig, config) };
        call.Model.Put(changed);
        return Envelope(call, changed);
    }

    /// <summary>Assumed: deleting the one of a pair leaves two services on their own, whatever their roles were.</summary>
    public static HttpReply Delete(AivenCall call)
    {
        var integration = Find(call);
        if (call.Model.Busy(integration.Source) || call.Model.Busy(integration.Dest))
            throw new AivenProblem(409, "An integration cannot be deleted while its services are being changed");
        var reply = Envelope(call, integration);
        call.Model.Remove(integration);
        return reply;
    }

    /// <summary>
    /// Assumed: a <c>disaster_recovery</c> integration is made with its recovery service only, as "pg_read_replica can only be set during
    /// service creation" is seen; a setting allows it afterwards.
    /// </summary>
    public static HttpReply Create(AivenCall call)
    {
        call.Services();
        var body = call.Body();
        BodyFields.Check(body, Known);
        var type = BodyFields.Required(body, "integration_type");
        var source = End(call, BodyFields.Text(body, "source_project"), BodyFields.Required(body, "source_service"));
        var dest = End(call, BodyFields.Text(body, "dest_project"), BodyFields.Required(body, "dest_service"));
        if (type == AivenWords.DisasterRecovery) MakeRecovery(call, source, dest);
        else if (type == "read_replica") throw new AivenProblem(400, "read_replica can only be set during service creation");
        return Envelope(call, ServiceCreation.Join(call.Model, type, source.Key, dest.Key));
    }

    private static void MakeRecovery(AivenCall call, AivenService source, AivenService dest)
    {
        if (!call.Settings.IntegrationAfterCreation)
            throw new AivenProblem(400, "disaster_recovery can only be set during service creation");
        ServiceCreation.RequirePrimary(call.Model, source);
        ServiceCreation.RequirePrimary(call.Model, dest);
        if (source.Key == dest.Key) throw AivenProblem.Input("source and destination are the same service");
        call.Model.Data.Clear(dest.Key);
        call.Motion.Rebuild(dest.WithoutBackups(call.Model.Stage.Now) with { Role = AivenWords.Passive });
    }

    private static AivenService End(AivenCall call, string? project, string name) =>
        call.Model.Find(new ServiceKey(project ?? call.Project, name)) ?? throw AivenProblem.NoService(name);

    private static AivenIntegration Find(AivenCall call)
    {
        call.Services();
        var id = call.Request.Parts[4];
        return call.Model.FindIntegration(id) is { } found && (found.Source.Project == call.Project || found.Dest.Project == call.Project)
            ? found
            : throw new AivenProblem(404, $"Service integration '{id}' does not exist");
    }

    private static HttpReply Envelope(AivenCall call, AivenIntegration integration) => AivenReply.Of(w =>
    {
        w.WritePropertyName("service_integration");
        IntegrationJson.Write(w, IntegrationView.Of(call.Model, integration));
    });
}
