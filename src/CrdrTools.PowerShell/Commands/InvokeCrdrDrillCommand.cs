namespace CrdrTools.PowerShell.Commands;

/// <summary>Rehearses a whole disaster and back, on a simulator or on a lab of real servers, with clients writing all the time, and measures it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrDrill", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(CrdrDrillResult))]
public sealed class InvokeCrdrDrillCommand : CrdrCmdlet
{
    /// <summary>The simulator; one of its own, for as long as the drill takes, unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public CrdrSimulator? Simulator { get; set; }

    /// <summary>The provider that is rehearsed: Aiven, which it is unless given, or CockroachCloud, both on a simulator; or PostgreSql, on a lab of real servers on this machine.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = "Aiven";

    /// <summary>A scenario file: what breaks when on the simulator, and what must hold. It tells the provider too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scenario { get; set; }

    /// <summary>The folder for the report and the drill's own state; drill-report below the current one unless given.</summary>
    [Parameter]
    public string ReportPath { get; set; } = "drill-report";

    /// <summary>How long the simulated vendor takes to rebuild a service, or to copy a cluster, in seconds; five unless given. Not with -Simulator.</summary>
    [Parameter]
    [ValidateRange(0.0, 86400.0)]
    public double RebuildSeconds { get; set; } = 5;

    /// <summary>PostgreSql: how the primary is lost. Sigkill, which it is unless given, as by a power cut; Sigstop, as a machine that hangs.</summary>
    [Parameter]
    [ValidateSet("Sigkill", "Sigstop")]
    public string Break { get; set; } = "Sigkill";

    /// <summary>The recovery time to be held: a TimeSpan, seconds, or 90s, 5m. 60 seconds unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Rto { get; set; }

    /// <summary>The loss to be held, as a time. Five seconds unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Rpo { get; set; }

    /// <summary>A pair of your own that is rehearsed for: the verdict is kept, and counts as its last proof, marked as simulated where it is.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? For { get; set; }

    /// <summary>What is worth remembering of it; kept with the verdict.</summary>
    [Parameter]
    public string? Note { get; set; }

    /// <summary>With -For: the folder in which the verdict is kept. CRDR_STATE, or the user's own folder, unless given.</summary>
    [Parameter]
    public string? StatePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (MyInvocation.ExpectingInput && Simulator is null) return;
        bool onLab;
        Core.Drills.Scenario? scenario;
        try
        {
            scenario = Scenario is null ? null : CrdrTools.Core.Drills.Scenario.Load(GetUnresolvedProviderPathFromPSPath(Scenario));
            if (scenario is not null && (MyInvocation.BoundParameters.ContainsKey(nameof(Provider)) || MyInvocation.BoundParameters.ContainsKey(nameof(Break))))
                throw new CrdrException(CrdrErrorKind.InvalidInput, "ScenarioTellsProvider", "The scenario tells the provider, and is played on a simulator: leave out -Provider and -Break.");
            onLab = scenario is null && Simulator is null && Engine.RehearsesOnLab(Provider);
        }
        catch (CrdrException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, Scenario ?? Provider));
            return;
        }
        if (!ShouldProcess(Simulator?.Endpoint.ToString() ?? (onLab ? "a lab of PostgreSQL servers on this machine" : "a simulator in this session"), scenario is null ? "Rehearse an outage of the primary region, failover, rebuild and failback" : $"Rehearse: {scenario.Title}")) return;
        string folder = GetUnresolvedProviderPathFromPSPath(ReportPath);
        CrdrSimulator? stage = onLab ? null : Simulator ?? SimulatorStarter.Start(0, "demo", new System.Collections.Hashtable { ["RebuildSeconds"] = RebuildSeconds, ["CockroachInitialScanSeconds"] = RebuildSeconds });
        // A rehearsal keeps its state beside its report, away from the records of real operations.
        using Engine engine = new(Path.Combine(folder, "state"), Path.Combine(folder, "state", "pairs.json"));
        PipelineDesk desk = new(unattended: false, action => Post(() => action(this)), (_, _) => Task.FromResult<string?>(null), (_, call) => throw RouteScript.NotRun(call));
        PowerShellHost host = new(desk, "drill", 1) { Confirm = _ => Task.FromResult(true) };
        CrdrDrillResult result;
        try
        {
            result = Run(async ct =>
            {
                try
                {
                    CrdrObjectives objectives = new() { Rto = Rto, Rpo = Rpo };
                    return stage is null ? await engine.LabDrillAsync(objectives, Break, folder, For, Note, host, ct).ConfigureAwait(false)
                        : await engine.DrillAsync(stage, Provider, objectives, folder, For, Note, host, ct, scenario).ConfigureAwait(false);
                }
                finally
                {
                    host.EndProgress();
                }
            });
        }
        catch (CrdrException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, stage is null ? Provider : stage.Endpoint));
            return;
        }
        finally
        {
            if (Simulator is null) stage?.Stop();
        }
        if (For is not null) Keep(result);
        WriteObject(result);
        if (result.Passed) return;
        string held = string.Join("; ", result.Assertions.Where(a => a.Result != CheckResult.Pass).Select(a => $"{a.Name}: {a.Why}"));
        ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidState, "DrillFailed", $"The drill failed. {held}.", $"The report: {string.Join(", ", result.Reports)}"), result));
    }

    /// <summary>A verdict that cannot be kept is still one.</summary>
    private void Keep(CrdrDrillResult result)
    {
        try
        {
            using Engine kept = new(string.IsNullOrEmpty(StatePath) ? null : GetUnresolvedProviderPathFromPSPath(StatePath), null);
            kept.KeepDrill(For!, result);
        }
        catch (CrdrException e)
        {
            WriteWarning($"The verdict is not kept for {For}: {e.Message}");
        }
    }
}
