using System.Globalization;
using System.Text;

namespace CrdrTools.Core.Reports;

/// <summary>How reports spell things, the same in every culture.</summary>
internal static class ReportText
{
    /// <summary>A span as people read it.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "-" + Span(span.Negate()),
        { TotalSeconds: < 1 } => string.Format(CultureInfo.InvariantCulture, "{0:0} ms", span.TotalMilliseconds),
        { TotalMinutes: < 2 } => string.Format(CultureInfo.InvariantCulture, "{0:0.0#} s", span.TotalSeconds),
        { TotalHours: < 2 } => string.Format(CultureInfo.InvariantCulture, "{0:0.#} min", span.TotalMinutes),
        _ => string.Format(CultureInfo.InvariantCulture, "{0:0.#} h", span.TotalHours),
    };

    /// <summary>Date and time, in UTC, to the millisecond.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) + "Z";

    /// <summary>Time of day, in UTC, to the millisecond.</summary>
    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) + "Z";

    /// <summary>How long after the beginning.</summary>
    public static string After(DateTimeOffset time, DateTimeOffset began) => time < began ? Span(time - began) : "+" + Span(time - began);

    /// <summary>What no document can hold (control characters, halves of pairs) and what turns the direction of a line is replaced.</summary>
    public static string Plain(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) plain.Append(c).Append(text[++i]);
            else plain.Append((char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') ? '\uFFFD' : c);
        }
        return plain.ToString();
    }

    /// <summary>In a word.</summary>
    public static string Word(ObjectiveVerdict verdict) => verdict switch
    {
        ObjectiveVerdict.Met => "met",
        ObjectiveVerdict.Missed => "missed",
        ObjectiveVerdict.NoObjective => "no objective",
        _ => "not measured",
    };

    /// <summary>The figure, with what kind of figure it is.</summary>
    public static string Figure(ReportObjective o) => (o.Measured ?? o.AtMost) == TimeSpan.Zero ? "none" : o.Measured is { } measured ? Span(measured) : o.AtMost is { } most ? $"at most {Span(most)}" : "not measured";

    /// <summary>A step's state in words.</summary>
    public static string Word(StepProgress state) => state switch
    {
        StepProgress.Pending => "not begun",
        StepProgress.Underway => "begun, not seen done",
        StepProgress.Passed => "was so already",
        StepProgress.Undone => "taken back",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>That there is none, as far as the journal can be trusted.</summary>
    public static string None(OperationReport r, string words) => r.Chain.Verdict == ChainVerdict.Broken ? $"{words}, in the lines that can be trusted." : words + ".";

    /// <summary>What kind of figures these are, where they are not a real region's.</summary>
    public static string? Rehearsal(OperationReport r) =>
        r.Simulated == true ? "Simulated: a simulator stood in for the vendor, and all figures are a rehearsal's."
        : r.TestPair ? "A test pair: the figures are measured, on what nobody's work hangs on."
        : r.Simulated is null ? "Whether a simulator stood in for the vendor is not on record yet." : null;

    /// <summary>The head's facts, in order; what is not known is left out.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(OperationReport r)
    {
        yield return ("Operation", r.Operation);
        yield return ("Pair", r.Provider is null ? r.Pair : $"{r.Pair} ({r.Provider})");
        yield return ("Who", r.Who);
        if (r.RunBy is { } runs) yield return ("Run by", runs);
        yield return ("Reason", r.Reason ?? "none given");
        yield return ("Change reference", r.ChangeReference ?? "none given");
        yield return ("Began", Time(r.Began));
        yield return (r.Ended is null || r.Lines.Any(l => l.Kind == Stores.JournalKind.End) ? "Ended" : "Left", r.Ended is { } ended ? $"{Time(ended)}, after {Span(ended - r.Began)}" : "no end is on record");
        yield return ("Phase", $"{r.PhaseBefore?.ToString() ?? "not known"} → {r.PhaseAfter?.ToString() ?? "not known"}");
        if (r.ErrorId is { } error) yield return ("Error", error);
    }
}
