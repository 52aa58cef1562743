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

    /// <summary>Where it cannot be done within that time because the old side is gone or does not give its writes away, it becomes a failover, if a failover's own guards let it.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? ForceAfter { get; set; }

    private protected override CrdrRequest Ask() => Moving(new() { Verb = CrdrVerb.Switchover, To = To, SkipQuietTime = SkipQuietTime, ForceAfter = ForceAfter });
}
