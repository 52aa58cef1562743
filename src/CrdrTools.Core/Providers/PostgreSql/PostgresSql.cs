using System.Globalization;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What members are told and asked, a method a thing.</summary>
internal static class PostgresSql
{
    /// <summary>The first part of the advisory lock's key; the second is the pair's own.</summary>
    private const int LockClass = 0x63726472;

    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5), s_wal = TimeSpan.FromSeconds(30), s_unlock = TimeSpan.FromSeconds(2);

    /// <summary>Who else works on these servers, from whatever machine, is kept out while this connection lives (safety rule S13).</summary>
    public static async Task LockAsync(this PostgresLink at, ulong system, CancellationToken ct)
    {
        string ask = $"SELECT {Locked(system)}";
        // One who was killed a moment ago may have a backend that has not noticed yet.
        System.Diagnostics.Stopwatch waited = System.Diagnostics.Stopwatch.StartNew();
        while (await at.AskAsync(ask, ct: ct).ConfigureAwait(false) != "t")
        {
            if (waited.Elapsed < s_unlock)
            {
                await Task.Delay(50, ct).ConfigureAwait(false);
                continue;
            }
            throw new CrdrException(CrdrErrorKind.Refused, "PairBusy", $"Somebody else works on {at.Member.Name} right now: the advisory lock is held by another session.", $"Who: SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {LockClass} on that server.");
        }
    }

    /// <summary>The lock; one session may hold it several times, and one that holds it already asks no more.</summary>
    private static string Locked(ulong system)
    {
        int key = unchecked((int)(system ^ (system >> 32)));
        return $"CASE WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = {LockClass}::oid AND objid = {unchecked((uint)key)}::oid) THEN true ELSE pg_try_advisory_lock({LockClass}, {key}) END";
    }

    /// <summary>In one question what a standby is asked right before it is promoted in an emergency: the lock, the right to promote, and that its first write waits for no disk.</summary>
    public static bool SeizeToPromote(this PostgresLink at, ulong system) =>
        at.Ask($"SELECT {Locked(system)}::text || has_function_privilege('pg_promote(boolean, integer)', 'EXECUTE')::text || set_config('synchronous_commit', 'off', false)") == "truetrueoff";

    public static Task<string?> CheckpointAsync(this PostgresLink at, CancellationToken ct) => at.AskAsync("CHECKPOINT", s_long, ct);

    public static Task<string?> EnsureSlotAsync(this PostgresLink at, string slot, CancellationToken ct) =>
        at.AskAsync($"SELECT pg_create_physical_replication_slot('{slot}') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{slot}')", ct: ct);

    /// <summary>
    /// Makes sure of a slot that keeps the log from the newest checkpoint's begin on at least, so that no later one lets go of it. True: it kept nothing before.
    /// </summary>
    public static async Task<bool> ReserveSlotAsync(this PostgresLink at, string slot, CancellationToken ct)
    {
        await at.AskAsync($"SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = '{slot}' AND slot_type = 'physical' AND NOT active AND (restart_lsn IS NULL OR wal_status = 'lost')", ct: ct).ConfigureAwait(false);
        return await at.AskAsync($"SELECT pg_create_physical_replication_slot('{slot}', true)::text WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{slot}')", ct: ct).ConfigureAwait(false) is not null;
    }

    /// <summary>A slot that nobody uses any more keeps the log for ever, on a standby too: it is made anew, and keeps nothing until it is used.</summary>
    public static async Task FreeSlotAsync(this PostgresLink at, string slot, CancellationToken ct)
    {
        await at.AskAsync($"SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = '{slot}' AND slot_type = 'physical' AND NOT active AND restart_lsn IS NOT NULL", ct: ct).ConfigureAwait(false);
        await at.EnsureSlotAsync(slot, ct).ConfigureAwait(false);
    }

    public static async Task<NpgsqlLogSequenceNumber> ReplayedAsync(this PostgresLink at, CancellationToken ct) => Lsn(await at.AskAsync("SELECT pg_last_wal_replay_lsn()::text", ct: ct).ConfigureAwait(false));

    public static async Task<NpgsqlLogSequenceNumber> FlushedAsync(this PostgresLink at, CancellationToken ct) => Lsn(await at.AskAsync("SELECT pg_current_wal_flush_lsn()::text", ct: ct).ConfigureAwait(false));

    public static async Task<bool> InRecoveryAsync(this PostgresLink at, CancellationToken ct) => await at.AskAsync("SELECT pg_is_in_recovery()", ct: ct).ConfigureAwait(false) == "t";

    /// <summary>How far it has replayed, asked in a moment in which clients wait.</summary>
    public static NpgsqlLogSequenceNumber Replayed(this PostgresLink at) => Lsn(at.Ask("SELECT pg_last_wal_replay_lsn()::text"));

    /// <summary>Every walsender but the standby's: each could hold up a stop (safety rule S19).</summary>
    public static string? EndWalsendersBut(this PostgresLink at, string slot) => at.Ask(
        $"SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_replication r WHERE NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_name = '{slot}') AND (SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{slot}' AND active) > 0");

    /// <summary>What the server itself is made of, and what writes nothing of anybody's: all else in it may be somebody at work.</summary>
    private const string Others = """
        FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type NOT IN ('walsender', 'checkpointer', 'background writer', 'walwriter', 'archiver', 'logger', 'stats collector', 'startup',
        'walreceiver', 'autovacuum launcher', 'autovacuum worker', 'logical replication launcher', 'walsummarizer', 'slotsync worker', 'io worker')
        """;

    /// <summary>Ends the sessions of a standby, which may hold up its replay.</summary>
    public static Task<string?> EndReadersAsync(this PostgresLink at, CancellationToken ct) =>
        at.AskAsync("SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()", ct: ct);

    /// <summary>Ends every session but this one, and tells how many were there.</summary>
    public static int EndSessions(this PostgresLink at) => Count(at.Ask($"SELECT count(pg_terminate_backend(pid))::text {Others}"));

    /// <summary>How many are in it: sessions, workers, transactions that wait for a second word.</summary>
    public static int Inside(this PostgresLink at) => Count(at.Ask($"SELECT ((SELECT count(*) {Others}) + (SELECT count(*) FROM pg_prepared_xacts))::text"));

    /// <summary>All that was written so far is on its disk when this returns; gives where that ends.</summary>
    public static NpgsqlLogSequenceNumber FlushToEnd(this PostgresLink at)
    {
        at.Ask("SELECT pg_logical_emit_message(true, 'crdrtools', 'handover')::text", s_wal);
        return Lsn(at.Ask("SELECT pg_current_wal_flush_lsn()::text"));
    }

    private static int Count(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);

    /// <summary>
    /// What <see cref="WroteIfPrimary"/> writes is not waited for until it is on the disk: right after a promotion the disk is busy, and there is no way back that
    /// an answer could decide on. <see cref="ProbeWriteAsync"/> waits for it, once clients were sent on.
    /// </summary>
    public static Task<string?> WriteAtOnceAsync(this PostgresLink at, CancellationToken ct) => at.AskAsync("SET synchronous_commit = off", ct: ct);

    /// <summary>
    /// Whether it takes writes, seen by one: on a standby this is a question and nothing else; once recovery is over the same question leaves a record in the
    /// log. One round trip tells of the promotion and proves it.
    /// </summary>
    public static bool WroteIfPrimary(this PostgresLink at, string what) => at.Ask($"SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE {Message(what)} END", s_wal) is not null;

    /// <summary>A write that leaves nothing behind but a record in the log, on disk when this returns; waits for no standby.</summary>
    public static async Task ProbeWriteAsync(this PostgresLink at, string what, CancellationToken ct)
    {
        await at.AskAsync("SET synchronous_commit = local", ct: ct).ConfigureAwait(false);
        await at.AskAsync($"SELECT {Message(what)}", s_wal, ct).ConfigureAwait(false);
    }

    private static string Message(string what) => $"pg_logical_emit_message(true, 'crdrtools', '{what.Replace("'", "''")}')::text";

    /// <summary>Where a timeline left another one, from the server that is on it; <see langword="null"/> when it never came from that one.</summary>
    public static async Task<NpgsqlLogSequenceNumber?> ForkAsync(this PostgresLink at, uint timeline, uint from, CancellationToken ct)
    {
        if (timeline <= 1) return null;
        string? history = await at.AskAsync($"SELECT pg_read_file('pg_wal/{timeline:X8}.history', 0, 1000000, true)", ct: ct).ConfigureAwait(false);
        foreach (string line in (history ?? "").Split('\n'))
        {
            string[] parts = line.Split('\t', StringSplitOptions.TrimEntries);
            if (parts.Length >= 2 && uint.TryParse(parts[0], CultureInfo.InvariantCulture, out uint parent) && parent == from) return Lsn(parts[1]);
        }
        return null;
    }

    /// <summary>
    /// Whether a standby was told to become the primary: it is none any more, the request lies there still, or it is being acted upon, when it lets nobody hold or go on with its replay.
    /// What is asked for that changes nothing, for replay is left as it is.
    /// </summary>
    public static async Task<bool> PromotionSentAsync(this PostgresLink at, CancellationToken ct)
    {
        try
        {
            if (await at.AskAsync("SELECT NOT pg_is_in_recovery() OR (pg_stat_file('promote', true)).size IS NOT NULL", ct: ct).ConfigureAwait(false) != "f") return true;
            await at.AskAsync($"SELECT {(await at.AskAsync("SELECT pg_is_wal_replay_paused()", ct: ct).ConfigureAwait(false) == "t" ? "pg_wal_replay_pause" : "pg_wal_replay_resume")}()::text", ct: ct).ConfigureAwait(false);
            return false;
        }
        catch (VendorException e) when (e.ErrorId == "SqlRefused")
        {
            return true;
        }
    }

    private const string Schema = "CREATE SCHEMA IF NOT EXISTS crdrtools; CREATE TABLE IF NOT EXISTS crdrtools.marker (id text PRIMARY KEY, at timestamptz NOT NULL)";

    /// <summary>Writes a marker that is to be read on the other side (safety rule S21).</summary>
    public static Task<string?> MarkAsync(this PostgresLink at, string id, CancellationToken ct) => at.AskAsync(
        $"SET synchronous_commit = local; {Schema}; DELETE FROM crdrtools.marker WHERE at < now() - interval '1 day'; INSERT INTO crdrtools.marker VALUES ('{id}', now()) ON CONFLICT (id) DO UPDATE SET at = now()", s_wal, ct);

    public static async Task<bool> MarkedAsync(this PostgresLink at, string id, CancellationToken ct) =>
        await at.AskAsync("SELECT to_regclass('crdrtools.marker') IS NOT NULL", ct: ct).ConfigureAwait(false) == "t"
        && await at.AskAsync($"SELECT EXISTS (SELECT FROM crdrtools.marker WHERE id = '{id}')", ct: ct).ConfigureAwait(false) == "t";

    /// <summary>The oldest piece of its log that a server still has, as it is named without its timeline; <see langword="null"/> where that may not be asked.</summary>
    public static async Task<string?> OldestLogAsync(this PostgresLink at, CancellationToken ct)
    {
        try
        {
            return await at.AskAsync("SELECT min(substr(name, 9)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'", ct: ct).ConfigureAwait(false);
        }
        catch (VendorException e) when (e.Kind == CrdrErrorKind.PermissionDenied)
        {
            return null;
        }
    }

    /// <summary>The piece of the log that holds a place, as it is named without its timeline.</summary>
    public static string LogPiece(NpgsqlLogSequenceNumber at, uint size)
    {
        ulong number = (ulong)at / size, each = 0x1_0000_0000UL / size;
        return $"{number / each:X8}{number % each:X8}";
    }

    private static NpgsqlLogSequenceNumber Lsn(string? text) => text is null ? default : NpgsqlLogSequenceNumber.Parse(text);
}
