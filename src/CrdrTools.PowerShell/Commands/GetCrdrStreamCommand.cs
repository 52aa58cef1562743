namespace CrdrTools.PowerShell.Commands;

/// <summary>Lists the replication streams between the two sides of pairs, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrStream")]
[OutputType(typeof(CrdrStream))]
public sealed class GetCrdrStreamCommand : PairReadingCmdlet
{
    /// <summary>Only the one that is under way.</summary>
    [Parameter]
    public SwitchParameter Live { get; set; }

    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        (await Engine.StatusAsync(pair, token, host, ct).ConfigureAwait(false)).Streams.Where(s => s.Live || !Live);
}
