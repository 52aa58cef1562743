using System.Diagnostics;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>Two PostgreSQL servers that know nothing of each other, one for each side; shared by the tests of a class.</summary>
public sealed class TwoServers : IDisposable
{
    private readonly List<(Process Process, string Folder)> _servers = [];

    public TwoServers()
    {
        if (Free.Program("initdb") is null) return;
        Ports = [Start(), Start()];
    }

    /// <summary>The primary's, then the recovery's.</summary>
    internal IReadOnlyList<int> Ports { get; } = [0, 0];

    public void Dispose()
    {
        foreach ((Process process, string folder) in _servers)
        {
            const int Quit = 3;
            Unprivileged.Stop(process, Quit);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Straight to a server, past any pooler.</summary>
    internal async Task<long> CountAsync(Side side, string writer)
    {
        await using NpgsqlConnection open = new(Direct(Ports[(int)side]));
        await open.OpenAsync();
        await using NpgsqlCommand count = new("SELECT count(*) FROM written WHERE writer = $1", open) { Parameters = { new() { Value = writer } } };
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private static string Direct(int port) => $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Pooling=false;Timeout=30";

    private int Start()
    {
        string folder = Unprivileged.Folder(), data = Path.Combine(folder, "data");
        Unprivileged.RunAsUser("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", data);
        int port = Free.Port();
        Process process = Unprivileged.Start("postgres", "-D", data, "-c", $"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}",
            "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_wal_senders=0", "-c", "wal_level=minimal", "-c", "autovacuum=off");
        Heard heard = new(process);
        _servers.Add((process, folder));
        Until.TrueAsync(() => process.HasExited ? throw new InvalidOperationException(heard.Text) : Prepare(port), "PostgreSQL takes connections", 60).GetAwaiter().GetResult();
        return port;
    }

    private static bool Prepare(int port)
    {
        try
        {
            using NpgsqlConnection open = new(Direct(port));
            open.Open();
            using NpgsqlCommand create = new("CREATE TABLE IF NOT EXISTS written (writer text, n int, at timestamptz DEFAULT clock_timestamp())", open);
            create.ExecuteNonQuery();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
