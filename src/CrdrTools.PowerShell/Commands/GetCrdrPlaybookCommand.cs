namespace CrdrTools.PowerShell.Commands;

/// <summary>Lists the playbooks: whose they are, what they are for, and when they were last looked at.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrPlaybook")]
[OutputType(typeof(CrdrPlaybook))]
public sealed class GetCrdrPlaybookCommand : PlaybookCmdlet
{
    /// <summary>The names, with wildcards, or paths; all unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlaybookNameCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Name is null && MyInvocation.ExpectingInput) return;
        if (Name is null) Write(All());
        foreach (string name in Name ?? [])
        {
            if (WildcardPattern.ContainsWildcardCharacters(name) && !File.Exists(Whole(name)))
            {
                WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                Write(All().Where(p => pattern.IsMatch(p.Name)));
                continue;
            }
            try
            {
                WriteObject(Engine.Playbook(Folders, Whole(name)));
            }
            catch (CrdrException e)
            {
                WriteError(ErrorRecords.Of(e, name));
            }
        }
    }

    private IReadOnlyList<CrdrPlaybook> All() => Try(() => Engine.Playbooks(Folders, e => WriteError(ErrorRecords.Of(e, null))));

    private void Write(IEnumerable<CrdrPlaybook> playbooks) => WriteObject(playbooks, enumerateCollection: true);
}
