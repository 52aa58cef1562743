namespace CrdrTools.PowerShell.Common;

/// <summary>
/// The base of the cmdlets that run operations: asks first, one after another, then runs them together. Every operation is written;
/// each that did not succeed also writes an error, and one terminating error ends a pipeline in which any failed.
/// </summary>
public abstract class ChangingCmdlet : AskingCmdlet
{
    private readonly List<(string Name, CrdrOperation? Operation, Exception? Trouble)> _failed = [];
    private CrdrOperation?[] _unwritten = [];

    /// <summary>How many operations run at once, after all questions have been asked.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>One thing that could not even be begun.</summary>
    private protected void Failed(string name, Exception trouble) => _failed.Add((name, null, trouble));

    /// <summary>Runs one operation a job, and writes what became of each.</summary>
    private protected void RunAll(IReadOnlyList<Job> jobs)
    {
        int all = jobs.Count + _failed.Count;
        _unwritten = new CrdrOperation?[jobs.Count];
        using (Gate gate = new(jobs.Count, ThrottleLimit))
        {
            Run(async ct =>
            {
                await Task.WhenAll(jobs.Select((job, i) => RunAsync(job, i, gate, ct))).ConfigureAwait(false);
                return true;
            });
        }
        foreach ((string name, CrdrOperation? operation, Exception? trouble) in _failed)
            WriteError(operation is null ? ErrorRecords.Of(trouble!, name) : ErrorRecords.Of(operation));
        if (_failed.Count > 0 && !OnlyWhatIf)
        {
            ThrowTerminatingError(ErrorRecords.Last([.. _failed.Select(f => $"{f.Name} ({f.Operation?.Outcome.ToString() ?? "not begun"})")], all,
                [.. _failed.Select(f => f.Operation).OfType<CrdrOperation>()]));
        }
    }

    /// <summary>Asks in the plan's words. Nobody there to be asked: refused.</summary>
    private protected Task<bool> ConfirmAsync(Gate.Turn turn, string what, string warnings) => turn.AskAsync(
        async () => MayGoUnasked || (await AskAsync(() => MayGo(what, warnings)).ConfigureAwait(false) ?? throw NobodyThere()), Cancelled);

    /// <summary>The pipeline is closed: what was not written goes to the host, with the id to take it up by.</summary>
    private protected override void OnStopped()
    {
        foreach (CrdrOperation operation in _unwritten.OfType<CrdrOperation>())
        {
            CrdrNextAction? next = operation.NextActions.FirstOrDefault();
            TellHost($"{operation.Verb} of {operation.Pair}: {operation.Outcome}. {operation.Message} Operation: {operation.Id}.{(next?.Command is null ? "" : $" Next: {next.Command}")}");
        }
    }

    private async Task RunAsync(Job job, int number, Gate gate, CancellationToken ct)
    {
        using Gate.Turn turn = gate.For(number);
        CrdrOperation? operation = null;
        try
        {
            await turn.BeginAsync(ct).ConfigureAwait(false);
            operation = await job.Run(turn, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            Keep((job.Name, null, e));
            return;
        }
        if (operation is null) return;
        bool good = job.Good?.Invoke(operation) ?? operation.Outcome is CrdrOutcome.Succeeded or CrdrOutcome.Started;
        if (!good) Keep((job.Name, operation, null));
        _unwritten[number] = operation;
        Post(() =>
        {
            WriteObject(operation);
            _unwritten[number] = null;
        });
    }

    private void Keep((string, CrdrOperation?, Exception?) failure)
    {
        lock (_failed) _failed.Add(failure);
    }

    /// <summary>One operation to be run: its name in messages, how, and when that is a success (Succeeded or Started unless told).</summary>
    private protected sealed record Job(string Name, Func<Gate.Turn, CancellationToken, Task<CrdrOperation?>> Run, Func<CrdrOperation, bool>? Good = null);
}
