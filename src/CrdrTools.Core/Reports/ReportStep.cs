using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Reports;

/// <summary>One step on the timeline.</summary>
public sealed record ReportStep
{
    /// <summary>Its place in the plan, from 1.</summary>
    public required int Number { get; init; }
    /// <summary>Its name within the plan.</summary>
    public required string Id { get; init; }
    /// <summary>What it does, in words.</summary>
    public required string Effect { get; init; }
    /// <summary>How far it came.</summary>
    public required StepProgress State { get; init; }
    /// <summary>The newest line about it.</summary>
    public JournalKind? Kind { get; init; }
    /// <summary>Whether it moves the writes.</summary>
    public bool MovesWrites { get; init; }
    /// <summary>Whether there was no way back from here on.</summary>
    public bool PointOfNoReturn { get; init; }
    /// <summary>When it was first asked for; <see langword="null"/> for what was only waited for, or was so already.</summary>
    public DateTimeOffset? Began { get; init; }
    /// <summary>When it was seen done, found to be so, or taken back.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>From the first to the second.</summary>
    public TimeSpan? Took => Ended - Began;
    /// <summary>How often it was asked for.</summary>
    public int Asked { get; init; }
    /// <summary>What the vendor gave for it.</summary>
    public string? Receipt { get; init; }
    /// <summary>What was seen last.</summary>
    public string? Text { get; init; }

    /// <summary>From the plan's step and the lines about it.</summary>
    public static ReportStep Of(int number, CrdrStep step, IReadOnlyList<JournalEntry> entries)
    {
        List<JournalEntry> about = [.. entries.Where(e => e.Step == step.Id)];
        return new()
        {
            Number = number, Id = step.Id, Effect = step.Effect, State = step.State, Kind = about.LastOrDefault()?.Kind, MovesWrites = step.MovesWrites, PointOfNoReturn = step.PointOfNoReturn,
            Began = about.FirstOrDefault(e => e.Kind == JournalKind.Intent)?.At, Ended = about.LastOrDefault(e => e.Kind is JournalKind.Done or JournalKind.Passed or JournalKind.Undone)?.At,
            Asked = about.Count(e => e.Kind == JournalKind.Intent), Receipt = about.LastOrDefault(e => e.Receipt is not null)?.Receipt, Text = step.Detail,
        };
    }
}
