using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Stores;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Reports;

/// <summary>What a report says of operations that were really run, and of journals that were really damaged.</summary>
public sealed class ReportTests
{
    private static readonly ReportFormat[] s_all = Enum.GetValues<ReportFormat>();

    private static Rig NewRig() => new(pair: p => p with { Objectives = new() { Rto = TimeSpan.FromMinutes(10), Rpo = TimeSpan.FromSeconds(5) } });

    [Fact]
    public async Task A_failover_is_told_with_its_figures_its_steps_both_sides_and_who_overrode_what()
    {
        using Rig rig = NewRig();
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover with { Reason = "the region is gone", ChangeReference = "CHG-7" });
        OperationReport r = rig.Crdr.Report(operation.Id);
        Assert.Equal((CrdrVerb.Failover, CrdrOutcome.Succeeded, "the region is gone", "CHG-7", operation.Who, true), (r.Verb, r.Outcome, r.Reason, r.ChangeReference, r.Who, r.Simulated));
        Assert.Equal((CrdrPhase.NoWriter, CrdrPhase.FailedOver), (r.PhaseBefore, r.PhaseAfter));
        Assert.Equal((operation.Rto, TimeSpan.FromMinutes(10), ObjectiveVerdict.Met), (r.Objectives[0].Measured, r.Objectives[0].Objective, r.Objectives[0].Verdict));
        Assert.Equal((null, ObjectiveVerdict.NotMeasured), (r.Objectives[1].Measured, r.Objectives[1].Verdict));
        ReportStep step = Assert.Single(r.Steps);
        Assert.Equal(("give-up-primary", StepProgress.Done, JournalKind.Done, 1), (step.Id, step.State, step.Kind, step.Asked));
        Assert.NotNull(step.Receipt);
        Assert.Equal(step.Ended - step.Began, step.Took);
        ReportOverride given = Assert.Single(r.Overrides);
        Assert.Equal(("LossBound", "-AllowDataLoss", operation.Who, "give-up-primary"), (given.Guard, given.Switch, given.Who, given.Step));
        Assert.Equal([null, null, Side.Recovery], r.Sights.Where(s => s.Both).Select(s => s.Active));
        Assert.Equal([CrdrPhase.NoWriter, CrdrPhase.FailedOver], r.Sights.Where(s => s.Phase is not null).Select(s => s.Phase!.Value));
        Assert.Equal((ChainVerdict.Intact, null, r.Lines.Count), (r.Chain.Verdict, r.Chain.Line, r.Chain.Trusted));
        foreach (ReportFormat format in s_all)
        {
            string text = ReportFile.Write(r, format);
            foreach (string said in new[] { operation.Id, "CHG-7", "give-up-primary", "-AllowDataLoss", "LossBound", operation.Who, step.Receipt!, "the region is gone" }) Assert.Contains(said, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("altered", 2, "line 2 was altered")]
    [InlineData("removed", 2, "line 2 does not follow")]
    [InlineData("reordered", 2, "line 2 does not follow")]
    [InlineData("first altered", 1, "line 1 was altered")]
    [InlineData("last but one removed", 4, "line 4 does not follow")]
    public async Task A_line_altered_removed_or_reordered_is_named_with_its_number_and_nothing_from_there_on_is_told(string how, int line, string says)
    {
        using Rig rig = NewRig();
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        List<string> lines = [.. File.ReadAllLines(operation.Journal!)];
        Assert.Equal(5, lines.Count);
        if (how == "altered") lines[1] = lines[1].Replace("give-up-primary", "give-up-nothing", StringComparison.Ordinal);
        if (how == "removed") lines.RemoveAt(1);
        if (how == "reordered") (lines[1], lines[2]) = (lines[2], lines[1]);
        if (how == "first altered") lines[0] = lines[0].Replace("pg-demo-dr", "pg-demo-xx", StringComparison.Ordinal);
        if (how == "last but one removed") lines.RemoveAt(3);
        File.WriteAllText(operation.Journal!, string.Join("\n", lines) + "\n");
        OperationReport r = rig.Crdr.Report(operation.Id);
        Assert.Equal((ChainVerdict.Broken, line, line - 1), (r.Chain.Verdict, r.Chain.Line, r.Chain.Trusted));
        Assert.Contains(says, r.Chain.Words, StringComparison.Ordinal);
        Assert.Equal((null, null, null), (r.Outcome, r.PhaseAfter, r.Ended));
        Assert.All(r.Objectives, o => Assert.Equal(ObjectiveVerdict.NotMeasured, o.Verdict));
        Assert.Equal(line - 1, r.Lines.Count);
        foreach (ReportFormat format in s_all) Assert.Contains(says, ReportFile.Write(r, format), StringComparison.Ordinal);
        Assert.Equal("JournalDamaged", Case(r, "chain").Element("failure")!.Attribute("type")!.Value);
        Assert.NotNull(Case(r, "outcome").Element("failure"));
        Assert.Equal(r.Chain.Words, Assert.Single(rig.Crdr.Reports("pg-demo", 3)).Chain.Words);
    }

    [Fact]
    public async Task What_was_damaged_after_the_end_line_takes_nothing_from_the_end()
    {
        using Rig rig = NewRig();
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        string[] lines = File.ReadAllLines(operation.Journal!);
        File.AppendAllText(operation.Journal!, lines[1] + "\n" + lines[2] + "\n");
        OperationReport r = rig.Crdr.Report(operation.Id);
        Assert.Equal((ChainVerdict.Broken, 6, CrdrOutcome.Succeeded), (r.Chain.Verdict, r.Chain.Line, r.Outcome));
    }

    [Fact]
    public async Task A_torn_last_line_is_told_with_its_number_and_the_operation_is_open()
    {
        using Rig rig = NewRig();
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        byte[] whole = File.ReadAllBytes(operation.Journal!);
        File.WriteAllBytes(operation.Journal!, whole[..^40]);
        OperationReport r = rig.Crdr.Report(operation.Id);
        Assert.Equal((ChainVerdict.Torn, 5, 4, null), (r.Chain.Verdict, r.Chain.Line, r.Chain.Trusted, r.Outcome));
        foreach (ReportFormat format in s_all) Assert.Contains("line 5, the last, was not written to its end", ReportFile.Write(r, format), StringComparison.Ordinal);
        Assert.NotNull(Case(r, "outcome").Element("failure"));
        Assert.All(r.Objectives, o => Assert.Equal(ObjectiveVerdict.NotMeasured, o.Verdict));
    }

    [Fact]
    public async Task An_operation_that_is_open_has_no_figures_and_names_what_goes_on_with_it()
    {
        using Rig rig = NewRig();
        CrdrOperation operation = await rig.RunAsync(Rig.ToRecovery with { NoWait = true });
        OperationReport r = rig.Crdr.Report(operation.Id);
        Assert.Equal((CrdrOutcome.Started, ChainVerdict.Open, null), (r.Outcome, r.Chain.Verdict, r.Chain.Line));
        Assert.All(r.Objectives, o => Assert.Equal(ObjectiveVerdict.NotMeasured, o.Verdict));
        ReportStep step = Assert.Single(r.Steps);
        Assert.Equal((StepProgress.Underway, null), (step.State, step.Took));
        Assert.All(new[] { "outcome", "Recovery time", "Data loss", "1. take-over-recovery" }, name => Assert.NotNull(Case(r, name).Element("skipped")));
        Assert.All([ReportFormat.Html, ReportFormat.Markdown, ReportFormat.Json], format => Assert.Contains($"crdr operation resume {operation.Id}", ReportFile.Write(r, format), StringComparison.Ordinal));

        await rig.ResumeAsync(operation.Id);
        r = rig.Crdr.Report(operation.Id);
        Assert.Equal((CrdrOutcome.Succeeded, ChainVerdict.Intact), (r.Outcome, r.Chain.Verdict));
        Assert.Contains(r.Lines, l => l.Kind == JournalKind.Resume && l.Who is not null);
    }

    [Fact]
    public async Task A_pair_has_its_newest_operations_and_no_other_pair_s()
    {
        using Rig rig = NewRig();
        await rig.FailedOverAsync();
        CrdrOperation home = await rig.RunAsync(Rig.TakeOver);
        Assert.Equal(home.Id, Assert.Single(rig.Crdr.Reports("pg-demo", 1)).Operation);
        Assert.Equal(2, rig.Crdr.Reports("pg-demo", 9).Count());
        Assert.Equal("OperationNotFound", Assert.Throws<CrdrException>(() => rig.Crdr.Reports("other", 1)).ErrorId);
        Assert.Equal("InvalidName", Assert.Throws<CrdrException>(() => rig.Crdr.Reports("../pg-demo", 1)).ErrorId);
        Assert.Equal("OperationNotFound", Assert.Throws<CrdrException>(() => rig.Crdr.Report("none")).ErrorId);
    }

    [Fact]
    public async Task No_secret_nor_its_place_nor_whom_to_call_is_in_a_report()
    {
        using Rig rig = new(after: p => p with { Secret = "env:SOME_TOKEN", Contacts = ["kept-to-ourselves"] });
        await rig.FailedOverAsync();
        await rig.RunAsync(Rig.Restore with { NoWait = true });
        foreach (OperationReport r in rig.Crdr.Reports("pg-demo", 9))
        {
            foreach (ReportFormat format in s_all)
            {
                string text = ReportFile.Write(r, format);
                Assert.DoesNotContain("SOME_TOKEN", text, StringComparison.Ordinal);
                Assert.DoesNotContain("kept-to-ourselves", text, StringComparison.Ordinal);
                Assert.DoesNotContain("AVNS", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_page_needs_nothing_but_itself()
    {
        using Rig rig = NewRig();
        await rig.FailedOverAsync();
        string page = HtmlReport.Write(rig.Crdr.Reports("pg-demo", 1).Single());
        Assert.DoesNotMatch(new Regex(@"<(script|link|img|iframe|object|embed|base|form|a)\b|\bon\w+\s*=|url\(|@import|https?:", RegexOptions.IgnoreCase), page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        // Well-formed but for the void elements, so that nothing is left open and nothing closed twice.
        string xml = Regex.Replace(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<(meta)([^>]*)>", "<$1$2/>");
        XElement html = XElement.Parse(xml);
        Assert.All(html.Descendants("svg"), s => Assert.NotEmpty(s.Attribute("aria-label")!.Value));
        Assert.All(html.Descendants("th"), t => Assert.NotNull(t.Attribute("scope")));
        Assert.All(html.Descendants("section"), s => Assert.Equal(s.Attribute("aria-labelledby")!.Value, s.Elements("h2").Single().Attribute("id")!.Value));
    }

    [Fact]
    public async Task It_reads_the_same_in_every_culture()
    {
        using Rig rig = NewRig();
        await rig.FailedOverAsync();
        OperationReport r = rig.Crdr.Reports("pg-demo", 1).Single();
        string[] before = [.. s_all.Select(f => ReportFile.Write(r, f))];
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            // As in Finland: a comma before the decimals, a dot between hours and minutes.
            CultureInfo finnish = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            finnish.NumberFormat.NumberDecimalSeparator = ",";
            finnish.DateTimeFormat.TimeSeparator = ".";
            CultureInfo.CurrentCulture = finnish;
            Assert.Equal(before, s_all.Select(f => ReportFile.Write(r, f)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void A_file_that_is_there_is_left_as_it_is_unless_it_may_be_replaced()
    {
        string folder = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        try
        {
            Assert.Equal(Path.Combine(folder, "crdr-op-1.html"), ReportFile.Place(folder, "op-1", ReportFormat.Html));
            Assert.Equal(Path.Combine(folder, "new", "crdr-op-1.xml"), ReportFile.Place(Path.Combine(folder, "new") + "/", "op-1", ReportFormat.JUnit));
            string file = ReportFile.Place(Path.Combine(folder, "new", "mine.md"), "op-1", ReportFormat.Markdown);
            Assert.Equal(Path.Combine(folder, "new", "mine.md"), file);
            ReportFile.Save(file, "one", replace: false);
            Assert.Equal("ReportExists", Assert.Throws<CrdrException>(() => ReportFile.Save(file, "two", replace: false)).ErrorId);
            Assert.Equal("one", File.ReadAllText(file));
            ReportFile.Save(file, "two", replace: true);
            Assert.Equal("two", File.ReadAllText(file));
            Assert.Equal("ReportNotWritable", Assert.Throws<CrdrException>(() => ReportFile.Save(Path.Combine(file, "below.html"), "", replace: false)).ErrorId);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_JSON_reads_back_and_says_the_same()
    {
        using Rig rig = NewRig();
        await rig.FailedOverAsync();
        OperationReport r = rig.Crdr.Reports("pg-demo", 1).Single();
        JsonElement json = JsonDocument.Parse(JsonReport.Write(r)).RootElement;
        Assert.Equal(r.Operation, json.GetProperty("operation").GetString());
        Assert.Equal("Met", json.GetProperty("objectives")[0].GetProperty("verdict").GetString());
        Assert.Equal("Intact", json.GetProperty("chain").GetProperty("verdict").GetString());
        Assert.Equal(r.Lines.Count, json.GetProperty("lines").GetArrayLength());
    }

    private static XElement Case(OperationReport r, string name) => XDocument.Parse(JUnitReport.Write(r)).Descendants("testcase").Single(c => c.Attribute("name")!.Value == name);
}
