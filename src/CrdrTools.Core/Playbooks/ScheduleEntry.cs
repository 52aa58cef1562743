namespace CrdrTools.Core.Playbooks;

/// <summary>What is to be done how often, on which pairs, and when not.</summary>
public sealed record ScheduleEntry
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>What it is.</summary>
    public required CrdrScheduleKind Kind { get; init; }
    /// <summary>The pairs, with wildcards.</summary>
    public required IReadOnlyList<string> Pairs { get; init; }
    /// <summary>How often.</summary>
    public required Recurrence Every { get; init; }
    /// <summary>The day on which it is due first.</summary>
    public required DateTime From { get; init; }
    /// <summary>The time of day from which on it is due.</summary>
    public TimeSpan At { get; init; }
    /// <summary>How long it may then take until somebody does it.</summary>
    public Recurrence Within { get; init; } = new(14, RecurrenceUnit.Day);
    /// <summary>The zone, as it was written.</summary>
    public string TimeZone { get; init; } = "UTC";
    /// <summary>The playbook that does it.</summary>
    public required string Playbook { get; init; }
    /// <summary>When nothing is begun.</summary>
    public IReadOnlyList<BlockedWindow> Blocked { get; init; } = [];
}
