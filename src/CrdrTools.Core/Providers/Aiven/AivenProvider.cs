using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>Aiven for PostgreSQL: two services joined by a <c>disaster_recovery</c> integration.</summary>
public sealed class AivenProvider : IProvider, IGatheringProvider
{
    /// <inheritdoc/>
    public string Kind => "Aiven";

    /// <inheritdoc/>
    public bool NeedsToken => true;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["project"] = "the project that both services are in",
        ["endpoint"] = $"the API, {AivenApi.DefaultEndpoint} unless told",
        ["primaryHost"] = "the primary's own host name, for a VendorManaged route",
        ["recoveryHost"] = "the recovery service's own host name, for a VendorManaged route",
        ["primarySql"] = "where the primary's connection string is found, as env:NAME: the second witness of an outage, for a watcher",
        ["recoverySql"] = "the same for the recovery side: a watcher asks it whether it still receives",
    };

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretSettings { get; } = ["primarySql", "recoverySql"];

    /// <inheritdoc/>
    public string? Complaint(CrdrPair pair)
    {
        if (string.IsNullOrEmpty(pair.Settings.Get("project"))) return "an Aiven pair needs the setting 'project'";
        foreach (string setting in SecretSettings)
            if (pair.Settings.Get(setting) is { } reference && Pairs.SecretReference.Complaint(reference) is not null) return $"{setting} must be a reference to a connection string, env:NAME or secret:[vault/]name, never the string itself";
        return pair.Settings.TryGetValue("endpoint", out string? endpoint) && !Uri.TryCreate(endpoint, UriKind.Absolute, out _)
            ? $"the endpoint '{endpoint}' is no address"
            : null;
    }

    /// <inheritdoc/>
    public IPairSession Open(CrdrPair pair, ProviderContext context) => new AivenSession(pair, Api(pair, context), context.Time, context.Notice, context.Secrets);

    /// <inheritdoc/>
    public string Shelf(CrdrPair pair) => $"{AivenApi.Endpoint(pair)} {pair.Settings.Get("project")}";

    /// <summary>The vendor's limit is not published; 120 requests in a while were too many for somebody (reference: aiven.md). Two pairs are four requests a round.</summary>
    public int OneByOne(TimeSpan interval) => 2;

    /// <inheritdoc/>
    public IPairSession OpenGathered(CrdrPair pair, ProviderContext context, ReadBook book, TimeSpan age) =>
        new AivenSession(pair, new GatheredAivenApi(Api(pair, context), book, $"{AivenApi.Endpoint(pair)} {Compat.Sha256(context.Secret)}", age), context.Time, context.Notice, context.Secrets);

    /// <inheritdoc/>
    public async Task<CrdrPair> DiscoverAsync(CrdrPair draft, ProviderContext context, CancellationToken ct)
    {
        IAivenApi api = Api(draft, context);
        string project = draft.Settings["project"];
        AivenService primary = await GetAsync(api, project, draft.Primary.Name, ct).ConfigureAwait(false)
            ?? throw new CrdrException(CrdrErrorKind.NotFound, "ServiceNotFound", $"There is no service '{draft.Primary.Name}' in the project '{project}'.");
        if (primary.ServiceType is { } type && type != "pg")
            throw new CrdrException(CrdrErrorKind.InvalidInput, "ServiceTypeUnsupported", $"{draft.Primary.Name} is a service of type '{type}'; only pg has disaster recovery pairs.");
        AivenIntegration? integration = AivenView.Integration(primary);
        if (integration?.DestService == draft.Primary.Name)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "SidesSwapped",
                $"{draft.Primary.Name} is the recovery service of {integration.SourceService}.", $"Register it the other way round: primary {integration.SourceService}.");
        string? recoveryName = integration?.DestService ?? (draft.Recovery.Name.Length > 0 ? draft.Recovery.Name : null);
        if (recoveryName is null)
            throw new CrdrException(CrdrErrorKind.NotFound, "NoRecoveryService", $"{draft.Primary.Name} has no disaster recovery integration, so no recovery service can be found.",
                "Name the one to create with -Recovery, then create it with New-CrdrRecovery (crdr setup).");
        if (draft.Recovery.Name.Length > 0 && integration is not null && draft.Recovery.Name != recoveryName)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "NotAPair", $"The recovery service of {draft.Primary.Name} is {recoveryName}, not {draft.Recovery.Name}.");
        AivenService? recovery = await GetAsync(api, project, recoveryName, ct).ConfigureAwait(false);
        if (recovery is not null && integration is null)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "NotAPair", $"{recoveryName} exists, but is not the recovery service of {draft.Primary.Name}.");
        return draft with
        {
            Primary = Pin(draft.Primary.Name, draft.Primary.Region, primary),
            Recovery = Pin(recoveryName, draft.Recovery.Region, recovery),
        };
    }

    private static CrdrMember Pin(string name, string? region, AivenService? service) =>
        new() { Name = name, Region = service?.CloudName ?? region, Identity = service?.CreateTime is { } created ? $"created {created}" : null };

    private static async Task<AivenService?> GetAsync(IAivenApi api, string project, string service, CancellationToken ct)
    {
        try
        {
            return (await api.GetServiceAsync(project, service, ct).ConfigureAwait(false)).Body.Service
                ?? throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", "Aiven answered without a service in it.", VendorVerdict.Unknown);
        }
        catch (VendorException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static IAivenApi Api(CrdrPair pair, ProviderContext context) =>
        new AivenApi(new VendorHttp(context.Http, AivenDialect.Instance, new Uri(AivenApi.Endpoint(pair)),
            context.Secret, context.Time, context.Trace));
}
