namespace CrdrTools.PowerShell.Commands;

/// <summary>Looks at the read-only names of pairs that fall back to the primary: on or off, the name, the standbys behind it.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrReplicaDns")]
[OutputType(typeof(CrdrReplicaDns))]
public sealed class GetCrdrReplicaDnsCommand : PairReadingCmdlet
{
    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        await Engine.ReplicaDnsAsync(pair, token, host, ct).ConfigureAwait(false);
}
