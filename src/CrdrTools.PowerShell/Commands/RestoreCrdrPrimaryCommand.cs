namespace CrdrTools.PowerShell.Commands;

/// <summary>Rebuilds the primary until it is ready to fail back; on request makes it active again.</summary>
[Cmdlet(VerbsData.Restore, "CrdrPrimary", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class RestoreCrdrPrimaryCommand : MovingCmdlet
{
    /// <summary>Also makes the primary active when it is caught up: its writes move.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>With -TakeOver: only then, as HH:mm-HH:mm in UTC.</summary>
    [Parameter]
    public string? TakeOverWindow { get; set; }

    /// <summary>The member whose own later writes may be thrown away.</summary>
    [Parameter]
    public Side? DiscardWritesOn { get; set; }

    /// <summary>Promotes again within the pair's quiet time.</summary>
    [Parameter]
    public SwitchParameter SkipQuietTime { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (TakeOverWindow is not null && !TakeOver)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "WindowWithoutTakeOver",
                "-TakeOverWindow says when to take over, and -TakeOver was not given.", "Give both, or neither."), TakeOverWindow));
        }
        if (FailoverAt is not null && !TakeOver)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "FailoverAtWithoutTakeOver",
                "-FailoverAt says to which time the primary is set when it takes over, and -TakeOver was not given.", "Give both, or neither."), FailoverAt));
        }
    }

    private protected override CrdrRequest Ask() =>
        Moving(new() { Verb = CrdrVerb.Restore, TakeOver = TakeOver, TakeOverWindow = TakeOverWindow, DiscardWritesOn = DiscardWritesOn, SkipQuietTime = SkipQuietTime });
}
