using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Simulator.Aiven;

/// <summary>The service object of the API, as JSON. Names and presence follow the vendor's public specification.</summary>
internal static class ServiceJson
{
    public static void Write(Utf8JsonWriter w, ServiceView view)
    {
        var service = view.Service;
        w.WriteStartObject();
        Empty(w, "acl");
        w.WritePropertyName("backups");
        BackupsJson.Write(w, view);
        w.WriteString("cloud_description", "Simulated cloud " + service.Cloud);
        w.WriteString("cloud_name", service.Cloud);
        w.WriteNull("cmk_id");
        WriteComponents(w, view);
        WriteConnectionInfo(w, view.Endpoints);
        Empty(w, "connection_pools");
        w.WriteString("create_time", Time(service.CreateTime));
        w.WriteStartArray("databases");
        w.WriteStringValue(Endpoints.Database);
        w.WriteEndArray();
        WriteRole(w, service, view.Settings.RoleWithoutCrdr);
        w.WriteNumber("disk_space_mb", service.Plan.DiskSpaceMb);
        w.WriteStartObject("features");
        w.WriteEndObject();
        w.WriteStartArray("group_list");
        w.WriteStringValue("default");
        w.WriteEndArray();
        WriteMaintenance(w, service);
        w.WriteStartObject("metadata");
        w.WriteEndObject();
        w.WriteNumber("node_count", service.Plan.Nodes);
        w.WriteNumber("node_cpu_count", service.Plan.Cpus);
        w.WriteNumber("node_memory_mb", service.Plan.MemoryMb);
        w.WriteStartArray("node_states");
        foreach (var node in view.Nodes) NodeJson.Write(w, node, service);
        w.WriteEndArray();
        w.WriteString("plan", service.Plan.Name);
        w.WriteString("project_vpc_id", service.ProjectVpcId);
        w.WriteStartArray("service_integrations");
        foreach (var integration in view.Integrations) IntegrationJson.Write(w, integration);
        w.WriteEndArray();
        w.WriteString("service_name", service.Key.Service);
        Empty(w, "service_notifications");
        w.WriteString("service_type", "pg");
        w.WriteString("service_type_description", "PostgreSQL - Object-Relational Database Management System");
        w.WriteString("service_uri", view.Endpoints?.Uri);
        WriteUriParams(w, view.Endpoints);
        w.WriteString("state", service.State);
        WriteKept(w, "tags", service.Tags);
        WriteKept(w, "tech_emails", service.TechEmails);
        w.WriteBoolean("termination_protection", service.TerminationProtection);
        w.WriteString("update_time", Time(service.UpdateTime));
        WriteKept(w, "user_config", service.UserConfig);
        WriteUsers(w, view.Endpoints);
        w.WriteEndObject();
    }

    public static void WriteBackups(Utf8JsonWriter w, ServiceView view)
    {
        w.WritePropertyName("backups");
        BackupsJson.Write(w, view);
    }

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void WriteRole(Utf8JsonWriter w, AivenService service, string withoutCrdr)
    {
        if (service.Role is { } role) w.WriteString("disaster_recovery_role", role);
        else if (withoutCrdr == "null") w.WriteNull("disaster_recovery_role");
        else if (withoutCrdr != "absent") w.WriteString("disaster_recovery_role", withoutCrdr);
    }

    private static void WriteComponents(Utf8JsonWriter w, ServiceView view)
    {
        w.WriteStartArray("components");
        if (view.Endpoints is { } endpoints)
        {
            Component(w, "pg", endpoints.Host, endpoints.Port, "primary");
            Component(w, "pg", endpoints.ReplicaHost, endpoints.Port, "replica");
            if (endpoints.SharedHost is { } shared) Component(w, "pg", shared, endpoints.Port, AivenWords.DisasterRecovery);
            if (view.ShowsHaReplica) Component(w, "pg", endpoints.HaReplicaHost, endpoints.Port, "ha_replica");
            Component(w, "pgbouncer", endpoints.Host, endpoints.Port + 1, "primary");
        }
        w.WriteEndArray();
    }

    private static void Component(Utf8JsonWriter w, string component, string host, int port, string usage)
    {
        w.WriteStartObject();
        w.WriteString("component", component);
        w.WriteString("host", host);
        w.WriteNumber("port", port);
        w.WriteString("route", "dynamic");
        w.WriteString("usage", usage);
        w.WriteEndObject();
    }

    private static void WriteConnectionInfo(Utf8JsonWriter w, Endpoints? endpoints)
    {
        w.WriteStartObject("connection_info");
        if (endpoints is not null)
        {
            w.WriteStartArray("pg");
            w.WriteStringValue(endpoints.Uri);
            w.WriteEndArray();
            w.WriteStartArray("pg_params");
            WriteParams(w, endpoints);
            w.WriteEndArray();
            w.WriteString("pg_replica_uri", endpoints.ReplicaUri);
            Empty(w, "pg_standby");
            Empty(w, "pg_syncing");
        }
        w.WriteEndObject();
    }

    private static void WriteUriParams(Utf8JsonWriter w, Endpoints? endpoints)
    {
        w.WritePropertyName("service_uri_params");
        if (endpoints is not null)
        {
            WriteParams(w, endpoints);
            return;
        }
        w.WriteStartObject();
        w.WriteEndObject();
    }

    private static void WriteParams(Utf8JsonWriter w, Endpoints endpoints)
    {
        w.WriteStartObject();
        w.WriteString("dbname", Endpoints.Database);
        w.WriteString("host", endpoints.Host);
        w.WriteString("password", endpoints.Password);
        w.WriteString("port", endpoints.Port.ToString(CultureInfo.InvariantCulture));
        w.WriteString("sslmode", "require");
        w.WriteString("user", Endpoints.User);
        w.WriteEndObject();
    }

    private static void WriteUsers(Utf8JsonWriter w, Endpoints? endpoints)
    {
        w.WriteStartArray("users");
        w.WriteStartObject();
        w.WriteString("password", endpoints?.Password);
        w.WriteString("type", "primary");
        w.WriteString("username", Endpoints.User);
        w.WriteEndObject();
        w.WriteEndArray();
    }

    private static void WriteMaintenance(Utf8JsonWriter w, AivenService service)
    {
        w.WriteStartObject("maintenance");
        w.WriteString("dow", service.MaintenanceDay);
        w.WriteBoolean("enabled", true);
        w.WriteString("time", service.MaintenanceTime);
        Empty(w, "updates");
        w.WriteEndObject();
    }

    private static void WriteKept(Utf8JsonWriter w, string name, JsonElement value)
    {
        w.WritePropertyName(name);
        value.WriteTo(w);
    }

    private static void Empty(Utf8JsonWriter w, string name)
    {
        w.WriteStartArray(name);
        w.WriteEndArray();
    }
}
