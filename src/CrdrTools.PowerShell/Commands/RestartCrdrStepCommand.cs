namespace CrdrTools.PowerShell.Commands;

/// <summary>Has a step asked for again that was lost or looks stuck: by the process that runs the operation, or by taking it up.</summary>
[Cmdlet(VerbsLifecycle.Restart, "CrdrStep", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class RestartCrdrStepCommand : OperationChangingCmdlet
{
    /// <summary>The step's name within the plan.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Step { get; set; } = "";

    /// <summary>Why; written into the record.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Goes on although more than an hour has passed since it was left.</summary>
    [Parameter]
    public SwitchParameter ResumeStale { get; set; }

    private protected override bool IsGood(CrdrOperation operation) => base.IsGood(operation) || operation is { Outcome: null, RunBy: not null, ErrorId: null };

    private protected override async Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct)
    {
        string what = $"Ask for {Step} of {operation.Id} ({operation.Verb} of {operation.Pair}) again{(operation.RunBy is { } who ? $", by {who}" : ", and take it up")}: only if asking twice does no harm, or if it is seen not to have been done.";
        if (!await ConfirmAsync(turn, what, "").ConfigureAwait(false)) return OnlyWhatIf ? null : NotConfirmed(operation);
        return await Engine.RetryAsync(operation.Id, Step, described, Reason, new() { Verb = operation.Verb, ResumeStale = ResumeStale }, PlainToken, host, ct).ConfigureAwait(false);
    }
}
