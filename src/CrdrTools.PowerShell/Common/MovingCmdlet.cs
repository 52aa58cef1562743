namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that move writes from one side to the other.</summary>
public abstract class MovingCmdlet : LongRunningCmdlet
{
    /// <summary>Goes on although the loss is over the limit, or cannot be bounded, or is what -FailoverAt asks for.</summary>
    [Parameter]
    public SwitchParameter AllowDataLoss { get; set; }

    /// <summary>Goes on although nothing keeps clients away from the old side; leaves an obligation.</summary>
    [Parameter]
    public SwitchParameter AllowUnfenced { get; set; }

    /// <summary>Leaves the pair's own routes alone.</summary>
    [Parameter]
    public SwitchParameter NoRoute { get; set; }

    /// <summary>CockroachDB: the time to which the new side is set, as a time or as text; the newest there is unless given.</summary>
    [Parameter]
    public object? FailoverAt { get; set; }

    private DateTimeOffset? At { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (FailoverAt is null) return;
        At = Moments.Read(FailoverAt);
        if (At is null)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "FailoverAtInvalid",
                $"-FailoverAt '{FailoverAt}' is no time.", "Give one with its zone, for example 2026-01-31T03:00:00Z, or a date: (Get-Date).AddMinutes(-5)."), FailoverAt));
        }
    }

    /// <summary>The request with what these verbs share.</summary>
    private protected CrdrRequest Moving(CrdrRequest request) =>
        request with { AllowDataLoss = AllowDataLoss, AllowUnfenced = AllowUnfenced, NoRoute = NoRoute, FailoverAt = At };
}
