namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells what has to be put right about playbooks: commands and parameters that do not exist, reviews that are overdue or void, owners that are missing, pairs that are not what they were.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrPlaybookFinding")]
[OutputType(typeof(CrdrPlaybookFinding))]
public sealed class GetCrdrPlaybookFindingCommand : PlaybookReadingCmdlet
{
    private protected override void Found(CrdrPlaybook playbook, IReadOnlyList<CrdrPlaybookFinding> findings) => WriteObject(findings, enumerateCollection: true);
}
