namespace CrdrTools.Core.Operations;

/// <summary>Pure: why a step is not skipped, in the same words for who asks and in the journal.</summary>
internal static class StepControl
{
    public static string NoSuchStep(string? step, IEnumerable<string> steps) => $"It has no step '{step}'; it has: {string.Join(", ", steps)}.";

    public static string IsOver(string step) => $"{step} is over: there is nothing to leave out or to ask for again.";

    public static string NoReason(string step) => $"Who leaves {step} out says why: a reason is needed.";

    public static string Needed(string step, string law) => $"{step} cannot be left out: a safety rule needs it ({law}).";

    /// <summary>What can be told from the record alone; the operation itself judges again.</summary>
    public static CrdrException? WhyNotSkipped(CrdrOperation operation, string step, string? reason)
    {
        CrdrStep? found = operation.Steps.FirstOrDefault(s => s.Id == step);
        return found is null ? new(CrdrErrorKind.InvalidInput, "StepNotFound", NoSuchStep(step, operation.Steps.Select(s => s.Id)))
            : string.IsNullOrWhiteSpace(reason) ? new(CrdrErrorKind.InvalidInput, "ReasonMissing", NoReason(step))
            : found.State is StepProgress.Done or StepProgress.Passed or StepProgress.Skipped ? new(CrdrErrorKind.InvalidState, "StepDone", IsOver(step))
            : found.NeededBy is { } law ? new(CrdrErrorKind.Refused, "StepNeeded", Needed(step, law))
            : null;
    }
}
