using System.CommandLine;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>CockroachDB's replication streams, step by step: faces of the verbs.</summary>
internal static class StreamCommand
{
    public static Command Build() => new("stream", "Replication streams (CockroachDB), step by step")
    {
        List(),
        VerbCommands.One("new", "Create the stream that protects the primary: ERASES the recovery cluster (as crdr setup)",
            new(new() { Verb = CrdrVerb.Setup }, "--cloud", "--plan")),
        VerbCommands.One("new-failback", "Create the reverse stream: ERASES the primary cluster, and copies the active one to it (as crdr failback create-stream)",
            new(new() { Verb = CrdrVerb.Restore }, "--take-over")),
        VerbCommands.One("complete", "Planned: hold clients off, wait until all has arrived, and send the stream to take over (as crdr switchover)",
            new RequestOptions(new() { Verb = CrdrVerb.Switchover }, "--to").ToStandby().Stream(), ToItsStandbyAsync),
        VerbCommands.One("stop", "Stop the replication for good: its standby is given up, and only a new stream protects again",
            new(new() { Verb = CrdrVerb.StopReplication })),
    };

    private static Command List()
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<bool> live = new("--live") { Description = "Only what is under way" };
        Common common = new();
        Command command = new("list", "The streams between the two sides, newest first") { pair, live };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrStatus now = await call.Crdr.StatusAsync(call.Pair(parsed.GetValue(pair)!), null, call.Host, ct);
            List<CrdrStream> streams = [.. now.Streams.Where(s => s.Live || !parsed.GetValue(live))];
            if (call.Json) Output.Json(streams, CliJson.Indented.ListCrdrStream);
            else if (streams.Count == 0) Output.Line(Output.Out, $"{now.Pair} has no stream{(parsed.GetValue(live) ? " under way" : "")}.");
            else
            {
                Table table = Output.Plain("stream", "direction", "state", "created", "replicated to");
                foreach (CrdrStream s in streams)
                    Output.Row(table, s.Id, $"{now[s.From].Name} -> {now[s.To].Name}", s.State, Output.Time(s.CreatedAt), Output.Time(s.ReplicatedTime));
                Output.Out.Write(table);
            }
            return ExitCode.Success;
        }));
        return command;
    }

    /// <summary>Without a side the stream itself says where to. The last one does where an operation on it was left open.</summary>
    private static async Task<CrdrRequest> ToItsStandbyAsync(Call call, CrdrPair pair, CrdrRequest request, CancellationToken ct)
    {
        if (request.To is not null) return request;
        CrdrStatus now;
        try
        {
            now = await call.Crdr.StatusAsync(pair, null, call.Host, ct);
        }
        catch (CrdrException)
        {
            // The core meets the same, and makes it an answer.
            return request;
        }
        CrdrStream meant = now.Streams.FirstOrDefault(s => string.Equals(s.Id, request.Stream, StringComparison.OrdinalIgnoreCase))
            ?? now.Streams.FirstOrDefault(s => s.Live)
            ?? (now.OpenOperation is null ? null : now.Streams.FirstOrDefault())
            ?? throw new CrdrException(CrdrErrorKind.InvalidState, "NoLiveStream", $"No stream of {pair.Name} is under way, so there is none to complete. Nothing was changed.",
                $"See them with: crdr stream list {pair.Name}. Create one with: crdr stream new {pair.Name}, or, while the recovery side takes the writes, crdr stream new-failback {pair.Name}");
        return request with { To = meant.To };
    }
}
