using System.CommandLine;
using CrdrTools.Core;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>The options that many commands share, and what they come to.</summary>
internal sealed class Common
{
    public Option<bool> Json { get; } = new("--json") { Description = "Write the answer as JSON" };
    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask; overrides nothing else" };
    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Tell each request, without secrets" };
    public Option<string?> Secret { get; } = new("--secret") { Description = "Where the token is found: env:NAME, as env:AIVEN_TOKEN or env:COCKROACH_API_KEY (the pair's own reference unless told)" };
    public Option<string?> State { get; } = new("--state") { Description = "The state folder (CRDR_STATE)" };
    public Option<string?> PairFile { get; } = new("--pair-file") { Description = "The pair file (CRDR_PAIRS)" };

    public void AddTo(Command command, bool asks = false)
    {
        if (asks) command.Add(Yes);
        foreach (Option option in (IEnumerable<Option>)[Json, Verbose, Secret, State, PairFile]) command.Add(option);
    }

    public Call Open(ParseResult parsed) =>
        new(new Crdr(parsed.GetValue(State), parsed.GetValue(PairFile)), new ConsoleHost(parsed.GetValue(Yes), parsed.GetValue(Verbose)), parsed.GetValue(Json), parsed.GetValue(Secret));

    /// <summary>Runs a command; what this tool has words for becomes a line and an exit code.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Guarded(Func<ParseResult, CancellationToken, Task<int>> run) => async (parsed, ct) =>
    {
        try
        {
            return await run(parsed, ct);
        }
        catch (CrdrException e)
        {
            await Console.Error.WriteLineAsync($"crdr: {Output.InOurWords(e.Message)} [{e.ErrorId}]");
            if (e.Advice is not null) await Console.Error.WriteLineAsync($"crdr: {Output.InOurWords(e.Advice)}");
            return ExitCode.Of(e);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("crdr: stopped.");
            return ExitCode.Incomplete;
        }
    };
}

/// <summary>One call's core, host and wishes.</summary>
internal sealed record Call(Crdr Crdr, ConsoleHost Host, bool Json, string? Secret) : IDisposable
{
    /// <summary>The pair of that name, with the secret's place as this call wants it.</summary>
    public CrdrPair Pair(string name)
    {
        CrdrPair pair = Crdr.Pairs.Get(name);
        return Secret is null ? pair : pair with { Secret = Secret };
    }

    /// <summary>The pairs of those names, or all that are registered.</summary>
    public IReadOnlyList<CrdrPair> Chosen(string[]? names, bool all) =>
        all ? [.. Crdr.Pairs.Read().Select(p => Secret is null ? p : p with { Secret = Secret })]
        : names is { Length: > 0 } ? [.. names.Select(Pair)]
        : throw new CrdrException(CrdrErrorKind.InvalidInput, "PairMissing", "Which pair? Name it, or give --all.");

    public void Write(CrdrOperation operation)
    {
        Host.EndLine();
        if (Json) Output.Json(operation, Output.AsJson.CrdrOperation);
        else Output.Operation(Output.Out, operation);
    }

    public void Dispose() => Crdr.Dispose();
}
