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

    /// <summary>The pair as this session describes it, where script blocks are its routes: a hashtable, or the object made of it.</summary>
    [Parameter]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[]? Pair { get; set; }

    /// <summary>Acts on one operation, on the pair as it is described here if it is.</summary>
    private protected abstract Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct);

    /// <summary>Whether that is what was wanted.</summary>
    private protected virtual bool IsGood(CrdrOperation operation) => operation.Outcome is CrdrOutcome.Succeeded or CrdrOutcome.Started;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<CrdrOperation> operations = [];
        IReadOnlyList<CrdrPair> described = Try(() => (IReadOnlyList<CrdrPair>)[.. (Pair ?? []).SelectMany(p => Engine.Find(p, patterns: false))]);
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
        RunAll([.. operations.Select(operation => new Job(operation.Id, (turn, ct) => RunAsync(operation, described, turn, ct), IsGood))]);
    }

    /// <summary>An operation that nobody confirmed stays as it is.</summary>
    private protected static CrdrOperation NotConfirmed(CrdrOperation operation) =>
        operation with { ErrorId = "NotConfirmed", Message = "Not confirmed: it stays as it was left. Nothing was changed." };

    private async Task<CrdrOperation?> RunAsync(CrdrOperation operation, IReadOnlyList<CrdrPair> described, Gate.Turn turn, CancellationToken ct)
    {
        PowerShellHost host = HostFor(operation.Pair);
        try
        {
            CrdrPair? pair = described.Count == 0 ? null : described.FirstOrDefault(p => p.Name == operation.Pair)
                ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "OperationOfAnotherPair", $"{operation.Id} is an operation of '{operation.Pair}', and -Pair describes {string.Join(", ", described.Select(p => p.Name))}.");
            if (pair is not null) pair = await Engine.CompleteAsync(pair, PlainToken, host, ct).ConfigureAwait(false);
            return await ActAsync(operation, pair, host, turn, ct).ConfigureAwait(false);
        }
        finally
        {
            host.EndProgress();
        }
    }
}
