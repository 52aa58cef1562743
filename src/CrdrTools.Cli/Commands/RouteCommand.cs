using System.CommandLine;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>Where clients are sent: seen, and changed without moving the writes.</summary>
internal static class RouteCommand
{
    public static Command Build() => new("route", "Where clients are sent")
    {
        Status(),
        VerbCommands.One("switch", "Send clients to a side; no writes are moved. Refused where that side is not seen taking the writes", new(new() { Verb = CrdrVerb.SwitchRoute })),
    };

    private static Command Status()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; none with --all", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "All registered pairs" };
        Common common = new();
        Command command = new("status", "See where each route leads: no vendor is asked, and no token is needed. Ends with 4 where a route cannot be seen") { pairs, all };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            IReadOnlyList<CrdrPair> chosen = call.Chosen(parsed.GetValue(pairs), parsed.GetValue(all));
            IReadOnlyList<CrdrRouteStatus>[] seen = await Task.WhenAll(chosen.Select(p => call.Crdr.RoutesAsync(p, call.Host, ct)));
            List<CrdrRouteStatus> routes = [.. seen.SelectMany(s => s)];
            if (call.Json) Output.Json(routes, CliJson.Indented.ListCrdrRouteStatus);
            else
            {
                foreach (CrdrPair pair in chosen.Where(p => p.Routes.Count == 0)) Output.Line(Output.Out, $"{pair.Name} has no routes.");
                if (routes.Count > 0) Output.Routes(Output.Out, routes);
            }
            return routes.All(r => r.Verified) ? ExitCode.Success : ExitCode.Failed;
        }));
        return command;
    }
}
