namespace CrdrTools.PowerShell.Commands;

/// <summary>Writes what operations came to, from their journals: for a browser, a ticket, a program or a build server.</summary>
[Cmdlet(VerbsCommon.New, "CrdrReport", DefaultParameterSetName = "Id", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo), typeof(string))]
public sealed class NewCrdrReportCommand : CoreCmdlet
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>The ids of the operations, or the operations themselves from the pipeline.</summary>
    [Parameter(ParameterSetName = "Id", Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("OpenOperation")]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The pairs whose newest operations are meant.</summary>
    [Parameter(ParameterSetName = "Pair", Mandatory = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[]? Pair { get; set; }

    /// <summary>How many operations of each pair; the newest one unless given.</summary>
    [Parameter(ParameterSetName = "Pair")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; } = 1;

    /// <summary>What it is written as; Html unless given.</summary>
    [Parameter]
    [ValidateSet("Html", "Markdown", "Json", "JUnit")]
    public string Format { get; set; } = "Html";

    /// <summary>The file, or a folder for crdr-&lt;id&gt;.html; the current folder unless given.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string OutputPath { get; set; } = ".";

    /// <summary>Replaces a report that is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the report as text, and writes no file.</summary>
    [Parameter]
    public SwitchParameter AsText { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string id in Id) Write(id, () => Engine.Reports(id, Format));
        foreach (PairOrName pair in Pair ?? []) Write(pair.Name, () => Engine.Reports(pair.Name, Last, Format));
    }

    private void Write(string target, Func<IEnumerable<ReportDraft>> read)
    {
        try
        {
            foreach (ReportDraft report in read())
            {
                if (AsText) WriteObject(report.Text);
                else Save(report);
                if (report.Damage is not null) WriteError(ErrorRecords.Of(report.Damage, report.Operation));
            }
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.Of(e, target));
        }
    }

    private void Save(ReportDraft report)
    {
        string file = report.FileIn(GetUnresolvedProviderPathFromPSPath(OutputPath));
        if (!ShouldProcess(file, $"Write the report of {report.Operation}")) return;
        try
        {
            // One file for two reports would lose the first.
            report.Save(file, replace: Force && !_written.Contains(file));
        }
        catch (CrdrException e)
        {
            WriteError(ErrorRecords.Of(e, report.Operation));
            return;
        }
        _written.Add(file);
        // As Get-Item gives it: with what PowerShell's own views of files look for.
        WriteObject(InvokeProvider.Item.Get([file], force: true, literalPath: true), enumerateCollection: true);
    }
}
