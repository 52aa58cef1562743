namespace CrdrTools.PowerShell.Errors;

/// <summary>The one place where trouble becomes an error record.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord Of(CrdrException e, object? target) => new(e, e.ErrorId, Category(e.Kind), target)
    {
        ErrorDetails = Details(e.Message, e.Advice),
    };

    /// <summary>Trouble that has no words of its own: a defect, or the machine.</summary>
    public static ErrorRecord Of(Exception e, object? target) =>
        e is CrdrException known ? Of(known, target)
        : new(e, e is IOException or UnauthorizedAccessException ? "FileTrouble" : "Unexpected",
            e is IOException or UnauthorizedAccessException ? ErrorCategory.ResourceUnavailable : ErrorCategory.InvalidResult, target);

    /// <summary>An operation that did not succeed; its target is the operation.</summary>
    public static ErrorRecord Of(CrdrOperation operation)
    {
        string id = operation.ErrorId ?? operation.Outcome?.ToString() ?? "OperationOpen";
        string what = $"{operation.Verb} of {operation.Pair}: {operation.Outcome}. {operation.Message}";
        string next = string.Join(Environment.NewLine, operation.NextActions.Select(a => a.ToString()));
        return new(new CrdrException(Kind(operation), id, what), id, Category(Kind(operation)), operation)
        {
            ErrorDetails = Details(what, next),
        };
    }

    /// <summary>The last word of a pipeline in which something did not succeed.</summary>
    public static ErrorRecord Last(IReadOnlyList<string> failed, int all, IReadOnlyList<CrdrOperation> operations) =>
        new(new CrdrException(CrdrErrorKind.InvalidState, "OperationsFailed", $"{failed.Count} of {all} did not succeed: {string.Join(", ", failed)}."),
            "OperationsFailed", ErrorCategory.InvalidResult, operations);

    /// <summary>PowerShell 7 shows a recommendation under the message; Windows PowerShell does not, so there it is part of it.</summary>
    private static ErrorDetails Details(string message, string? advice)
    {
#if NET
        return new(message) { RecommendedAction = advice ?? "" };
#else
        return new(string.IsNullOrEmpty(advice) ? message : $"{message} {advice}") { RecommendedAction = advice ?? "" };
#endif
    }

    private static CrdrErrorKind Kind(CrdrOperation operation) => operation.ErrorId switch
    {
        "PairBusy" => CrdrErrorKind.Busy,
        "Stopped" => CrdrErrorKind.Stopped,
        "AuthenticationFailed" or "SecretMissing" or "SecretManagementMissing" => CrdrErrorKind.Authentication,
        "PermissionDenied" => CrdrErrorKind.PermissionDenied,
        "StepTimeout" => CrdrErrorKind.Timeout,
        "PairInvalid" or "InvalidName" => CrdrErrorKind.InvalidInput,
        _ => operation.Outcome == CrdrOutcome.Refused ? CrdrErrorKind.Refused : CrdrErrorKind.InvalidState,
    };

    private static ErrorCategory Category(CrdrErrorKind kind) => kind switch
    {
        CrdrErrorKind.InvalidInput => ErrorCategory.InvalidArgument,
        CrdrErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        CrdrErrorKind.Authentication => ErrorCategory.AuthenticationError,
        CrdrErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        CrdrErrorKind.Busy => ErrorCategory.ResourceBusy,
        CrdrErrorKind.Refused or CrdrErrorKind.InvalidState => ErrorCategory.InvalidOperation,
        CrdrErrorKind.Connection => ErrorCategory.ConnectionError,
        CrdrErrorKind.RateLimited => ErrorCategory.LimitsExceeded,
        CrdrErrorKind.Unavailable => ErrorCategory.ResourceUnavailable,
        CrdrErrorKind.BadReply or CrdrErrorKind.Damaged => ErrorCategory.InvalidData,
        CrdrErrorKind.Timeout => ErrorCategory.OperationTimeout,
        CrdrErrorKind.Stopped => ErrorCategory.OperationStopped,
        _ => ErrorCategory.InvalidResult,
    };
}
