using System.Globalization;
using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>CockroachDB Cloud: two clusters and the physical replication streams between them.</summary>
public sealed class CockroachProvider : IProvider, IGatheringProvider
{
    private static readonly TimeSpan s_lagLimit = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Kind => "CockroachCloud";

    /// <inheritdoc/>
    public bool NeedsToken => true;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["endpoint"] = $"the API, {CockroachApi.DefaultEndpoint} unless told",
        ["lagLimit"] = "how many seconds a standby may be behind and still count as caught up, 60 unless told",
        ["primarySql"] = "where the primary's SQL connection string is found, as env:NAME: for its own clock, a write as proof, and cluster settings",
        ["recoverySql"] = "the same for the recovery side",
        ["testPair"] = "true: the pair is for rehearsals, and its regions may be disrupted",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretSettings { get; } = [SqlSetting(Side.Primary), SqlSetting(Side.Recovery)];

    internal static string SqlSetting(Side side) => side == Side.Primary ? "primarySql" : "recoverySql";

    /// <inheritdoc/>
    public string? Complaint(CrdrPair pair)
    {
        if (pair.Settings.TryGetValue("endpoint", out string? endpoint) && !Uri.TryCreate(endpoint, UriKind.Absolute, out _)) return $"the endpoint '{endpoint}' is no address";
        if (pair.Settings.TryGetValue("lagLimit", out string? lag) && !(double.TryParse(lag, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 86400))
            return $"the lag limit '{lag}' is no number of seconds between 0 and a day";
        if (pair.Settings.TryGetValue("testPair", out string? test) && test is not ("true" or "false")) return $"testPair is 'true' or 'false', not '{test}'";
        foreach (string setting in SecretSettings)
            if (pair.Settings.Get(setting) is { } reference && Pairs.SecretReference.Complaint(reference) is not null) return $"{setting} must be a reference to a connection string, env:NAME or secret:[vault/]name, never the string itself";
        return pair.Routes.FirstOrDefault(r => r.Type == "VendorManaged") is { } route ? $"CockroachDB Cloud moves no name of its own, so the route '{route.Name}' cannot be VendorManaged" : null;
    }

    /// <inheritdoc/>
    public IPairSession Open(CrdrPair pair, ProviderContext context) => new CockroachSession(pair, Api(pair, context), context.Time, context.Secrets);

    /// <inheritdoc/>
    public string Shelf(CrdrPair pair) => CockroachApi.Endpoint(pair);

    /// <summary>A look by itself is five requests; half of what the vendor allows a second is left to whoever acts.</summary>
    public int OneByOne(TimeSpan interval) => Math.Max(1, (int)(interval.TotalSeconds * CockroachApi.ReadsPerSecond / 2 / 5));

    /// <inheritdoc/>
    public IPairSession OpenGathered(CrdrPair pair, ProviderContext context, ReadBook book, TimeSpan age) =>
        new CockroachSession(pair, new GatheredCockroachApi(Api(pair, context), book, $"{CockroachApi.Endpoint(pair)} {Compat.Sha256(context.Secret)}", age, context.Time), context.Time, context.Secrets);

    /// <inheritdoc/>
    public async Task<CrdrPair> DiscoverAsync(CrdrPair draft, ProviderContext context, CancellationToken ct)
    {
        ICockroachApi api = Api(draft, context);
        IReadOnlyList<CockroachCluster> clusters = await api.ListClustersAsync(ct).ConfigureAwait(false);
        CockroachCluster primary = await RequireAsync(api, clusters, draft.Primary.Name, ct).ConfigureAwait(false);
        IReadOnlyList<CockroachStream> streams = (await api.ListStreamsAsync(primary.Id!, ct).ConfigureAwait(false)).Body;
        CockroachCluster recovery = await RecoveryAsync(api, draft, primary, clusters, streams, ct).ConfigureAwait(false);
        if (primary.Id == recovery.Id) throw new CrdrException(CrdrErrorKind.InvalidInput, "PairInvalid", $"Primary and recovery are the same cluster, {primary.Name}.");
        RequireSides(primary, recovery, streams);
        CrdrMember p = Pin(primary), r = Pin(recovery);
        if (ClustersFit.Complaint(p.Name, Native(primary), r.Name, Native(recovery)) is { } complaint)
            throw new CrdrException(CrdrErrorKind.InvalidInput, complaint.ErrorId, $"{complaint.Message}.");
        // A pair named after an id would be called by it for ever.
        return draft with { Name = draft.Name == draft.Primary.Name ? p.Name : draft.Name, Primary = p, Recovery = r };
    }

    internal static TimeSpan LagLimit(CrdrPair pair) =>
        pair.Settings.Get("lagLimit") is { } text ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) : s_lagLimit;

    /// <summary>The cluster of a name or an id, among those that are there.</summary>
    internal static CockroachCluster? Find(IEnumerable<CockroachCluster> clusters, string nameOrId)
    {
        List<CockroachCluster> found = [.. clusters.Where(c => c.State != "DELETED" && (c.Name == nameOrId || string.Equals(c.Id, nameOrId, StringComparison.OrdinalIgnoreCase)))];
        return found.Count > 1
            ? throw new CrdrException(CrdrErrorKind.InvalidInput, "ClusterAmbiguous", $"{found.Count} clusters are called '{nameOrId}': {string.Join(", ", found.Select(c => c.Id))}.", "Name it by its id.")
            : found.FirstOrDefault();
    }

    /// <summary>A cluster that is not listed is asked for by its id: an unlisted one may be one that the key has no rights on.</summary>
    private static async Task<CockroachCluster> RequireAsync(ICockroachApi api, IReadOnlyList<CockroachCluster> clusters, string nameOrId, CancellationToken ct)
    {
        if (Find(clusters, nameOrId) is { } found) return found;
        string hint = clusters.Count == 0 ? "The key sees no cluster at all." : $"The key sees: {string.Join(", ", clusters.Select(c => c.Name))}.";
        CrdrException missing = new(CrdrErrorKind.NotFound, "ClusterNotFound", $"There is no cluster '{nameOrId}' that the key can see. {hint}");
        if (!Guid.TryParse(nameOrId, out _)) throw missing;
        try
        {
            return (await api.GetClusterAsync(nameOrId, ct).ConfigureAwait(false)).Body is { Id: not null, State: not "DELETED" } cluster ? cluster : throw missing;
        }
        catch (VendorException e) when (e.Status == 404)
        {
            throw missing;
        }
        catch (VendorException e) when (e.Kind == CrdrErrorKind.PermissionDenied)
        {
            throw new VendorException(CrdrErrorKind.PermissionDenied, "ClusterPermissionDenied", $"The key has no rights on {nameOrId}: {e.Message}", VendorVerdict.NotDone, e.Status, e);
        }
    }

    private static async Task<CockroachCluster> RecoveryAsync(ICockroachApi api, CrdrPair draft, CockroachCluster primary, IReadOnlyList<CockroachCluster> clusters, IReadOnlyList<CockroachStream> streams, CancellationToken ct)
    {
        if (draft.Recovery.Name.Length > 0) return await RequireAsync(api, clusters, draft.Recovery.Name, ct).ConfigureAwait(false);
        List<string> peers = [.. streams.Where(s => s.Live).Select(s => s.PrimaryClusterId == primary.Id ? s.StandbyClusterId! : s.PrimaryClusterId!).Distinct()];
        return peers.Count switch
        {
            1 => await RequireAsync(api, clusters, peers[0], ct).ConfigureAwait(false),
            0 => throw new CrdrException(CrdrErrorKind.NotFound, "NoRecoveryCluster", $"No stream of {primary.Name} is under way, so its recovery cluster cannot be found.",
                "Name it with -Recovery (crdr: --recovery), then create the stream with New-CrdrRecovery (crdr setup)."),
            _ => throw new CrdrException(CrdrErrorKind.InvalidInput, "RecoveryAmbiguous", $"{primary.Name} has streams with {peers.Count} clusters: {string.Join(", ", peers)}.", "Name the one that is meant with -Recovery (crdr: --recovery)."),
        };
    }

    /// <summary>The only streams there ever were lead from the recovery side to the primary: the two were swapped.</summary>
    private static void RequireSides(CockroachCluster primary, CockroachCluster recovery, IReadOnlyList<CockroachStream> streams)
    {
        List<CockroachStream> between = [.. streams.Where(s => s.Joins(primary.Id) && s.Joins(recovery.Id))];
        if (between.Count > 0 && between.All(s => s.PrimaryClusterId == recovery.Id))
            throw new CrdrException(CrdrErrorKind.InvalidInput, "SidesSwapped", $"{primary.Name} is the standby of {recovery.Name}.", $"Register it the other way round: primary {recovery.Name}.");
    }

    private static CrdrMember Pin(CockroachCluster cluster) =>
        new() { Name = cluster.Name ?? cluster.Id!, Region = CockroachView.Region(cluster), Identity = cluster.Id };

    private static Dictionary<string, string> Native(CockroachCluster cluster)
    {
        Dictionary<string, string> native = [];
        foreach ((string name, string? value) in new[] { ("plan", cluster.Plan), ("cloud", cluster.CloudProvider), ("version", cluster.CockroachVersion), ("regions", CockroachView.Region(cluster)) })
            if (value is not null) native[name] = value;
        return native;
    }

    internal static ICockroachApi Api(CrdrPair pair, ProviderContext context)
    {
        Uri address = new(CockroachApi.Endpoint(pair));
        return new CockroachApi(new VendorHttp(context.Http, CockroachDialect.Instance, address, context.Secret, context.Time, context.Trace,
            pacer: RequestPacer.Shared(address, context.Secret, CockroachApi.ReadsPerSecond, context.Time)));
    }
}
