using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.Aiven;
using CrdrTools.Core.Providers.CockroachCloud;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers;

/// <summary>The providers there are.</summary>
public static class ProviderRegistry
{
    /// <summary>One line a provider.</summary>
    public static IReadOnlyList<IProvider> All { get; } =
    [
        new AivenProvider(),
        new CockroachProvider(),
#if NET
        new PostgreSql.PostgresProvider(),
#endif
    ];

    /// <summary>Those that need what .NET Framework has not.</summary>
    private static readonly string[] s_needsSql = ["PostgreSql"];

    /// <summary>The kinds there are, here or where SQL can be spoken.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. All.Select(p => p.Kind).Union(s_needsSql)];

    /// <summary>The provider of a kind.</summary>
    public static IProvider Get(string kind) =>
        All.FirstOrDefault(p => string.Equals(p.Kind, kind, StringComparison.OrdinalIgnoreCase))
        ?? throw Unknown(kind, [.. All.Select(p => p.Kind)]);

    /// <summary>One that nobody knows, or that this edition of PowerShell cannot serve.</summary>
    internal static CrdrException Unknown(string kind, IReadOnlyList<string> here) =>
        s_needsSql.FirstOrDefault(k => string.Equals(k, kind, StringComparison.OrdinalIgnoreCase)) is { } known && !here.Contains(known)
            ? new(CrdrErrorKind.InvalidInput, "ProviderNeedsPowerShell7", $"A pair of {known} is served over SQL, which Windows PowerShell 5.1 cannot do here.",
                "Use PowerShell 7.4 or later, or the command line crdr.")
            : new(CrdrErrorKind.InvalidInput, "UnknownProvider", $"There is no provider '{kind}'. Known: {string.Join(", ", here)}.");

    /// <summary>Refuses a description that cannot be worked with.</summary>
    public static void Require(CrdrPair pair)
    {
        Names.Require(pair.Name, "pair name");
        IProvider provider = Get(pair.Provider);
        // A misspelt setting is why another one is missing.
        string? complaint = pair.Settings.Keys.Where(k => !provider.Settings.ContainsKey(k))
                .Select(k => $"'{k}' is no setting of {provider.Kind}{Spelling.Meant(k, provider.Settings.Keys)}; known: {string.Join(", ", provider.Settings.Keys)}").FirstOrDefault()
            ?? provider.Complaint(pair)
            ?? Pairs.SecretReference.Complaint(pair.Secret)
            ?? pair.Routes.Select(RouteFactory.Complaint).FirstOrDefault(c => c is not null)
            ?? pair.Routes.GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => $"{g.Count()} routes are named '{g.Key}'").FirstOrDefault()
            ?? ReplicaDnsComplaint(provider, pair)
            ?? (string.IsNullOrEmpty(pair.Primary.Name) ? "the primary has no name" : null)
            ?? (pair.Primary.Name == pair.Recovery.Name ? "primary and recovery are the same service" : null);
        foreach (CrdrRoute route in pair.Routes) Names.Require(route.Name, "route name");
        if (complaint is not null) throw new CrdrException(CrdrErrorKind.InvalidInput, "PairInvalid", $"The pair '{pair.Name}': {complaint}.");
    }

    private static string? ReplicaDnsComplaint(IProvider provider, CrdrPair pair) =>
        pair.ReplicaDns is not { } described ? null
        : provider is not IReadNodeProvider nodes ? $"{provider.Kind} keeps its read-only name itself: leave replicaDns out"
        : ReplicaDns.ReadEndpointSettings.Read(pair).Complaint ?? described.Standbys.Where(s => s.Connection is not null).Select(nodes.Complaint).FirstOrDefault(c => c is not null);
}
