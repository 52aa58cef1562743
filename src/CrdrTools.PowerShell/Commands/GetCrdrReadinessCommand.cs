namespace CrdrTools.PowerShell.Commands;

/// <summary>Judges the guards and probes of a verb without acting: one row a check.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrReadiness")]
[OutputType(typeof(CrdrCheck))]
public sealed class GetCrdrReadinessCommand : VerbReadingCmdlet
{
    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        (await Engine.ReadinessAsync(pair, Ask(), token, host, ct).ConfigureAwait(false)).Select(check => check with { Pair = pair.Name });
}
