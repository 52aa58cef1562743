namespace CrdrTools.Core.Stores;

/// <summary>What another process asks of an operation, or whoever takes it up again.</summary>
public sealed record ControlRequest
{
    /// <summary>Tells it from others, so that its answer is found in the journal.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString("N").Substring(0, 12);
    /// <summary>What is asked for.</summary>
    public required ControlAction Action { get; init; }
    /// <summary>The step that is meant, where one is.</summary>
    public string? Step { get; init; }
    /// <summary>Who asks.</summary>
    public required string Who { get; init; }
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
    /// <summary>In words.</summary>
    public override string ToString() => $"{Action.ToString().ToLowerInvariant()}{(Step is null ? "" : $" {Step}")}{(Reason is null ? "" : $" ({Reason})")}";
}

/// <summary>What can be asked of an operation.</summary>
public enum ControlAction
{
    /// <summary>Stop, and leave it to be resumed.</summary>
    Stop,
    /// <summary>Go back to what was before.</summary>
    Rollback,
    /// <summary>Go on to the nearest stable end, and stop there.</summary>
    Forward,
    /// <summary>Ask for nothing more until told to go on.</summary>
    Pause,
    /// <summary>Go on.</summary>
    Continue,
    /// <summary>Leave a step out.</summary>
    Skip,
    /// <summary>Ask for a step again.</summary>
    Retry,
}

/// <summary>What was made of it.</summary>
public enum ControlAnswer
{
    /// <summary>It is done.</summary>
    Taken,
    /// <summary>It is done as soon as it may be.</summary>
    Later,
    /// <summary>It is not done.</summary>
    Refused,
}
