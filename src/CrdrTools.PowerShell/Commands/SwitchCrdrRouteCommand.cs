namespace CrdrTools.PowerShell.Commands;

/// <summary>Sends clients to a side without moving the writes.</summary>
[Cmdlet(VerbsCommon.Switch, "CrdrRoute", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class SwitchCrdrRouteCommand : PairChangingCmdlet
{
    /// <summary>Where clients shall be sent.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public Side To { get; set; }

    /// <summary>Only the routes of these names; all of the pair unless given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RouteNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The member that clients are sent to although it is not seen taking writes, by its name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MemberNameCompleter))]
    public string? AllowInactive { get; set; }

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.SwitchRoute, To = To, AllowInactive = AllowInactive };

    private protected override CrdrRequest Narrow(CrdrRequest request, PairOrName pair) => request with { Routes = Name ?? (pair.Route is { } one ? [one] : []) };
}
