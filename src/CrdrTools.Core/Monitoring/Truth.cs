using System.Globalization;

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
    /// <param name="promoted">The side that an operation on record promoted last.</param>
    public static Truth? After(Truth? before, CrdrStatus status, Side? promoted)
    {
        if (status.ActiveMember is not { } active) return before;
        Side? known = before?.Active ?? promoted;
        if (known is { } old && old != active && !(before is not null && Newer(before, status, active)) && !Left(status[old])) return before;
        return new()
        {
            Active = active, Seen = status.ObservedAt, Endpoint = status[active].Endpoint ?? (before?.Active == active ? before.Endpoint : null),
            Timeline = TimelineOf(status[active]), Stream = status.Streams.FirstOrDefault()?.Id,
        };
    }

    /// <summary>It is seen, and takes no writes by its own role.</summary>
    private static bool Left(CrdrMemberStatus member) => member.Reachable && member.Role is MemberRole.Passive or MemberRole.Failed or MemberRole.None;

    private static bool Newer(Truth before, CrdrStatus status, Side active) =>
        (TimelineOf(status[active]) is { } timeline && before.Timeline is { } known && timeline > known)
        || (status.Streams.FirstOrDefault()?.Id is { } stream && (stream != before.Stream || status.Streams[0].To == active));

    private static uint? TimelineOf(CrdrMemberStatus member) =>
        member.Native.Get("timeline") is { } text && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint timeline) ? timeline : null;
}
