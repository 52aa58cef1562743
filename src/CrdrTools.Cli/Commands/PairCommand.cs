using System.CommandLine;
using CrdrTools.Core.Providers;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class PairCommand
{
    private const string UsualProvider = "Aiven";

    public static Command Build() => new("pair", "Register, show and forget pairs") { Register(), List(), Show(), Remove() };

    private static Command Register()
    {
        Argument<string> primary = new("primary") { Description = "The primary service (Aiven), the primary cluster's name or id (CockroachCloud), or what the primary server shall be called (PostgreSql)" };
        Option<string?> provider = new("--provider") { Description = $"Who runs it: {string.Join(" or ", ProviderRegistry.All.Select(p => p.Kind))} ({UsualProvider} unless told)" };
        provider.CompletionSources.Add([.. ProviderRegistry.All.Select(p => p.Kind)]);
        Option<string?> project = new("--project") { Description = "Aiven, and needed there: the project" };
        Option<string?> name = new("--name") { Description = "The pair's name (the primary's unless told)" };
        Option<string?> recovery = new("--recovery") { Description = "The recovery service, or the recovery cluster's name or id (found out unless told); PostgreSql, and needed there: what the recovery server shall be called" };
        Option<string?> endpoint = new("--endpoint") { Description = "The API's address" };
        Option<string[]> setting = new("--setting") { Description = "A setting of the provider as name=value; may be given several times. " + Settings() };
        Option<bool> test = new("--test-pair") { Description = "It is for rehearsals: its regions may be disrupted on purpose (crdr disrupt)" };
        Option<TimeSpan?> rto = Span("--rto", "Recovery time objective"), rpo = Span("--rpo", "Recovery point objective");
        Option<TimeSpan?> quiet = Span("--quiet-time", "The least time between two promotions");
        Option<UnknownLag> unknownLag = new("--unknown-lag") { Description = "What a failover does when the loss cannot be bounded: refuse or accept" };
        Option<string[]> contact = new("--contact") { Description = "Whom to call; may be given several times" };
        Option<bool> force = new("--force") { Description = "Replace the pair of that name" };
        Common common = new();
        Command command = new("register", "Find out a pair's members, pin their identities, and keep it")
            { primary, provider, project, name, recovery, endpoint, setting, test, rto, rpo, quiet, unknownLag, contact, force };
        common.AddTo(command);
        command.Validators.Add(given =>
        {
            // What a provider needs is told before anything is asked of it.
            if (ProviderRegistry.All.FirstOrDefault(p => string.Equals(p.Kind, given.GetValue(provider) ?? UsualProvider, StringComparison.OrdinalIgnoreCase)) is not { } kind) return;
            bool has = kind.Settings.ContainsKey("project"), told = given.GetValue(project) is { Length: > 0 };
            if (has && !told) given.AddError($"Option '--project' is required for {kind.Kind}.");
            if (!has && told) given.AddError($"{kind.Kind} has no projects: leave '--project' out.");
        });
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            List<(string Name, string Value)> settings = [.. (parsed.GetValue(setting) ?? []).Select(Setting)];
            if (parsed.GetValue(project) is { } inProject) settings.Add(("project", inProject));
            if (parsed.GetValue(endpoint) is { } address) settings.Add(("endpoint", address));
            if (parsed.GetValue(test)) settings.Add(("testPair", "true"));
            if (settings.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new CrdrException(CrdrErrorKind.InvalidInput, "SettingGivenTwice", $"The setting '{twice.Key}' is given {twice.Count()} times.");
            CrdrPair draft = new()
            {
                Name = parsed.GetValue(name) ?? parsed.GetValue(primary)!, Provider = ProviderRegistry.Get(parsed.GetValue(provider) ?? UsualProvider).Kind,
                Settings = settings.ToDictionary(s => s.Name, s => s.Value), Secret = call.Secret,
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
        // Nothing is asked here, and a script may say so everywhere.
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            call.Crdr.Pairs.Remove(parsed.GetValue(name)!);
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static (string Name, string Value) Setting(string text) => text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } value]
        ? (name, value)
        : throw new CrdrException(CrdrErrorKind.InvalidInput, "SettingInvalid", $"'{text}' is no setting: name=value, for example lagLimit=30.");

    private static string Settings() => string.Join("; ", ProviderRegistry.All.Select(p => $"{p.Kind}: {string.Join(", ", p.Settings.Keys.Order(StringComparer.Ordinal))}"));

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
                Output.Row(table, p.Name, p.Provider, Where(p.Primary), Where(p.Recovery), p.Objectives.Rto?.ToString(), p.Objectives.Rpo?.ToString(), p.Secret ?? (ProviderRegistry.Get(p.Provider).NeedsToken ? "given at call time" : ""));
            Output.Out.Write(table);
        }
    }

    private static string Where(CrdrMember member) =>
        member.Region is { } region ? $"{member.Name} ({region})" : member.Identity is null ? $"{member.Name} (not created)" : member.Name;
}
