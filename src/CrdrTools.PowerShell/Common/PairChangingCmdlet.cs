using System.Net;

namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that run a verb on pairs.</summary>
public abstract class PairChangingCmdlet : ChangingCmdlet
{
    private readonly List<PairOrName> _pairs = [];

    /// <summary>The pairs: names, pair objects, or hashtables that describe them.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[] Pair { get; set; } = [];

    /// <summary>Why; written into the record.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>The ticket or change it belongs to; written into the record.</summary>
    [Parameter]
    public string? ChangeReference { get; set; }

    /// <summary>Returns once the first change was accepted. Nothing goes on in the background: Resume-CrdrOperation finishes it.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>The most all of it may take: a TimeSpan, seconds, or 90s, 5m, 2h. Each step has a limit of its own unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan? Timeout { get; set; }

    /// <summary>An id of your own for the operation, so that a restarted runbook takes up what it began.</summary>
    [Parameter]
    public string? OperationId { get; set; }

    /// <summary>Goes on with an operation that was left more than an hour ago.</summary>
    [Parameter]
    public SwitchParameter ResumeStale { get; set; }

    /// <summary>Says that nobody else acts on the pair: a job in the cloud whose lease keeps out nobody else.</summary>
    [Parameter]
    public SwitchParameter SoleController { get; set; }

    /// <summary>Acts although the state folder is lost and no lease can be taken.</summary>
    [Parameter]
    public SwitchParameter WithoutLease { get; set; }

    /// <summary>Writes the journal below this folder instead.</summary>
    [Parameter]
    public string? JournalTo { get; set; }

    /// <summary>What is asked for, besides what all verbs share.</summary>
    private protected abstract CrdrRequest Ask();

    /// <inheritdoc/>
    protected override void ProcessRecord() => _pairs.AddRange(Pair);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        CrdrRequest request = Ask() with
        {
            Reason = Reason, ChangeReference = ChangeReference, NoWait = NoWait, Timeout = Timeout, OperationId = OperationId, ResumeStale = ResumeStale,
            SoleController = SoleController, WithoutLease = WithoutLease,
            JournalTo = string.IsNullOrEmpty(JournalTo) ? null : GetUnresolvedProviderPathFromPSPath(JournalTo),
        };
        List<CrdrPair> pairs = Resolve();
        if (OperationId is not null && pairs.Count > 1)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "OperationIdForOne",
                $"An operation id belongs to one pair, and {pairs.Count} were given."), OperationId));
        }
        string? token = PlainToken;
        RunAll([.. pairs.Select(pair => new Job(pair.Name, (turn, ct) => RunAsync(pair, request, token, turn, ct)))]);
    }

    private async Task<CrdrOperation?> RunAsync(CrdrPair described, CrdrRequest request, string? token, Gate.Turn turn, CancellationToken ct)
    {
        CrdrOperation? open = null;
        PowerShellHost host = HostFor(described.Name, plan =>
            ConfirmAsync(turn, open?.Verb == request.Verb ? PlanText.Again(open) : PlanText.What(plan), PlanText.Warnings(plan)));
        try
        {
            CrdrPair pair = await Engine.CompleteAsync(described, token, host, ct).ConfigureAwait(false);
            open = Engine.Open(pair.Name);
            if (OnlyWhatIf)
            {
                CrdrPlan plan = await Engine.PlanAsync(pair, request, token, host, ct).ConfigureAwait(false);
                await ConfirmAsync(turn, PlanText.Whole(plan, open), "").ConfigureAwait(false);
                return null;
            }
            return await Engine.RunAsync(pair, request, token, host, ct).ConfigureAwait(false);
        }
        finally
        {
            host.EndProgress();
        }
    }

    private List<CrdrPair> Resolve()
    {
        List<CrdrPair> pairs = [];
        foreach (PairOrName argument in _pairs)
        {
            try
            {
                CrdrPair pair = Engine.Find(argument, patterns: false)[0];
                if (pairs.All(p => !string.Equals(p.Name, pair.Name, StringComparison.OrdinalIgnoreCase))) pairs.Add(pair);
            }
            catch (CrdrException e)
            {
                Failed(argument.Name, e);
            }
        }
        return pairs;
    }
}
