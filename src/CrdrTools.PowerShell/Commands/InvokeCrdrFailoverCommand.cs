namespace CrdrTools.PowerShell.Commands;

/// <summary>Leaves the active member of a pair: it is lost, or is to be given up.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrFailover", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class InvokeCrdrFailoverCommand : PairChangingCmdlet
{
    /// <summary>Where writes shall go; the recovery side unless given.</summary>
    [Parameter]
    public Side? To { get; set; }

    /// <summary>How much loss is accepted, as a time; the pair's RPO unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? MaxDataLoss { get; set; }

    /// <summary>Goes on although the loss is over the limit, or cannot be bounded.</summary>
    [Parameter]
    public SwitchParameter AllowDataLoss { get; set; }

    /// <summary>Goes on although the primary still answers: its nodes are destroyed.</summary>
    [Parameter]
    public SwitchParameter GiveUpHealthyPrimary { get; set; }

    /// <summary>Goes on although the old side cannot be fenced; leaves an obligation.</summary>
    [Parameter]
    public SwitchParameter AllowUnfenced { get; set; }

    /// <summary>When the outage began; the recovery time counts from then.</summary>
    [Parameter]
    public DateTimeOffset? OutageSince { get; set; }

    /// <summary>Leaves the pair's own routes alone.</summary>
    [Parameter]
    public SwitchParameter NoRoute { get; set; }

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

    private protected override CrdrRequest Ask() => new()
    {
        Verb = CrdrVerb.Failover, To = To, MaxDataLoss = MaxDataLoss, AllowDataLoss = AllowDataLoss, GiveUpHealthyPrimary = GiveUpHealthyPrimary,
        AllowUnfenced = AllowUnfenced, OutageSince = OutageSince, NoRoute = NoRoute,
    };
}
