namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells whether playbooks are in order: true when nothing is found. -Verbose says what is.</summary>
[Cmdlet(VerbsDiagnostic.Test, "CrdrPlaybook")]
[OutputType(typeof(bool))]
public sealed class TestCrdrPlaybookCommand : PlaybookReadingCmdlet
{
    private protected override void Found(CrdrPlaybook playbook, IReadOnlyList<CrdrPlaybookFinding> findings)
    {
        foreach (CrdrPlaybookFinding finding in findings) WriteVerbose($"{playbook.Name}{(finding.Pair is null ? "" : $" for {finding.Pair}")}: {finding.Severity} {finding}");
        WriteObject(findings.Count == 0);
    }
}
