using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using CrdrTools.Core.Lab;
using Npgsql;
using NpgsqlTypes;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>
/// The same moves written straight down, over connections that are open: no engine, no journal, no guard, no route. This is the floor that ours is
/// measured against.
/// </summary>
internal sealed class ByHand(LabDescription lab)
{
    private const string Mine = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

    public void Clean(LabNode from, LabNode to)
    {
        using NpgsqlConnection a = Open(from), b = Open(to);
        Prepare(a, b, from);
        int postmaster = Machine.Postmaster(from.Data);
        Cut(from);
        Machine.Signal(postmaster, Machine.Interrupt);
        Machine.AwaitEnd(postmaster);
        byte[] control = File.ReadAllBytes(Path.Combine(from.Data, "global/pg_control"));
        if (BitConverter.ToInt32(control, 16) != 1) throw new InvalidOperationException("not shut down cleanly");
        ulong goal = BitConverter.ToUInt64(control, 32);
        while (Place(b, "SELECT pg_last_wal_replay_lsn()::text") <= goal) Machine.Nap(0.3);
        Promote(b, to);
        LetIn(to);
        Follow(from, to);
        Start(from);
    }

    public void Handover(LabNode from, LabNode to, Bouncer? bouncer = null)
    {
        using NpgsqlConnection a = Open(from), b = Open(to);
        Prepare(a, b, from);
        int postmaster = Machine.Postmaster(from.Data);
        bouncer?.Ask("PAUSE app");
        if (bouncer is null) Cut(from);
        Ask(a, $"SELECT count(pg_terminate_backend(pid))::text {Mine}");
        while (Ask(a, $"SELECT count(*)::text {Mine}") != "0") Machine.Nap(0.3);
        Ask(a, "SELECT pg_logical_emit_message(true, 'handover', '')::text");
        ulong goal = Place(a, "SELECT pg_current_wal_flush_lsn()::text");
        while (Place(b, "SELECT pg_last_wal_replay_lsn()::text") < goal) Machine.Nap(0.3);
        Promote(b, to);
        Machine.Signal(postmaster, Machine.Quit);
        Machine.AwaitEnd(postmaster);
        if (bouncer is null) LetIn(to);
        else
        {
            bouncer.Lead(to);
            bouncer.Ask("RELOAD");
            bouncer.Ask("RESUME app");
        }
        Follow(from, to);
        Start(from);
    }

    /// <summary>The old one is dead already; the connection to the other one was open when it died.</summary>
    public void Failover(NpgsqlConnection b, LabNode from, LabNode to)
    {
        Cut(from);
        Promote(b, to);
        LetIn(to);
    }

    /// <summary>The same as it is typed. One request for the promotion, which waits for it.</summary>
    public void FailoverByCommands(LabNode from, LabNode to)
    {
        Socat($"set server {lab.HAProxy!.Backend}/{from.Name} state maint;shutdown sessions server {lab.HAProxy!.Backend}/{from.Name}");
        Run("psql", ["-XAtq", "-h", "127.0.0.1", "-p", to.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "-U", "crdr", "-d", "postgres", "-c", "SELECT pg_promote()"], owned: false);
        Socat($"set server {lab.HAProxy!.Backend}/{to.Name} state ready");
    }

    /// <summary>A dead server becomes a standby of the new one.</summary>
    public void Rejoin(LabNode dead, LabNode of, bool sync)
    {
        using (NpgsqlConnection b = Open(of))
        {
            Ask(b, $"SELECT pg_create_physical_replication_slot('{dead.Slot}')::text WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{dead.Slot}')");
            Ask(b, "CHECKPOINT");
        }
        File.Delete(Path.Combine(dead.Data, "postmaster.pid"));
        foreach (string socket in Directory.GetFiles(Path.Combine(lab.Folder, "run"), $".s.PGSQL.{dead.Port}*")) File.Delete(socket);
        string source = $"host=127.0.0.1 port={of.Port} user=crdr dbname=postgres options='-c jit=off'";
        Run("pg_rewind", ["-D", dead.Data, "--source-server", source, .. sync ? Array.Empty<string>() : ["--no-sync"]]);
        Follow(dead, of);
        Start(dead);
    }

    public NpgsqlConnection Open(LabNode node)
    {
        NpgsqlDataSourceBuilder builder = new(node.Operator + ";Pooling=false");
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build().OpenConnection();
    }

    /// <summary>Points a stopped server at its new primary.</summary>
    private void Follow(LabNode node, LabNode of)
    {
        Give(Path.Combine(node.Data, "standby.signal"), "");
        Give(Path.Combine(node.Data, "postgresql.auto.conf"),
            $"primary_conninfo = 'host=127.0.0.1 port={of.Port} user=replicator application_name={node.Name} sslmode=disable'\nprimary_slot_name = '{node.Slot}'\n");
    }

    private void Start(LabNode node) => Run("pg_ctl", ["start", "-W", "-s", "-D", node.Data, "-l", node.Log]);

    private void Give(string path, string text)
    {
        bool fresh = !File.Exists(path);
        File.WriteAllText(path, text);
        if (fresh && lab.Owner is not null) Process.Start("chown", [$"{lab.Owner}:", path]).WaitForExit();
    }

    private void Socat(string commands)
    {
        ProcessStartInfo start = new("socat", ["-", $"UNIX-CONNECT:{lab.HAProxy!.Socket}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.WriteLine(commands);
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"socat ended with {process.ExitCode}");
    }

    private void Run(string program, IEnumerable<string> arguments, bool owned = true)
    {
        string path = Path.Combine(lab.BinDirectory, program);
        ProcessStartInfo start = lab.Owner is null || !owned ? new(path, arguments) : new("setpriv", [$"--reuid={lab.Owner}", $"--regid={lab.Owner}", "--init-groups", "--", path, .. arguments]);
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        string said = program == "pg_ctl" ? "" : process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {said}");
    }

    /// <summary>All that can be done while clients write.</summary>
    private static void Prepare(NpgsqlConnection a, NpgsqlConnection b, LabNode from)
    {
        Task first = Task.Run(() => Ask(a, "CHECKPOINT"));
        Ask(b, "CHECKPOINT");
        first.Wait();
        Ask(b, $"SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = '{from.Slot}'");
        Ask(b, $"SELECT pg_create_physical_replication_slot('{from.Slot}')::text");
    }

    private static void Promote(NpgsqlConnection b, LabNode to)
    {
        long asked = 0;
        while (Ask(b, "SELECT pg_is_in_recovery()::text") == "true")
        {
            if (asked == 0 || Stopwatch.GetElapsedTime(asked).TotalMilliseconds > 5)
            {
                asked = Stopwatch.GetTimestamp();
                try
                {
                    Ask(b, "SELECT pg_promote(false)::text");
                }
                catch (PostgresException)
                {
                    // It has just left recovery.
                }
            }
            Machine.Nap(0.5);
        }
        File.Delete(Path.Combine(to.Data, "promote"));
    }

    private void Cut(LabNode from) => Proxy($"set server {lab.HAProxy!.Backend}/{from.Name} state maint;shutdown sessions server {lab.HAProxy!.Backend}/{from.Name}");

    private void LetIn(LabNode to) => Proxy($"set server {lab.HAProxy!.Backend}/{to.Name} state ready");

    private void Proxy(string commands)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(lab.HAProxy!.Socket));
        socket.Send(Encoding.ASCII.GetBytes(commands + "\n"));
        byte[] said = new byte[4096];
        while (socket.Receive(said) > 0)
        {
        }
    }

    private static string? Ask(NpgsqlConnection on, string sql)
    {
        using NpgsqlCommand command = new(sql, on) { AllResultTypesAreUnknown = true };
        return command.ExecuteScalar() as string;
    }

    private static ulong Place(NpgsqlConnection on, string sql) => (ulong)NpgsqlLogSequenceNumber.Parse(Ask(on, sql)!);

    /// <summary>PgBouncer's console over one open connection.</summary>
    internal sealed class Bouncer : IDisposable
    {
        private readonly LabPgBouncer _bouncer;
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public Bouncer(LabPgBouncer bouncer)
        {
            _bouncer = bouncer;
            _socket.Connect("127.0.0.1", bouncer.Port);
            byte[] words = Encoding.ASCII.GetBytes("user\0crdr\0database\0pgbouncer\0\0");
            Send([0, 0, 0, (byte)(words.Length + 8), 0, 3, 0, 0, .. words]);
        }

        public void Ask(string command)
        {
            byte[] words = Encoding.ASCII.GetBytes(command);
            Send([(byte)'Q', 0, 0, 0, (byte)(words.Length + 5), .. words, 0]);
        }

        public void Lead(LabNode to) => File.WriteAllText(_bouncer.Config, Regex.Replace(File.ReadAllText(_bouncer.Config), @"(?m)^(app = host=127\.0\.0\.1 port=)\d+", $"${{1}}{to.Port}"));

        public void Dispose() => _socket.Dispose();

        /// <summary>Sends and reads up to "ready for the next".</summary>
        private void Send(byte[] message)
        {
            _socket.Send(message);
            for (; ; )
            {
                byte[] head = Read(5);
                byte[] body = Read((head[1] << 24 | head[2] << 16 | head[3] << 8 | head[4]) - 4);
                if (head[0] == 'E') throw new InvalidOperationException(Encoding.ASCII.GetString(body));
                if (head[0] == 'Z') return;
            }
        }

        private byte[] Read(int count)
        {
            byte[] read = new byte[count];
            for (int at = 0; at < count;)
            {
                int got = _socket.Receive(read, at, count - at, SocketFlags.None);
                if (got == 0) throw new EndOfStreamException();
                at += got;
            }
            return read;
        }
    }
}
