namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that act on operations on record.</summary>
public abstract class OperationChangingCmdlet : ChangingCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>The ids of the operations.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("OpenOperation")]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Acts on one operation.</summary>
    private protected abstract Task<CrdrOperation?> ActAsync(CrdrOperation operation, PowerShellHost host, Gate.Turn turn, CancellationToken ct);

    /// <summary>Whether that is what was wanted.</summary>
    private protected virtual bool IsGood(CrdrOperation operation) => operation.Outcome is CrdrOutcome.Succeeded or CrdrOutcome.Started;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<CrdrOperation> operations = [];
        foreach (string id in _ids.Distinct(StringComparer.Ordinal))
        {
            try
            {
                operations.Add(Engine.Operation(id));
            }
            catch (CrdrException e)
            {
                Failed(id, e);
            }
        }
        RunAll([.. operations.Select(operation => new Job(operation.Id, (turn, ct) => RunAsync(operation, turn, ct), IsGood))]);
    }

    /// <summary>An operation that nobody confirmed stays as it is.</summary>
    private protected static CrdrOperation NotConfirmed(CrdrOperation operation) =>
        operation with { ErrorId = "NotConfirmed", Message = "Not confirmed: it stays as it was left. Nothing was changed." };

    private async Task<CrdrOperation?> RunAsync(CrdrOperation operation, Gate.Turn turn, CancellationToken ct)
    {
        PowerShellHost host = HostFor(operation.Pair);
        try
        {
            return await ActAsync(operation, host, turn, ct).ConfigureAwait(false);
        }
        finally
        {
            host.EndProgress();
        }
    }
}
