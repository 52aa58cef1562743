using System.CommandLine;
using CrdrTools.Core.Operations;

namespace CrdrTools.Cli.Commands;

/// <summary>The read-only name that falls back to the primary: looked at, switched, and, for servers of one's own, watched.</summary>
internal static class ReplicaDnsCommand
{
    public static Command Build() => new("replica-dns", "The read-only name that leads to the standbys, and to the primary while none can be read from")
    {
        Status(),
        Switch("enable", "Switch it on; where it is so already nothing is asked for", enable: true),
        Switch("disable", "Switch it off: it leads to nothing then, and readers that use it lose it", enable: false),
        Watch(),
    };

    private static Command Watch()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; none with --all", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "All registered pairs that describe one" };
        Common common = new();
        Command command = new("watch", "Watch the names of servers of one's own and move them, until Ctrl+C or until each is switched off; with --json one event a line. Ends with 4 where one ended against its will") { pairs, all };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            bool every = parsed.GetValue(all);
            List<CrdrPair> chosen = [.. call.Chosen(parsed.GetValue(pairs), every).Where(p => !every || p.ReplicaDns is not null)];
            if (chosen.Count == 0) throw new CrdrException(CrdrErrorKind.NotFound, "PairNotFound", "No registered pair describes a read-only name.");
            Lock oneAtATime = new();
            await call.Crdr.WatchReplicaDnsAsync([.. chosen.Select(p => (p, (string?)null, (IOperationHost)call.Host))], happened =>
            {
                lock (oneAtATime)
                {
                    if (call.Json) Output.JsonLine(happened);
                    else Output.Event(Output.Out, happened);
                }
            }, ct);
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Status()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; none with --all", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> all = new("--all") { Description = "All registered pairs that can have one" };
        Common common = new();
        Command command = new("status", "See how it stands with it. Ends with 4 where a service cannot be seen") { pairs, all };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            bool every = parsed.GetValue(all);
            (List<CrdrReplicaDns> seen, List<CrdrException> troubles) = await EachAsync(call, call.Chosen(parsed.GetValue(pairs), every),
                async pair => await call.Crdr.ReplicaDnsAsync(pair, null, call.Host, ct), e => every && e.ErrorId is "ReplicaDnsNotOffered" or "ReplicaDnsNotDescribed");
            Write(call, seen);
            return Code(troubles, parsed.GetValue(pairs)) is var code and not ExitCode.Success ? code
                : seen.Any(s => s.Findings.Any(f => f.Severity == FindingSeverity.Error)) ? ExitCode.Failed : ExitCode.Success;
        }));
        return command;
    }

    private static Command Switch(string name, string description, bool enable)
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs", Arity = ArgumentArity.OneOrMore };
        Option<string?> side = new("--side") { Description = "primary or recovery: the service that is meant (the one that takes the writes unless told)" };
        Option<string[]> forget = new("--forget") { Description = "A standby that is not waited for any more; may be given several times (servers of one's own)" };
        Option<string[]> remember = new("--remember") { Description = "A standby that is waited for again; may be given several times" };
        Common common = new();
        Command command = new(name, description) { pairs, side };
        if (enable)
        {
            command.Add(forget);
            command.Add(remember);
        }
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrReplicaDnsRequest request = new()
            {
                Enable = enable, Side = parsed.GetValue(side) is { } told ? RequestOptions.Side(told) : null,
                Forget = enable ? parsed.GetValue(forget) ?? [] : [], Remember = enable ? parsed.GetValue(remember) ?? [] : [],
            };
            IReadOnlyList<CrdrPair> chosen = call.Chosen(parsed.GetValue(pairs), all: false);
            // Questions come first, one after another. A name that is switched on takes nothing from anybody, so that is not asked about.
            foreach (CrdrPair pair in enable ? [] : chosen) call.Host.Confirm(pair.Name, $"{Named(pair, request.Side)} is switched off: it leads to nothing then, and readers that use it lose it.", "switch off the read-only name of");
            (List<CrdrReplicaDns> now, List<CrdrException> troubles) = await EachAsync(call, chosen, async pair => [await call.Crdr.SetReplicaDnsAsync(pair, request, null, call.Host, ct)], _ => false);
            Write(call, now);
            return Code(troubles, parsed.GetValue(pairs));
        }));
        return command;
    }

    private static string Named(CrdrPair pair, Side? side) =>
        side is { } one ? $"The read-only name of {pair[one].Name}, the {one} side of {pair.Name},"
        : pair.ReplicaDns is not null ? $"The read-only name of {pair.Name}" : $"The read-only name of {pair.Name}'s service that takes the writes";

    /// <summary>One after another; one bad pair hurts no other.</summary>
    private static async Task<(List<CrdrReplicaDns> Seen, List<CrdrException> Troubles)> EachAsync(Call call, IReadOnlyList<CrdrPair> pairs, Func<CrdrPair, Task<IReadOnlyList<CrdrReplicaDns>>> ask, Func<CrdrException, bool> passes)
    {
        List<CrdrReplicaDns> seen = [];
        List<CrdrException> troubles = [];
        foreach (CrdrPair pair in pairs)
        {
            try
            {
                seen.AddRange(await ask(pair));
            }
            catch (CrdrException e) when (!passes(e))
            {
                troubles.Add(e);
                call.Host.EndLine();
                await Console.Error.WriteLineAsync($"crdr: {pair.Name}: {Output.InOurWords(e.Message)} [{e.ErrorId}]{(e.Advice is null ? "" : $" {Output.InOurWords(e.Advice)}")}");
            }
            catch (CrdrException)
            {
                // Of all pairs only those are meant that can have one.
            }
        }
        return (seen, troubles);
    }

    private static int Code(List<CrdrException> troubles, string[]? named) =>
        troubles.Count == 0 ? ExitCode.Success : named is { Length: 1 } ? ExitCode.Of(troubles[0]) : ExitCode.Failed;

    private static void Write(Call call, List<CrdrReplicaDns> seen)
    {
        call.Host.EndLine();
        if (call.Json) Output.Json(seen, Output.AsJson.ListCrdrReplicaDns);
        else Output.ReplicaDns(Output.Out, seen);
    }
}
