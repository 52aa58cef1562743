namespace CrdrTools.PowerShell.Commands;

/// <summary>
/// Watches pairs until Ctrl+C: tells outages, and with -AutoFailover acts on them, once and never back. What happens is written as it happens.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "CrdrPair", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(CrdrWatchEvent))]
public sealed class WatchCrdrPairCommand : SecretCmdlet
{
    private static readonly CrdrWatchOptions s_usual = new();
    private readonly List<CrdrPair> _pairs = [];

    /// <summary>The pairs: names (with wildcards), pair objects, or hashtables. All registered ones unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    /// <summary>Between two looks at a pair: a TimeSpan, seconds, or 90s, 5m; ten seconds unless given, a second to an hour.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan Interval { get; set; } = s_usual.Interval;

    /// <summary>How many looks one after another must find the primary dead: 2 to 100, 3 unless given.</summary>
    [Parameter]
    [ValidateRange(2, 100)]
    public int Threshold { get; set; } = s_usual.Threshold;

    /// <summary>How long an outage must go on after that before it is looked at once more and acted on; 30 seconds unless given.</summary>
    [Parameter]
    [SpanArgument]
    public TimeSpan Delay { get; set; } = s_usual.Delay;

    /// <summary>Fails over when two witnesses call the primary dead and nothing speaks against it.</summary>
    [Parameter]
    public SwitchParameter AutoFailover { get; set; }

    /// <summary>Nobody else than who shares this state folder acts on these pairs.</summary>
    [Parameter]
    public SwitchParameter SoleController { get; set; }

    /// <summary>The vendor's word that the primary runs does not count: two other witnesses must agree, and it is given up all the same.</summary>
    [Parameter]
    public SwitchParameter DespiteVendor { get; set; }

    /// <summary>Where alerts are posted to: an https address, or a reference to one, env:NAME or secret:[vault/]name.</summary>
    [Parameter]
    public string? Webhook { get; set; }

    /// <summary>A program that is run for each alert, with its arguments; what happened is in its environment: CRDR_EVENT, CRDR_PAIR, CRDR_MESSAGE, CRDR_JSON.</summary>
    [Parameter]
    public string[]? Hook { get; set; }

    /// <summary>A program that is asked whether a primary lives, as by another machine: it ends with 0 (alive), 1 (dead), or anything else (no word).</summary>
    [Parameter]
    public string[]? Witness { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Pair is null && MyInvocation.ExpectingInput) return;
        _pairs.AddRange(Pair is null ? Try(() => Engine.Registered) : Pair.SelectMany(p => Try(() => Engine.Find(p, patterns: true), p.Name)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_pairs.Count == 0)
        {
            if (Pair is null) WriteWarning("No pair is registered.");
            return;
        }
        string names = string.Join(", ", _pairs.Select(p => p.Name));
        if (!ShouldProcess(names, AutoFailover ? "Watch, and fail over when the primary is found dead" : "Watch")) return;
        CrdrWatchOptions options = new()
        {
            Interval = Interval, Threshold = Threshold, Delay = Delay, AutoFailover = AutoFailover, SoleController = SoleController, DespiteVendor = DespiteVendor,
            Webhook = Webhook, Hook = Hook, Witness = Witness,
        };
        string? token = PlainToken;
        try
        {
            _ = Run(async ct =>
            {
                await Engine.WatchAsync(_pairs, options, token, pair => HostFor(pair), happened => Post(() => WriteObject(happened)), ct).ConfigureAwait(false);
                return true;
            });
        }
        catch (CrdrException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, names));
        }
    }
}
