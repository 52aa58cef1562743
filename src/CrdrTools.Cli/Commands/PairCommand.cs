using System.CommandLine;
using System.CommandLine.Parsing;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class PairCommand
{
    public static Command Build() => new("pair", "Register, show and forget pairs") { Register(), List(), Show(), Remove() };

    private static Command Register()
    {
        Argument<string> primary = new("primary") { Description = "The primary service" };
        Option<string> project = new("--project") { Description = "Aiven: the project", Required = true };
        Option<string?> name = new("--name") { Description = "The pair's name (the primary's unless told)" };
        Option<string?> recovery = new("--recovery") { Description = "The recovery service (found out unless told)" };
        Option<string?> endpoint = new("--endpoint") { Description = "The API's address" };
        Option<TimeSpan?> rto = Span("--rto", "Recovery time objective"), rpo = Span("--rpo", "Recovery point objective");
        Option<TimeSpan?> quiet = Span("--quiet-time", "The least time between two promotions");
        Option<UnknownLag> unknownLag = new("--unknown-lag") { Description = "What a failover does when the loss cannot be bounded: refuse or accept" };
        Option<string[]> contact = new("--contact") { Description = "Whom to call; may be given several times" };
        Option<bool> force = new("--force") { Description = "Replace the pair of that name" };
        Common common = new();
        Command command = new("register", "Find out a pair's members, pin their identities, and keep it")
            { primary, project, name, recovery, endpoint, rto, rpo, quiet, unknownLag, contact, force };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            Dictionary<string, string> settings = new() { ["project"] = parsed.GetValue(project)! };
            if (parsed.GetValue(endpoint) is { } address) settings["endpoint"] = address;
            CrdrPair draft = new()
            {
                Name = parsed.GetValue(name) ?? parsed.GetValue(primary)!, Provider = "Aiven", Settings = settings, Secret = call.Secret,
                Primary = new() { Name = parsed.GetValue(primary)! }, Recovery = new() { Name = parsed.GetValue(recovery) ?? "" },
                Objectives = new() { Rto = parsed.GetValue(rto), Rpo = parsed.GetValue(rpo) }, UnknownLag = parsed.GetValue(unknownLag),
                Contacts = parsed.GetValue(contact) ?? [],
            };
            if (parsed.GetValue(quiet) is { } q) draft = draft with { QuietTime = q };
            CrdrPair pair = await call.Crdr.RegisterAsync(draft, null, parsed.GetValue(force), keep: true, call.Host, ct);
            Write(call, [pair], one: true);
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command List()
    {
        Common common = new();
        Command command = new("list", "The registered pairs");
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            Write(call, call.Crdr.Pairs.Read(), one: false);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Command Show()
    {
        Argument<string> name = new("pair") { Description = "The pair" };
        Common common = new();
        Command command = new("show", "One pair, whole") { name };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            Output.Json(call.Crdr.Pairs.Get(parsed.GetValue(name)!), Output.AsJson.CrdrPair);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Command Remove()
    {
        Argument<string> name = new("pair") { Description = "The pair" };
        Common common = new();
        Command command = new("remove", "Forget a pair; its services and journals stay as they are") { name };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            call.Crdr.Pairs.Remove(parsed.GetValue(name)!);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Option<TimeSpan?> Span(string name, string description) =>
        new(name) { Description = $"{description}, in seconds or hh:mm:ss", CustomParser = RequestOptions.Span };

    private static void Write(Call call, IReadOnlyList<CrdrPair> pairs, bool one)
    {
        if (call.Json && one) Output.Json(pairs[0], Output.AsJson.CrdrPair);
        else if (call.Json) Output.Json([.. pairs], Output.AsJson.ListCrdrPair);
        else
        {
            Table table = Output.Plain("pair", "provider", "primary", "recovery", "RTO", "RPO", "secret");
            foreach (CrdrPair p in pairs)
                Output.Row(table, p.Name, p.Provider, $"{p.Primary.Name} ({p.Primary.Region})", $"{p.Recovery.Name} ({p.Recovery.Region ?? "not created"})", p.Objectives.Rto?.ToString(), p.Objectives.Rpo?.ToString(), p.Secret ?? "given at call time");
            Output.Out.Write(table);
        }
    }
}
