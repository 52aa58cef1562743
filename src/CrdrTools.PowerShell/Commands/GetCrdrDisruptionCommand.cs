namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells what of the members of pairs is disrupted on purpose.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrDisruption")]
[OutputType(typeof(CrdrDisruption))]
public sealed class GetCrdrDisruptionCommand : PairReadingCmdlet
{
    /// <summary>The side; both unless given.</summary>
    [Parameter]
    public Side? Side { get; set; }

    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct)
    {
        Side[] sides = Side is { } one ? [one] : [CrdrTools.Side.Primary, CrdrTools.Side.Recovery];
        return await Task.WhenAll(sides.Select(side => Engine.DisruptionAsync(pair, side, token, host, ct))).ConfigureAwait(false);
    }
}
