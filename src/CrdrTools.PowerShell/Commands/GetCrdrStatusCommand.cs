namespace CrdrTools.PowerShell.Commands;

/// <summary>Looks at pairs: where each stands, what was seen of each side, and what to do now.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrStatus")]
[OutputType(typeof(CrdrStatus))]
public sealed class GetCrdrStatusCommand : PairReadingCmdlet
{
    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        [await Engine.StatusAsync(pair, token, host, ct).ConfigureAwait(false)];
}
