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

    /// <summary>The provider of a kind.</summary>
    public static IProvider Get(string kind) =>
        All.FirstOrDefault(p => string.Equals(p.Kind, kind, StringComparison.OrdinalIgnoreCase))
        ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "UnknownProvider", $"There is no provider '{kind}'. Known: {string.Join(", ", All.Select(p => p.Kind))}.");

    /// <summary>Refuses a description that cannot be worked with.</summary>
    public static void Require(CrdrPair pair)
    {
        Names.Require(pair.Name, "pair name");
        IProvider provider = Get(pair.Provider);
        string? complaint = provider.Complaint(pair)
            ?? pair.Settings.Keys.Where(k => !provider.Settings.ContainsKey(k))
                .Select(k => $"'{k}' is no setting of {provider.Kind}; known: {string.Join(", ", provider.Settings.Keys)}").FirstOrDefault()
            ?? Pairs.SecretReference.Complaint(pair.Secret)
            ?? pair.Routes.Select(RouteFactory.Complaint).FirstOrDefault(c => c is not null)
            ?? pair.Routes.GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => $"{g.Count()} routes are named '{g.Key}'").FirstOrDefault()
            ?? (string.IsNullOrEmpty(pair.Primary.Name) ? "the primary has no name" : null)
            ?? (pair.Primary.Name == pair.Recovery.Name ? "primary and recovery are the same service" : null);
        foreach (CrdrRoute route in pair.Routes) Names.Require(route.Name, "route name");
        if (complaint is not null) throw new CrdrException(CrdrErrorKind.InvalidInput, "PairInvalid", $"The pair '{pair.Name}': {complaint}.");
    }
}
