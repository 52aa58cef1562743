using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class ScheduleCommand
{
    public static Command Build()
    {
        Argument<string[]> pairs = new("pair") { Description = "Only these pairs", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> due = new("--due") { Description = "Only what is due now, and not blocked: for a scheduler to act on" };
        Option<DateTimeOffset?> at = new("--at") { Description = "How it stands at another time than now, as 2026-01-31T03:00:00Z", CustomParser = Time };
        Option<string?> file = new("--file") { Description = "The schedule (CRDR_SCHEDULE, or schedule.json beside the pair file)" };
        Common common = new();
        Command command = new("schedule", "When drills, rotations and checks are due, and when they were last done") { pairs, due, at, file };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            IReadOnlyList<CrdrPair> chosen = parsed.GetValue(pairs) is { Length: > 0 } names ? [.. names.Select(call.Pair)] : call.Crdr.Pairs.Read();
            List<CrdrSchedule> rows = [.. call.Crdr.Schedule(parsed.GetValue(file), chosen, parsed.GetValue(at)).Where(r => !parsed.GetValue(due) || r.MayBegin)];
            if (call.Json)
            {
                Output.Json(rows, CliJson.Indented.ListCrdrSchedule);
                return Task.FromResult(ExitCode.Success);
            }
            Table table = Output.Plain("schedule", "pair", "kind", "state", "due", "last proven", "blocked by");
            foreach (CrdrSchedule r in rows)
                Output.Row(table, r.Name, r.Pair, r.Kind.ToString(), r.NotBefore is { } free ? $"{r.State} until {free:yyyy-MM-dd HH:mm}" : r.State.ToString(), r.Due is { } when ? $"{when:yyyy-MM-dd HH:mm zzz}" : "no time is left", r.LastProven?.ToString() ?? "never", r.BlockedBy);
            Output.Out.Write(table);
            foreach (CrdrSchedule r in rows.Where(r => r.MayBegin)) Output.Line(Output.Out, $"Next: {r.Kind} of {r.Pair}\n      {PlaybookCommand.InPowerShell(r.Command)}");
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static DateTimeOffset? Time(System.CommandLine.Parsing.ArgumentResult given)
    {
        if (DateTimeOffset.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return time;
        given.AddError($"'{given.Tokens[0].Value}' is no time: as 2026-01-31T03:00:00Z.");
        return null;
    }
}
