namespace CrdrTools.Core.Reports;

/// <summary>A figure beside what was to be held. What was not measured is neither met nor missed.</summary>
public sealed record ReportObjective
{
    /// <summary>What it is about.</summary>
    public required string Name { get; init; }
    /// <summary>What was measured.</summary>
    public TimeSpan? Measured { get; init; }
    /// <summary>The most it can have been, where only that is known.</summary>
    public TimeSpan? AtMost { get; init; }
    /// <summary>What was to be held.</summary>
    public TimeSpan? Objective { get; init; }
    /// <summary>Whether it was.</summary>
    public required ObjectiveVerdict Verdict { get; init; }
    /// <summary>How the figure is known, or why there is none.</summary>
    public required string Words { get; init; }

    /// <summary>The recovery time.</summary>
    public static ReportObjective OfRecovery(CrdrOperation operation, CrdrObjectives objectives) => new()
    {
        Name = "Recovery time", Measured = operation.Rto, Objective = objectives.Rto, Verdict = Judge(operation.Rto, objectives.Rto),
        Words = operation.Rto is null ? "No move of the writes with its routes verified is on record." : $"From {operation.RtoFrom ?? "the operation's start"} to the verified route.",
    };

    /// <summary>What was lost. A bound above the objective proves nothing, nor does anybody's word.</summary>
    public static ReportObjective OfLoss(CrdrOperation operation, CrdrObjectives objectives)
    {
        ReportObjective none = new() { Name = "Data loss", Objective = objectives.Rpo, Verdict = ObjectiveVerdict.NotMeasured, Words = "Nothing is on record about lost data." };
        if (operation.Loss is not { } loss) return none;
        if (operation.Rto is null) return none with { Words = $"No move of the writes is on record. What was known beforehand: {loss.Statement}" };
        switch (loss.Kind)
        {
            case LossKind.Measured when (loss.Bound ?? (loss.Writes == 0 ? TimeSpan.Zero : default(TimeSpan?))) is { } lost:
                return none with { Measured = lost, Verdict = Judge(lost, objectives.Rpo), Words = loss.Statement };
            case LossKind.Measured when loss.Writes is { } writes:
                return none with { Words = $"{loss.Statement} Counted as {writes} writes, not as a time." };
            case LossKind.Bounded when loss.Bound is { } bound && objectives.Rpo is { } rpo && bound > rpo:
                return none with { AtMost = bound, Words = $"{loss.Statement} That is the most it can be, and more than the objective: whether that was held is not known." };
            case LossKind.Bounded when loss.Bound is { } bound:
                return none with { AtMost = bound, Verdict = Judge(bound, objectives.Rpo), Words = loss.Statement };
            case LossKind.VendorStated:
                return none with { Words = $"{loss.Statement} (The vendor's word, not a measurement.)" };
            default:
                return none with { Words = loss.Statement };
        }
    }

    private static ObjectiveVerdict Judge(TimeSpan? measured, TimeSpan? objective) =>
        measured is null ? ObjectiveVerdict.NotMeasured : objective is null ? ObjectiveVerdict.NoObjective : measured <= objective ? ObjectiveVerdict.Met : ObjectiveVerdict.Missed;
}

/// <summary>Whether an objective was held.</summary>
public enum ObjectiveVerdict
{
    /// <summary>There is no figure to tell by.</summary>
    NotMeasured,
    /// <summary>The pair has none.</summary>
    NoObjective,
    /// <summary>It was held.</summary>
    Met,
    /// <summary>It was not.</summary>
    Missed,
}
