namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Pure: what is worth knowing about a pair of servers.</summary>
internal static class PostgresFindings
{
    public static IEnumerable<CrdrFinding> Of(CrdrPair pair, MemberSight p, MemberSight r, CrdrPhase phase, Side? active)
    {
        foreach ((Side side, MemberSight sight) in new[] { (Side.Primary, p), (Side.Recovery, r) })
        {
            string name = pair[side].Name;
            if (sight.Trouble is { } trouble) yield return Say(side == active ? FindingSeverity.Error : FindingSeverity.Warning, trouble.ErrorId == "VendorUnreachable" ? "MemberUnreachable" : trouble.ErrorId, trouble.Message, side);
            if (sight.Node?.Unfinished is { } unfinished) yield return Say(FindingSeverity.Error, "NodeUnfinished", $"{name}: {unfinished} was begun there and not ended; it must not be started.", side);
            if (sight.Facts is not { } facts) continue;
            if (side != active && active is not null && !facts.InRecovery)
                yield return Say(FindingSeverity.Error, "OldPrimaryWritable", $"{name} was left on timeline {facts.Timeline} and takes connections as a primary: stop it, or keep every client away from it.", side);
            if (facts.ReplayPaused) yield return Say(FindingSeverity.Warning, "ReplayPaused", $"{name} receives the log and does not replay it (pg_wal_replay_pause).", side);
            if (facts.Settings.GetValueOrDefault("recovery_min_apply_delay") is { } delay && delay != "0" && facts.InRecovery)
                yield return Say(FindingSeverity.Warning, "ApplyDelayed", $"{name} replays late on purpose (recovery_min_apply_delay = {delay} ms): what has arrived is kept, and a planned move would have to wait for it.", side);
            if (facts.Settings.GetValueOrDefault("default_transaction_read_only") == "on")
                yield return Say(FindingSeverity.Warning, "ReadOnlyByDefault", $"{name} has default_transaction_read_only on: clients cannot write there, also when it is the primary.", side);
            if (facts.InRecovery && facts.Settings.GetValueOrDefault("synchronous_standby_names") is { Length: > 0 } waits)
                yield return Say(FindingSeverity.Warning, "StandbyWaitsForOthers", $"{name} has synchronous_standby_names = '{waits}' already: once it is promoted each commit waits until such a standby is there.", side);
            if (facts.InRecovery && facts.Senders.Count > 0)
                yield return Say(FindingSeverity.Info, "Cascading", $"{name} sends the log on to {string.Join(", ", facts.Senders.Select(s => s.Application))}, which will follow it.", side);
            foreach (Slot stale in facts.Slots.Where(s => !s.Active && s.KeptBytes > Much))
                yield return Say(FindingSeverity.Warning, "SlotStale", $"{name}: nobody uses the slot {stale.Name}, and it keeps {stale.KeptBytes >> 20} MB of log.", side);
            if (side == active && facts.LooserCommits > 0 && facts.Settings.GetValueOrDefault("synchronous_standby_names") is { Length: > 0 })
                yield return Say(FindingSeverity.Warning, "CommitsLooser", $"{name}: for {facts.LooserCommits} roles or databases synchronous_commit is set so that commits do not wait for the standby: these can be lost.", side);
            if (side == active && facts.Settings.GetValueOrDefault("wal_log_hints") == "off" && facts.Settings.GetValueOrDefault("data_checksums") == "off")
                yield return Say(FindingSeverity.Info, "NoRewind", $"{name} has neither wal_log_hints nor data checksums: after a failover it is copied anew, not rewound.", side);
            if (facts.Settings.GetValueOrDefault("fsync") == "off" || facts.Settings.GetValueOrDefault("full_page_writes") == "off")
                yield return Say(FindingSeverity.Warning, "NotCrashSafe", $"{name} has fsync or full_page_writes off: after a crash of its machine its data may be damaged.", side);
            if (facts.Settings.GetValueOrDefault("archive_mode") == "always")
                yield return Say(FindingSeverity.Warning, "ArchivesAlways", $"{name} archives also as a standby (archive_mode = always): two archivers must not write to one place.", side);
            foreach (Slot slot in facts.Slots.Where(s => s.WalStatus is "lost" or "unreserved"))
                yield return Say(FindingSeverity.Warning, "SlotLost", $"{name}: the slot {slot.Name} has lost log that its standby may need ({slot.WalStatus}).", side);
            if (side == active && facts.UnloggedTables > 0) yield return Say(FindingSeverity.Warning, "UnloggedTables", $"{name} has {facts.UnloggedTables} unlogged tables, which a promotion of the other side finds empty.", side);
            if (side == active && facts.PreparedTransactions > 0) yield return Say(FindingSeverity.Warning, "PreparedTransactions", $"{name} has {facts.PreparedTransactions} prepared transactions, which go on on the other side.", side);
            if (side == active && facts.Slots.Where(s => s.Type == "logical").ToList() is { Count: > 0 } logical)
                yield return Say(FindingSeverity.Warning, "LogicalSlots", $"{name} has logical slots ({string.Join(", ", logical.Select(s => s.Name))}), which the other side does not have.", side);
            if (!facts.Superuser) yield return Say(FindingSeverity.Info, "RightsFewer", $"{name}: the user is no superuser; some of what is asked may be refused.", side);
        }
        if (p.Facts is { } a && r.Facts is { } b && a.SystemIdentifier != b.SystemIdentifier)
            yield return Say(FindingSeverity.Error, "DifferentSystems", $"{pair.Primary.Name} and {pair.Recovery.Name} are of different systems ({a.SystemIdentifier}, {b.SystemIdentifier}): one cannot follow the other.", null);
        if (active is { } writer && (writer == Side.Primary ? (p.Facts, r.Facts) : (r.Facts, p.Facts)) is ({ } from, { InRecovery: true } to))
        {
            Side side = writer == Side.Primary ? Side.Recovery : Side.Primary;
            if (Limits(from, to, less: true).ToList() is { Count: > 0 } less)
                yield return Say(FindingSeverity.Warning, "StandbyLimitsLower", $"{pair[side].Name} has lower limits than {pair[writer].Name} ({string.Join(", ", less)}): it stops replaying as soon as one is used.", side);
            if (Limits(from, to, less: false).ToList() is { Count: > 0 } more)
                yield return Say(FindingSeverity.Warning, "StandbyLimitsHigher", $"{pair[side].Name} has higher limits than {pair[writer].Name} ({string.Join(", ", more)}): after a move {pair[writer].Name} could not follow it.", side);
            if (from.Settings.GetValueOrDefault("shared_preload_libraries") is { } has && to.Settings.GetValueOrDefault("shared_preload_libraries") is { } lacks && has != lacks)
                yield return Say(FindingSeverity.Warning, "StandbyLibraries", $"{pair[side].Name} loads other libraries (shared_preload_libraries '{lacks}') than {pair[writer].Name} ('{has}').", side);
            if (from.Version / 10000 != to.Version / 10000)
                yield return Say(FindingSeverity.Error, "StandbyVersion", $"{pair[side].Name} is of another release ({to.Version / 10000}) than {pair[writer].Name} ({from.Version / 10000}).", side);
        }
        if (phase == CrdrPhase.SplitBrain) yield return Say(FindingSeverity.Error, "SplitBrain", "Both servers take writes.", null);
        if (phase == CrdrPhase.Unknown && (p.Facts?.Receiver ?? r.Facts?.Receiver) is { Status: "streaming" })
            yield return Say(FindingSeverity.Warning, "SenderLives", "The standby still receives the log: whoever sends it lives, though it cannot be reached from here.", null);
    }

    /// <summary>What a slot that nobody uses may keep before it is worth a word.</summary>
    private const long Much = 1L << 30;

    /// <summary>Settings of which a standby must have at least as much as its primary, or it does not start, or stops replaying.</summary>
    private static IEnumerable<string> Limits(PostgresFacts from, PostgresFacts to, bool less) =>
        new[] { "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction" }
            .Where(n => int.TryParse(from.Settings.GetValueOrDefault(n), out int here) && int.TryParse(to.Settings.GetValueOrDefault(n), out int there) && (less ? there < here : there > here))
            .Select(n => $"{n} {to.Settings[n]} against {from.Settings[n]}");

    private static CrdrFinding Say(FindingSeverity severity, string id, string message, Side? side) => new() { Severity = severity, Id = id, Message = message, Side = side };
}
