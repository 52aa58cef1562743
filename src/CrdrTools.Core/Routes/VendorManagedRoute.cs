using System.Net;
using System.Net.Sockets;

namespace CrdrTools.Core.Routes;

/// <summary>A DNS name that the vendor moves by itself: looked at and compared with the members' own names, never switched.</summary>
public sealed class VendorManagedRoute : IRoute
{
    private readonly CrdrPair _pair;
    private readonly CrdrRoute _route;
    private readonly Func<string, Task<IReadOnlyList<IPAddress>>> _resolve;

    /// <summary>Looks names up with <paramref name="resolve"/>, or with the system's resolver.</summary>
    public VendorManagedRoute(CrdrPair pair, CrdrRoute route, Func<string, Task<IReadOnlyList<IPAddress>>>? resolve = null)
    {
        _pair = pair;
        _route = route;
        _resolve = resolve ?? (async host => await Dns.GetHostAddressesAsync(host).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public string Name => _route.Name;

    /// <inheritdoc/>
    public bool Switchable => false;

    /// <inheritdoc/>
    public bool CanFence => false;

    /// <inheritdoc/>
    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
    {
        IReadOnlyList<IPAddress>? shared = await TryAsync(_route.Host!).ConfigureAwait(false);
        if (shared is null) return Seen(null, false, $"{_route.Host} does not resolve");
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            string setting = side == Side.Primary ? "primaryHost" : "recoveryHost";
            if (!_pair.Settings.TryGetValue(setting, out string? host)) continue;
            if (await TryAsync(host).ConfigureAwait(false) is { } own && own.Intersect(shared).Any())
                return Seen(side, true, $"{_route.Host} resolves to {string.Join(", ", shared)}, as {host} does");
        }
        return Seen(null, false, $"{_route.Host} resolves to {string.Join(", ", shared)}; whose that is cannot be told (set primaryHost and recoveryHost)");
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old, bool planned) => throw NotOurs();

    /// <inheritdoc/>
    public Task UnfenceAsync(Side old) => throw NotOurs();

    /// <inheritdoc/>
    public Task SwitchAsync(Side to) => throw NotOurs();

    private CrdrRouteStatus Seen(Side? target, bool verified, string detail) =>
        new() { Name = Name, Type = _route.Type, Target = target, Verified = verified, Detail = detail };

    private async Task<IReadOnlyList<IPAddress>?> TryAsync(string host)
    {
        try
        {
            return await _resolve(host).ConfigureAwait(false) is { Count: > 0 } found ? found : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private CrdrException NotOurs() => new(CrdrErrorKind.InvalidState, "RouteIsVendorManaged", $"the vendor moves the route {Name} by itself");
}
