using System.Globalization;
using System.Text.RegularExpressions;
#if NET
using Npgsql;
#endif

namespace CrdrTools.Core.Sql;

/// <summary>Pure: the statements, and what makes an answer a value.</summary>
internal static class ClusterSqlText
{
    public const string Clock = "SELECT cluster_logical_timestamp()::STRING";

    public static IReadOnlyList<string> Probe(string pair) =>
    [
        "CREATE DATABASE IF NOT EXISTS crdrtools",
        "CREATE TABLE IF NOT EXISTS crdrtools.probe (pair STRING PRIMARY KEY, at TIMESTAMPTZ NOT NULL)",
        $"UPSERT INTO crdrtools.probe (pair, at) VALUES ({Literal(pair)}, now())",
    ];

    public static string Set(string name, string value) => $"SET CLUSTER SETTING {Name(name)} = {Literal(value)}";

    public static string Show(string name) => $"SHOW CLUSTER SETTING {Name(name)}";

    /// <summary>An HLC time, <c>1695922878030920020.0000000000</c>: nanoseconds, and a counter that only tells equal times apart.</summary>
    public static DateTimeOffset Time(string hlc) =>
        decimal.TryParse(hlc, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal nanoseconds) && nanoseconds is > 0 and < 9e18m
            ? new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks((long)(nanoseconds / 100) + 1)
            : throw new CrdrException(CrdrErrorKind.BadReply, "ClusterClockUnreadable", $"The cluster answered '{hlc}' for its time.");

    private static string Name(string name) => Regex.IsMatch(name, @"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\z", RegexOptions.CultureInvariant)
        ? name
        : throw new CrdrException(CrdrErrorKind.InvalidInput, "SettingNameInvalid", $"'{name}' is no name of a cluster setting, as server.time_until_store_dead.");

    private static string Literal(string text) => text.Any(char.IsControl)
        ? throw new CrdrException(CrdrErrorKind.InvalidInput, "SettingValueInvalid", "The value holds characters that no setting has.")
        : $"'{text.Replace("'", "''")}'";
}

/// <summary>Opens a cluster's SQL endpoint; the connection is made when something is asked.</summary>
internal static class ClusterSql
{
    /// <summary>From <c>postgresql://user:password@host:26257/database?sslmode=verify-full</c>, as the vendor gives it, or key=value pairs.</summary>
    public static IClusterSql Open(string connection, string member) =>
#if NET
        new NpgsqlClusterSql(connection, member);
#else
        throw new CrdrException(CrdrErrorKind.InvalidState, "SqlNeedsPowerShell7", $"SQL to {member} needs PowerShell 7.4 or later, or crdr.");
#endif
}

#if NET
internal sealed class NpgsqlClusterSql(string connection, string member) : IClusterSql
{
    private readonly string _connection = ConnectionText.Read(connection);

    /// <summary>CockroachDB stops a node whose clock is further off the others'.</summary>
    private static readonly TimeSpan s_nodesApart = TimeSpan.FromMilliseconds(500);

    public async Task<DateTimeOffset> ClockAsync(CancellationToken ct) =>
        ClusterSqlText.Time(await AskAsync([ClusterSqlText.Clock], ct).ConfigureAwait(false)) + s_nodesApart;

    public Task ProbeAsync(string pair, CancellationToken ct) => AskAsync(ClusterSqlText.Probe(pair), ct);

    public Task<string> SettingAsync(string name, string? value, CancellationToken ct) =>
        AskAsync(value is null ? [ClusterSqlText.Show(name)] : [ClusterSqlText.Set(name, value), ClusterSqlText.Show(name)], ct);

    /// <summary>Runs the statements one after another. Gives the last one's first value.</summary>
    private async Task<string> AskAsync(IReadOnlyList<string> statements, CancellationToken ct)
    {
        // Types are not asked for: text is all that is read, and CockroachDB's catalogue is not PostgreSQL's.
        NpgsqlDataSourceBuilder builder = new(_connection);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        using NpgsqlDataSource source = builder.Build();
        using NpgsqlConnection open = source.CreateConnection();
        try
        {
            await open.OpenAsync(ct).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            // It answered, and said no: that is no wall.
            throw new CrdrException(CrdrErrorKind.Refused, "SqlRefused", $"{member} refused over SQL: {e.MessageText}", null, e);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw new CrdrException(CrdrErrorKind.Connection, "SqlUnreachable", $"{member} cannot be reached over SQL: {Words(e)}", null, e);
        }
        try
        {
            object? value = null;
            foreach (string statement in statements)
            {
                using NpgsqlCommand command = new(statement, open);
                value = await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
            }
            return value is bool flag ? flag ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            throw new CrdrException(CrdrErrorKind.Refused, "SqlRefused", $"{member} refused over SQL: {Words(e)}", null, e);
        }
    }

    private static string Words(Exception e) => (e as PostgresException)?.MessageText ?? e.GetBaseException().Message;
}

/// <summary>Pure: a connection string for Npgsql, out of either way of writing one.</summary>
internal static class ConnectionText
{
    private static readonly string[] s_schemes = ["postgresql", "postgres", "cockroachdb"];

    /// <param name="text">What somebody wrote.</param>
    /// <param name="port">The port where none is told.</param>
    /// <param name="tls">How a URI that does not say asks for TLS: a cloud's with a certificate that is verified, a server of one's own as <c>psql</c> does.</param>
    public static string Read(string text, int port = 26257, SslMode tls = SslMode.VerifyFull)
    {
        try
        {
            NpgsqlConnectionStringBuilder builder = Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && s_schemes.Contains(uri.Scheme) ? OfUri(uri, port, tls) : new(text);
            builder.Pooling = false;
            builder.Enlist = false;
            if (builder.Timeout == 15) builder.Timeout = 10;
            builder.ApplicationName ??= "crdrtools";
            return builder.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // What is wrong is not repeated: there may be a password in it.
            throw new CrdrException(CrdrErrorKind.InvalidInput, "ConnectionStringInvalid", "The SQL connection string cannot be read: postgresql://user:password@host:26257/database?sslmode=verify-full, or key=value pairs.");
        }
    }

    private static NpgsqlConnectionStringBuilder OfUri(Uri uri, int port, SslMode tls)
    {
        string[] user = uri.UserInfo.Split(':', 2);
        NpgsqlConnectionStringBuilder builder = new()
        {
            Host = uri.Host, Port = uri.Port > 0 ? uri.Port : port, Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')), Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null, SslMode = tls,
        };
        foreach (string part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
            if (pair[0] == "sslmode") builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", ""), ignoreCase: true);
            else if (pair[0] == "sslrootcert" && value is not "system") builder.RootCertificate = value;
            else if (pair[0] == "options") builder.Options = value;
            else if (pair[0] == "application_name") builder.ApplicationName = value;
        }
        return builder;
    }
}
#endif
