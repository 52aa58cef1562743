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
            if (facts.InRecovery && facts.Senders.Count > 0)
                yield return Say(FindingSeverity.Info, "Cascading", $"{name} sends the log on to {string.Join(", ", facts.Senders.Select(s => s.Application))}, which will follow it.", side);
            foreach (Slot slot in facts.Slots.Where(s => s.WalStatus is "lost" or "unreserved"))
                yield return Say(FindingSeverity.Warning, "SlotLost", $"{name}: the slot {slot.Name} has lost log that its standby may need ({slot.WalStatus}).", side);
            if (side == active && facts.UnloggedTables > 0) yield return Say(FindingSeverity.Warning, "UnloggedTables", $"{name} has {facts.UnloggedTables} unlogged tables, which a promotion of the other side finds empty.", side);
            if (side == active && facts.PreparedTransactions > 0) yield return Say(FindingSeverity.Warning, "PreparedTransactions", $"{name} has {facts.PreparedTransactions} prepared transactions, which go on on the other side.", side);
            if (side == active && facts.Slots.Where(s => s.Type == "logical").ToList() is { Count: > 0 } logical)
                yield return Say(FindingSeverity.Warning, "LogicalSlots", $"{name} has logical slots ({string.Join(", ", logical.Select(s => s.Name))}), which the other side does not have.", side);
            if (!facts.Superuser && facts.Lacks.Count > 0)
                yield return Say(FindingSeverity.Warning, "RightsMissing", $"{name}: for a move its user needs what it has not: {string.Join(", ", facts.Lacks)}.", side);
            if (facts.LogRoom is null) yield return Say(FindingSeverity.Info, "LogRoomUnknown", $"{name}: how much room is left for its log cannot be seen from here.", side);
        }
        if (p.Facts is { } a && r.Facts is { } b && a.SystemIdentifier != b.SystemIdentifier)
            yield return Say(FindingSeverity.Error, "DifferentSystems", $"{pair.Primary.Name} and {pair.Recovery.Name} are of different systems ({a.SystemIdentifier}, {b.SystemIdentifier}): one cannot follow the other.", null);
        foreach (CrdrFinding finding in PostgresReadiness.Of(pair, p.Facts, r.Facts, active)) yield return finding;
        if (phase == CrdrPhase.SplitBrain) yield return Say(FindingSeverity.Error, "SplitBrain", "Both servers take writes.", null);
        if (phase == CrdrPhase.Unknown && (p.Facts?.Receiver ?? r.Facts?.Receiver) is { Status: "streaming" })
            yield return Say(FindingSeverity.Warning, "SenderLives", "The standby still receives the log: whoever sends it lives, though it cannot be reached from here.", null);
    }

    private static CrdrFinding Say(FindingSeverity severity, string id, string message, Side? side) => new() { Severity = severity, Id = id, Message = message, Side = side };
}
