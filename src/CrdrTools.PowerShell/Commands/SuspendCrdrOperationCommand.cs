namespace CrdrTools.PowerShell.Commands;

/// <summary>Has running operations ask for nothing more until they are resumed.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "CrdrOperation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class SuspendCrdrOperationCommand : OperationChangingCmdlet
{
    /// <summary>Why; written into the record.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>How long to wait until the process that runs it has heard that; two minutes unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Timeout { get; set; }

    private protected override bool IsGood(CrdrOperation operation) => operation is { RunBy: not null, ErrorId: null };

    private protected override async Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct)
    {
        string what = $"Ask {operation.RunBy ?? "whoever runs it"} to pause {operation.Id} ({operation.Verb} of {operation.Pair}): nothing more is asked for until it is resumed.";
        if (!await ConfirmAsync(turn, what, "").ConfigureAwait(false)) return OnlyWhatIf ? null : NotConfirmed(operation);
        return await Engine.PauseAsync(operation.Id, Reason, Timeout, ct).ConfigureAwait(false);
    }
}
