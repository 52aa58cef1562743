using System.Globalization;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Pure: what two looks mean, in the words that every provider uses.</summary>
internal static class PostgresView
{
    /// <summary>The pair's status.</summary>
    public static CrdrStatus Of(CrdrPair pair, MemberSettings primary, MemberSettings recovery, MemberSight p, MemberSight r, DateTimeOffset now)
    {
        TimeSpan limit = LagLimit(pair);
        (CrdrPhase phase, Side? active, MemberRole left, MemberRole right) = PostgresPhase.Of(p, r, (writer, standby) => Arrived(writer, standby, now) is not { } at || now - at <= limit);
        CrdrMemberStatus home = Member(pair, primary, p, left, active, now), away = Member(pair, recovery, r, right, active, now);
        DateTimeOffset? clock = (active == Side.Recovery ? r.Facts ?? p.Facts : p.Facts ?? r.Facts)?.Clock;
        return new()
        {
            Pair = pair.Name, Provider = pair.Provider, Phase = phase, ActiveMember = active, Primary = home, Recovery = away,
            Replication = Replication(active, p, r, now), Findings = [.. Strangers(pair, primary, p), .. Strangers(pair, recovery, r), .. InVain(pair, Side.Primary, p), .. InVain(pair, Side.Recovery, r), .. PostgresFindings.Of(pair, p, r, phase, active)], ObservedAt = now, ClockSkew = clock - now,
            Epoch = new Dictionary<string, string?>
            {
                ["active"] = active?.ToString(), ["primary.id"] = home.Identity, ["recovery.id"] = away.Identity,
                ["primary.timeline"] = Timeline(p), ["recovery.timeline"] = Timeline(r),
            },
        };
    }

    /// <summary>A standby that receives nothing tells its last restart point's, which may be the one before what it has received.</summary>
    private static string? Timeline(MemberSight sight) => sight.Facts is null or { InRecovery: true, Receiver: null } ? null : sight.Facts.Timeline.ToString(CultureInfo.InvariantCulture);

    /// <summary>How far behind a standby may be and still count as caught up.</summary>
    public static TimeSpan LagLimit(CrdrPair pair) =>
        pair.Settings.Get("lagLimit") is { } text ? TimeSpan.FromSeconds(double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)) : TimeSpan.FromSeconds(60);

    /// <summary>
    /// Up to when everything has arrived, by the writer's clock. An idle writer makes no log, so that the time of the last transaction tells nothing:
    /// places in the log are compared first (safety rule S3).
    /// </summary>
    public static DateTimeOffset? Arrived(MemberSight writer, MemberSight standby, DateTimeOffset now)
    {
        if (standby.Facts is not { InRecovery: true } there) return null;
        if (writer.Facts is { } here && there.End >= here.End && there.Receiver is { Status: "streaming" }) return here.Clock;
        // What the sender said with its last message: where its log ended then.
        if (there.Receiver is { EndLsn: { } end, EndAt: { } at } && there.End >= end) return at;
        return there.ReplayedAt;
    }

    /// <summary>A machine that is another server's: what it shows is no evidence, and what it is told would hit the wrong one.</summary>
    private static IEnumerable<CrdrFinding> Strangers(CrdrPair pair, MemberSettings member, MemberSight sight)
    {
        string at = $"@{member.Endpoint}:";
        string? pinned = pair[member.Side].Identity is { } identity && identity.IndexOf(at, StringComparison.Ordinal) is >= 0 and int found ? identity[(found + at.Length)..] : null;
        string? other = member.Elsewhere(sight.Facts?.DataDirectory ?? pinned)
            ?? (sight.Node is { Running: true, Port: { } port } && port != member.Connection.Port ? $"{member.Name} is on port {member.Connection.Port}, and the server that runs in {member.DataDirectory} on port {port}" : null);
        if (other is not null) yield return new() { Severity = FindingSeverity.Error, Id = "NodeIsAnothers", Side = member.Side, Message = $"{other}." };
    }

    private static IEnumerable<CrdrFinding> InVain(CrdrPair pair, Side side, MemberSight sight)
    {
        if (sight.LogGone is { } piece)
            yield return new() { Severity = FindingSeverity.Error, Id = "LogGone", Side = side, Message = $"{pair[side].Name} asks for the log from {piece} on, and {pair[side == Side.Primary ? Side.Recovery : Side.Primary].Name} has it no more: it never catches up by itself, and is to be copied anew." };
    }

    private static CrdrReplication? Replication(Side? active, MemberSight p, MemberSight r, DateTimeOffset now)
    {
        Side? to = active is { } from ? from == Side.Primary ? Side.Recovery : Side.Primary : r.Standby ? Side.Recovery : p.Standby ? Side.Primary : null;
        if (to is null) return null;
        (MemberSight standby, MemberSight writer) = to == Side.Recovery ? (r, p) : (p, r);
        if (standby.Facts is not { InRecovery: true } there) return new() { From = active, State = "no standby" };
        DateTimeOffset? arrived = Arrived(writer, standby, now);
        return new()
        {
            From = to == Side.Recovery ? Side.Primary : Side.Recovery, To = to, State = there.Receiver?.Status ?? "no receiver", ReplicatedTo = arrived,
            Lag = writer.Facts is { } here && arrived is { } at ? here.Clock > at ? here.Clock - at : TimeSpan.Zero : null,
        };
    }

    private static CrdrMemberStatus Member(CrdrPair pair, MemberSettings member, MemberSight sight, MemberRole role, Side? active, DateTimeOffset now)
    {
        PostgresFacts? facts = sight.Facts;
        Dictionary<string, string> native = [];
        void Tell(string name, object? value)
        {
            if (value is not null) native[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
        Tell("timeline", sight.Timeline);
        Tell("version", facts?.Version);
        Tell("end", facts?.End);
        Tell("replayed", facts?.Replayed);
        Tell("receiver", facts?.Receiver?.Status);
        Tell("systemIdentifier", facts?.SystemIdentifier ?? sight.Node?.Control?.SystemIdentifier);
        Tell("control", sight.Node?.Control?.State);
        Tell("checkpoint", sight.Node?.Control?.Checkpoint);
        Tell("stopped", sight.Stopped ? "true" : null);
        Tell("logGone", sight.LogGone);
        Tell("unfinished", sight.Node?.Unfinished);
        Tell("startsAsStandby", sight.Node?.StartsAsStandby is { } standby ? standby ? "true" : "false" : null);
        Tell("writing", sight.Writing is { } writing ? writing ? "true" : "false" : null);
        Tell("senders", facts is null ? null : string.Join(", ", facts.Senders.Select(s => $"{s.Application} {s.State}{(s.SyncState is "sync" or "quorum" ? " " + s.SyncState : "")}")));
        Tell("synchronous", facts?.Settings.GetValueOrDefault("synchronous_standby_names") is { Length: > 0 } names ? names : null);
        Tell("trouble", sight.Trouble?.ErrorId);
        return new()
        {
            Side = member.Side, Name = member.Name, Region = pair[member.Side].Region, Role = role, Reachable = facts is not null, LastSeen = facts is null ? null : now, Endpoint = member.Endpoint,
            NativeState = facts is null ? sight.Stopped ? $"stopped ({sight.Node!.Control?.State ?? "no control file"})" : sight.Down ? "refuses connections" : null
                : facts.InRecovery ? facts.Receiver is { } receiver ? $"standby, {receiver.Status}" : "standby, receives nothing" : "in production",
            Health = facts is null ? sight.Down ? MemberHealth.Down : MemberHealth.Unknown
                : active is not null && facts.InRecovery && (sight.LogGone is not null || facts.Receiver is not { Status: "streaming" }) ? MemberHealth.Degraded : MemberHealth.Healthy,
            Identity = facts is null ? null : Identity(member, facts), Native = native,
        };
    }

    /// <summary>Both sides share the system identifier, so that where it is belongs to who it is (safety rule S4).</summary>
    public static string Identity(MemberSettings member, PostgresFacts facts) => $"{facts.SystemIdentifier}@{member.Endpoint}{(facts.DataDirectory is { } data ? $":{data}" : "")}";
}
