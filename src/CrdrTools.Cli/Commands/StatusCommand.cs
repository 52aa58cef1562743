using System.CommandLine;
using System.Collections.Concurrent;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class StatusCommand
{
    public static Command Build()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; none with --all", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "All registered pairs" };
        Option<int> throttle = new("--throttle") { Description = "How many pairs at once", DefaultValueFactory = _ => 16 };
        Common common = new();
        Command command = new("status", "See where pairs stand. Ends with 4 where nobody takes writes, or clients are not seen led to who does") { pairs, all, throttle };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            IReadOnlyList<CrdrPair> chosen = call.Chosen(parsed.GetValue(pairs), parsed.GetValue(all));
            if (parsed.GetValue(throttle) is < 1 or > 256) throw new CrdrException(CrdrErrorKind.InvalidInput, "ThrottleInvalid", "--throttle takes 1 to 256.");
            return await RunAsync(call, chosen, parsed.GetValue(throttle), ct);
        }));
        return command;
    }

    private static async Task<int> RunAsync(Call call, IReadOnlyList<CrdrPair> pairs, int throttle, CancellationToken ct)
    {
        ConcurrentDictionary<string, CrdrStatus> seen = new();
        ConcurrentQueue<(CrdrPair Pair, CrdrException Trouble)> troubles = new();
        bool many = pairs.Count > 1;
        await Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = throttle, CancellationToken = ct }, async (pair, token) =>
        {
            try
            {
                CrdrStatus status = await call.Crdr.StatusAsync(pair, null, call.Host, token);
                seen[pair.Name] = status;
                // Rows come as they are known; the table at the end has them in order.
                if (many && !call.Json) Console.Error.WriteLine($"{status.Pair}: {status.Phase}");
            }
            catch (CrdrException e)
            {
                troubles.Enqueue((pair, e));
            }
        });
        List<CrdrStatus> ordered = [.. pairs.Select(p => seen.GetValueOrDefault(p.Name)).OfType<CrdrStatus>()];
        if (call.Json) Output.Json(ordered, Output.AsJson.ListCrdrStatus);
        else if (!many) ordered.ForEach(s => Output.Status(Output.Out, s));
        else
        {
            Table table = Output.StatusTable();
            ordered.ForEach(s => Output.StatusRow(table, s));
            Output.Out.Write(table);
        }
        foreach ((CrdrPair pair, CrdrException e) in troubles) await Console.Error.WriteLineAsync($"crdr: {pair.Name}: {Output.InOurWords(e.Message)} [{e.ErrorId}]{(e.Advice is null ? "" : $" {Output.InOurWords(e.Advice)}")}");
        if (!many && troubles.TryPeek(out (CrdrPair Pair, CrdrException Trouble) only)) return ExitCode.Of(only.Trouble);
        return troubles.IsEmpty && ordered.All(Well) ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>Somebody takes the writes, and clients are seen led there.</summary>
    private static bool Well(CrdrStatus status) =>
        status.ActiveMember is not null && status.Findings.All(f => f is not { Id: "RouteNotSeen" or "RouteOffWriter", Severity: FindingSeverity.Error });
}
