using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using CrdrTools.Cli.Commands;

namespace CrdrTools.Cli;

/// <summary>The whole command line.</summary>
internal static class CrdrCommandLine
{
    public static RootCommand Build()
    {
        RootCommand root = new("crdr takes a database through a regional disaster and back.");
        foreach (Command command in (IEnumerable<Command>)
            [
                StatusCommand.Build(), ReadinessCommand.Build(), PlanCommand.Build(),
                .. VerbCommands.Build(),
                FailbackCommand.Build(), StreamCommand.Build(), RouteCommand.Build(), ReplicaDnsCommand.Build(), MonitorCommand.Build(), ServeCommand.Build(), OperationCommand.Build(), PairCommand.Build(), CardCommand.Build(), ReportCommand.Build(), SettingsCommand.Build(), DisruptCommand.Build(), DrillCommand.Build(), PlaybookCommand.Build(), ScheduleCommand.Build(), LabCommand.Build(), NodeCommand.Build(), SimulatorCommand.Build(),
            ]) root.Add(command);
        return root;
    }

    private static IEnumerable<string> Path(CommandResult command)
    {
        for (SymbolResult? at = command; at is not null; at = at.Parent)
            if (at is CommandResult c) yield return c.Command is RootCommand ? "crdr" : c.Command.Name;
    }

    /// <summary>
    /// An option whose value is another option of the command: its own value was forgotten, and the other one, which may well be <c>--what-if</c>, would be lost without a word.
    /// </summary>
    private static IEnumerable<string> Swallowed(CommandResult command)
    {
        HashSet<string> known = [.. command.Command.Options.SelectMany(o => o.Aliases.Append(o.Name))];
        return command.Children.OfType<OptionResult>().SelectMany(o => o.Tokens.Where(t => known.Contains(t.Value)).Select(t => $"Option '{o.Option.Name}' needs a value, and '{t.Value}' is another option."));
    }

    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Build().Parse(args);
        List<string> wrong = [.. parsed.Errors.Select(e => e.Message), .. Swallowed(parsed.CommandResult)];
        if (wrong.Count > 0)
        {
            foreach (string error in wrong) await Console.Error.WriteLineAsync($"crdr: {error}");
            IEnumerable<string> path = Path(parsed.CommandResult).Reverse();
            await Console.Error.WriteLineAsync($"crdr: see '{string.Join(' ', path)} --help'.");
            return ExitCode.Usage;
        }
        using CancellationTokenSource stop = new();
        // Ctrl+C asks; the process ends when what is being done has come to a side (the second Ctrl+C does not hurry it).
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
            if (!ConsoleHost.Asking) return;
            // A question at a terminal cannot be taken back, only left.
            Console.Error.WriteLine();
            Console.Error.WriteLine("crdr: stopped at the question. Nothing more was asked for.");
            Environment.Exit(ExitCode.Incomplete);
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, stop.Token);
    }
}
