using System.CommandLine;
using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Operations;

namespace CrdrTools.Cli.Commands;

/// <summary>Watches pairs, tells outages, and where it was asked to, fails over.</summary>
internal static class MonitorCommand
{
    public static Command Build()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; none with --all", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "All registered pairs" };
        WatchOptions watch = new();
        Common common = new();
        Command command = new("monitor", "Watch pairs until Ctrl+C: tell outages, and with --auto-failover act on them; with --json one event a line") { pairs, all };
        watch.AddTo(command);
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            IReadOnlyList<CrdrPair> chosen = call.Chosen(parsed.GetValue(pairs), parsed.GetValue(all));
            if (chosen.Count == 0) throw new CrdrException(CrdrErrorKind.NotFound, "PairNotFound", "No pair is registered.", "Register one first: crdr pair register.");
            using EventPrinter printer = new(call);
            await Tower(call, chosen, watch.Of(parsed), printer).RunAsync(ct);
            return ExitCode.Success;
        }));
        return command;
    }

    /// <summary>A tower that tells on the console.</summary>
    public static Watchtower Tower(Call call, IReadOnlyList<CrdrPair> pairs, CrdrWatchOptions options, EventPrinter printer) =>
        call.Crdr.Watch([.. pairs.Select(p => (p, (string?)null, (IOperationHost)call.Host))], options, printer.Print);
}
