namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>What one look at one proxy told.</summary>
internal sealed record HAProxySight(string Address)
{
    /// <summary>The backend; <see langword="null"/> when it could not be seen.</summary>
    public HAProxyBackend? Backend { get; init; }

    /// <summary>Why it could not be seen.</summary>
    public string? Trouble { get; init; }

    /// <summary>Where it keeps its servers' states over a reload.</summary>
    public string? StateFile { get; init; }

    /// <summary>What is kept there.</summary>
    public IReadOnlyDictionary<string, HAProxyAdmin>? Recorded { get; init; }

    /// <summary>What its machine tells of it.</summary>
    public IReadOnlyList<CrdrFinding> Beside { get; init; } = [];

    /// <summary>What all proxies of a route tell together. Pure: what is not so on each of them is not so.</summary>
    public static CrdrRouteStatus Status(CrdrRoute route, HAProxySettings settings, IReadOnlyList<HAProxySight> sights)
    {
        string[] ours = [settings.Primary, settings.Recovery];
        List<string> troubles = [.. sights.Select(s => s.Trouble ?? Missing(s, ours)).OfType<string>()];
        if (troubles.Count > 0)
        {
            return new()
            {
                Name = route.Name, Type = route.Type, Unreached = [.. sights.Where(s => (s.Trouble ?? Missing(s, ours)) is not null).Select(s => s.Address)],
                OutOfReach = troubles.Count == sights.Count, Detail = Say([.. troubles.Prepend("where clients are sent cannot be told")]),
            };
        }

        List<string> landings = [.. sights.Select(s => Landing(s, settings)).Distinct()];
        List<string> details =
        [
            landings.Count > 1 ? $"the proxies disagree: {string.Join(", ", sights.Select(s => $"{s.Address} sends new clients to {Landing(s, settings)}"))}"
                : $"new clients are sent to {landings[0]} ({string.Join(", ", sights[0].Backend!.Servers)})",
            .. sights.SelectMany(s => ours.Select(o => s.Backend![o]).Where(o => o is { InMaintenance: true, Sessions: > 0 })
                .Select(o => $"{s.Address}: {o.Name} is in maintenance and not fenced, for sessions are left there: {o.Sessions}")),
        ];
        List<CrdrFinding> findings = [.. Findings(sights, ours, settings)];
        details.AddRange(findings.Where(f => f.Severity != FindingSeverity.Info).Select(f => f.Message));
        return new()
        {
            Name = route.Name, Type = route.Type, Verified = landings.Count == 1,
            Target = landings.Count > 1 ? null : landings[0] == settings.Primary ? Side.Primary : landings[0] == settings.Recovery ? Side.Recovery : null,
            Fenced = [.. new[] { Side.Primary, Side.Recovery }.Where(side => sights.All(s => s.Backend![settings[side]].Fenced))],
            Findings = findings, Detail = Say(details),
        };
    }

    private static IEnumerable<CrdrFinding> Findings(IReadOnlyList<HAProxySight> sights, string[] ours, HAProxySettings settings)
    {
        foreach ((HAProxySight sight, HAProxyServer held) in sights.SelectMany(s => ours.Select(o => (s, s.Backend![o]))).Where(h => settings.Holds(h.Item2) && h.Item2.Limit == HAProxyNeed.OneClient))
            yield return Finding("RouteHeld", $"{sight.Address}: new clients wait ({sight.Backend!.Waiting} now), for {held.Name} takes {held.Limit} at a time: a move is under way, or was broken off. Take it up again, or switch the route, which lets them in");
        if (settings.Doors.Count > 0)
        {
            foreach ((HAProxySight sight, HAProxyServer other) in sights.SelectMany(s => ours.Select(o => (s, s.Backend![o]))).Where(h => h.Item2.Limit != settings.MaxConn && !settings.Holds(h.Item2)))
                yield return Finding("RouteHoldsNobody", $"{sight.Address}: {other.Name} has maxconn {other.Limit} and the route's description says {settings.MaxConn}: until both say the same, new clients do not wait during a move and are turned away");
        }
        foreach (HAProxySight weak in sights.Where(s => s.Backend!.Level is "user" or "operator"))
            yield return Finding("RouteNotPermitted", $"{weak.Address} cannot be told to change anything: its level is {weak.Backend!.Level}, not admin") with { Severity = FindingSeverity.Error };
        foreach (CrdrFinding beside in sights.SelectMany(s => s.Beside)) yield return beside;
        List<string> forgetful = [.. sights.Where(s => s.StateFile is null).Select(s => s.Address)];
        if (forgetful.Count > 0) yield return Finding("RouteNotDurable", $"a fence is not durable: no stateFile is set, and a reload forgets it ({string.Join(", ", forgetful)})");
        foreach (HAProxySight other in sights.Where(s => s.StateFile is not null && !ours.All(o => Kept(s, s.Backend![o]))))
            yield return Finding("RouteNotDurable", $"the state is not durable: a reload of {other.Address} brings back another one, for {other.StateFile} does not hold it");
    }

    private static CrdrFinding Finding(string id, string message) => new() { Severity = FindingSeverity.Warning, Id = id, Message = message };

    private static string Landing(HAProxySight sight, HAProxySettings settings) => sight.Backend!.Takers.Count == 0 || sight.Backend.Takers.All(t => settings.Holds(t) && t.Limit == HAProxyNeed.OneClient) ? "nobody" : string.Join(" and ", sight.Backend.Takers.Select(t => t.Name));

    private static string? Missing(HAProxySight sight, IEnumerable<string> servers) =>
        servers.Where(o => sight.Backend!.Servers.All(s => s.Name != o)).ToList() is { Count: > 0 } missing
            ? $"HAProxy at {sight.Address}: the backend '{sight.Backend!.Name}' has no server {string.Join(", ", missing)}" : null;

    /// <summary>Whether a reload keeps what was decided about a server; without a word in the file it is as the configuration says.</summary>
    private static bool Kept(HAProxySight sight, HAProxyServer server)
    {
        const HAProxyAdmin Forced = HAProxyAdmin.ForcedMaintenance | HAProxyAdmin.ForcedDrain;
        HAProxyAdmin recorded = sight.Recorded is { } all && all.TryGetValue(server.Name, out HAProxyAdmin admin) ? admin
            : server.Admin.HasFlag(HAProxyAdmin.ConfiguredMaintenance) ? HAProxyAdmin.ForcedMaintenance : HAProxyAdmin.None;
        return ((recorded ^ server.Admin) & Forced) == 0;
    }

    private static string Say(IReadOnlyList<string> details) => string.Join("; ", details);
}
