using System.CommandLine;
using CrdrTools.Core;
using CrdrTools.Core.Drills;
using CrdrTools.Core.Reports;
using CrdrTools.Simulator;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class DrillCommand
{
    private const string Usual = "Aiven";

    public static Command Build()
    {
        Option<string> provider = new("--provider") { Description = "Whose disaster it is: Aiven or CockroachCloud, on the simulator; or PostgreSql, on a lab of real servers on this machine", DefaultValueFactory = _ => Usual };
        provider.CompletionSources.Add([.. DrillStages.Providers]);
        Option<string> report = new("--report") { Description = "Where the report files go", DefaultValueFactory = _ => "drill-report" };
        Option<double> rebuild = new("--rebuild-seconds") { Description = "How long the simulated vendor takes to rebuild a service, or for the first copy of a stream", DefaultValueFactory = _ => 5 };
        Option<DrillBreak> outage = new("--break") { Description = "PostgreSql: how the primary is lost: sigkill, as by a power cut, or sigstop, as a machine that hangs" };
        Option<string?> scenario = new("--scenario") { Description = "A scenario file: what breaks when on the simulator, and what must hold" };
        Option<TimeSpan?> rto = new("--rto") { Description = "Recovery time objective, in seconds or hh:mm:ss (60 s)", CustomParser = RequestOptions.Span };
        Option<TimeSpan?> rpo = new("--rpo") { Description = "Recovery point objective, in seconds or hh:mm:ss (5 s)", CustomParser = RequestOptions.Span };
        Option<string?> rehearsedFor = new("--for") { Description = "A pair of your own that is rehearsed for: the verdict is kept, and counts as its last proof" };
        Option<string?> note = new("--note") { Description = "What is worth remembering of it" };
        Option<string?> state = new("--state") { Description = "With --for: the state folder in which the verdict is kept (CRDR_STATE)" };
        Option<bool> json = new("--json") { Description = "Write the result as JSON" };
        Option<bool> verbose = new("--verbose", "-v") { Description = "Tell each request" };
        Command command = new("drill", "Rehearse a whole disaster and back, and measure it") { provider, scenario, report, rebuild, outage, rto, rpo, rehearsedFor, note, state, json, verbose };
        command.Validators.Add(given =>
        {
            if (given.GetValue(scenario) is not null)
            {
                if (given.GetResult(provider) is { Implicit: false }) given.AddError("Option '--provider' is told by the scenario.");
                if (given.GetResult(outage) is { Implicit: false }) given.AddError("Option '--break' is for a lab; a scenario is played on the simulator.");
                return;
            }
            if (DrillStages.Providers.FirstOrDefault(p => string.Equals(p, given.GetValue(provider) ?? Usual, StringComparison.OrdinalIgnoreCase)) is not { } kind) return;
            bool simulated = DrillStages.NeedsSimulator(kind);
            if (simulated && given.GetResult(outage) is { Implicit: false }) given.AddError($"Option '--break' is for a lab; {kind} is rehearsed on the simulator.");
            if (!simulated && given.GetResult(rebuild) is { Implicit: false }) given.AddError($"Option '--rebuild-seconds' is for the simulator; {kind} is rehearsed on a lab.");
        });
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            // A rehearsal keeps its state beside its report, away from the records of real operations.
            string folder = parsed.GetValue(report)!;
            CrdrObjectives wanted = new() { Rto = parsed.GetValue(rto), Rpo = parsed.GetValue(rpo) };
            ConsoleHost host = new(yes: true, parsed.GetValue(verbose));
            Scenario? played = parsed.GetValue(scenario) is { } file ? Scenario.Load(file) : null;
            string vendor = played?.Provider ?? parsed.GetValue(provider)!;
            using Crdr crdr = new(Path.Combine(folder, "state"));
            if (!DrillStages.NeedsSimulator(vendor))
                return Write(await DrillStages.OnLabAsync(crdr, wanted, parsed.GetValue(outage), host, ct));
            double seconds = parsed.GetValue(rebuild);
            using SimulatorServer server = SimulatorServer.Start(new() { Settings = new() { RebuildSeconds = seconds, CockroachInitialScanSeconds = seconds } });
            DrillOptions options = new() { Endpoint = server.BaseAddress, Provider = vendor, Scenario = played };
            using Drill drill = new(crdr, options.Against(wanted), host);
            return Write(await drill.RunAsync(ct));

            int Write(CrdrDrillResult came)
            {
                CrdrDrillResult result = DrillReport.Save(came with { For = parsed.GetValue(rehearsedFor), Note = parsed.GetValue(note) }, folder);
                if (result.For is { } kept) Keep(parsed.GetValue(state), kept, result);
                host.EndLine();
                if (parsed.GetValue(json)) Output.Json(result, Output.AsJson.CrdrDrillResult);
                else DrillCommand.Write(result);
                return result.Passed ? ExitCode.Success : ExitCode.Failed;
            }
        }));
        return command;
    }

    /// <summary>A verdict that cannot be kept is still one.</summary>
    private static void Keep(string? state, string pair, CrdrDrillResult result)
    {
        try
        {
            using Crdr records = new(state);
            records.KeepDrill(pair, result);
        }
        catch (CrdrException e)
        {
            Console.Error.WriteLine($"crdr: the verdict is not kept for {pair}: {e.Message} [{e.ErrorId}]");
        }
    }

    private static void Write(CrdrDrillResult result)
    {
        IAnsiConsole console = Output.Out;
        Table table = Output.Plain("step", "effect", "time");
        foreach (CrdrStep step in result.Steps) Output.Row(table, step.Id, step.Effect, step.Took is { } took ? Output.Span(took) : "");
        console.Write(table);
        Table figures = Output.Plain(result.Simulated ? "figure (simulated)" : $"figure ({result.Stage})", "measured", "objective");
        Output.Row(figures, "recovery time, outage to verified", result.Rto is { } rto ? Output.Span(rto) : "-", result.Objectives.Rto is { } o ? Output.Span(o) : "-");
        Output.Row(figures, "data loss", result.Rpo is { } rpo ? $"{Output.Span(rpo)}; {result.Loss}" : "-", result.Objectives.Rpo is { } p ? Output.Span(p) : "-");
        Output.Row(figures, "longest time without a write", result.WriteGap is { } gap ? Output.Span(gap) : "-", "");
        if (result.ProtectedAgain is { } again) Output.Row(figures, "outage to a standby that follows again", Output.Span(again), "");
        console.Write(figures);
        if (result.Moves.Count > 0)
        {
            Table moves = Output.Plain("move", "no write for", "lost", "client errors", "protected again", "recovery time", "loss stated");
            foreach (CrdrDrillMove m in result.Moves)
                Output.Row(moves, m.Name, Say(m.WriteGap), $"{m.LostWrites} of {m.Acknowledged}", $"{m.ClientErrors}", Say(m.Protected), Say(m.Rto), m.Stated is { Kind: LossKind.Bounded, Bound: { } b } ? $"at most {Output.Span(b)}" : m.Stated?.Kind.ToString());
            console.Write(moves);
        }
        foreach (CrdrCheck check in result.Assertions.Where(a => a.Result != CheckResult.Pass)) Output.Line(console, $"DID NOT HOLD: {check.Name}: {check.Why}");
        Output.Line(console, $"The drill {(result.Passed ? "passed" : "FAILED")}. Report: {string.Join(", ", result.Reports)}");
    }

    private static string Say(TimeSpan? span) => span is { } s ? Output.Span(s) : "-";
}
