namespace CrdrTools.PowerShell.Commands;

/// <summary>Watches the read-only names of self-managed pairs and moves them, until Ctrl+C or until each is switched off. What happens is written as it happens.</summary>
[Cmdlet(VerbsCommon.Watch, "CrdrReplicaDns")]
[OutputType(typeof(CrdrReplicaDnsEvent))]
public sealed class WatchCrdrReplicaDnsCommand : SecretCmdlet
{
    private readonly List<CrdrPair> _pairs = [];

    /// <summary>The pairs: names (with wildcards), pair objects, or hashtables. All registered ones that describe a read-only name unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Pair is null && MyInvocation.ExpectingInput) return;
        _pairs.AddRange(Pair is null ? Try(() => Engine.Registered).Where(p => p.ReplicaDns is not null) : Pair.SelectMany(p => Try(() => Engine.Find(p, patterns: true), p.Name)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_pairs.Count == 0)
        {
            if (Pair is null) WriteWarning("No registered pair describes a read-only name.");
            return;
        }
        string? token = PlainToken;
        try
        {
            _ = Run(async ct =>
            {
                await Engine.WatchReplicaDnsAsync(_pairs, token, pair => HostFor(pair), happened => Post(() => WriteObject(happened)), ct).ConfigureAwait(false);
                return true;
            });
        }
        catch (CrdrException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, string.Join(", ", _pairs.Select(p => p.Name))));
        }
    }
}
