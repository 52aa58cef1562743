namespace CrdrTools.PowerShell.Commands;

/// <summary>Creates the recovery side of a pair.</summary>
[Cmdlet(VerbsCommon.New, "CrdrRecovery", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class NewCrdrRecoveryCommand : LongRunningCmdlet
{
    /// <summary>The cloud region, as the vendor names it, for example google-europe-west4.</summary>
    [Parameter]
    public string? Cloud { get; set; }

    /// <summary>The vendor's plan; the primary's unless given.</summary>
    [Parameter]
    public string? Plan { get; set; }

    /// <summary>The member whose own data and later writes may be thrown away.</summary>
    [Parameter]
    public Side? DiscardWritesOn { get; set; }

    private protected override CrdrRequest Ask()
    {
        Dictionary<string, string> options = [];
        if (Cloud is not null) options["cloud"] = Cloud;
        if (Plan is not null) options["plan"] = Plan;
        return new() { Verb = CrdrVerb.Setup, Options = options, DiscardWritesOn = DiscardWritesOn };
    }
}
