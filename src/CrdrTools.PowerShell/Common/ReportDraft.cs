using CrdrTools.Core.Reports;

namespace CrdrTools.PowerShell.Common;

/// <summary>The report of one operation, written out and not yet put anywhere.</summary>
internal sealed class ReportDraft(string operation, string text, string format, CrdrException? damage)
{
    /// <summary>The operation's id.</summary>
    public string Operation => operation;

    /// <summary>The report.</summary>
    public string Text => text;

    /// <summary>What is to be told of a journal that cannot be trusted.</summary>
    public CrdrException? Damage => damage;

    /// <summary>Where it goes: that file, or into that folder.</summary>
    public string FileIn(string path) => ReportFile.Place(path, operation, Read(format));

    /// <summary>Puts it there.</summary>
    public void Save(string file, bool replace) => ReportFile.Save(file, text, replace);

    /// <summary>Of a report.</summary>
    public static ReportDraft Of(OperationReport report, string format) => new(report.Operation, ReportFile.Write(report, Read(format)), format,
        report.Chain.Verdict == ChainVerdict.Broken
            ? new CrdrException(CrdrErrorKind.Damaged, "JournalDamaged", $"The journal of {report.Operation} cannot be trusted. {report.Chain.Words}", "The report was made, and says so. See where the pair stands with Get-CrdrStatus.")
            : null);

    private static ReportFormat Read(string format) => (ReportFormat)Enum.Parse(typeof(ReportFormat), format, ignoreCase: true);
}
