namespace CrdrTools.PowerShell.Commands;

/// <summary>Completes a stream as planned: its standby becomes active, and nothing that came through the routes is lost.</summary>
[Cmdlet(VerbsLifecycle.Complete, "CrdrStream", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class CompleteCrdrStreamCommand : MovingCmdlet
{
    /// <summary>The stream, where the one under way has to be a certain one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Id { get; set; }

    /// <summary>Where the stream leads; where the one under way does unless given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Side? To { get; set; }

    /// <summary>Promotes again within the pair's quiet time.</summary>
    [Parameter]
    public SwitchParameter SkipQuietTime { get; set; }

    private protected override CrdrRequest Ask() => Moving(new() { Verb = CrdrVerb.Switchover, To = To, Stream = Pair.Stream(Id), SkipQuietTime = SkipQuietTime });

    private protected override async Task<CrdrRequest> LookUpAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        request with { To = request.To ?? await Engine.TargetAsync(pair, request.Stream, token, host, ct).ConfigureAwait(false) };
}
