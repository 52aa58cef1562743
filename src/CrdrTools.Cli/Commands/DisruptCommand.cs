using System.CommandLine;

namespace CrdrTools.Cli.Commands;

/// <summary>A region broken on purpose, where the vendor offers that: rehearsals only.</summary>
internal static class DisruptCommand
{
    public static Command Build() => new("disrupt", "Break a test pair's region on purpose, and mend it (CockroachDB)") { Set(), Clear(), Status() };

    private static Command Set()
    {
        Argument<string> pair = new("pair") { Description = "The pair; only one registered with --test-pair is disrupted" };
        Option<string> side = new("--side") { Description = "primary or recovery", DefaultValueFactory = _ => "primary" };
        Option<string[]> zone = new("--zone") { Description = "Only this availability zone; may be given several times (all of the region unless told)" };
        Option<string[]> node = new("--node") { Description = "Only this node; may be given several times" };
        Common common = new();
        Command command = new("set", "Disrupt it: its nodes stop") { pair, side, zone, node };
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            Side which = RequestOptions.Side(parsed.GetValue(side)!);
            CrdrDisruption now = await call.Crdr.DisruptionAsync(chosen, which, null, call.Host, ct);
            CrdrDisruption wanted = new() { Pair = chosen.Name, Side = which, Member = now.Member, Zones = parsed.GetValue(zone) ?? [], Nodes = parsed.GetValue(node) ?? [] };
            string what = wanted.Active ? string.Join(", ", wanted.Zones.Concat(wanted.Nodes)) : $"all of {chosen[which].Region ?? "its region"}";
            call.Host.Confirm(chosen.Name, $"{now.Member}, the {which} side: {what} stops, until crdr disrupt clear {chosen.Name} ends that. Now it is {(now.Active ? "disrupted already" : "not disrupted")}.", "disrupt");
            CrdrDisruption after = await call.Crdr.DisruptAsync(chosen, which, wanted, null, call.Host, ct);
            if (call.Json) Output.Json(after, CliJson.Indented.CrdrDisruption);
            else Output.Line(Output.Out, after.ToString());
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Clear() => OfSides("clear", "End every disruption", (call, pair, side, ct) => call.Crdr.DisruptAsync(pair, side, null, null, call.Host, ct));

    private static Command Status() => OfSides("status", "What is disrupted now", (call, pair, side, ct) => call.Crdr.DisruptionAsync(pair, side, null, call.Host, ct));

    private static Command OfSides(string name, string description, Func<Call, CrdrPair, Side, CancellationToken, Task<CrdrDisruption>> ask)
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<string?> side = new("--side") { Description = "primary or recovery (both unless told)" };
        Common common = new();
        Command command = new(name, description) { pair, side };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            List<CrdrDisruption> seen = [];
            foreach (Side one in parsed.GetValue(side) is { } told ? [RequestOptions.Side(told)] : (Side[])[Side.Primary, Side.Recovery]) seen.Add(await ask(call, chosen, one, ct));
            if (call.Json) Output.Json(seen, CliJson.Indented.ListCrdrDisruption);
            else seen.ForEach(d => Output.Line(Output.Out, d.ToString()));
            return ExitCode.Success;
        }));
        return command;
    }
}
