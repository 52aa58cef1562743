using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What a head asks of a server's own machine.</summary>
public static class NodeChecks
{
    /// <summary>How long the other server has to answer, where its connection does not tell.</summary>
    private const int Patience = 5;

    /// <summary>Whether the server on a data directory may start while the other one is as it is (safety rule S24).</summary>
    public static Task<CrdrCheck> MayStartAsync(string dataDirectory, string peer, CancellationToken ct)
    {
        Npgsql.NpgsqlConnectionStringBuilder connection = new(ConnectionText.Read(peer, 5432, Npgsql.SslMode.Prefer));
        if (string.IsNullOrEmpty(connection.Host))
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PeerInvalid", "The other server's connection has no host.", "Give it as Host=...;Port=5432;Username=..., or postgresql://user@host:5432/postgres.");
        if (!connection.ContainsKey("Timeout")) connection.Timeout = Patience;
        if (!connection.ContainsKey("Command Timeout")) connection.CommandTimeout = Patience;
        if (string.IsNullOrEmpty(connection.Database)) connection.Database = "postgres";
        return CheckStart.CheckAsync(Path.GetFullPath(dataDirectory), connection.ConnectionString, ct);
    }
}
