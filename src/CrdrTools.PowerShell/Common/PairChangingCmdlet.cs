using System.Net;

namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that run a verb on pairs.</summary>
public abstract class PairChangingCmdlet : ChangingCmdlet
{
    private readonly List<(PairOrName Pair, CrdrRequest Request)> _asked = [];

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

    /// <summary>What is asked for one pair, where the argument that names it says more.</summary>
    private protected virtual CrdrRequest Narrow(CrdrRequest request, PairOrName pair) => request;

    /// <summary>What has to be looked up before it can be asked for.</summary>
    private protected virtual Task<CrdrRequest> LookUpAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) => Task.FromResult(request);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        CrdrRequest request = Ask() with
        {
            Reason = Reason, ChangeReference = ChangeReference, Timeout = Timeout, OperationId = OperationId, ResumeStale = ResumeStale,
            SoleController = SoleController, WithoutLease = WithoutLease,
            JournalTo = string.IsNullOrEmpty(JournalTo) ? null : GetUnresolvedProviderPathFromPSPath(JournalTo),
        };
        _asked.AddRange(Pair.Select(pair => (pair, Narrow(request, pair))));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<(CrdrPair Pair, CrdrRequest Request)> pairs = Resolve();
        if (OperationId is not null && pairs.Count > 1)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "OperationIdForOne",
                $"An operation id belongs to one pair, and {pairs.Count} were given."), OperationId));
        }
        string? token = PlainToken;
        RunAll([.. pairs.Select(p => new Job(p.Pair.Name, (turn, ct) => RunAsync(p.Pair, p.Request, token, turn, ct)))]);
    }

    private async Task<CrdrOperation?> RunAsync(CrdrPair described, CrdrRequest asked, string? token, Gate.Turn turn, CancellationToken ct)
    {
        CrdrOperation? open = null;
        PowerShellHost host = HostFor(described.Name, plan =>
            ConfirmAsync(turn, open?.Verb == asked.Verb ? PlanText.Again(open) : PlanText.What(plan), PlanText.Warnings(plan)));
        try
        {
            CrdrPair pair = await Engine.CompleteAsync(described, token, host, ct).ConfigureAwait(false);
            open = Engine.Open(pair.Name);
            CrdrRequest request = await LookUpAsync(pair, asked, token, host, ct).ConfigureAwait(false);
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

    /// <summary>Requests for one pair that differ in the routes they mean are one: each of its routes once, or all where one means all.</summary>
    private static CrdrRequest Together(IReadOnlyList<CrdrRequest> requests) =>
        requests[0] with { Routes = requests.Any(r => r.Routes.Count == 0) ? [] : [.. requests.SelectMany(r => r.Routes).Distinct(StringComparer.OrdinalIgnoreCase)] };

    private List<(CrdrPair Pair, CrdrRequest Request)> Resolve()
    {
        List<(CrdrPair Pair, CrdrRequest Request)> pairs = [];
        foreach ((PairOrName argument, CrdrRequest request) in _asked)
        {
            try
            {
                pairs.Add((Engine.Find(argument, patterns: false)[0], request));
            }
            catch (CrdrException e)
            {
                Failed(argument.Name, e);
            }
        }
        List<(CrdrPair Pair, CrdrRequest Request)> once = [];
        foreach (IGrouping<string, (CrdrPair Pair, CrdrRequest Request)> same in pairs.GroupBy(p => p.Pair.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Select(p => (p.Request.To, p.Request.Stream)).Distinct().Count() == 1)
            {
                once.Add((same.First().Pair, Together([.. same.Select(p => p.Request)])));
                continue;
            }
            Failed(same.Key, new CrdrException(CrdrErrorKind.InvalidInput, "PairGivenTwice",
                $"{same.Key} was given {same.Count()} times, and something else was asked for each time. Nothing was changed.",
                $"Ask for one thing. Of its streams one is under way: Get-CrdrStream {same.Key} -Live"));
        }
        return once;
    }
}
