namespace CrdrTools.PowerShell.Commands;

/// <summary>Ends a disruption that was made on purpose.</summary>
[Cmdlet(VerbsCommon.Clear, "CrdrDisruption", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CrdrDisruption))]
public sealed class ClearCrdrDisruptionCommand : DisruptingCmdlet
{
    /// <summary>The side; both unless given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Side? Side { get; set; }

    private protected override IEnumerable<Side> Sides => Side is { } one ? [one] : [CrdrTools.Side.Primary, CrdrTools.Side.Recovery];

    private protected override string What(CrdrPair pair, Side side) => $"End the disruption of {pair[side].Name} ({side} side of {pair.Name}).";

    private protected override CrdrDisruption? Wanted(CrdrPair pair, Side side) => null;
}
