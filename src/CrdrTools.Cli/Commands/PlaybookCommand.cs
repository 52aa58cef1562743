using System.CommandLine;
using CrdrTools.Core.Playbooks;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>Playbooks are PowerShell: here they are listed, read, checked as far as that needs no PowerShell, and marked as reviewed; there they are run.</summary>
internal static class PlaybookCommand
{
    public static Command Build() => new("playbook", "The steps of a recovery as scripts that people read; PowerShell runs them") { List(), Show(), Check(), Confirm(), Run() };

    /// <summary>The line that does it in PowerShell.</summary>
    public static string InPowerShell(string command) => $"pwsh -NoProfile -Command \"Import-Module CrdrTools; {command}\"";

    private static Option<string[]> Folder() => new("--folder") { Description = "A folder of your own with playbooks; may be given several times (CRDR_PLAYBOOKS)" };

    private static PlaybookShelf Shelf(ParseResult parsed, Option<string[]> folder) =>
        new(Path.Combine(AppContext.BaseDirectory, "playbooks"), [.. parsed.GetValue(folder) ?? [], .. PlaybookShelf.DefaultFolders]);

    private static Command List()
    {
        Option<string[]> folder = Folder();
        Common common = new();
        Command command = new("list", "The playbooks: whose they are, and when they are to be looked at") { folder };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            bool damaged = false;
            List<CrdrPlaybook> all = [.. Shelf(parsed, folder).All(Tell).Select(call.Crdr.Playbook)];
            if (call.Json) Output.Json(all, CliJson.Indented.ListCrdrPlaybook);
            else
            {
                Table table = Output.Plain("playbook", "kind", "title", "owner", "review due", "last run");
                foreach (CrdrPlaybook p in all)
                    Output.Row(table, p.Name, p.Kind.ToString(), p.Title, p.Owner ?? "nobody", p.ReviewDue is { } due ? $"{due:yyyy-MM-dd}" : "now", p.LastRun is { } run ? $"{run.Began:yyyy-MM-dd} on {run.Pair}: {run.Outcome?.ToString() ?? "not ended"}" : "");
                Output.Out.Write(table);
            }
            return Task.FromResult(damaged ? ExitCode.Usage : ExitCode.Success);

            void Tell(CrdrException e)
            {
                damaged = true;
                Console.Error.WriteLine($"crdr: {e.Message} [{e.ErrorId}]");
            }
        }));
        return command;
    }

    private static Command Show()
    {
        Argument<string> name = Name();
        Option<string[]> folder = Folder();
        Common common = new();
        Command command = new("show", "One playbook, to be read and followed, and the line that runs it") { name, folder };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            PlaybookFile file = Shelf(parsed, folder).Get(parsed.GetValue(name)!);
            if (call.Json)
            {
                Output.Json(call.Crdr.Playbook(file), CliJson.Indented.CrdrPlaybook);
                return Task.FromResult(ExitCode.Success);
            }
            Output.Line(Output.Out, file.Text.TrimEnd());
            Output.Line(Output.Out, "");
            Output.Line(Output.Out, $"A shell does not run it. In PowerShell: {(file.Header.Kind == CrdrPlaybookKind.Runbook ? "it is for Azure Automation" : InPowerShell($"Invoke-CrdrPlaybook {(file.Shipped ? file.Name : $"'{file.Path}'")} <pair>"))}");
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Command Check()
    {
        Argument<string?> name = new("playbook") { Description = "Its name, or the path of its file; all unless told", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> pair = new("--pair") { Description = "A pair that it is to fit; may be given several times" };
        Option<string[]> folder = Folder();
        Common common = new();
        Command command = new("check", "What has to be put right about playbooks; whether their commands exist only PowerShell can tell") { name, pair, folder };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            PlaybookShelf shelf = Shelf(parsed, folder);
            bool damaged = false;
            IReadOnlyList<PlaybookFile> files = parsed.GetValue(name) is { } one ? [shelf.Get(one)] : shelf.All(e =>
            {
                damaged = true;
                Console.Error.WriteLine($"crdr: {e.Message} [{e.ErrorId}]");
            });
            CrdrPair?[] pairs = parsed.GetValue(pair) is { Length: > 0 } names ? [.. names.Select(call.Pair)] : [null];
            List<CrdrPlaybookFinding> found = [.. files.SelectMany(f => pairs.SelectMany((p, i) => call.Crdr.PlaybookFindings(f, p).Where(x => i == 0 || x.Pair is not null)))];
            if (call.Json) Output.Json(found, CliJson.Indented.ListCrdrPlaybookFinding);
            else
            {
                foreach (CrdrPlaybookFinding f in found) Output.Line(Output.Out, $"{f.Severity}: {f.Playbook}{(f.Pair is null ? "" : $" for {f.Pair}")}: {f.Message} [{f.Id}]");
                if (found.Count == 0) Output.Line(Output.Out, $"Nothing was found in {files.Count} {(files.Count == 1 ? "playbook" : "playbooks")}.");
                Output.Line(Output.Out, $"Whether the commands in them exist was not looked at; PowerShell tells: {InPowerShell($"Get-CrdrPlaybookFinding{(parsed.GetValue(name) is { } asked ? " " + asked : "")}")}");
            }
            return Task.FromResult(damaged || found.Count > 0 ? ExitCode.Failed : ExitCode.Success);
        }));
        return command;
    }

    private static Command Confirm()
    {
        Argument<string> name = Name();
        Option<string> reason = new("--reason") { Description = "Why, or what was looked at", Required = true };
        Option<string?> owner = new("--owner") { Description = "Whose it is from now on" };
        Option<string[]> pair = new("--pair") { Description = "A pair that it was reviewed for; may be given several times (all registered ones that it is written for)" };
        Option<string[]> folder = Folder();
        Common common = new();
        Command command = new("confirm", "Mark a playbook as reviewed, for the pairs as they are now") { name, reason, owner, pair, folder };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            PlaybookFile file = Shelf(parsed, folder).Get(parsed.GetValue(name)!);
            IReadOnlyList<CrdrPair> pairs = parsed.GetValue(pair) is { Length: > 0 } names ? [.. names.Select(call.Pair)] : call.Crdr.PairsFor(file);
            CrdrPlaybookReview review = call.Crdr.ConfirmPlaybook(file, pairs, parsed.GetValue(reason)!, parsed.GetValue(owner));
            if (call.Json) Output.Json(review, CliJson.Indented.CrdrPlaybookReview);
            else Output.Line(Output.Out, $"{review.Playbook}: reviewed by {review.Who} for {(pairs.Count == 0 ? "no pair" : string.Join(", ", pairs.Select(p => p.Name)))}. Due again on {call.Crdr.Playbook(file).ReviewDue:yyyy-MM-dd}.");
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Command Run()
    {
        Argument<string> name = Name();
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<string[]> folder = Folder();
        Common common = new();
        Command command = new("run", "Not from a shell: prints the PowerShell line that runs it, and runs nothing") { name, pair, folder };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            PlaybookFile file = Shelf(parsed, folder).Get(parsed.GetValue(name)!);
            string line = InPowerShell($"Invoke-CrdrPlaybook {(file.Shipped ? file.Name : $"'{file.Path}'")} {call.Pair(parsed.GetValue(pair)!).Name}");
            throw new CrdrException(CrdrErrorKind.Refused, "PlaybookNeedsPowerShell", $"{file.Name} is a script of PowerShell, which a shell does not run. Nothing was run.", file.Header.Kind == CrdrPlaybookKind.Runbook ? "It is for Azure Automation." : $"Run it there: {line}");
        }));
        return command;
    }

    private static Argument<string> Name() => new("playbook") { Description = "Its name, or the path of its file" };
}
