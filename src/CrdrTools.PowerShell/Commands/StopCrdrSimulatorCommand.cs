namespace CrdrTools.PowerShell.Commands;

/// <summary>Stops simulators that were started in this session.</summary>
[Cmdlet(VerbsLifecycle.Stop, "CrdrSimulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class StopCrdrSimulatorCommand : CrdrCmdlet
{
    /// <summary>The simulators; all that were started in this session unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public CrdrSimulator[]? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null && MyInvocation.ExpectingInput) return;
        foreach (CrdrSimulator simulator in InputObject ?? SimulatorShelf.Here())
            if (ShouldProcess(simulator.Endpoint.ToString(), "Stop the simulator")) simulator.Stop();
    }
}
