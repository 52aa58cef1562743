using System.Globalization;
using System.Text;
using System.Text.Json;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Reports;

/// <summary>A rehearsal's result as files: Markdown for people, JSON for everything else.</summary>
public static class DrillReport
{
    /// <summary>Writes both below <paramref name="folder"/> and gives the result with their paths.</summary>
    public static CrdrDrillResult Save(CrdrDrillResult result, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string stem = Path.Combine(Path.GetFullPath(folder), $"drill-{result.Began:yyyyMMdd-HHmmss}");
            result = result with { Reports = [stem + ".md", stem + ".json"] };
            File.WriteAllText(stem + ".md", Markdown(result));
            File.WriteAllText(stem + ".json", JsonSerializer.Serialize(result, CrdrJson.Indented.CrdrDrillResult) + "\n");
            return result;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "ReportNotWritable", $"The report cannot be written below {folder}: {e.Message}", "Choose another folder with -ReportPath (crdr: --report).", e);
        }
    }

    /// <summary>Pure: as Markdown.</summary>
    public static string Markdown(CrdrDrillResult r)
    {
        StringBuilder text = new();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"# Drill of {r.Pair}: {(r.Passed ? "passed" : "FAILED")}");
        Line();
        Line($"{r.Began:yyyy-MM-dd HH:mm:ss}Z, on {(r.Simulated ? "the " : "a ")}{r.Stage}{(r.Simulated ? ". All figures are simulated: they show the tool and the order of things, not how fast a real region is" : ": real servers on one machine, without the network between two regions")}.");
        Line();
        if (r.For is not null) Line($"A rehearsal for {r.For}.");
        if (r.Note is not null) Line($"Noted: {r.Note.Replace("\r", " ").Replace("\n", " ")}");
        if ((r.For ?? r.Note) is not null) Line();
        Line("| figure | measured | objective |");
        Line("|---|---|---|");
        Line($"| recovery time, outage to verified | {Say(r.Rto)} | {Say(r.Objectives.Rto)} |");
        Line($"| data loss | {Say(r.Rpo)}{(r.Loss is { } loss ? $": {loss}" : "")} | {Say(r.Objectives.Rpo)} |");
        Line($"| longest time without a write | {Say(r.WriteGap)} | |");
        Line();
        if (r.ProtectedAgain is not null) text.Insert(text.Length - 1, $"| outage to a standby that follows again | {Say(r.ProtectedAgain)} | |\n");
        if (r.Moves.Count > 0)
        {
            Line("| move | longest time without a write | lost writes | client errors | until protected again | recovery time | loss as it was stated |");
            Line("|---|---|---|---|---|---|---|");
            foreach (CrdrDrillMove m in r.Moves) Line($"| {m.Name} | {Say(m.WriteGap)} | {m.LostWrites} of {m.Acknowledged} | {m.ClientErrors} | {Say(m.Protected)} | {Say(m.Rto)} | {m.Stated?.ToString() ?? "-"} |");
            Line();
        }
        Line("| step | effect | time |");
        Line("|---|---|---|");
        foreach (CrdrStep step in r.Steps) Line($"| {step.Id} | {step.Effect} | {Say(step.Took)} |");
        Line();
        Line("| what had to hold | | |");
        Line("|---|---|---|");
        foreach (CrdrCheck check in r.Assertions) Line($"| {check.Name} | {(check.Result == CheckResult.Pass ? "held" : "DID NOT HOLD")} | {check.Why} |");
        Line();
        foreach (CrdrOperation operation in r.Operations) Line($"- {operation.Id}: {operation.Outcome}, {operation.PhaseBefore} to {operation.PhaseAfter}, journal {operation.Chain ?? "none"}");
        return text.ToString();
    }

    private static string Say(TimeSpan? span) => span is { } s ? string.Format(CultureInfo.InvariantCulture, "{0:0.0##} s", s.TotalSeconds) : "-";
}
