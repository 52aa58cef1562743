using System.CommandLine;
using CrdrTools.Core;
using CrdrTools.Core.Drills;
using CrdrTools.Core.Reports;
using CrdrTools.Simulator;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class DrillCommand
{
    public static Command Build()
    {
        Option<string> provider = new("--provider") { Description = "Whose disaster it is: Aiven or CockroachCloud", DefaultValueFactory = _ => "Aiven" };
        provider.CompletionSources.Add("Aiven", "CockroachCloud");
        Option<string> report = new("--report") { Description = "Where the report files go", DefaultValueFactory = _ => "drill-report" };
        Option<double> rebuild = new("--rebuild-seconds") { Description = "How long the simulated vendor takes to rebuild a service, or for the first copy of a stream", DefaultValueFactory = _ => 5 };
        Option<TimeSpan?> rto = new("--rto") { Description = "Recovery time objective, in seconds or hh:mm:ss (60 s)", CustomParser = RequestOptions.Span };
        Option<TimeSpan?> rpo = new("--rpo") { Description = "Recovery point objective, in seconds or hh:mm:ss (5 s)", CustomParser = RequestOptions.Span };
        Option<bool> json = new("--json") { Description = "Write the result as JSON" };
        Option<bool> verbose = new("--verbose", "-v") { Description = "Tell each request" };
        Command command = new("drill", "Rehearse a whole disaster and back on the simulator, and measure it") { provider, report, rebuild, rto, rpo, json, verbose };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            // A rehearsal keeps its state beside its report, away from the records of real operations.
            string folder = parsed.GetValue(report)!;
            double seconds = parsed.GetValue(rebuild);
            using SimulatorServer server = SimulatorServer.Start(new() { Settings = new() { RebuildSeconds = seconds, CockroachInitialScanSeconds = seconds } });
            using Crdr crdr = new(Path.Combine(folder, "state"));
            ConsoleHost host = new(yes: true, parsed.GetValue(verbose));
            CrdrObjectives usual = new DrillOptions { Endpoint = server.BaseAddress }.Objectives;
            using Drill drill = new(crdr, new DrillOptions
            {
                Endpoint = server.BaseAddress, Provider = parsed.GetValue(provider)!, Objectives = new() { Rto = parsed.GetValue(rto) ?? usual.Rto, Rpo = parsed.GetValue(rpo) ?? usual.Rpo },
            }, host);
            CrdrDrillResult result = DrillReport.Save(await drill.RunAsync(ct), folder);
            host.EndLine();
            if (parsed.GetValue(json)) Output.Json(result, Output.AsJson.CrdrDrillResult);
            else Write(result);
            return result.Passed ? ExitCode.Success : ExitCode.Failed;
        }));
        return command;
    }

    private static void Write(CrdrDrillResult result)
    {
        IAnsiConsole console = Output.Out;
        Table table = Output.Plain("step", "effect", "time");
        foreach (CrdrStep step in result.Steps) Output.Row(table, step.Id, step.Effect, step.Took is { } took ? Output.Span(took) : "");
        console.Write(table);
        Table figures = Output.Plain("figure (simulated)", "measured", "objective");
        Output.Row(figures, "recovery time, outage to verified", result.Rto is { } rto ? Output.Span(rto) : "-", result.Objectives.Rto is { } o ? Output.Span(o) : "-");
        Output.Row(figures, "data loss", result.Rpo is { } rpo ? $"{Output.Span(rpo)}; {result.Loss}" : "-", result.Objectives.Rpo is { } p ? Output.Span(p) : "-");
        Output.Row(figures, "longest time without a write", result.WriteGap is { } gap ? Output.Span(gap) : "-", "");
        console.Write(figures);
        foreach (CrdrCheck check in result.Assertions.Where(a => a.Result != CheckResult.Pass)) Output.Line(console, $"DID NOT HOLD: {check.Name}: {check.Why}");
        Output.Line(console, $"The drill {(result.Passed ? "passed" : "FAILED")}. Report: {string.Join(", ", result.Reports)}");
    }
}
