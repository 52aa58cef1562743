namespace CrdrTools.Core.Operations;

/// <summary>A kind of database service. A new one is a new folder and one line of registration.</summary>
public interface IProvider
{
    /// <summary>Its name, for example <c>Aiven</c>.</summary>
    string Kind { get; }

    /// <summary>Whether nothing can be asked without the pair's secret.</summary>
    bool NeedsToken { get; }

    /// <summary>The settings a pair of this kind may have, with what each is for.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Those of <see cref="Settings"/> that are references to secrets, as <c>env:NAME</c>.</summary>
    IReadOnlyList<string> SecretSettings { get; }

    /// <summary>What is wrong with the description of a pair, or <see langword="null"/>.</summary>
    string? Complaint(CrdrPair pair);

    /// <summary>Finds out what a user need not type (the other member, regions) and pins identities.</summary>
    Task<CrdrPair> DiscoverAsync(CrdrPair draft, ProviderContext context, CancellationToken ct);

    /// <summary>Opens one pair.</summary>
    IPairSession Open(CrdrPair pair, ProviderContext context);
}

/// <summary>A provider whose vendor tells of many pairs at once, so that whoever watches many keeps within its rate limit.</summary>
public interface IGatheringProvider
{
    /// <summary>What one request tells of: pairs with the same words, asked with the same secret, share answers.</summary>
    string Shelf(CrdrPair pair);

    /// <summary>Up to how many pairs of one shelf are looked at one by one, as is quickest to tell what happens.</summary>
    int OneByOne(TimeSpan interval);

    /// <summary>Opens a pair for looking only: what it sees is shared, and up to <paramref name="age"/> old.</summary>
    IPairSession OpenGathered(CrdrPair pair, ProviderContext context, Http.ReadBook book, TimeSpan age);
}

/// <summary>What a provider is lent for one call.</summary>
/// <param name="Http">The connection pool.</param>
/// <param name="Secret">The token.</param>
/// <param name="Time">The clock.</param>
/// <param name="Trace">Where each request is told, without secrets.</param>
public sealed record ProviderContext(HttpMessageInvoker Http, string Secret, TimeProvider Time, Action<string>? Trace)
{
    /// <summary>Where something is told that somebody should know while it works.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>What the references among the pair's settings led to, by setting; those that led nowhere are missing.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(ProviderContext);
}

/// <summary>What a provider has words of its own for; a vendor's unless told.</summary>
public sealed record PairWords
{
    /// <summary>What becomes of the writes when the primary takes over again.</summary>
    public string TakeOver { get; init; } = "its writes move, nothing is lost by the vendor's word";

    /// <summary>What starts the server of a side by hand, where it is one's own; <see langword="null"/>: the vendor starts it.</summary>
    public Func<Side, string>? Start { get; init; }

    /// <summary>What to do about two writers, once the applications are stopped.</summary>
    public string Split { get; init; } = "then decide which side to keep, with the vendor's support";

    /// <summary>Whether one of two writers can be kept, and the other made its copy, by a command.</summary>
    public bool RepairsSplit { get; init; }
}

/// <summary>One pair, seen through its provider.</summary>
public interface IPairSession
{
    /// <summary>
    /// Looks. A dead member is a finding; only when nothing at all can be seen does it throw <see cref="VendorException"/>.
    /// Routes, obligations, next actions are not its business.
    /// </summary>
    /// <param name="whole">False: somebody only waits, and what does not move meanwhile may be a few seconds old. Evidence for a change is always whole.</param>
    /// <param name="ct">Ctrl+C.</param>
    Task<CrdrStatus> ObserveAsync(bool whole, CancellationToken ct);

    /// <summary>Pure: the steps of a request, from where the pair stood when it was made.</summary>
    IReadOnlyList<Step> Plan(CrdrRequest request, CrdrStatus start);

    /// <summary>Whether a simulator on this machine stands in for the vendor, so that figures are a rehearsal's.</summary>
    bool Simulated { get; }

    /// <summary>Where the next actions speak of who serves the pair.</summary>
    PairWords Words { get; }

    /// <summary>What a planned verb that moved the writes lost, in the vendor's terms.</summary>
    CrdrLoss PlannedLoss(CrdrRequest request);

    /// <summary>How the vendor's own tool does a verb; for next actions and the card.</summary>
    string? VendorCommand(CrdrRequest request);
}
