using Npgsql;

namespace CrdrTools.IntegrationTests.Support;

/// <summary>A real PostgreSQL server of its own on a free loopback port; user and database are <c>postgres</c>, without a password.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly string _folder;
    private ServerProcess _process;

    private PostgresServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
        _process = Launch();
    }

    public int Port { get; }

    /// <summary>Straight to the server, a fresh connection each time.</summary>
    public string ConnectionString => Connect(Port);

    /// <summary>The same through whatever listens on another port.</summary>
    public static string Connect(int port, string options = "") =>
        $"Host=127.0.0.1;Port={port};Username={User};Database=postgres;Pooling=false;Timeout=10;Command Timeout=10;SSL Mode=Disable;{options}";

    public static async Task<PostgresServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("crdr-pg-").FullName;
        if (Environment.IsPrivilegedProcess) await ServerProcess.RunAsync("chown", User, folder);
        using (ServerProcess init = ServerProcess.StartAs(User, "initdb", "-D", $"{folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"))
            await init.SucceedAsync();
        PostgresServer server = new(folder, Free.Port());
        try
        {
            await server.ReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts again after <see cref="StopAsync"/>, on the same port with the same data.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Launch();
        await ReadyAsync();
    }

    /// <summary>Gone at once, as a dead machine is.</summary>
    public Task StopAsync() => _process.EndAsync(ServerProcess.SigQuit);

    public async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await _process.EndAsync(ServerProcess.SigQuit);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Launch() => ServerProcess.StartAs(User, "postgres", "-D", $"{_folder}/data", "-p", $"{Port}",
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=50");

    private Task ReadyAsync() => Poll.UntilAsync(async () =>
    {
        if (_process.HasExited) throw new InvalidOperationException($"postgres has ended: {_process.Said}");
        try
        {
            await ScalarAsync<int>("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }, () => $"postgres does not take connections: {_process.Said}");
}
