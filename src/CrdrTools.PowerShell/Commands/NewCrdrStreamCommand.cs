namespace CrdrTools.PowerShell.Commands;

/// <summary>Creates the forward stream: the primary is copied to the recovery side, which then follows. Erases the recovery side.</summary>
[Cmdlet(VerbsCommon.New, "CrdrStream", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class NewCrdrStreamCommand : LongRunningCmdlet
{
    /// <summary>The member whose own data and later writes may be thrown away: for this stream, Recovery.</summary>
    [Parameter]
    public Side? DiscardWritesOn { get; set; }

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.Setup, DiscardWritesOn = DiscardWritesOn };
}
