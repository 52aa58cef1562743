using System.Data.Common;
using Npgsql;

namespace CrdrTools.Core.Lab;

/// <summary>Looks at a lab: its processes once, its nodes all at the same time.</summary>
internal static class LabEyes
{
    private const string Ask = """
        SELECT pg_is_in_recovery(),
          CASE WHEN pg_is_in_recovery() THEN GREATEST((SELECT received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                 (SELECT max(('x' || substr(name, 1, 8))::bit(32)::int) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'))
               ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
          (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text,
          (SELECT sender_port FROM pg_stat_wal_receiver WHERE status = 'streaming')
        """;

    private const string AskStandbys = """
        SELECT application_name, sync_state,
          pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, replay_lsn)::bigint
        FROM pg_stat_replication WHERE state = 'streaming'
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    private sealed record Seen(LabNodeStatus Node, IReadOnlyDictionary<string, (string SyncState, long? Lag)> Standbys);

    public static async Task<LabStatus> LookAsync(LabDescription lab, CancellationToken ct)
    {
        IReadOnlyList<LabProcess> ours = LabProcesses.In(lab.Folder);
        Task<LabProxyStatus[]> proxies = Task.WhenAll(Proxies(lab, ours, ct));
        Seen[] seen = await Task.WhenAll(lab.Nodes.Select(n => LookAsync(lab, n, LabProcesses.Postmaster(ours, n.Data)?.Id, ct))).ConfigureAwait(false);
        IReadOnlyList<LabNodeStatus> nodes = [.. seen.Select(s => Joined(s.Node, seen))];
        return new()
        {
            Folder = lab.Folder, Complete = lab.Complete, Nodes = nodes, Proxies = await proxies.ConfigureAwait(false),
            Healthy = lab.Complete && nodes.Count(n => n.InRecovery == false) == 1 && nodes.All(n => n.InRecovery == false || n.Follows is not null)
                && (await proxies.ConfigureAwait(false)).All(p => p.Answers),
        };
    }

    /// <summary>A standby's lag is what the one that it follows says.</summary>
    private static LabNodeStatus Joined(LabNodeStatus node, Seen[] seen) =>
        seen.FirstOrDefault(s => s.Node.Name == node.Follows)?.Standbys.TryGetValue(node.Name, out (string SyncState, long? Lag) told) == true
            ? node with { LagBytes = told.Lag, SyncState = told.SyncState } : node;

    private static async Task<Seen> LookAsync(LabDescription lab, LabNode node, int? process, CancellationToken ct)
    {
        LabNodeStatus status = new() { Name = node.Name, Port = node.Port, ProcessId = process };
        Dictionary<string, (string, long?)> standbys = [];
        // Whatever answers on the port of a node that does not run, is not that node.
        if (process is null) return new(status with { Detail = "does not run" }, standbys);
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(s_limit);
        try
        {
            NpgsqlConnection connection = await LabNodes.OpenAsync(node, time.Token, LabNames.Operator).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                status = await RowsAsync(connection, Ask, r => status with
                {
                    InRecovery = r.GetBoolean(0), Timeline = (uint)r.GetInt32(1), Lsn = r.IsDBNull(2) ? null : r.GetString(2),
                    Follows = r.IsDBNull(3) ? null : lab.Nodes.FirstOrDefault(n => n.Port == r.GetInt32(3))?.Name ?? $"port {r.GetInt32(3)}",
                }, time.Token).ConfigureAwait(false) is [{ } told] ? told : status;
                foreach ((string name, string sync, long? lag) in await RowsAsync(connection, AskStandbys,
                    r => (r.GetString(0), r.GetString(1), r.IsDBNull(2) ? (long?)null : Math.Max(0, r.GetInt64(2))), time.Token)
                    .ConfigureAwait(false)) standbys[name] = (sync, lag);
            }
        }
        catch (Exception e) when (e is NpgsqlException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            status = status with { Detail = e is PostgresException said ? said.MessageText : $"does not answer within {s_limit.TotalSeconds:0} s" };
        }
        return new(status, standbys);
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, Func<DbDataReader, T> row, CancellationToken ct)
    {
        List<T> rows = [];
        NpgsqlCommand command = new(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) rows.Add(row(reader));
        }
        return rows;
    }

    private static IEnumerable<Task<LabProxyStatus>> Proxies(LabDescription lab, IReadOnlyList<LabProcess> ours, CancellationToken ct)
    {
        if (lab.HAProxy is { } proxy) yield return LookAsync("haproxy", proxy.Port, LabProcesses.On(ours, proxy.Config)?.Id, ct);
        if (lab.PgBouncer is { } bouncer) yield return LookAsync("pgbouncer", bouncer.Port, LabProcesses.On(ours, bouncer.Config)?.Id, ct);
    }

    private static async Task<LabProxyStatus> LookAsync(string name, int port, int? process, CancellationToken ct) =>
        new(name, port, process, process is not null && await LabPorts.ListensAsync(port, ct).ConfigureAwait(false));
}
