using System.Diagnostics;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes.HAProxy;
using Npgsql;

namespace CrdrTools.Core.Lab;

/// <summary>Sets a lab up in its folder, step by step.</summary>
internal sealed class LabBuilder(LabDescription lab, LabOptions options, PostgresPrograms programs, LabOwner owner, string? haproxy, string? pgbouncer,
    Action<string> tell)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private string Sockets => Path.Combine(lab.Folder, "run");

    public async Task<LabDescription> BuildAsync(CancellationToken ct)
    {
        LabNode primary = lab.Nodes[0];
        IReadOnlyList<LabNode> standbys = [.. lab.Nodes.Skip(1)];
        owner.Make(Sockets);
        foreach (LabNode node in lab.Nodes)
        {
            owner.Make(Path.GetDirectoryName(node.Data)!);
            owner.Write(Path.Combine(Path.GetDirectoryName(node.Data)!, "node.conf"), LabTexts.Node(node, Sockets));
        }

        tell($"Node {primary.Name}: a new primary on port {primary.Port}");
        await RunAsync("initdb", ct, "-D", primary.Data, "-U", LabNames.Superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
            $"--wal-segsize={options.WalSegmentSize}").ConfigureAwait(false);
        await File.AppendAllTextAsync(Path.Combine(primary.Data, "postgresql.conf"), LabTexts.Common(options), ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(primary.Data, "pg_hba.conf"), LabTexts.Hba, ct).ConfigureAwait(false);
        await LabNodes.StartAsync(lab, primary, programs, ct).ConfigureAwait(false);
        NpgsqlConnection home = await LabNodes.OpenAsync(primary, ct).ConfigureAwait(false);
        await using (home.ConfigureAwait(false))
        {
            await LabNodes.DoAsync(home, $"""
                CREATE ROLE {LabNames.Operator} LOGIN SUPERUSER;
                CREATE ROLE {LabNames.Replicator} LOGIN REPLICATION;
                CREATE ROLE {LabNames.App} LOGIN
                """, ct).ConfigureAwait(false);
            await LabNodes.DoAsync(home, $"CREATE DATABASE {LabNames.App} OWNER {LabNames.App}", ct).ConfigureAwait(false);
            await SlotsAsync(home, primary, ct).ConfigureAwait(false);
            await Task.WhenAll(standbys.Select(s => StandbyAsync(s, primary, ct))).ConfigureAwait(false);
            await StreamingAsync(home, standbys, ct).ConfigureAwait(false);
            if (options.Synchronous) await SynchronousAsync(home, standbys, ct).ConfigureAwait(false);
            if (lab.HAProxy is { } proxy) await HAProxyAsync(proxy, primary, standbys[0], ct).ConfigureAwait(false);
            if (lab.PgBouncer is { } bouncer) await PgBouncerAsync(bouncer, lab.HAProxy?.Port ?? primary.Port, ct).ConfigureAwait(false);
            LabDescription done = lab with { Complete = true, Version = await LabNodes.AskAsync<string>(home, "SHOW server_version", ct).ConfigureAwait(false) };
            PostgresLab.Keep(done, owner);
            return done;
        }
    }

    private async Task StandbyAsync(LabNode standby, LabNode primary, CancellationToken ct)
    {
        tell($"Node {standby.Name}: a standby of {primary.Name} on port {standby.Port}");
        await RunAsync("pg_basebackup", ct, "-D", standby.Data, "-R", "-S", standby.Slot, "-c", "fast", "-X", "stream", "--no-sync",
            "-d", $"host=127.0.0.1 port={primary.Port} user={LabNames.Replicator} application_name={standby.Name} sslmode=disable").ConfigureAwait(false);
        await LabNodes.StartAsync(lab, standby, programs, ct).ConfigureAwait(false);
        NpgsqlConnection connection = await LabNodes.OpenAsync(standby, ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) await SlotsAsync(connection, standby, ct).ConfigureAwait(false);
    }

    /// <summary>One for each other node, on standbys too: the way back is there before it is needed.</summary>
    private async Task SlotsAsync(NpgsqlConnection on, LabNode node, CancellationToken ct)
    {
        foreach (LabNode other in lab.Nodes.Where(n => n != node))
            await LabNodes.DoAsync(on, $"SELECT pg_create_physical_replication_slot('{other.Slot}')", ct).ConfigureAwait(false);
    }

    /// <summary>All there was when it was first looked at has been replayed by all.</summary>
    private static async Task StreamingAsync(NpgsqlConnection home, IReadOnlyList<LabNode> standbys, CancellationToken ct)
    {
        string goal = await LabNodes.AskAsync<string>(home, "SELECT pg_current_wal_lsn()::text", ct).ConfigureAwait(false);
        await UntilAsync(home, standbys, $"state = 'streaming' AND replay_lsn >= '{goal}'", "streams", ct).ConfigureAwait(false);
    }

    private static async Task SynchronousAsync(NpgsqlConnection home, IReadOnlyList<LabNode> standbys, CancellationToken ct)
    {
        string names = string.Join(", ", standbys.Select(s => s.Name));
        await LabNodes.DoAsync(home, $"ALTER SYSTEM SET synchronous_standby_names = '{(standbys.Count > 1 ? $"ANY 1 ({names})" : names)}'",
            ct).ConfigureAwait(false);
        await LabNodes.DoAsync(home, "SELECT pg_reload_conf()", ct).ConfigureAwait(false);
        await UntilAsync(home, standbys, "sync_state IN ('sync', 'quorum')", "is waited for by commits", ct).ConfigureAwait(false);
    }

    private static async Task UntilAsync(NpgsqlConnection home, IReadOnlyList<LabNode> standbys, string so, string what, CancellationToken ct)
    {
        string names = string.Join(", ", standbys.Select(s => $"'{s.Name}'"));
        Stopwatch waited = Stopwatch.StartNew();
        while (await LabNodes.AskAsync<long>(home, $"SELECT count(*) FROM pg_stat_replication WHERE application_name IN ({names}) AND {so}",
            ct).ConfigureAwait(false) < standbys.Count)
        {
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) throw new CrdrException(CrdrErrorKind.Timeout, "LabNotReplicating",
                $"After a minute not every standby {what}.");
            await Task.Delay(5, ct).ConfigureAwait(false);
        }
    }

    private async Task HAProxyAsync(LabHAProxy proxy, LabNode primary, LabNode recovery, CancellationToken ct)
    {
        tell($"HAProxy on port {proxy.Port}");
        owner.Make(Path.GetDirectoryName(proxy.Config)!);
        owner.Write(proxy.Config, LabTexts.HAProxy(proxy, primary, recovery));
        ProgramEnd end = await new PostgresPrograms(haproxy!).RunAsync("haproxy", lab.Owner, ["-D", "-f", proxy.Config], s_limit, null, ct).ConfigureAwait(false);
        if (end.ExitCode != 0) throw new CrdrException(CrdrErrorKind.Unavailable, "LabProxyDidNotStart", $"HAProxy did not start: {end.Errors.Trim()}");
        HAProxyRuntime runtime = new(proxy.Socket, HAProxyRuntime.DefaultLimit);
        await AnswersAsync("HAProxy", proxy.Port, ct).ConfigureAwait(false);
        owner.Write(proxy.StateFile, await runtime.StateAsync(ct).ConfigureAwait(false));
    }

    private async Task PgBouncerAsync(LabPgBouncer bouncer, int to, CancellationToken ct)
    {
        tell($"PgBouncer on port {bouncer.Port}");
        string at = Path.GetDirectoryName(bouncer.Config)!, users = Path.Combine(at, "users.txt");
        owner.Make(at);
        owner.Write(users, LabTexts.PgBouncerUsers);
        owner.Write(bouncer.Config, LabTexts.PgBouncer(bouncer, to, users, Path.Combine(at, "pgbouncer.pid")));
        ProgramEnd end = await new PostgresPrograms(pgbouncer!).RunAsync("pgbouncer", lab.Owner, ["-q", "-d", bouncer.Config], s_limit, null,
            ct).ConfigureAwait(false);
        if (end.ExitCode != 0) throw new CrdrException(CrdrErrorKind.Unavailable, "LabProxyDidNotStart", $"PgBouncer did not start: {end.Errors.Trim()}");
        await AnswersAsync("PgBouncer", bouncer.Port, ct).ConfigureAwait(false);
    }

    private static async Task AnswersAsync(string name, int port, CancellationToken ct)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!await LabPorts.ListensAsync(port, ct).ConfigureAwait(false))
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(30)) throw new CrdrException(CrdrErrorKind.Unavailable, "LabProxyDidNotStart",
                $"{name} does not listen on port {port} after 30 s.");
            await Task.Delay(5, ct).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(string program, CancellationToken ct, params string[] arguments)
    {
        ProgramEnd end = await programs.RunAsync(program, lab.Owner, arguments, s_limit, null, ct).ConfigureAwait(false);
        if (end.ExitCode != 0) throw new CrdrException(CrdrErrorKind.Unavailable, "LabProgramFailed",
            $"{program} ended with {end.ExitCode}: {(end.Errors.Length > 0 ? end.Errors : end.Output).Trim()}");
    }
}
