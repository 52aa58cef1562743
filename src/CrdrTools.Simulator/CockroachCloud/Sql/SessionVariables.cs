namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The variables a client is told of when it is let in.</summary>
internal static class SessionVariables
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(CockroachCluster cluster, StartupParameters startup) =>
    [
        new("server_version", "13.0.0"),
        new("server_encoding", "UTF8"),
        new("client_encoding", "UTF8"),
        new("application_name", startup.Find("application_name") ?? ""),
        new("DateStyle", "ISO, MDY"),
        new("IntervalStyle", "postgres"),
        new("TimeZone", startup.Find("TimeZone") ?? "UTC"),
        new("integer_datetimes", "on"),
        new("standard_conforming_strings", "on"),
        new("is_superuser", "off"),
        new("session_authorization", startup.User),
        new("crdb_version", ClusterVersion.Of(cluster)),
    ];
}
