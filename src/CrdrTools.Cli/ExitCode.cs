namespace CrdrTools.Cli;

/// <summary>What <c>crdr</c> ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0, Usage = 2, Refused = 3, Failed = 4, Incomplete = 5, Busy = 6;

    public static int Of(CrdrOperation operation) => operation switch
    {
        { ErrorId: "PairBusy" or "LeaseLost" } => Busy,
        { ErrorId: "PairInvalid" or "TargetMissing" or "WindowInvalid" or "CloudMissing" or "InvalidName" or "FailoverNotPossible" or "StreamNotOfPair" or "StreamLeadsElsewhere" or "MemberNotOfPair"
            or "RouteNotFound" or "RouteIsVendorManaged" or "RouteNotHere" or "SideMissing" } => Usage,
        { ErrorId: { } id } when id.EndsWith("NotOffered", StringComparison.Ordinal) => Usage,
        { Outcome: CrdrOutcome.Succeeded or CrdrOutcome.Started } => Success,
        { Outcome: CrdrOutcome.Refused or CrdrOutcome.RolledBack } => Refused,
        { Outcome: CrdrOutcome.Failed } => Failed,
        _ => Incomplete,
    };

    /// <summary>Of a stop: that it was left, taken back, finished or let go is what was wanted.</summary>
    public static int OfStop(CrdrOperation operation) =>
        operation.ErrorId is "Stopped" or "Abandoned" || operation.Outcome == CrdrOutcome.RolledBack ? Success : Of(operation);

    /// <summary>Of what may go on running after it: that it heard is what was wanted.</summary>
    public static int OfRunning(CrdrOperation operation) => operation is { Outcome: null, RunBy: not null, ErrorId: null } ? Success : Of(operation);

    public static int Of(CrdrException e) => e.Kind switch
    {
        CrdrErrorKind.InvalidInput or CrdrErrorKind.NotFound => Usage,
        CrdrErrorKind.Refused or CrdrErrorKind.InvalidState => Refused,
        CrdrErrorKind.Busy => Busy,
        CrdrErrorKind.Timeout or CrdrErrorKind.Stopped => Incomplete,
        _ => Failed,
    };
}
