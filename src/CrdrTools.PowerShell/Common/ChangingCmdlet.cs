namespace CrdrTools.PowerShell.Common;

/// <summary>
/// The base of the cmdlets that run operations: asks first, one after another, then runs them together. Every operation is written;
/// each that did not succeed also writes an error, and one terminating error ends a pipeline in which any failed.
/// </summary>
public abstract class ChangingCmdlet : SecretCmdlet
{
    private readonly List<(string Name, CrdrOperation? Operation, Exception? Trouble)> _failed = [];
    private CrdrOperation?[] _unwritten = [];

    /// <summary>Does not ask. Skips the question and nothing else: guards have switches of their own, and -WhatIf still wins.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many operations run at once, after all questions have been asked.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>Whether only the plan is wanted.</summary>
    private protected bool OnlyWhatIf { get; private set; }

    private bool MayGoUnasked { get; set; }

    private bool WouldAsk { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        OnlyWhatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf)
            ? LanguagePrimitives.IsTrue(whatIf)
            : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));
        bool confirmBound = MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm);
        MayGoUnasked = Force && !OnlyWhatIf && !confirmBound;
        WouldAsk = !MayGoUnasked && !OnlyWhatIf && (confirmBound
            ? LanguagePrimitives.IsTrue(confirm)
            : !string.Equals(Keys.Text(SessionState.PSVariable.GetValue("ConfirmPreference")), "None", StringComparison.OrdinalIgnoreCase));
    }

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
    private protected Task<bool> ConfirmAsync(Gate.Turn turn, string what, string warnings) => turn.AskAsync(async () =>
    {
        if (MayGoUnasked) return true;
        if (WouldAsk && Desk.Unattended) throw NobodyThere();
        bool? answer = await AskAsync<bool?>(() =>
        {
            try
            {
                return ShouldProcess(what, $"{what}{warnings}{Environment.NewLine}Go ahead?", "Confirm");
            }
            catch (Exception e) when (e is not (PipelineStoppedException or ActionPreferenceStopException))
            {
                // Hosts say in many ways that nobody is there: non-interactive, no face, standard input at its end (a null reference).
                return null;
            }
        }).ConfigureAwait(false);
        return answer ?? throw NobodyThere();
    }, Cancelled);

    /// <summary>The pipeline is closed: what was not written goes to the host, with the id to take it up by.</summary>
    private protected override void OnStopped()
    {
        foreach (CrdrOperation operation in _unwritten.OfType<CrdrOperation>())
        {
            CrdrNextAction? next = operation.NextActions.FirstOrDefault();
            TellHost($"{operation.Verb} of {operation.Pair}: {operation.Outcome}. {operation.Message} Operation: {operation.Id}.{(next?.Command is null ? "" : $" Next: {next.Command}")}");
        }
    }

    private static CrdrException NobodyThere() => new(CrdrErrorKind.Refused, "NonInteractive",
        "Nobody can be asked here, and nobody said yes beforehand: nothing was changed.", "Look at the plan with -WhatIf, then give -Force or -Confirm:$false.");

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
