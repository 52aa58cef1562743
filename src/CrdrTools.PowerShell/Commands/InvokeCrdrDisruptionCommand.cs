namespace CrdrTools.PowerShell.Commands;

/// <summary>Disrupts a member's region on purpose, for a rehearsal. Only pairs that are marked as test pairs.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrDisruption", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrDisruption))]
public sealed class InvokeCrdrDisruptionCommand : DisruptingCmdlet
{
    /// <summary>The side; the primary unless given.</summary>
    [Parameter]
    public Side Side { get; set; } = Side.Primary;

    /// <summary>Only these availability zones, as the vendor names them; all of the region unless zones or nodes are given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Zone { get; set; } = [];

    /// <summary>Only these nodes, as the vendor names them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Node { get; set; } = [];

    private protected override IEnumerable<Side> Sides => [Side];

    private protected override string What(CrdrPair pair, Side side) =>
        $"Disrupt {(Zone.Length + Node.Length == 0 ? "all" : string.Join(", ", Zone.Concat(Node)))} of {pair[side].Region ?? "the region"} for {pair[side].Name} ({side} side of {pair.Name}): "
        + "its nodes there stop until Clear-CrdrDisruption.";

    private protected override CrdrDisruption Wanted(CrdrPair pair, Side side) => new() { Pair = pair.Name, Side = side, Member = pair[side].Name, Zones = Zone, Nodes = Node };
}
