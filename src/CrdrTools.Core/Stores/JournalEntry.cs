namespace CrdrTools.Core.Stores;

/// <summary>One line of a journal.</summary>
public sealed record JournalEntry
{
    /// <summary>Its number, from 1.</summary>
    public required int Seq { get; init; }
    /// <summary>When it was written.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The lease's fencing counter.</summary>
    public required long Counter { get; init; }
    /// <summary>What it tells.</summary>
    public required JournalKind Kind { get; init; }
    /// <summary>The step it is about.</summary>
    public string? Step { get; init; }
    /// <summary>In words.</summary>
    public string? Text { get; init; }
    /// <summary>What the vendor gave for an accepted change.</summary>
    public string? Receipt { get; init; }
    /// <summary>Begin: what was asked for. Resume: the same, with what was given this time.</summary>
    public CrdrRequest? Request { get; init; }
    /// <summary>Begin: the pair as it was described then.</summary>
    public CrdrPair? Pair { get; init; }
    /// <summary>Begin: what was seen then.</summary>
    public CrdrStatus? Start { get; init; }
    /// <summary>Begin: since when the side that is left was not seen answering.</summary>
    public OutageSight? Outage { get; init; }
    /// <summary>Begin: the steps of the plan.</summary>
    public IReadOnlyList<CrdrStep>? Steps { get; init; }
    /// <summary>Begin: the plan made of it.</summary>
    public string? PlanHash { get; init; }
    /// <summary>The world as it was seen: with an intent, a done step, a begin.</summary>
    public IReadOnlyDictionary<string, string?>? Epoch { get; init; }
    /// <summary>Intent: the guards that were overridden for it.</summary>
    public IReadOnlyList<CrdrCheck>? Overrides { get; init; }
    /// <summary>Intent: what it may lose, as it was known right before.</summary>
    public CrdrLoss? Loss { get; init; }
    /// <summary>Asked: by whom, for what. Paused: by whom.</summary>
    public ControlRequest? Control { get; init; }
    /// <summary>Asked: what was made of it.</summary>
    public ControlAnswer? Answer { get; init; }
    /// <summary>Asked: a stable name for why it was refused.</summary>
    public string? ErrorId { get; init; }
    /// <summary>Who wrote it.</summary>
    public string? Who { get; init; }
    /// <summary>End and left: the record.</summary>
    public CrdrOperation? Record { get; init; }
    /// <summary>The hash of the line before.</summary>
    public string? Prev { get; init; }
}

/// <summary>What a journal line tells.</summary>
public enum JournalKind
{
    /// <summary>An operation begins.</summary>
    Begin,
    /// <summary>It is taken up again.</summary>
    Resume,
    /// <summary>A change is about to be asked for.</summary>
    Intent,
    /// <summary>The change was accepted.</summary>
    Accepted,
    /// <summary>The change was turned down: nothing happened.</summary>
    Rejected,
    /// <summary>No reply, or one that says nothing: it may have happened.</summary>
    Lost,
    /// <summary>It may have been asked for and was not there after its settle time: it may be asked for again, and may still come.</summary>
    Absent,
    /// <summary>The step was seen done.</summary>
    Done,
    /// <summary>It was so already.</summary>
    Passed,
    /// <summary>The step was taken back.</summary>
    Undone,
    /// <summary>Somebody has it left out.</summary>
    Skipped,
    /// <summary>Somebody asked something of the operation.</summary>
    Asked,
    /// <summary>It asks for nothing more until it is told to go on.</summary>
    Paused,
    /// <summary>It goes on after a pause.</summary>
    Continued,
    /// <summary>Something worth keeping.</summary>
    Note,
    /// <summary>The operation was left open, to be resumed.</summary>
    Left,
    /// <summary>The operation ended.</summary>
    End,
}
