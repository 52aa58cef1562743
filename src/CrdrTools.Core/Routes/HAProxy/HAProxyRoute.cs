using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>
/// A route through one or more HAProxy instances, moved over their Runtime API. A side is fenced when its server is in maintenance and has no session
/// left on every one of them. Two things cannot be seen from here: a statement that the old server had received already may still end there, and after a
/// reload an older process may hold sessions of its own (<c>hard-stop-after</c> ends those). The member's own fence covers both.
/// </summary>
public sealed class HAProxyRoute : IHeldRoute, IManualRoute
{
    private readonly CrdrRoute _route;
    private readonly HAProxySettings _settings;
    private readonly IReadOnlyList<HAProxyInstance> _proxies;

    /// <summary>Makes it from its description; connects to nothing yet.</summary>
    public HAProxyRoute(CrdrRoute route)
    {
        _route = route;
        _settings = HAProxySettings.Read(route);
        _proxies = [.. _settings.Sockets.Select((socket, i) => new HAProxyInstance(socket, _settings.StateFiles[i], _settings.Backend, route.Timeout))];
    }

    /// <inheritdoc/>
    public string Name => _route.Name;

    /// <inheritdoc/>
    public bool Switchable => true;

    /// <inheritdoc/>
    public bool CanFence => true;

    /// <summary>What is wrong with a description, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route) => HAProxySettings.Complaint(route);

    /// <inheritdoc/>
    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct) =>
        HAProxySight.Status(_route, _settings, await Task.WhenAll(_proxies.Select(p => p.SeeAsync(ct))).ConfigureAwait(false));

    /// <summary>Maintenance, then an end to all sessions; returns when none is left on any proxy.</summary>
    public Task FenceAsync(Side old, bool planned) => OnAllAsync(b => HAProxyNeed.ToFence(b, _settings[old], _settings.Cut));

    /// <summary>Out of maintenance. Clients stay on the other side: where this one would get them back, it drains.</summary>
    public Task UnfenceAsync(Side old) => OnAllAsync(b => HAProxyNeed.ToUnfence(b, _settings[old], _settings[old.Other()]));

    /// <summary>Out of maintenance, and waits for HAProxy's own health check; a fence on the other side stays.</summary>
    public Task SwitchAsync(Side to) => OnAllAsync(b => HAProxyNeed.ToSwitch(b, _settings[to], _settings[to.Other()], _settings.Cut, _settings.Holds, _settings.MaxConn));

    /// <inheritdoc/>
    public IReadOnlyList<string> ByHand(RouteDeed deed, Side side)
    {
        string server = $"{_settings.Backend}/{_settings[side]}", other = $"{_settings.Backend}/{_settings[side.Other()]}";
        string[] commands = deed switch
        {
            RouteDeed.Fence => [$"set server {server} state maint", $"shutdown sessions server {server}"],
            RouteDeed.Unfence => [$"set server {server} state ready"],
            _ => [$"set server {server} state ready", $"set server {other} state drain", $"shutdown sessions server {other}"],
        };
        string why = deed switch
        {
            RouteDeed.Fence => "    # no session may be left on it: show stat",
            RouteDeed.Unfence => $"    # 'state drain' instead where it would take the clients from {_settings[side.Other()]}",
            _ => $"    # the second line only where {_settings[side.Other()]} is not in maintenance",
        };
        return
        [
            .. _settings.Sockets.SelectMany((socket, i) => commands.Select((c, n) => $"echo '{c}' | socat stdio {At(socket)}{(n == 0 ? why : "")}")
                .Concat(_settings.StateFiles[i] is { } file ? [$"echo 'show servers state' | socat stdio {At(socket)} > {file}    # so that a reload keeps it"] : [])),
        ];

        static string At(string socket) => socket.StartsWith("/", StringComparison.Ordinal) ? socket : $"tcp:{socket}";
    }

    /// <inheritdoc/>
    public async Task<IHeldClients> PrepareAsync(Side old, CancellationToken ct)
    {
        HAProxyBackend[] seen = await Task.WhenAll(_proxies.Select(p => p.LookAsync([_settings[old], _settings[old.Other()]], ct))).ConfigureAwait(false);
        return new HeldProxies([.. _proxies.Select((p, i) => new HeldProxy(p, seen[i], _settings, old, _settings.Doors.Count > 0 ? _settings.Doors[i] : null))]);
    }

    /// <summary>On all at once, so that a dead one holds up no other; then tells which did not do it.</summary>
    private async Task OnAllAsync(Func<HAProxyBackend, HAProxyNeed> need)
    {
        CrdrException?[] troubles = await Task.WhenAll(_proxies.Select(p => TryAsync(p, need))).ConfigureAwait(false);
        List<CrdrException> failed = [.. troubles.OfType<CrdrException>()];
        if (failed.Count == 0) return;
        string count = _proxies.Count == 1 ? "" : $"{failed.Count} of {_proxies.Count} proxies did not: ";
        throw new CrdrException(failed[0].Kind, failed[0].ErrorId, $"route {Name}: {count}{string.Join("; ", failed.Select(f => f.Message))}.", failed[0].Advice, failed[0]);
    }

    private static async Task<CrdrException?> TryAsync(HAProxyInstance proxy, Func<HAProxyBackend, HAProxyNeed> need)
    {
        try
        {
            await proxy.ReachAsync(need).ConfigureAwait(false);
            return null;
        }
        catch (CrdrException e)
        {
            return e;
        }
    }
}
