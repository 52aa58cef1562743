namespace CrdrTools.PowerShell.Commands;

/// <summary>Planned, nothing lost: the passive, caught-up member becomes active.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrSwitchover", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class InvokeCrdrSwitchoverCommand : MovingCmdlet
{
    /// <summary>Where writes shall go.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public Side To { get; set; }

    /// <summary>Promotes again within the pair's quiet time.</summary>
    [Parameter]
    public SwitchParameter SkipQuietTime { get; set; }

    private protected override CrdrRequest Ask() => Moving(new() { Verb = CrdrVerb.Switchover, To = To, SkipQuietTime = SkipQuietTime });
}
