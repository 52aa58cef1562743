namespace CrdrTools.PowerShell.Commands;

/// <summary>Ends an operation: asks the process that runs it to stop, takes it back, goes on to its end, or closes its record.</summary>
[Cmdlet(VerbsLifecycle.Stop, "CrdrOperation", DefaultParameterSetName = "Ask", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class StopCrdrOperationCommand : OperationChangingCmdlet
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Takes back what can be: fences and routes. There is no way back once writes were asked to move.</summary>
    [Parameter(ParameterSetName = "Rollback", Mandatory = true)]
    public SwitchParameter Rollback { get; set; }

    /// <summary>Goes on to where it may be left: between fence and switch to the end of the switch; one that was left elsewhere to its end, as Resume-CrdrOperation does.</summary>
    [Parameter(ParameterSetName = "Forward", Mandatory = true)]
    public SwitchParameter Forward { get; set; }

    /// <summary>Closes the record of an operation that nobody will take up again. Changes nothing at the vendor.</summary>
    [Parameter(ParameterSetName = "Abandon", Mandatory = true)]
    public SwitchParameter Abandon { get; set; }

    /// <summary>Why; written into the record.</summary>
    [Parameter(ParameterSetName = "Ask")]
    [Parameter(ParameterSetName = "Rollback")]
    [Parameter(ParameterSetName = "Forward")]
    [Parameter(ParameterSetName = "Abandon", Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How long to wait for the process that was asked to stop; two minutes unless given.</summary>
    [Parameter(ParameterSetName = "Ask")]
    [Parameter(ParameterSetName = "Rollback")]
    [SpanArgument]
    public TimeSpan? Timeout { get; set; }

    /// <summary>With -Forward: goes on although more than an hour has passed.</summary>
    [Parameter(ParameterSetName = "Forward")]
    public SwitchParameter ResumeStale { get; set; }

    private protected override bool IsGood(CrdrOperation operation) => ParameterSetName switch
    {
        "Forward" => base.IsGood(operation) || operation.ErrorId == "Stopped",
        "Rollback" => operation.Outcome == CrdrOutcome.RolledBack,
        "Abandon" => operation.ErrorId == "Abandoned",
        // Stopped is what was wanted; that it ended by itself meanwhile is no trouble either.
        _ => operation.Outcome is not null && operation.ErrorId != "NotConfirmed",
    };

    private protected override async Task<CrdrOperation?> ActAsync(CrdrOperation operation, CrdrPair? described, PowerShellHost host, Gate.Turn turn, CancellationToken ct)
    {
        CrdrLease? holder = Engine.Holder(operation.Pair) is { } held && held.Operation == operation.Id ? held : null;
        if (!Engine.IsOpen(operation))
            throw new CrdrException(CrdrErrorKind.InvalidState, "OperationEnded", $"{operation.Id} has ended ({operation.Outcome}): there is nothing to stop.");
        if (ParameterSetName == "Ask" && holder is null)
        {
            throw new CrdrException(CrdrErrorKind.InvalidState, "OperationNotRunning", $"Nobody runs {operation.Id}: it was left {operation.Outcome?.ToString() ?? "when its process died"}.",
                "Take it up with Resume-CrdrOperation, take it back with -Rollback, or close it with -Abandon -Reason '...'.");
        }
        if (holder is not null && Abandon) throw new PairBusyException(holder);
        string what = ParameterSetName switch
        {
            "Rollback" => $"Take back {operation.Id} ({operation.Verb} of {operation.Pair}): lift its fences, as long as no writes were asked to move.",
            "Forward" when holder is not null => $"Ask {holder.Who} (process {holder.ProcessId}) to take {operation.Id} ({operation.Verb} of {operation.Pair}) to where it may be left, and to stop there.",
            "Forward" => PlanText.Again(operation),
            "Abandon" => $"Close the record of {operation.Id} ({operation.Verb} of {operation.Pair}). Nothing is changed at the vendor; nobody can take it up again.",
            _ => $"Ask {holder!.Who} (process {holder.ProcessId}) to stop {operation.Id} ({operation.Verb} of {operation.Pair}).",
        };
        if (!await ConfirmAsync(turn, what, "").ConfigureAwait(false)) return OnlyWhatIf ? null : NotConfirmed(operation);

        if (Abandon) return Engine.Abandon(operation.Id, Reason!);
        if (Forward) return await Engine.ForwardAsync(operation.Id, described, Reason, new() { Verb = operation.Verb, ResumeStale = ResumeStale }, PlainToken, host, ct).ConfigureAwait(false);
        if (holder is not null || !Rollback) return await Engine.StopAsync(operation.Id, Rollback, Reason, Timeout ?? s_patience, ct).ConfigureAwait(false);
        return await Engine.RollBackAsync(operation.Id, described, PlainToken, host, ct).ConfigureAwait(false);
    }
}
