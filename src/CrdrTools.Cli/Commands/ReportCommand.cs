using System.CommandLine;
using CrdrTools.Core.Reports;

namespace CrdrTools.Cli.Commands;

/// <summary>What a report's file came to.</summary>
internal sealed record ReportWritten(string Operation, string? File, ReportFormat Format, ChainVerdict Chain, int? Line);

internal static class ReportCommand
{
    /// <summary>Standard output, where a file's name is asked for.</summary>
    private const string Stdout = "-";

    public static Command Build()
    {
        Argument<string[]> ids = new("operation") { Description = "The operations' ids", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> pair = new("--pair") { Description = "The newest operations of this pair instead" };
        Option<int> last = new("--last") { Description = "With --pair: how many of them", DefaultValueFactory = _ => 1 };
        Option<ReportFormat> format = new("--format") { Description = "html, markdown, json or junit" };
        Option<string?> path = new("--out", "-o") { Description = "The file, or a folder for crdr-<operation>.html (.md, .json, .xml); - for the terminal. The current folder unless told" };
        Option<bool> force = new("--force") { Description = "Replace a report that is there already" };
        Common common = new();
        Command command = new("report", "What operations came to, from their journals: for a browser, a ticket, a program or a build server") { ids, pair, last, format, path, force };
        common.AddTo(command);
        command.Validators.Add(given =>
        {
            bool named = given.GetValue(ids) is { Length: > 0 }, newest = given.GetValue(pair) is not null;
            if (named == newest) given.AddError("Which operations? Give their ids, or --pair.");
            if (given.GetResult(last) is not { Implicit: false }) return;
            if (!newest) given.AddError("Option '--last' goes with '--pair'.");
            else if (given.GetValue(last) < 1) given.AddError("Option '--last' is at least 1.");
        });
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            ReportFormat shape = parsed.GetValue(format);
            string? place = parsed.GetValue(path);
            IEnumerable<OperationReport> reports = parsed.GetValue(pair) is { } of ? call.Crdr.Reports(of, parsed.GetValue(last)) : parsed.GetValue(ids)!.Select(call.Crdr.Report);
            List<ReportWritten> written = [];
            foreach (OperationReport report in reports)
            {
                string? file = place == Stdout ? null : ReportFile.Place(place, report.Operation, shape);
                string text = ReportFile.Write(report, shape);
                // One file for two reports would lose the first.
                if (file is not null) ReportFile.Save(file, text, parsed.GetValue(force) && written.All(w => w.File != file));
                else Console.Out.Write(text);
                written.Add(new(report.Operation, file, shape, report.Chain.Verdict, report.Chain.Line));
                if (file is not null && !call.Json) Output.Line(Output.Out, file);
                if (report.Chain.Verdict == ChainVerdict.Broken) Console.Error.WriteLine($"crdr: the journal of {report.Operation} cannot be trusted. {report.Chain.Words} [JournalDamaged]");
            }
            if (call.Json && place != Stdout) Output.Json(written, CliJson.Indented.ListReportWritten);
            return Task.FromResult(written.Any(w => w.Chain == ChainVerdict.Broken) ? ExitCode.Failed : ExitCode.Success);
        }));
        return command;
    }
}
