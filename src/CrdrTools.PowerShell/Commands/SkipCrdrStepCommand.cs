namespace CrdrTools.PowerShell.Commands;

/// <summary>Leaves a step out that no safety rule needs: of a running operation, or by taking one up without it.</summary>
[Cmdlet(VerbsCommon.Skip, "CrdrStep", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class SkipCrdrStepCommand : OperationChangingCmdlet
{
    /// <summary>The step's name within the plan.</summary>
    [Parameter(Position = 1, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Step { get; set; } = "";

    /// <summary>Why; written into the record.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Goes on although more than an hour has passed since it was left.</summary>
    [Parameter]
    public SwitchParameter ResumeStale { get; set; }

    private protected override bool IsGood(CrdrOperation operation) => base.IsGood(operation) || operation is { Outcome: null, RunBy: not null, ErrorId: null };

    private protected override async Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct)
    {
        string what = $"Leave {Step} out of {operation.Id} ({operation.Verb} of {operation.Pair}){(operation.RunBy is { } who ? $", which {who} runs" : ", and take it up")}.{(Engine.WhyNotSkipped(operation, Step, Reason) is { } no ? $" So it would be refused: {no}" : "")}";
        if (!await ConfirmAsync(turn, what, "").ConfigureAwait(false)) return OnlyWhatIf ? null : NotConfirmed(operation);
        return await Engine.SkipAsync(operation.Id, Step, described, Reason, new() { Verb = operation.Verb, ResumeStale = ResumeStale }, PlainToken, host, ct).ConfigureAwait(false);
    }
}
