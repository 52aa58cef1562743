using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>Two PostgreSQL servers that both take writes, so that only the route decides where a write ends.</summary>
public sealed class TwoServers : IAsyncLifetime
{
    internal PostgresServer Primary { get; private set; } = null!;

    internal PostgresServer Recovery { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Free.Program("initdb") is null || Free.Program("haproxy") is null) return;
        Primary = await PostgresServer.StartAsync();
        Recovery = await PostgresServer.StartAsync();
    }

    /// <summary>Empty tables on both.</summary>
    internal async Task CleanAsync()
    {
        foreach (PostgresServer server in new[] { Primary, Recovery })
            await server.ExecuteAsync("DROP TABLE IF EXISTS written; CREATE TABLE written (n bigint PRIMARY KEY)");
    }

    public async Task DisposeAsync()
    {
        if (Primary is not null) await Primary.DisposeAsync();
        if (Recovery is not null) await Recovery.DisposeAsync();
    }
}
