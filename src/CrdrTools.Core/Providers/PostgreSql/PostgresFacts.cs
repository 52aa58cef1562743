using System.Text.Json;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>One walsender, as the sending server shows it.</summary>
internal sealed record Walsender(string Application, string State, NpgsqlLogSequenceNumber? Sent, NpgsqlLogSequenceNumber? Replayed, string SyncState);

/// <summary>One replication slot.</summary>
internal sealed record Slot(string Name, string Type, bool Active, string? WalStatus, long? KeptBytes);

/// <summary>The receiving end of a standby.</summary>
internal sealed record Walreceiver(string Status, uint Timeline, string? SenderHost, int? SenderPort, NpgsqlLogSequenceNumber? EndLsn, DateTimeOffset? EndAt);

/// <summary>What one server said of itself, all in one statement.</summary>
internal sealed record PostgresFacts
{
    public required bool InRecovery { get; init; }
    public required ulong SystemIdentifier { get; init; }
    public required DateTimeOffset Clock { get; init; }
    public required int Version { get; init; }
    public required uint Timeline { get; init; }

    /// <summary>On a primary the end of what is on its disk; on a standby the end of what it has received.</summary>
    public required NpgsqlLogSequenceNumber End { get; init; }
    public NpgsqlLogSequenceNumber? Replayed { get; init; }
    public DateTimeOffset? ReplayedAt { get; init; }
    public bool ReplayPaused { get; init; }
    public ulong NextTransaction { get; init; }
    public int? Port { get; init; }
    public string? DataDirectory { get; init; }
    public bool Superuser { get; init; }

    /// <summary>What the user may not do and a move needs, as it is granted.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>How much room is left where its log is written, as its machine tells; <see langword="null"/>: that cannot be seen from here.</summary>
    public long? LogRoom { get; init; }
    public Walreceiver? Receiver { get; init; }
    public IReadOnlyList<Walsender> Senders { get; init; } = [];
    public IReadOnlyList<Slot> Slots { get; init; } = [];
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
    public int PreparedTransactions { get; init; }
    public int UnloggedTables { get; init; }

    /// <summary>Backends that write data and are no clients: apply workers, schedulers, extensions' own.</summary>
    public IReadOnlyList<string> OtherWriters { get; init; } = [];

    /// <summary>Roles and databases that set <c>synchronous_commit</c> of their own.</summary>
    public IReadOnlyList<string> SynchronousOverrides { get; init; } = [];

    /// <summary>The collation version that the database was made with; told by 15 and later.</summary>
    public string? CollationRecorded { get; init; }

    /// <summary>The collation version of the system it runs on.</summary>
    public string? CollationActual { get; init; }

    /// <summary>What is asked; works for a monitoring role, with less in the answer.</summary>
    public const string Statement = """
        SELECT json_build_object(
          'recovery', pg_is_in_recovery(),
          'system', (SELECT system_identifier::text FROM pg_control_system()),
          'clock', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'version', current_setting('server_version_num')::int,
          'controltimeline', (SELECT timeline_id FROM pg_control_checkpoint()),
          'walfile', CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_walfile_name(pg_current_wal_lsn()) END,
          'end', CASE WHEN pg_is_in_recovery() THEN COALESCE(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_flush_lsn() END,
          'replayed', pg_last_wal_replay_lsn(),
          'replayedat', to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'paused', CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END,
          'nextxid', pg_snapshot_xmax(pg_current_snapshot())::text,
          'port', COALESCE(inet_server_port(), current_setting('port')::int),
          'data', (SELECT setting FROM pg_settings WHERE name = 'data_directory'),
          'superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
          'lacks', (SELECT COALESCE(json_agg(l.what), '[]') FROM (VALUES
             ('the role pg_monitor', EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_monitor' AND pg_has_role(oid, 'USAGE'))),
             ('the role pg_checkpoint', EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE'))),
             ('the role pg_signal_backend', EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_signal_backend' AND pg_has_role(oid, 'USAGE'))),
             ('the attribute REPLICATION', (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user)),
             ('EXECUTE on pg_promote(boolean, integer)', (SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'pg_promote' AND pronamespace = 'pg_catalog'::regnamespace)),
             ('EXECUTE on pg_read_file(text, bigint, bigint, boolean)', (SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'pg_read_file' AND pronargs = 4 AND pronamespace = 'pg_catalog'::regnamespace)),
             ('CREATE on the database ' || current_database(), has_database_privilege(current_database(), 'CREATE')),
             ('all rights on the table crdrtools.marker', NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'crdrtools' AND c.relname = 'marker' AND NOT (has_schema_privilege(n.oid, 'USAGE')
               AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))))
             ) AS l (what, there) WHERE NOT l.there),
          'receiver', (SELECT json_build_object('status', status, 'timeline', received_tli, 'host', sender_host, 'port', sender_port, 'end', latest_end_lsn,
             'at', to_char(last_msg_send_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) FROM pg_stat_wal_receiver WHERE status IS NOT NULL),
          'senders', (SELECT COALESCE(json_agg(json_build_object('app', application_name, 'state', state, 'sent', sent_lsn, 'replay', replay_lsn, 'sync', sync_state)), '[]') FROM pg_stat_replication),
          'slots', (SELECT COALESCE(json_agg(json_build_object('name', slot_name, 'type', slot_type, 'active', active, 'status', wal_status,
             'kept', CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint END)), '[]') FROM pg_replication_slots),
          'settings', (SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN ('wal_level','hot_standby','wal_log_hints','data_checksums','full_page_writes','fsync',
             'max_wal_senders','max_replication_slots','max_connections','max_worker_processes','max_prepared_transactions','max_locks_per_transaction','wal_keep_size',
             'max_slot_wal_keep_size','wal_retrieve_retry_interval','synchronous_standby_names','synchronous_commit','recovery_min_apply_delay','archive_mode','archive_command',
             'max_wal_size','primary_slot_name','primary_conninfo','default_transaction_read_only','wal_segment_size','recovery_target_timeline','shared_preload_libraries','restore_command')),
          'syncroles', (SELECT COALESCE(json_agg(DISTINCT COALESCE(r.rolname, d.datname, 'all roles')), '[]') FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
             LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE EXISTS (SELECT FROM unnest(s.setconfig) c WHERE c LIKE 'synchronous\_commit=%' AND c NOT IN ('synchronous_commit=on', 'synchronous_commit=remote_apply'))),
          'collrecorded', (SELECT to_jsonb(d)->>'datcollversion' FROM pg_database d WHERE datname = current_database()),
          'collactual', COALESCE((SELECT pg_collation_actual_version(oid) FROM pg_collation WHERE collname = 'default' AND collprovider = 'd'),
             (SELECT max(pg_collation_actual_version(oid)) FROM pg_collation WHERE collprovider = 'c' AND collname NOT IN ('C', 'POSIX') AND collname NOT LIKE 'C.%')),
          'prepared', (SELECT count(*) FROM pg_prepared_xacts),
          'unlogged', (SELECT count(*) FROM pg_class WHERE relpersistence = 'u' AND relkind IN ('r', 'p')),
          'others', (SELECT COALESCE(json_agg(DISTINCT backend_type), '[]') FROM pg_stat_activity WHERE backend_type IS NOT NULL AND backend_type NOT IN ('client backend', 'autovacuum launcher', 'autovacuum worker',
             'logical replication launcher', 'background writer', 'checkpointer', 'walwriter', 'walsender', 'walreceiver', 'archiver', 'startup', 'stats collector', 'logger', 'parallel worker', 'walsummarizer',
             'slotsync worker', 'io worker', 'walsender'))
        )::text
        """;

    /// <summary>In every database, what a promotion empties, by the files that it would be emptied with; a table may have several.</summary>
    public const string Unlogged = @"SELECT count(*)::text FROM pg_database d CROSS JOIN LATERAL pg_ls_dir('base/' || d.oid, true, false) AS f WHERE f ~ '^\d+_init$'";

    /// <summary>Pure: reads the answer.</summary>
    public static PostgresFacts Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement all = document.RootElement;
        bool recovery = all.GetProperty("recovery").GetBoolean();
        Walreceiver? receiver = all.GetProperty("receiver") is { ValueKind: JsonValueKind.Object } r
            ? new(Text(r, "status") ?? "unknown", (uint)(Number(r, "timeline") ?? 0), Text(r, "host"), (int?)Number(r, "port"), Lsn(r, "end"), At(r, "at")) : null;
        // A primary's own place tells its timeline at once; its control file may still hold the one before.
        uint timeline = Text(all, "walfile") is { Length: >= 8 } file ? Convert.ToUInt32(file[..8], 16)
            : Math.Max(receiver?.Timeline ?? 0, (uint)(Number(all, "controltimeline") ?? 0));
        return new()
        {
            InRecovery = recovery, SystemIdentifier = ulong.Parse(Text(all, "system")!, System.Globalization.CultureInfo.InvariantCulture), Clock = At(all, "clock")!.Value, Version = (int)Number(all, "version")!,
            Timeline = timeline, End = Lsn(all, "end") ?? default, Replayed = recovery ? Lsn(all, "replayed") : null, ReplayedAt = recovery ? At(all, "replayedat") : null, ReplayPaused = all.GetProperty("paused").GetBoolean(),
            NextTransaction = ulong.Parse(Text(all, "nextxid")!, System.Globalization.CultureInfo.InvariantCulture), Port = (int?)Number(all, "port"), DataDirectory = Text(all, "data"),
            Superuser = all.GetProperty("superuser") is { ValueKind: JsonValueKind.True }, Receiver = receiver,
            Senders = [.. all.GetProperty("senders").EnumerateArray().Select(s => new Walsender(Text(s, "app") ?? "", Text(s, "state") ?? "", Lsn(s, "sent"), Lsn(s, "replay"), Text(s, "sync") ?? ""))],
            Slots = [.. all.GetProperty("slots").EnumerateArray().Select(s => new Slot(Text(s, "name")!, Text(s, "type")!, s.GetProperty("active").GetBoolean(), Text(s, "status"), Number(s, "kept")))],
            Settings = all.GetProperty("settings") is { ValueKind: JsonValueKind.Object } settings ? settings.EnumerateObject().ToDictionary(s => s.Name, s => s.Value.GetString() ?? "") : new(),
            PreparedTransactions = (int)(Number(all, "prepared") ?? 0), UnloggedTables = (int)(Number(all, "unlogged") ?? 0),
            SynchronousOverrides = all.TryGetProperty("syncroles", out JsonElement roles) ? [.. roles.EnumerateArray().Select(o => o.GetString()!)] : [],
            CollationRecorded = all.TryGetProperty("collrecorded", out JsonElement recorded) ? recorded.GetString() : null,
            CollationActual = all.TryGetProperty("collactual", out JsonElement actual) ? actual.GetString() : null,
            Lacks = all.TryGetProperty("lacks", out JsonElement lacks) ? [.. lacks.EnumerateArray().Select(o => o.GetString()!)] : [],
            OtherWriters = [.. all.GetProperty("others").EnumerateArray().Select(o => o.GetString()!)],
        };
    }

    private static string? Text(JsonElement from, string name) => from.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static long? Number(JsonElement from, string name) => from.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;

    private static NpgsqlLogSequenceNumber? Lsn(JsonElement from, string name) => Text(from, name) is { } text ? NpgsqlLogSequenceNumber.Parse(text) : null;

    private static DateTimeOffset? At(JsonElement from, string name) =>
        Text(from, name) is { } text ? DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal) : null;
}
