using System.Globalization;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Pure: what of two servers' settings would stand in the way on the day (safety rules S20, S23). What was not told is no finding.</summary>
internal static class PostgresReadiness
{
    private const long StaleBytes = 1L << 30;
    private const long LongRetry = 1000;
    private const long LeastRoom = 1L << 30;

    private static readonly string[] s_notLower = ["max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction"];

    /// <summary>Of both sides, each by itself and beside the other. A finding whose id begins with Standby is about the side that would be promoted.</summary>
    public static IEnumerable<CrdrFinding> Of(CrdrPair pair, PostgresFacts? primary, PostgresFacts? recovery, Side? active)
    {
        foreach ((Side side, PostgresFacts? facts) in new[] { (Side.Primary, primary), (Side.Recovery, recovery) })
        {
            if (facts is not null) foreach (CrdrFinding finding in Alone(pair[side].Name, facts, side)) yield return finding;
        }
        if (active is not { } home || primary is null || recovery is null) yield break;
        (PostgresFacts writer, PostgresFacts standby) = home == Side.Primary ? (primary, recovery) : (recovery, primary);
        if (!standby.InRecovery) yield break;
        foreach (CrdrFinding finding in Together(pair[home].Name, writer, home, pair[home.Other()].Name, standby)) yield return finding;
    }

    private static IEnumerable<CrdrFinding> Alone(string name, PostgresFacts facts, Side side)
    {
        CrdrFinding Warn(string id, string message) => Say(FindingSeverity.Warning, id, $"{name}: {message}", side);

        if (Is(facts, "wal_level", "minimal")) yield return Warn("WalLevelMinimal", "wal_level is minimal: nothing can follow it.");
        if (Is(facts, "fsync", "off")) yield return Warn("FsyncOff", "fsync is off: a crash of its machine may ruin all that it holds, acknowledged or not.");
        if (Is(facts, "full_page_writes", "off")) yield return Warn("FullPageWritesOff", "full_page_writes is off: pg_rewind refuses it, so that it is copied anew instead.");
        if (Is(facts, "wal_log_hints", "off") && Is(facts, "data_checksums", "off"))
            yield return Warn("RewindImpossible", "wal_log_hints and data checksums are off: once it was lost it cannot be rewound, and is copied anew.");
        if (Is(facts, "hot_standby", "off")) yield return Warn("HotStandbyOff", "hot_standby is off: as a standby it would take no connections, and could not be seen or promoted from here.");
        if (Is(facts, "default_transaction_read_only", "on")) yield return Warn("ReadOnlyByDefault", "default_transaction_read_only is on: clients that do not change it cannot write there.");
        if (Number(facts, "max_wal_senders") is 0) yield return Warn("SendersNone", "max_wal_senders is 0: no standby can follow it.");
        if (Number(facts, "max_replication_slots") is { } most && facts.Slots.Count >= most && !facts.Slots.Any(s => s.Name.StartsWith("crdr_", StringComparison.Ordinal)))
            yield return Warn("SlotsUsedUp", $"all {most} replication slots are taken: none is left for the other side.");
        if (facts.LogRoom is { } room && Math.Max(LeastRoom, (Number(facts, "max_wal_size") ?? 0) << 20) is var least && room < least)
            yield return Warn("LogRoomShort", $"{room >> 20} MB are left where its log is written, less than {least >> 20} MB{(least > LeastRoom ? " (max_wal_size)" : "")}: while the other side is away its log is kept, and a full disk stops it.");
        foreach (Slot slot in facts.Slots.Where(s => !s.Active && s.KeptBytes > StaleBytes))
            yield return Warn("SlotStale", $"the slot {slot.Name} is used by nobody and keeps {slot.KeptBytes >> 20} MB of log, which fills the disk in the end.");
        if (facts is { CollationRecorded: { } recorded, CollationActual: { } actual } && recorded != actual)
            yield return Warn("CollationChanged", $"its databases were made with collation version {recorded}, and its system has {actual}: indexes on text may be wrong (REINDEX).");
    }

    private static IEnumerable<CrdrFinding> Together(string home, PostgresFacts writer, Side homeSide, string away, PostgresFacts standby)
    {
        Side awaySide = homeSide.Other();
        CrdrFinding There(string id, string message, FindingSeverity severity = FindingSeverity.Warning) => Say(severity, id, message, awaySide);
        CrdrFinding Here(string id, string message, FindingSeverity severity = FindingSeverity.Warning) => Say(severity, id, message, homeSide);

        if (writer.Version / 10000 != standby.Version / 10000)
            yield return There("VersionsApart", $"{home} is PostgreSQL {writer.Version / 10000} and {away} {standby.Version / 10000}: one cannot follow the other.", FindingSeverity.Error);
        else if (writer.Version != standby.Version)
            yield return There("MinorVersionsApart", $"{home} is PostgreSQL {Text(writer)} and {away} {Text(standby)}: bring both to the same.", FindingSeverity.Info);
        foreach (string name in s_notLower)
        {
            if (Number(writer, name) is not { } here || Number(standby, name) is not { } there || here == there) continue;
            yield return there < here
                ? There("StandbyParameterLower", $"{away} has {name} = {there}, less than {home} has ({here}): it does not start again as a standby so.")
                : Here("ParameterLower", $"{home} has {name} = {here}, less than {away} has ({there}): once {away} was promoted it would not start as its standby.");
        }
        if (standby.Settings.Get("synchronous_standby_names") is { Length: > 0 } names)
            yield return There("StandbySynchronous", $"{away} has synchronous_standby_names = '{names}': once promoted, every commit there waits until such a standby follows it.");
        if (writer.Settings.Get("synchronous_standby_names") is { Length: > 0 } waits)
        {
            if (!writer.Senders.Any(s => s.SyncState is "sync" or "quorum"))
                yield return Here("SynchronousAlone", $"{home} waits for a standby with each commit (synchronous_standby_names = '{waits}') and none answers: commits hang.", FindingSeverity.Error);
            if (writer.SynchronousOverrides.Count > 0)
                yield return Here("SynchronousOverridden", $"{home}: {string.Join(", ", writer.SynchronousOverrides)} set synchronous_commit of their own: what they commit may not be on the standby.");
        }
        if (Is(standby, "archive_mode", "always") && !Is(writer, "archive_mode", "off") && standby.Settings.Get("archive_command") is { Length: > 0 } command && command == writer.Settings.Get("archive_command"))
            yield return There("TwoArchivers", $"{home} and {away} archive the same log with the same command: one may overwrite the other's.");
        if (Number(standby, "wal_retrieve_retry_interval") is > LongRetry and { } retry)
            yield return There("RetryIntervalLong", $"{away} tries every {retry / 1000.0:0.#} s to connect to a lost primary (wal_retrieve_retry_interval): 100ms lets it follow sooner.", FindingSeverity.Info);
        string slot = standby.Settings.Get("primary_slot_name") is { Length: > 0 } named ? named : MemberSettings.SlotOf(away);
        if (!writer.Slots.Any(s => s.Name == slot))
        {
            yield return Number(writer, "wal_keep_size") is 0
                ? Here("LogNotKept", $"{home} keeps no log for {away} (no slot {slot}, wal_keep_size 0): after a pause it may have to be copied anew.")
                : Here("SlotMissing", $"{home} has no slot {slot} for {away}, and keeps {Number(writer, "wal_keep_size")} MB of log: after a long pause it may have to be copied anew.", FindingSeverity.Info);
        }
        if (writer.Settings.Get("shared_preload_libraries") is { } libraries && standby.Settings.Get("shared_preload_libraries") is { } others && libraries != others)
            yield return There("StandbyLibrariesDiffer", $"{home} loads '{libraries}' and {away} '{others}' (shared_preload_libraries): what needs them is not there after a promotion.");
        if (writer.CollationActual is { } a && standby.CollationActual is { } b && a != b)
            yield return There("StandbyCollationsDiffer", $"the system of {home} sorts by version {a}, that of {away} by {b}: indexes on text may be wrong after a promotion (REINDEX).");
    }

    private static bool Is(PostgresFacts facts, string name, string value) => facts.Settings.Get(name) == value;

    private static long? Number(PostgresFacts facts, string name) => long.TryParse(facts.Settings.Get(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static string Text(PostgresFacts facts) => $"{facts.Version / 10000}.{facts.Version % 10000}";

    private static CrdrFinding Say(FindingSeverity severity, string id, string message, Side side) => new() { Severity = severity, Id = id, Message = message, Side = side };
}
