namespace CrdrTools.PowerShell.Commands;

/// <summary>Lists the operations on record, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrOperation", DefaultParameterSetName = "Pair")]
[OutputType(typeof(CrdrOperation))]
public sealed class GetCrdrOperationCommand : CoreCmdlet
{
    private int _written;

    /// <summary>The pairs; all unless given.</summary>
    [Parameter(ParameterSetName = "Pair", Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[]? Pair { get; set; }

    /// <summary>The ids of the operations.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("OpenOperation")]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>At most so many.</summary>
    [Parameter(ParameterSetName = "Pair")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = int.MaxValue;

    /// <summary>Only those that have begun and not ended.</summary>
    [Parameter(ParameterSetName = "Pair")]
    public SwitchParameter Open { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Id")
        {
            foreach (string id in Id) Write(id, () => [Engine.Operation(id)]);
            return;
        }
        if (Pair is null && MyInvocation.ExpectingInput) return;
        if (Pair is null) Write("", () => Engine.Operations(null));
        foreach (PairOrName pair in Pair ?? []) Write(pair.Name, () => pair.Operation is { } one ? [Engine.Operation(one)] : Engine.Operations(pair.Name));
    }

    private void Write(string target, Func<IEnumerable<CrdrOperation>> read)
    {
        try
        {
            foreach (CrdrOperation operation in read())
            {
                if (Open && !Engine.IsOpen(operation)) continue;
                if (_written >= Last) return;
                _written++;
                WriteObject(operation);
            }
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.Of(e, target));
        }
    }
}
