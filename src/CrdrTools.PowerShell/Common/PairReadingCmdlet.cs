namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that look at pairs: all at once, rows as they come, one bad pair hurts no other.</summary>
public abstract class PairReadingCmdlet : SecretCmdlet
{
    private readonly List<Task> _works = [];
    private SemaphoreSlim? _slots;

    /// <summary>The pairs: names (with wildcards), pair objects, or hashtables. All registered ones unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    /// <summary>How many pairs are looked at at once.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>Looks at one pair; what comes back is written.</summary>
    private protected abstract Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _slots = new SemaphoreSlim(ThrottleLimit);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Pair is null && MyInvocation.ExpectingInput) return;
        string? token = PlainToken;
        foreach (CrdrPair pair in Pair is null ? All() : Pair.SelectMany(Named))
        {
            PowerShellHost host = HostFor(pair.Name);
            _works.Add(Task.Run(() => WorkAsync(pair, token, host)));
        }
        // Rows that are there already go on while the next pairs come in.
        if (MyInvocation.ExpectingInput) Flush(Task.CompletedTask);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Flush(Task.WhenAll(_works));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // After a stop EndProcessing is not called: what is under way ends here.
        Cancel();
        EndWorks();
        base.Dispose(disposing);
        Task.WhenAll(_works).ContinueWith(_ => _slots?.Dispose(), TaskScheduler.Default);
    }

    /// <summary>Nothing may outlive the cmdlet. Looks end at once when they are cancelled.</summary>
    private void EndWorks()
    {
        try
        {
            Task.WhenAll(_works).Wait(TimeSpan.FromSeconds(5));
        }
        catch (AggregateException)
        {
            // Told already, or of no interest any more.
        }
    }

    private void Flush(Task until)
    {
        try
        {
            Await(until);
        }
        catch (Exception) when (!Listening)
        {
            EndWorks();
            throw;
        }
    }

    private async Task WorkAsync(CrdrPair pair, string? token, PowerShellHost host)
    {
        await _slots!.WaitAsync(Cancelled).ConfigureAwait(false);
        try
        {
            CrdrPair whole = await Engine.CompleteAsync(pair, token, host, Cancelled).ConfigureAwait(false);
            foreach (object row in await ReadAsync(whole, token, host, Cancelled).ConfigureAwait(false)) Post(() => WriteObject(row));
        }
        catch (OperationCanceledException) when (Cancelled.IsCancellationRequested)
        {
            // Nobody wants it any more.
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException)
        {
            Post(() => WriteError(ErrorRecords.Of(e, pair.Name)));
        }
        finally
        {
            _slots.Release();
        }
    }

    private IReadOnlyList<CrdrPair> All()
    {
        IReadOnlyList<CrdrPair> all = Try(() => Engine.Registered);
        if (all.Count == 0) WriteWarning($"No pair is registered in {Engine.PairFile}. Register one with: Register-CrdrPair -Provider <provider> -Primary <service or cluster> -Secret env:<NAME>");
        return all;
    }

    private IReadOnlyList<CrdrPair> Named(PairOrName argument)
    {
        try
        {
            return Engine.Find(argument, patterns: true);
        }
        catch (CrdrException e)
        {
            WriteError(ErrorRecords.Of(e, argument.Name));
            return [];
        }
    }
}
