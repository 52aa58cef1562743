using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>Two PostgreSQL servers that know nothing of each other, one for each side; shared by the tests of a class.</summary>
public sealed class TwoServers : IAsyncLifetime
{
    private readonly List<PostgresServer> _servers = [];

    /// <summary>The primary's port, then the recovery's.</summary>
    internal IReadOnlyList<int> Ports => [.. _servers.Select(s => s.Port)];

    /// <summary>The server of a side, past any pooler.</summary>
    internal PostgresServer this[Side side] => _servers[(int)side];

    public async Task InitializeAsync()
    {
        if (Free.Program("initdb") is null || Free.Program("pgbouncer") is null) return;
        for (int i = 0; i < 2; i++)
        {
            _servers.Add(await PostgresServer.StartAsync());
            await _servers[i].ExecuteAsync("CREATE TABLE written (writer text, n int)");
        }
    }

    public async Task DisposeAsync()
    {
        foreach (PostgresServer server in _servers) await server.DisposeAsync();
    }

    /// <summary>Straight from a server, past any pooler.</summary>
    internal Task<long> CountAsync(Side side, string writer) => _servers[(int)side].ScalarAsync<long>($"SELECT count(*) FROM written WHERE writer = '{writer}'");
}
