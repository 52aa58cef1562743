namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that look for what is wrong with playbooks.</summary>
public abstract class PlaybookReadingCmdlet : PlaybookCmdlet
{
    /// <summary>The playbooks: names, with wildcards, or the paths of their files; all unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ArgumentCompleter(typeof(PlaybookNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Playbook { get; set; }

    /// <summary>The pairs that they are to fit: names, with wildcards, pair objects, or hashtables.</summary>
    [Parameter(Position = 1)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    private IReadOnlyList<CrdrPair> _pairs = [];

    /// <summary>What was found of one playbook.</summary>
    private protected abstract void Found(CrdrPlaybook playbook, IReadOnlyList<CrdrPlaybookFinding> findings);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _pairs = [.. (Pair ?? []).SelectMany(p => Try(() => Engine.Find(p, patterns: true), p.Name))];
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Playbook is null && MyInvocation.ExpectingInput) return;
        foreach (string name in Playbook ?? ["*"])
        {
            bool pattern = WildcardPattern.ContainsWildcardCharacters(name) && !File.Exists(Whole(name));
            try
            {
                if (!pattern) Look(Engine.Playbook(Folders, Whole(name)));
                else foreach (CrdrPlaybook one in Engine.Playbooks(Folders, e => WriteError(ErrorRecords.Of(e, name))).Where(p => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(p.Name))) Look(one);
            }
            catch (CrdrException e)
            {
                WriteError(ErrorRecords.Of(e, name));
            }
        }
    }

    private void Look(CrdrPlaybook playbook)
    {
        List<CrdrPlaybookFinding> found = [.. new PlaybookScript(playbook).Findings(InvokeCommand)];
        if (_pairs.Count == 0) found.AddRange(Engine.PlaybookFindings(playbook, null));
        // What is so whatever the pair is told once.
        foreach (CrdrPair pair in _pairs) found.AddRange(Engine.PlaybookFindings(playbook, pair).Where(f => f.Pair is not null || pair == _pairs[0]));
        Found(playbook, [.. found.OrderByDescending(f => f.Severity)]);
    }
}
