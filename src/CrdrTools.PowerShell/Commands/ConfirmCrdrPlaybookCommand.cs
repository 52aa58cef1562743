namespace CrdrTools.PowerShell.Commands;

/// <summary>Marks playbooks as reviewed: who looked, when and why, whose they are, and what the pairs were like then.</summary>
[Cmdlet(VerbsLifecycle.Confirm, "CrdrPlaybook", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(CrdrPlaybookReview))]
public sealed class ConfirmCrdrPlaybookCommand : PlaybookCmdlet
{
    /// <summary>The playbooks: names, or the paths of their files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ArgumentCompleter(typeof(PlaybookNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Playbook { get; set; } = [];

    /// <summary>Why, or what was looked at; written into the record.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Whose it is from now on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>The pairs that it was reviewed for: names, with wildcards, pair objects, or hashtables. All registered ones that it is written for unless given.</summary>
    [Parameter]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Playbook)
        {
            try
            {
                CrdrPlaybook playbook = Engine.Playbook(Folders, Whole(name));
                IReadOnlyList<CrdrPair> pairs = Pair is null ? Engine.PairsFor(playbook) : [.. Pair.SelectMany(p => Engine.Find(p, patterns: true))];
                string scope = pairs.Count == 0 ? "for no pair" : $"for {string.Join(", ", pairs.Select(p => p.Name))}";
                if (ShouldProcess(playbook.Path, $"Mark as reviewed {scope}")) WriteObject(Engine.ConfirmPlaybook(playbook, pairs, Reason!, Owner));
            }
            catch (CrdrException e)
            {
                WriteError(ErrorRecords.Of(e, name));
            }
        }
    }
}
