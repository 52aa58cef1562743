namespace CrdrTools.PowerShell.Commands;

/// <summary>Waits until operations that other processes run have ended, or nobody runs them any more.</summary>
[Cmdlet(VerbsLifecycle.Wait, "CrdrOperation")]
[OutputType(typeof(CrdrOperation))]
public sealed class WaitCrdrOperationCommand : CoreCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>The ids of the operations.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("OpenOperation")]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The most to wait: a TimeSpan, seconds, or 90s, 5m, 2h. For as long as it takes unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <inheritdoc/>
    protected override void EndProcessing() => Run(async ct =>
    {
        await Task.WhenAll(_ids.Distinct(StringComparer.Ordinal).Select((id, i) => WaitAsync(id, i + 1, ct))).ConfigureAwait(false);
        return true;
    });

    private async Task WaitAsync(string id, int number, CancellationToken ct)
    {
        try
        {
            CrdrOperation operation = Engine.Operation(id);
            Post(() => WriteProgress(new ProgressRecord(number, $"Waiting for {id}", $"{operation.Verb} of {operation.Pair}, begun {operation.Began:HH:mm:ss}Z by {operation.Who}")));
            operation = await Engine.WaitAsync(id, Timeout, ct).ConfigureAwait(false);
            bool left = Engine.IsOpen(operation);
            Post(() =>
            {
                WriteProgress(new ProgressRecord(number, $"Waiting for {id}", "ended") { RecordType = ProgressRecordType.Completed });
                if (left) WriteWarning($"Nobody runs {id}, and it has not ended. Take it up with: Resume-CrdrOperation -Id {id}");
                WriteObject(operation);
            });
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Only the waiting ends; the operation is somebody else's.
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            Post(() => WriteError(ErrorRecords.Of(e, id)));
        }
    }
}
