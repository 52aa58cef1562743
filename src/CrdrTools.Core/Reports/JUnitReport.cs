using CrdrTools.Core.Operations;
using System.Globalization;
using System.Text;
using System.Xml;

namespace CrdrTools.Core.Reports;

/// <summary>
/// A report for build servers: a test case for the outcome, the journal, each objective and each step. What was not measured and what was not
/// begun is skipped, never passed.
/// </summary>
public static class JUnitReport
{
    private enum Result { Passed, Skipped, Failed }

    private sealed record Case(string Group, string Name, TimeSpan? Took, Result Result, string? Says, string? Kind);

    /// <summary>Pure: as JUnit XML.</summary>
    public static string Write(OperationReport r)
    {
        List<Case> cases = [Outcome(r), Journal(r), .. r.Objectives.Select(Objective), .. r.Steps.Select(s => Step(r, s))];
        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new() { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("testsuites");
            Totals();
            xml.WriteStartElement("testsuite");
            Attribute("name", $"{VerbWords.Of(r.Verb)} of {r.Pair}");
            Totals();
            Attribute("timestamp", r.Began.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            xml.WriteStartElement("properties");
            foreach ((string name, string value) in ReportText.Facts(r)) Property(name, value);
            Property("Simulated", r.Simulated switch { true => "yes", false => "no", null => "not on record" });
            foreach (ReportOverride o in r.Overrides) Property("Overridden", $"{o.Guard} by {o.Who}{(o.Switch is null ? "" : $" with {o.Switch}")} at {ReportText.Time(o.At)}: {o.Why}");
            xml.WriteEndElement();
            foreach (Case c in cases)
            {
                xml.WriteStartElement("testcase");
                Attribute("classname", $"{r.Pair}.{c.Group}");
                Attribute("name", c.Name);
                Attribute("time", Seconds(c.Took));
                if (c.Result != Result.Passed)
                {
                    xml.WriteStartElement(c.Result == Result.Failed ? "failure" : "skipped");
                    Attribute("message", c.Says ?? "");
                    if (c.Kind is not null && c.Result == Result.Failed) Attribute("type", c.Kind);
                    xml.WriteEndElement();
                }
                else if (c.Says is not null)
                {
                    xml.WriteStartElement("system-out");
                    xml.WriteString(ReportText.Plain(c.Says));
                    xml.WriteEndElement();
                }
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            xml.WriteEndElement();

            void Attribute(string name, string value) => xml.WriteAttributeString(name, ReportText.Plain(value));

            void Property(string name, string value)
            {
                xml.WriteStartElement("property");
                Attribute("name", name);
                Attribute("value", value);
                xml.WriteEndElement();
            }

            void Totals()
            {
                Attribute("tests", cases.Count.ToString(CultureInfo.InvariantCulture));
                Attribute("failures", cases.Count(c => c.Result == Result.Failed).ToString(CultureInfo.InvariantCulture));
                Attribute("errors", "0");
                Attribute("skipped", cases.Count(c => c.Result == Result.Skipped).ToString(CultureInfo.InvariantCulture));
                Attribute("time", Seconds(r.Took));
            }
        }
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}\n";
    }

    private static Case Outcome(OperationReport r) => new("outcome", "outcome", r.Took, r.Outcome switch
    {
        CrdrOutcome.Succeeded => Result.Passed,
        CrdrOutcome.Started => Result.Skipped,
        null when r.RunBy is not null => Result.Skipped,
        _ => Result.Failed,
    }, $"{r.State}: {r.Message}", r.ErrorId ?? r.Outcome?.ToString() ?? "OperationOpen");

    private static Case Journal(OperationReport r) =>
        new("journal", "chain", null, r.Chain.Verdict == ChainVerdict.Broken ? Result.Failed : Result.Passed, r.Chain.Words, "JournalDamaged");

    private static Case Objective(ReportObjective o) => new("objectives", o.Name, o.Measured, o.Verdict switch
    {
        ObjectiveVerdict.Met => Result.Passed,
        ObjectiveVerdict.Missed => Result.Failed,
        _ => Result.Skipped,
    }, $"{ReportText.Word(o.Verdict)}: {ReportText.Figure(o)}, objective {(o.Objective is { } wanted ? ReportText.Span(wanted) : "none")}. {o.Words}", "ObjectiveMissed");

    /// <summary>What is open is skipped as long as the operation is; in one that has ended it is a failure, for its effect was never seen.</summary>
    private static Case Step(OperationReport r, ReportStep s) => new("steps", $"{s.Number}. {s.Id}", s.Took, s.State switch
    {
        StepProgress.Done or StepProgress.Passed => Result.Passed,
        StepProgress.Failed or StepProgress.Undone => Result.Failed,
        StepProgress.Underway when r.RunBy is null && r.Outcome != CrdrOutcome.Started => Result.Failed,
        _ => Result.Skipped,
    }, $"{ReportText.Word(s.State)}: {s.Effect}{(s.Text is null ? "" : $" ({s.Text})")}{(s.Receipt is null ? "" : $", receipt {s.Receipt}")}", $"Step{s.State}");

    private static string Seconds(TimeSpan? span) => (span ?? TimeSpan.Zero).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
