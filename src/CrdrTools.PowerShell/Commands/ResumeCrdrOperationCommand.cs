namespace CrdrTools.PowerShell.Commands;

/// <summary>Takes up operations where they were left, by this or another process; tells paused ones to go on.</summary>
[Cmdlet(VerbsLifecycle.Resume, "CrdrOperation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class ResumeCrdrOperationCommand : OperationChangingCmdlet
{
    /// <summary>Returns once the next change was accepted.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>The most all of it may take: a TimeSpan, seconds, or 90s, 5m, 2h.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Goes on although more than an hour has passed.</summary>
    [Parameter]
    public SwitchParameter ResumeStale { get; set; }

    /// <summary>Acts although the state folder is lost and no lease can be taken.</summary>
    [Parameter]
    public SwitchParameter WithoutLease { get; set; }

    /// <summary>That a paused one has heard is what was wanted of it.</summary>
    private protected override bool IsGood(CrdrOperation operation) => base.IsGood(operation) || operation is { Outcome: null, RunBy: not null, ErrorId: null };

    private protected override async Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct)
    {
        if (Engine.IsPaused(operation.Id))
        {
            bool goes = !OnlyWhatIf || await ConfirmAsync(turn, $"Tell {operation.RunBy} to go on with {operation.Id} ({operation.Verb} of {operation.Pair}).", "").ConfigureAwait(false);
            return !goes || OnlyWhatIf ? null : await Engine.ContinueAsync(operation.Id, ct).ConfigureAwait(false);
        }
        bool waits = Engine.IsOpen(operation) && Engine.Holder(operation.Pair) is null;
        if ((waits || OnlyWhatIf) && !await ConfirmAsync(turn, PlanText.Again(operation), "").ConfigureAwait(false))
            return OnlyWhatIf ? null : NotConfirmed(operation);
        CrdrRequest how = new() { Verb = operation.Verb, NoWait = NoWait, Timeout = Timeout, ResumeStale = ResumeStale, WithoutLease = WithoutLease };
        return await Engine.ResumeAsync(operation.Id, described, how, PlainToken, host, ct).ConfigureAwait(false);
    }
}
