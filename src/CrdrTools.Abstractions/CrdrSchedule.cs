namespace CrdrTools;

/// <summary>When something is due on a pair, for who plans it and for a scheduler to act on.</summary>
public sealed record CrdrSchedule
{
    /// <summary>The name of the schedule.</summary>
    public required string Name { get; init; }
    /// <summary>What is due: a drill, a rotation, or a check.</summary>
    public required CrdrScheduleKind Kind { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>How it stands now.</summary>
    public required CrdrScheduleState State { get; init; }
    /// <summary>When it was last done, and how; <see langword="null"/>: never, as far as is on record here.</summary>
    public CrdrProof? LastProven { get; init; }
    /// <summary>From when on it is due: the first moment that no window blocks; <see langword="null"/>: the windows leave none.</summary>
    public DateTimeOffset? Due { get; init; }
    /// <summary>Until when it is to be done.</summary>
    public DateTimeOffset? Until { get; init; }
    /// <summary>While it is blocked: when it may be done.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    /// <summary>While it is blocked: by what.</summary>
    public string? BlockedBy { get; init; }
    /// <summary>How often, as <c>90 days</c>.</summary>
    public required string Every { get; init; }
    /// <summary>The zone whose days and hours are meant.</summary>
    public required string TimeZone { get; init; }
    /// <summary>The playbook that does it.</summary>
    public required string Playbook { get; init; }
    /// <summary>Whether it is due now, and nothing blocks it.</summary>
    public bool MayBegin => State is CrdrScheduleState.Due or CrdrScheduleState.Overdue;
    /// <summary>The command that does it.</summary>
    public string Command => $"Invoke-CrdrPlaybook {Playbook} {Pair}";
}

/// <summary>What is scheduled.</summary>
public enum CrdrScheduleKind
{
    /// <summary>A rehearsal, or a game day.</summary>
    Drill,
    /// <summary>The regions are swapped.</summary>
    Rotation,
    /// <summary>It is seen whether all is in order.</summary>
    Check,
}

/// <summary>How something scheduled stands.</summary>
public enum CrdrScheduleState
{
    /// <summary>Not yet.</summary>
    NotDue,
    /// <summary>Now.</summary>
    Due,
    /// <summary>It is due, and a window blocks it.</summary>
    Blocked,
    /// <summary>It should have been done.</summary>
    Overdue,
}
