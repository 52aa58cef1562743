using System.CommandLine;
using CrdrTools.Core;

namespace CrdrTools.Cli.Commands;

/// <summary>A cluster setting: its statement, or the setting itself over SQL.</summary>
internal static class SettingsCommand
{
    public static Command Build()
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<string> side = new("--side") { Description = "primary or recovery", DefaultValueFactory = _ => "primary" };
        Option<string> name = new("--setting") { Description = "The cluster setting, for example server.time_until_store_dead", Required = true };
        Option<string?> value = new("--value") { Description = "What it shall be, for example 15m0s (only shown unless told)" };
        Option<bool> execute = new("--execute") { Description = "Run it over SQL, and tell what the setting is then (the pair's settings primarySql and recoverySql)" };
        Common common = new();
        Command command = new("settings", "Print the statement that sets a cluster setting (CockroachDB), or run it") { pair, side, name, value, execute };
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            Side which = RequestOptions.Side(parsed.GetValue(side)!);
            string setting = parsed.GetValue(name)!;
            string? wanted = parsed.GetValue(value);
            string statement = Statement(setting, wanted);
            if (!parsed.GetValue(execute))
            {
                if (call.Json) Output.Json(new() { Pair = chosen.Name, Side = which, Setting = setting, Statement = statement }, CliJson.Indented.ClusterSetting);
                else Output.Line(Output.Out, statement);
                return ExitCode.Success;
            }
            string before = await call.Crdr.ClusterSettingAsync(chosen, which, setting, null, null, call.Host, ct), after = before;
            if (wanted is not null)
            {
                call.Host.Confirm(chosen.Name, $"On {chosen[which].Name}, the {which} side of {chosen.Name}, where {setting} is {before}: {statement}", "settings");
                after = await call.Crdr.ClusterSettingAsync(chosen, which, setting, wanted, null, call.Host, ct);
            }
            if (call.Json) Output.Json(new() { Pair = chosen.Name, Side = which, Setting = setting, Statement = statement, Value = after, Before = before }, CliJson.Indented.ClusterSetting);
            else Output.Line(Output.Out, $"{chosen[which].Name}: {setting} is {after}{(after == before ? "" : $", was {before}")}");
            return ExitCode.Success;
        }));
        return command;
    }

    private static string Statement(string name, string? value)
    {
        string set = Crdr.ClusterSettingStatement(name, value ?? "");
        return value is null ? $"SHOW CLUSTER SETTING {name};" : set;
    }
}

/// <summary>A cluster setting as it was asked for, and as it is.</summary>
internal sealed record ClusterSetting
{
    public required string Pair { get; init; }
    public required Side Side { get; init; }
    public required string Setting { get; init; }
    public required string Statement { get; init; }

    /// <summary>What it is; left out where nothing was run.</summary>
    public string? Value { get; init; }

    /// <summary>What it was.</summary>
    public string? Before { get; init; }
}
