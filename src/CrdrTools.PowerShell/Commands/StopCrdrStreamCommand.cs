namespace CrdrTools.PowerShell.Commands;

/// <summary>Stops a stream for good: the side that is active stays so, and nothing protects it any more.</summary>
[Cmdlet(VerbsLifecycle.Stop, "CrdrStream", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class StopCrdrStreamCommand : LongRunningCmdlet
{
    /// <summary>The stream, where the one under way has to be a certain one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Id { get; set; }

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.StopReplication, Stream = Pair.Stream(Id) };
}
