namespace CrdrTools.PowerShell.Commands;

/// <summary>Takes pairs out of the pair file. The services stay as they are, and so do journals.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "CrdrPair", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class UnregisterCrdrPairCommand : CoreCmdlet
{
    /// <summary>The names of the pairs.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[] Pair { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PairOrName pair in Pair)
        {
            try
            {
                CrdrPair found = Engine.Find(new PairOrName(pair.Name), patterns: false)[0];
                if (Engine.Open(found.Name) is { } open)
                    WriteWarning($"{found.Name} has an operation that has begun and not ended: {open.Id}. Its journal stays.");
                if (ShouldProcess($"{found.Name} in {Engine.PairFile}", "Take out the pair")) Engine.Unregister(found.Name);
            }
            catch (CrdrException e)
            {
                WriteError(ErrorRecords.Of(e, pair.Name));
            }
        }
    }
}
