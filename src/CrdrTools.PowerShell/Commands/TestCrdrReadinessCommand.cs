namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells whether a verb could be run now: true when no check blocks it. -Verbose says what each check found.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CrdrReadiness")]
[OutputType(typeof(bool))]
public sealed class TestCrdrReadinessCommand : VerbReadingCmdlet
{
    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct)
    {
        IReadOnlyList<CrdrCheck> checks = await Engine.ReadinessAsync(pair, Ask(), token, host, ct).ConfigureAwait(false);
        foreach (CrdrCheck check in checks) Post(() => WriteVerbose($"{pair.Name}: {check.Result} {check.Name}: {check.Why}"));
        return [checks.All(c => c.Result != CheckResult.Block)];
    }
}
