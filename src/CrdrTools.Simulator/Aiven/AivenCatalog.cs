using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>The operations that tell what there is to choose from; as much of it as clients read.</summary>
internal static class AivenCatalog
{
    private const string ConfigSchema = """
        {"type":"object","additionalProperties":true,"properties":{
        "pg_version":{"type":"string"},
        "enable_ha_replica_dns":{"type":"boolean","default":false,"title":"Enable HA replica DNS"}}}
        """;

    private static readonly string[] CloudNames =
    [
        "aws-eu-west-1", "aws-us-east-1", "azure-westeurope", "do-fra", "google-europe-north1", "google-europe-west1",
        "google-europe-west3", "google-europe-west4", "google-us-east1",
    ];

    public static HttpReply Projects(AivenCall call) => AivenReply.Of(w =>
    {
        w.WriteStartArray("projects");
        foreach (var project in call.Model.Projects) WriteProject(w, project);
        w.WriteEndArray();
    });

    public static HttpReply Project(AivenCall call)
    {
        call.Services();
        return AivenReply.Of(w =>
        {
            w.WritePropertyName("project");
            WriteProject(w, call.Project);
        });
    }

    public static HttpReply Clouds(AivenCall call) => AivenReply.Of(w =>
    {
        w.WriteStartArray("clouds");
        foreach (var cloud in CloudNames)
        {
            w.WriteStartObject();
            w.WriteString("cloud_description", "Simulated cloud " + cloud);
            w.WriteString("cloud_name", cloud);
            w.WriteString("geo_region", cloud.IndexOf("us", StringComparison.Ordinal) > 0 ? "north america" : "europe");
            w.WriteEndObject();
        }
        w.WriteEndArray();
    });

    public static HttpReply Vpcs(AivenCall call)
    {
        call.Services();
        return HttpReply.Json(200, """{"vpcs":[]}""");
    }

    public static HttpReply IntegrationTypes(AivenCall call)
    {
        call.Services();
        return AivenReply.Of(w =>
        {
            w.WriteStartArray("integration_types");
            foreach (var type in new[] { AivenWords.DisasterRecovery, "read_replica" })
            {
                w.WriteStartObject();
                w.WriteString("dest_description", "The service that follows");
                w.WriteStartArray("dest_service_types");
                w.WriteStringValue("pg");
                w.WriteEndArray();
                w.WriteString("integration_type", type);
                w.WriteString("source_description", "The service that is followed");
                w.WriteStartArray("source_service_types");
                w.WriteStringValue("pg");
                w.WriteEndArray();
                w.WritePropertyName("user_config_schema");
                w.WriteRawValue("""{"type":"object","properties":{},"additionalProperties":false}""");
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
    }

    /// <summary>One type, without an envelope.</summary>
    public static HttpReply ServiceType(AivenCall call)
    {
        call.Services();
        var type = call.Request.Parts[4];
        return type == "pg"
            ? AivenReply.Of(WriteType)
            : throw new AivenProblem(404, $"Service type '{type}' does not exist");
    }

    public static HttpReply ServiceTypes(AivenCall call)
    {
        call.Services();
        return AivenReply.Of(w =>
        {
            w.WriteStartObject("service_types");
            w.WriteStartObject("pg");
            WriteType(w);
            w.WriteEndObject();
            w.WriteEndObject();
        });
    }

    private static void WriteProject(Utf8JsonWriter w, string project)
    {
        w.WriteStartObject();
        w.WriteString("project_name", project);
        w.WriteString("default_cloud", CloudNames[5]);
        w.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter w)
    {
        w.WriteString("description", "PostgreSQL - Object-Relational Database Management System");
        w.WriteStartArray("service_plans");
        w.WriteEndArray();
        w.WritePropertyName("user_config_schema");
        w.WriteRawValue(ConfigSchema);
    }
}
