using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes;

/// <summary>Makes a pair's routes from their description.</summary>
public static class RouteFactory
{
    /// <summary>The kinds there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["Command", "VendorManaged", "InProcess", "HAProxy", "PgBouncer", "Dns"];

    /// <summary>Whether a route of that description can keep clients from a side.</summary>
    public static bool CanFence(CrdrRoute route) => route.Type is not ("VendorManaged" or "Dns");

    /// <summary>The settings that a route of a type may have; none for a type that is described by its own fields.</summary>
    public static IReadOnlyList<string> SettingsOf(string type) => type switch
    {
        "HAProxy" => HAProxy.HAProxySettings.Known,
        "PgBouncer" => PgBouncer.PgBouncerSettings.Known,
        "Dns" => Rfc2136.DnsSettings.Known,
        _ => [],
    };

    /// <summary>All routes of a pair, in its order.</summary>
    public static IReadOnlyList<IRoute> Create(CrdrPair pair, IOperationHost host, TimeProvider? time = null) => [.. pair.Routes.Select(route => Create(pair, route, host, time))];

    /// <summary>What is wrong with the description of a route, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route)
    {
        if (route.Type == "Command")
        {
            foreach ((string name, IReadOnlyList<string>? command) in new[] { ("observe", route.Observe), ("fence", route.Fence), ("unfence", route.Unfence), ("switch", route.Switch) })
                if (command is null or { Count: 0 }) return $"the command route '{route.Name}' needs '{name}': a program and its arguments";
            return null;
        }
        if (route.Type == "InProcess") return null;
        if (route.Type == "HAProxy") return HAProxy.HAProxyRoute.Complaint(route);
        if (route.Type == "VendorManaged") return string.IsNullOrEmpty(route.Host) ? $"the vendor-managed route '{route.Name}' needs 'host'" : null;
        if (route.Type == "PgBouncer") return PgBouncer.PgBouncerRoute.Complaint(route);
        if (route.Type == "Dns") return Rfc2136.DnsRoute.Complaint(route);
        return $"the route '{route.Name}' is of the unknown type '{route.Type}'; known: {string.Join(", ", Kinds)}";
    }

    private static IRoute Create(CrdrPair pair, CrdrRoute route, IOperationHost host, TimeProvider? time) => route.Type switch
    {
        "Command" => new CommandRoute(pair, route),
        "VendorManaged" => new VendorManagedRoute(pair, route),
        "HAProxy" => new HAProxy.HAProxyRoute(route),
        "PgBouncer" => new PgBouncer.PgBouncerRoute(route, host),
        "Dns" => new Rfc2136.DnsRoute(route, host, time),
        "InProcess" => host.InProcessRoute(pair, route) ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "RouteNotHere",
            $"The route '{route.Name}' of '{pair.Name}' is moved by whoever described the pair, and here nobody has.",
            "Give the pair itself (its hashtable, or the object made of it): instead of its name, and as -Pair where an operation is taken up or taken back."),
        _ => throw new CrdrException(CrdrErrorKind.InvalidInput, "UnknownRouteType", Complaint(route)!),
    };
}
