using System.Text.Json;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>The integration object of the API.</summary>
internal static class IntegrationJson
{
    public static void Write(Utf8JsonWriter w, IntegrationView view)
    {
        var integration = view.Integration;
        w.WriteStartObject();
        w.WriteBoolean("active", view.Active);
        w.WriteString("description", $"{integration.Type} from {integration.Source.Service} to {integration.Dest.Service}");
        End(w, "dest", integration.Dest);
        w.WriteBoolean("enabled", integration.Enabled);
        w.WriteString("integration_type", integration.Type);
        w.WriteStartObject("integration_status");
        w.WriteStartObject("state");
        w.WriteStartArray("errors");
        w.WriteEndArray();
        w.WriteStartObject("nodes");
        w.WriteEndObject();
        w.WriteString("status", view.Status);
        w.WriteEndObject();
        w.WriteString("status_user_desc", view.Description);
        w.WriteEndObject();
        w.WriteString("service_integration_id", integration.Id);
        End(w, "source", integration.Source);
        w.WritePropertyName("user_config");
        integration.UserConfig.WriteTo(w);
        w.WriteEndObject();
    }

    private static void End(Utf8JsonWriter w, string end, ServiceKey key)
    {
        w.WriteNull(end + "_endpoint");
        w.WriteNull(end + "_endpoint_id");
        w.WriteString(end + "_project", key.Project);
        w.WriteString(end + "_service", key.Service);
        w.WriteString(end + "_service_type", "pg");
    }
}
