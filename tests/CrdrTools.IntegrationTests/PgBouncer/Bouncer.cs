using System.Net.Sockets;
using System.Text;
using CrdrTools.Core.Routes.PgBouncer;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>A real PgBouncer in front of the two servers, leading to the primary.</summary>
internal sealed class Bouncer : IDisposable
{
    private readonly OwnedFolder _folder = new();
    private ServerProcess? _process;

    public Bouncer(TwoServers servers, string mode = "transaction", string auth = "trust", string users = "\"app\" \"\"\n\"admin\" \"\"\n\"looker\" \"\"\n", string more = "")
    {
        Port = Free.Port();
        // The entry is in a file of its own, which is included; a byte that is no UTF-8, and odd spaces, must all survive.
        File = _folder.Write("databases.ini", [.. "; Datenbank f"u8, 0xFC, .. Encoding.ASCII.GetBytes(
            $"r die App\r\n[databases]\n#app = host=10.0.0.1\n  app =  dbname=postgres user=postgres  host=127.0.0.1 port={servers.Ports[0]} connect_query='select ''x'' as \"host=y\"'\t \nother = host=127.0.0.1 port={servers.Ports[0]} dbname=postgres\n")]);
        ServerProcess.RunAsync("chmod", "640", File).GetAwaiter().GetResult();
        _folder.Write("users.txt", users);
        _folder.Write("pgbouncer.ini", $"""
            %include {File}

            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir = {Folder}
            auth_type = {auth}
            auth_file = {Folder}/users.txt
            admin_users = admin
            stats_users = looker
            pool_mode = {mode}
            {more}
            """);
        _process = Start();
    }

    public string Folder => _folder.Path;

    /// <summary>The file with the entry.</summary>
    public string File { get; }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>A connection as an application makes it.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        NpgsqlConnection open = new($"Host=127.0.0.1;Port={Port};Username=app;Database=app;Pooling=false;Timeout=60;Command Timeout=60;SSL Mode=Disable;Server Compatibility Mode=NoTypeLoading");
        await open.OpenAsync();
        return open;
    }

    /// <summary>The console, past the route.</summary>
    public Task<PgConsole> ConsoleAsync(string user = "admin") => PgConsole.OpenAsync(new ConsoleAddress("127.0.0.1", Port), user, null, TimeSpan.FromSeconds(20), CancellationToken.None);

    public async Task<PgReply> AskAsync(string command)
    {
        using PgConsole console = await ConsoleAsync();
        return await console.AskAsync(command, CancellationToken.None);
    }

    public void Stop()
    {
        _process?.EndAsync(ServerProcess.SigTerm).GetAwaiter().GetResult();
        _process?.Dispose();
        _process = null;
    }

    public void Restart()
    {
        Stop();
        _process = Start();
    }

    public void Dispose()
    {
        Stop();
        _folder.Dispose();
    }

    private ServerProcess Start()
    {
        ServerProcess process = ServerProcess.StartAs(OwnedFolder.User, "pgbouncer", Path.Combine(Folder, "pgbouncer.ini"));
        Poll.UntilAsync(() => process.HasExited ? throw new InvalidOperationException(process.Said) : Listens(Port), () => $"PgBouncer takes no connections: {process.Said}").GetAwaiter().GetResult();
        return process;
    }

    private static bool Listens(int port)
    {
        try
        {
            using TcpClient probe = new("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Applications that write, each over one connection, until they are told to stop or fail.</summary>
internal sealed class Writers : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _all = [];
    private int _written;

    public Writers(Bouncer bouncer, string name, int count)
    {
        Name = name;
        for (int i = 0; i < count; i++) _all.Add(Task.Run(() => WriteAsync(bouncer)));
    }

    public string Name { get; }

    public int Written => _written;

    public Task MoreAsync(int count)
    {
        int goal = Written + count;
        return Poll.UntilAsync(() => _all.Any(t => t.IsFaulted) || Written >= goal, () => $"{Written} written, {goal} to be");
    }

    /// <summary>Ends them; one that failed throws here.</summary>
    public async Task StopAsync()
    {
        _stop.Cancel();
        await Task.WhenAll(_all);
    }

    public void Dispose() => _stop.Cancel();

    private async Task WriteAsync(Bouncer bouncer)
    {
        await using NpgsqlConnection open = await bouncer.ConnectAsync();
        while (!_stop.IsCancellationRequested)
        {
            await using NpgsqlCommand insert = new($"INSERT INTO written (writer, n) VALUES ('{Name}', {_written})", open);
            await insert.ExecuteNonQueryAsync();
            Interlocked.Increment(ref _written);
        }
    }
}
