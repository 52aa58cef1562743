using System.CommandLine;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>What may be asked about a verb without running it.</summary>
internal sealed class AboutVerb
{
    private readonly Argument<string> _pair = new("pair") { Description = "The pair" };
    private readonly Option<CrdrVerb> _verb = new("--verb") { Description = "failover, switchover, restore, setup, stopreplication or switchroute", DefaultValueFactory = _ => CrdrVerb.Failover };
    private readonly Option<string?> _to = new("--to") { Description = "For a switchover or switchroute: primary or recovery" };
    private readonly Option<bool> _takeOver = new("--take-over") { Description = "For a restore: make the primary active too" };
    private readonly Option<string?> _cloud = new("--cloud") { Description = "For a setup: the recovery service's cloud region" };

    public void AddTo(Command command)
    {
        command.Add(_pair);
        foreach (Option option in (IEnumerable<Option>)[_verb, _to, _takeOver, _cloud]) command.Add(option);
    }

    public string Pair(ParseResult parsed) => parsed.GetValue(_pair)!;

    public CrdrRequest Read(ParseResult parsed) => new()
    {
        Verb = parsed.GetValue(_verb), TakeOver = parsed.GetValue(_takeOver),
        To = parsed.GetValue(_to) is { } to ? RequestOptions.Side(to) : null,
        Options = parsed.GetValue(_cloud) is { } cloud ? new Dictionary<string, string> { ["cloud"] = cloud } : [],
    };
}

internal static class PlanCommand
{
    public static Command Build()
    {
        Option<bool> manual = new("--manual") { Description = "Print the commands that do it by hand instead" };
        Common common = new();
        AboutVerb about = new();
        Command command = new("plan", "See the steps a verb would take now") { manual };
        about.AddTo(command);
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair pair = call.Pair(about.Pair(parsed));
            CrdrPlan plan = await call.Crdr.PlanAsync(pair, about.Read(parsed), null, call.Host, ct);
            if (call.Json) Output.Json(plan, Output.AsJson.CrdrPlan);
            else if (parsed.GetValue(manual))
            {
                foreach (string line in await call.Crdr.ManualAsync(pair, about.Read(parsed), null, call.Host, ct)) Console.Out.WriteLine(line);
            }
            else Output.Plan(Output.Out, plan);
            return ExitCode.Success;
        }));
        return command;
    }
}

internal static class ReadinessCommand
{
    public static Command Build()
    {
        Common common = new();
        AboutVerb about = new();
        Command command = new("readiness", "Judge the guards of a verb, and prove what it needs, without acting");
        about.AddTo(command);
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            IReadOnlyList<CrdrCheck> checks = await call.Crdr.ReadinessAsync(call.Pair(about.Pair(parsed)), about.Read(parsed), null, call.Host, ct);
            if (call.Json) Output.Json([.. checks], Output.AsJson.ListCrdrCheck);
            else Output.Checks(Output.Out, checks);
            return checks.Any(c => c.Result == CheckResult.Block) ? ExitCode.Refused : ExitCode.Success;
        }));
        return command;
    }
}
