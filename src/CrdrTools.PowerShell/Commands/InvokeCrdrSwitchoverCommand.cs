namespace CrdrTools.PowerShell.Commands;

/// <summary>Planned, nothing lost: the passive, caught-up member becomes active.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrSwitchover", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class InvokeCrdrSwitchoverCommand : PairChangingCmdlet
{
    /// <summary>Where writes shall go.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public Side To { get; set; }

    /// <summary>Promotes again within the pair's quiet time.</summary>
    [Parameter]
    public SwitchParameter SkipQuietTime { get; set; }

    /// <summary>Goes on although nothing keeps clients away from the old side; leaves an obligation.</summary>
    [Parameter]
    public SwitchParameter AllowUnfenced { get; set; }

    /// <summary>Goes on although what was written after the time asked for is thrown away.</summary>
    [Parameter]
    public SwitchParameter AllowDataLoss { get; set; }

    /// <summary>Leaves the pair's own routes alone.</summary>
    [Parameter]
    public SwitchParameter NoRoute { get; set; }

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.Switchover, To = To, SkipQuietTime = SkipQuietTime, NoRoute = NoRoute, AllowUnfenced = AllowUnfenced, AllowDataLoss = AllowDataLoss };
}
