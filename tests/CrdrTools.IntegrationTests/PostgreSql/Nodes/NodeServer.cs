using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.PgBouncer;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

/// <summary>A server with a node of its own: started and stopped by what is tested here.</summary>
internal sealed class NodeServer
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public NodeServer(string folder, string name)
    {
        Data = Path.Combine(folder, name);
        Port = Free.Port();
        Node = new LocalNode(Data, Programs);
    }

    public static PostgresPrograms Programs { get; } = PostgresPrograms.Find() ?? new("/nowhere");

    public string Data { get; }

    public int Port { get; }

    public LocalNode Node { get; }

    /// <summary>As libpq takes it.</summary>
    public string Conninfo => $"host=127.0.0.1 port={Port} user=postgres dbname=postgres";

    public int Process => Postmaster.Of(Data)!.Process;

    public string At(string name) => Path.Combine(Data, name);

    public string Read(string name) => File.ReadAllText(At(name));

    /// <summary>Replaces a file of the server's, and leaves it the server's.</summary>
    public void Write(string name, string text)
    {
        FileOwner? owner = Posix.Stat(Data)?.Owner;
        OwnedFiles.Write(At(name), text, owner);
    }

    public void Configure(string more = "") => Write("postgresql.conf", Read("postgresql.conf") + $"""

        listen_addresses = '127.0.0.1'
        port = {Port}
        unix_socket_directories = '{Path.GetDirectoryName(Data)}'
        wal_log_hints = on
        wal_keep_size = 64MB
        shared_buffers = 16MB
        max_connections = 30
        fsync = off
        wal_retrieve_retry_interval = 100ms
        {more}

        """);

    public Task<NpgsqlConnection> OpenAsync(string options = "") => ConnectAsync(PostgresServer.Connect(Port, options));

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task StartAsync()
    {
        await Node.StartAsync(default);
        await ReadyAsync();
    }

    public Task ReadyAsync() => Poll.UntilAsync(async () =>
    {
        try
        {
            return await ScalarAsync<int>("SELECT 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }, () => $"{Data} takes no connections");

    public Task StopAsync(StopMode mode = StopMode.Fast) => Node.StopAsync(mode, Limit, default);

    private static async Task<NpgsqlConnection> ConnectAsync(string connection)
    {
        NpgsqlConnection open = new(connection);
        await open.OpenAsync();
        return open;
    }
}

/// <summary>Servers in one folder, gone with it.</summary>
internal sealed class NodeLab : IAsyncDisposable
{
    private readonly OwnedFolder _folder = new();
    private readonly List<NodeServer> _servers = [];

    public string Folder => _folder.Path;

    public NodeServer Describe(string name)
    {
        NodeServer server = new(_folder.Path, name);
        _servers.Add(server);
        return server;
    }

    /// <summary>A primary, not started.</summary>
    public async Task<NodeServer> CreateAsync(string name = "a", string settings = "")
    {
        NodeServer server = Describe(name);
        using (ServerProcess init = ServerProcess.StartAs(OwnedFolder.User, "initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"))
            await init.SucceedAsync();
        server.Configure(settings);
        return server;
    }

    public async Task<NodeServer> PrimaryAsync(string name = "a", string settings = "")
    {
        NodeServer server = await CreateAsync(name, settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>A standby that has replayed all.</summary>
    public async Task<NodeServer> StandbyAsync(NodeServer primary, string name = "b")
    {
        NodeServer server = Describe(name);
        await primary.ExecuteAsync($"SELECT pg_create_physical_replication_slot('{name}')");
        await server.Node.BaseBackupAsync(primary.Conninfo, null, name, null, default);
        server.Configure();
        await server.Node.FollowAsync(primary.Conninfo, name, default);
        await server.StartAsync();
        await CaughtUpAsync(primary, name);
        return server;
    }

    public static Task CaughtUpAsync(NodeServer primary, string slot) => Poll.UntilAsync(async () =>
        await primary.ScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_replication r JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = '{slot}' AND replay_lsn >= pg_current_wal_lsn())"),
        () => $"{slot} has not caught up");

    /// <summary>The first is killed with rows that the second never got, and the second is promoted.</summary>
    public static async Task DivergeAsync(NodeServer a, NodeServer b)
    {
        await a.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 1000)");
        await CaughtUpAsync(a, "b");
        await b.StopAsync();
        await a.ExecuteAsync("CHECKPOINT; UPDATE t SET n = -n; INSERT INTO t VALUES (7001); INSERT INTO t VALUES (7002)");
        await a.StopAsync(StopMode.Immediate);
        await b.StartAsync();
        await b.ExecuteAsync("SELECT pg_promote(true, 60)");
        await b.ExecuteAsync("CHECKPOINT; INSERT INTO t VALUES (8001)");
        await b.ExecuteAsync("SELECT pg_create_physical_replication_slot('a')");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeServer server in _servers)
        {
            try
            {
                await server.StopAsync(StopMode.Immediate);
            }
            catch (CrdrException)
            {
                // A directory that a test has damaged.
            }
        }
        _folder.Dispose();
    }
}
