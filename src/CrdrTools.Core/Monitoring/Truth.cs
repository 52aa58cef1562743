using System.Globalization;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Monitoring;

/// <summary>Who takes a pair's writes, as it was last seen for certain, and what tells that from an older world.</summary>
public sealed record Truth
{
    /// <summary>The side.</summary>
    public required Side Active { get; init; }
    /// <summary>When it was last seen so.</summary>
    public required DateTimeOffset Seen { get; init; }
    /// <summary>Where clients reach it.</summary>
    public string? Endpoint { get; init; }
    /// <summary>The timeline it writes on, where there are such.</summary>
    public uint? Timeline { get; init; }
    /// <summary>The newest stream between the two, where there are such.</summary>
    public string? Stream { get; init; }

    /// <summary>
    /// Pure: the truth after a look. Another side is believed only by evidence: the one before is seen to be active no more, or the new one's line of data is newer. A
    /// server that was given up and answers again has neither.
    /// </summary>
    /// <param name="before">What was known.</param>
    /// <param name="status">What was seen.</param>
    /// <param name="promoted">The newest promotion on record; one that is newer than what was known outweighs it.</param>
    public static Truth? After(Truth? before, CrdrStatus status, Promotion? promoted)
    {
        // What an operation has done since is known, though nobody has seen it.
        if (promoted is not null && (before is null || promoted.At > before.Seen)) before = new() { Active = promoted.To, Seen = promoted.At, Endpoint = before?.Active == promoted.To ? before.Endpoint : null };
        if (status.ActiveMember is not { } active) return before;
        // Whoever answers alone may be one that was given up before anybody watched.
        if (before is null && !status[active.Other()].Reachable) return null;
        if (before is not null && before.Active != active && !Newer(before, status, active) && !Left(status[before.Active])) return before;
        return new()
        {
            Active = active, Seen = status.ObservedAt, Endpoint = status[active].Endpoint ?? (before?.Active == active ? before.Endpoint : null),
            Timeline = TimelineOf(status[active]), Stream = status.Streams.FirstOrDefault()?.Id,
        };
    }

    /// <summary>It is seen, and takes no writes by its own role.</summary>
    private static bool Left(CrdrMemberStatus member) => member.Reachable && member.Role is MemberRole.Passive or MemberRole.Failed or MemberRole.None;

    /// <summary>A list in which the stream that was the newest is missing is no evidence: what is left of it is older.</summary>
    private static bool Newer(Truth before, CrdrStatus status, Side active) =>
        (TimelineOf(status[active]) is { } timeline && before.Timeline is { } known && timeline > known)
        || (status.Streams.FirstOrDefault() is { } newest && (before.Stream is null ? newest.To == active : status.Streams.Any(s => s.Id == before.Stream) && (newest.Id != before.Stream || newest.To == active)));

    private static uint? TimelineOf(CrdrMemberStatus member) =>
        member.Native.Get("timeline") is { } text && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint timeline) ? timeline : null;
}

/// <summary>A promotion that an operation on record has asked for, and not taken back.</summary>
/// <param name="To">The side that was promoted.</param>
/// <param name="At">When.</param>
public sealed record Promotion(Side To, DateTimeOffset At);
