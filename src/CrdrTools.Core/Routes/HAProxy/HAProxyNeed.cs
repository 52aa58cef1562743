namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// What lies between a backend as it is and as it should be: commands that bring it there, or only time. Pure, and the same question
/// each time, so that whatever happens in between (a reload, another hand) is answered by asking again.
/// </summary>
/// <param name="Lacking">What is not so yet, in words; <see langword="null"/>: it is as it should be.</param>
/// <param name="ErrorId">What the trouble is called if it stays like that.</param>
/// <param name="Commands">What to ask for.</param>
internal sealed record HAProxyNeed(string? Lacking, string ErrorId, params string[] Commands)
{
    /// <summary>A server's <c>maxconn</c> while one connection of ours keeps it full.</summary>
    public const int OneClient = 1;

    /// <summary>
    /// What a server without a limit is given to let all in that wait: for one that has none HAProxy 2.6 sends nobody on out of its queue. Never the
    /// frontend's: raising that one ends it (haproxy issue 2726).
    /// </summary>
    public const int AnyNumber = 100_000;

    private static readonly HAProxyNeed s_none = new(null, "");

    /// <summary>Nobody on the server, and nobody comes.</summary>
    public static HAProxyNeed ToFence(HAProxyBackend backend, string server, bool cut)
    {
        HAProxyServer old = backend[server];
        if (old.Fenced) return s_none;
        List<string> commands = [];
        if (!old.InMaintenance) commands.Add(State(backend, server, "maint"));
        // Also when none is counted: one may be on its way, and may count when the server is shut already.
        if (cut) commands.Add(Shutdown(backend, server));
        return old.InMaintenance
            ? new($"{server} is in maintenance with {Count(old.Sessions)} left on it", "HAProxySessionsLeft", [.. commands])
            : new($"{old}, not in maintenance", "HAProxyNotFenced", [.. commands]);
    }

    /// <summary>The server is out of maintenance, and takes no new client from the one it stands behind.</summary>
    public static HAProxyNeed ToUnfence(HAProxyBackend backend, string server, string behind)
    {
        HAProxyServer side = backend[server];
        bool waits = side.Displaces(backend[behind]);
        if (!side.InMaintenance && (waits || !side.Admin.HasFlag(HAProxyAdmin.ForcedDrain))) return s_none;
        return new($"{side}", "HAProxyNotUnfenced", State(backend, server, waits ? "drain" : "ready"));
    }

    /// <summary>The next client gets to the server and stays there, and none is left on the other one, nor in a hold.</summary>
    /// <param name="backend">The backend as it is.</param>
    /// <param name="server">Where clients are sent.</param>
    /// <param name="other">Where they were.</param>
    /// <param name="cut">Whether sessions are shut down.</param>
    /// <param name="held">Whether a server is limited by a hold.</param>
    /// <param name="usual">The servers' limit when there is none.</param>
    public static HAProxyNeed ToSwitch(HAProxyBackend backend, string server, string other, bool cut, Func<HAProxyServer, bool>? held = null, int usual = 0)
    {
        HAProxyServer to = backend[server], from = backend[other];
        List<string> commands = [];
        if ((to.Admin & (HAProxyAdmin.ForcedMaintenance | HAProxyAdmin.ForcedDrain)) != 0) commands.Add(State(backend, server, "ready"));
        if (held?.Invoke(to) == true && ((usual > 0 || backend.Waiting == 0 ? usual : AnyNumber) is var next && to.Limit != next)) commands.Add(Limit(backend.Name, server, next));
        // Shut first, so that nobody who waits is let in there.
        if (held?.Invoke(from) == true) commands.AddRange([State(backend, other, "maint"), Limit(backend.Name, other, usual)]);
        if ((to.Admin & (HAProxyAdmin.ForcedMaintenance | HAProxyAdmin.ForcedDrain)) != 0) return new($"{to}", "HAProxyNotSwitched", [.. commands]);
        if (!to.Sound) return new(to.Weight == 0 ? $"{server} has the weight 0" : $"{to}", "HAProxyServerNotUp", [.. commands]);
        // Even when it is down now: once up again, it would get the clients back.
        if (from.Open && from.Displaces(to)) commands.Add(State(backend, other, "drain"));
        if (cut && from.Sessions > 0) commands.Add(Shutdown(backend, other));
        if (commands.Count > 0) return new($"{from}, with {Count(from.Sessions)}", "HAProxyNotSwitched", [.. commands]);
        if (held?.Invoke(to) == true) return new($"{server} takes {to.Limit} at a time, and {backend.Waiting} wait", "HAProxyStillHeld");
        return backend.Takers.Count == 1 && backend.Takers[0] == to ? s_none
            : new($"new clients are spread over {string.Join(", ", backend.Takers.Select(t => t.Name))}", "HAProxyNotSwitched");
    }

    /// <summary>Sets how many a server takes at a time.</summary>
    public static string Limit(string backend, string server, int limit) => $"set maxconn server {backend}/{server} {limit}";

    private static string State(HAProxyBackend backend, string server, string state) => $"set server {backend.Name}/{server} state {state}";

    private static string Shutdown(HAProxyBackend backend, string server) => $"shutdown sessions server {backend.Name}/{server}";

    private static string Count(int sessions) => sessions == 1 ? "1 session" : $"{sessions} sessions";
}
