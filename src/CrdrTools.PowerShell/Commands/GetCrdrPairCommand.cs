namespace CrdrTools.PowerShell.Commands;

/// <summary>Lists the registered pairs.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrPair")]
[OutputType(typeof(CrdrPair))]
public sealed class GetCrdrPairCommand : CoreCmdlet
{
    /// <summary>The names, with wildcards; all unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Name is null && MyInvocation.ExpectingInput) return;
        IReadOnlyList<CrdrPair> all = Try(() => Engine.Registered);
        if (Name is null) WriteObject(all, enumerateCollection: true);
        foreach (string name in Name ?? [])
        {
            try
            {
                WriteObject(Engine.Find(new PairOrName(name), patterns: true), enumerateCollection: true);
            }
            catch (CrdrException e)
            {
                WriteError(ErrorRecords.Of(e, name));
            }
        }
    }
}
