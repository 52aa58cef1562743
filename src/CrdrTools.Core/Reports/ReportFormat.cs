namespace CrdrTools.Core.Reports;

/// <summary>What a report is written as.</summary>
public enum ReportFormat
{
    /// <summary>One page for a browser.</summary>
    Html,
    /// <summary>For tickets and wikis.</summary>
    Markdown,
    /// <summary>For programs.</summary>
    Json,
    /// <summary>For build servers.</summary>
    JUnit,
}

/// <summary>Where a report goes.</summary>
public static class ReportFile
{
    /// <summary>Pure: as text.</summary>
    public static string Write(OperationReport report, ReportFormat format) => format switch
    {
        ReportFormat.Markdown => MarkdownReport.Write(report),
        ReportFormat.Json => JsonReport.Write(report),
        ReportFormat.JUnit => JUnitReport.Write(report),
        _ => HtmlReport.Write(report),
    };

    /// <summary>The file for an operation's report: the path itself, or in it where it is a folder.</summary>
    /// <param name="path">A file, a folder, or what ends as one; the current folder unless given.</param>
    /// <param name="operation">The operation's id.</param>
    /// <param name="format">What it is written as.</param>
    public static string Place(string? path, string operation, ReportFormat format)
    {
        bool folder = string.IsNullOrEmpty(path) || Directory.Exists(path) || path![path.Length - 1] == Path.DirectorySeparatorChar || path[path.Length - 1] == Path.AltDirectorySeparatorChar;
        string name = $"crdr-{operation}.{format switch { ReportFormat.Markdown => "md", ReportFormat.Json => "json", ReportFormat.JUnit => "xml", _ => "html" }}";
        return Path.GetFullPath(folder ? Path.Combine(string.IsNullOrEmpty(path) ? "." : path, name) : path!);
    }

    /// <summary>Writes it, whole or not at all. A file that is there stays as it is unless it may be replaced.</summary>
    public static void Save(string file, string text, bool replace)
    {
        try
        {
            if (!replace && File.Exists(file)) throw Exists(file);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Compat.ReplaceFile(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "ReportNotWritable", $"The report {file} cannot be written: {e.Message}", "Choose another place with -OutputPath (crdr: --out).", e);
        }
    }

    private static CrdrException Exists(string file) =>
        new(CrdrErrorKind.InvalidInput, "ReportExists", $"{file} is there already and was left as it is.", "Choose another place with -OutputPath (crdr: --out), or replace it with -Force (crdr: --force).");
}
