namespace CrdrTools.PowerShell.Commands;

/// <summary>Leaves the active member of a pair: it is lost, or is to be given up.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrFailover", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class InvokeCrdrFailoverCommand : MovingCmdlet
{
    /// <summary>Where writes shall go; the recovery side unless given.</summary>
    [Parameter]
    public Side? To { get; set; }

    /// <summary>How much loss is accepted, as a time; the pair's RPO unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? MaxDataLoss { get; set; }

    /// <summary>Goes on although the primary still runs. Aiven destroys its nodes; a CockroachDB cluster goes on answering, and what it takes then is lost.</summary>
    [Parameter]
    public SwitchParameter GiveUpHealthyPrimary { get; set; }

    /// <summary>When the outage began; the recovery time counts from then. Unless given: since the first look that saw the member not answering, by anybody who shares the state folder.</summary>
    [Parameter]
    public DateTimeOffset? OutageSince { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (OutageSince is { } since && since > DateTimeOffset.UtcNow.AddMinutes(1))
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "OutageInTheFuture",
                $"-OutageSince {since:u} is in the future: it says when the outage began.", "Give a time in the past, with its zone: 2026-01-31T03:00:00Z."), since));
        }
    }

    private protected override CrdrRequest Ask() =>
        Moving(new() { Verb = CrdrVerb.Failover, To = To, MaxDataLoss = MaxDataLoss, GiveUpHealthyPrimary = GiveUpHealthyPrimary, OutageSince = OutageSince });
}
