using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Stores;

namespace CrdrTools.Tests.Reports;

/// <summary>Whatever people and vendors write stays text, in every format and in every field.</summary>
public sealed class HostileTextTests
{
    private const string Hostile = "</td></style><script>alert('x')</script> | a ]]> & \"q\" `code` [link](javascript:x)\n# head\u0001\u202Eevil\uD800 end 🙂";

    private static OperationReport Report()
    {
        CrdrStep step = new() { Id = "step-one", Effect = Hostile, MovesWrites = true };
        CrdrMemberStatus Member(Side side) => new() { Side = side, Name = Hostile, Region = Hostile, NativeState = Hostile, ProgressText = Hostile };
        CrdrOperation record = new()
        {
            Id = "op-1", Pair = "p", Verb = CrdrVerb.Failover, Who = Hostile, Began = DateTimeOffset.UnixEpoch, Ended = DateTimeOffset.UnixEpoch.AddSeconds(9), Outcome = CrdrOutcome.Failed, ErrorId = Hostile,
            Message = Hostile, Reason = Hostile, ChangeReference = Hostile, Rto = TimeSpan.FromSeconds(1), RtoFrom = Hostile, Loss = new() { Kind = LossKind.Unknown, Statement = Hostile },
            NextActions = [new() { What = Hostile, Command = Hostile, Crdr = Hostile, Vendor = Hostile }], Blocks = [new() { Name = Hostile, Result = CheckResult.Block, Why = Hostile, Override = Hostile }],
        };
        JournalEntry Line(int seq, JournalKind kind) => new() { Seq = seq, At = DateTimeOffset.UnixEpoch.AddSeconds(seq), Counter = 1, Kind = kind, Step = "step-one", Text = Hostile, Receipt = Hostile, Who = Hostile };
        JournalText text = new(
        [
            Line(1, JournalKind.Begin) with
            {
                Step = null, Request = new() { Verb = CrdrVerb.Failover }, Steps = [step],
                Start = new() { Pair = "p", Provider = Hostile, Phase = CrdrPhase.Protected, Primary = Member(Side.Primary), Recovery = Member(Side.Recovery), ObservedAt = DateTimeOffset.UnixEpoch },
            },
            Line(2, JournalKind.Intent) with
            {
                Epoch = new Dictionary<string, string?> { ["active"] = "Primary", ["primary." + Hostile] = Hostile, ["recovery.nodes"] = null },
                Overrides = [new() { Name = Hostile, Result = CheckResult.Warn, Why = Hostile, Override = Hostile, Overridden = true }],
            },
            Line(3, JournalKind.Done), Line(4, JournalKind.Note) with { Step = null, Text = "Owed: " + Hostile }, Line(5, JournalKind.End) with { Record = record },
        ], "", 0, null, null);
        CrdrOperation operation = OperationRecord.Of("op-1.jsonl", text)!;
        return OperationReport.Of(text, operation, new(), [new() { Id = "x", What = Hostile, Operation = "op-1", Since = DateTimeOffset.UnixEpoch }], DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void In_HTML_it_opens_and_closes_nothing()
    {
        string page = HtmlReport.Write(Report());
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Single(Regex.Matches(page, "</style>"));
        XElement html = XElement.Parse(Regex.Replace(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<(meta)([^>]*)>", "<$1$2/>"));
        Assert.Contains("<script>alert('x')</script>", html.Value, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0001', page);
        Assert.DoesNotContain('\u202E', page);
        Assert.Contains("🙂", page, StringComparison.Ordinal);
    }

    [Fact]
    public void In_Markdown_it_stays_in_its_cell_and_is_no_markup()
    {
        string text = MarkdownReport.Write(Report());
        Assert.DoesNotContain("# head\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0001', text);
        // Every table has as many cells in each row as its head has, whatever is in them.
        int? columns = null;
        foreach (string line in text.Split('\n'))
        {
            if (!line.StartsWith('|'))
            {
                columns = null;
                Assert.DoesNotMatch(@"^\s*(# |<)", line.StartsWith("# Failover", StringComparison.Ordinal) ? "" : line);
                continue;
            }
            int bars = Regex.Count(line, @"(?<!\\)\|");
            Assert.Equal(columns ?? bars, bars);
            columns = bars;
            Assert.DoesNotMatch(@"<script|(?<!\\)`|(?<!\\)\[", line);
        }
        // Commands are code, and there alone markup may stand as it is: behind more backticks than they have.
        foreach (string line in text.Split('\n').Where(l => l.Contains("<script", StringComparison.Ordinal))) Assert.Matches(@"^  - ``[^`].*[^`]``$", line);
    }

    [Fact]
    public void In_JUnit_it_is_well_formed_and_whole()
    {
        XDocument xml = XDocument.Parse(JUnitReport.Write(Report()));
        string reason = xml.Descendants("property").Single(p => p.Attribute("name")!.Value == "Reason").Attribute("value")!.Value;
        Assert.Contains("<script>alert('x')</script> | a ]]> & \"q\"", reason, StringComparison.Ordinal);
        XElement suite = xml.Descendants("testsuite").Single();
        Assert.Equal(suite.Elements("testcase").Count().ToString(System.Globalization.CultureInfo.InvariantCulture), suite.Attribute("tests")!.Value);
        Assert.Equal(suite.Descendants("failure").Count().ToString(System.Globalization.CultureInfo.InvariantCulture), suite.Attribute("failures")!.Value);
        Assert.Equal(suite.Descendants("skipped").Count().ToString(System.Globalization.CultureInfo.InvariantCulture), suite.Attribute("skipped")!.Value);
    }

    [Fact]
    public void In_JSON_it_is_one_string_and_no_markup_wherever_it_is_put()
    {
        string text = JsonReport.Write(Report());
        Assert.DoesNotContain('<', text);
        Assert.StartsWith("</td></style><script>alert('x')</script> | a ]]> & \"q\"", JsonDocument.Parse(text).RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
