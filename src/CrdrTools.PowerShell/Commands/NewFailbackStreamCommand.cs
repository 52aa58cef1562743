namespace CrdrTools.PowerShell.Commands;

/// <summary>Creates the reverse stream, after a failover: the recovery side is copied to the primary, which then follows. Erases the primary.</summary>
[Cmdlet(VerbsCommon.New, "FailbackStream", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[Alias("New-CrdrFailbackStream")]
[OutputType(typeof(CrdrOperation))]
public sealed class NewFailbackStreamCommand : LongRunningCmdlet
{
    /// <summary>The member whose own later writes may be thrown away: for this stream, Primary.</summary>
    [Parameter]
    public Side? DiscardWritesOn { get; set; }

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.Restore, DiscardWritesOn = DiscardWritesOn };
}
