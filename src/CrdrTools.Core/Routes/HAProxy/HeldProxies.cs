namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>The clients of all proxies of a route, at the same time.</summary>
internal sealed class HeldProxies(IReadOnlyList<HeldProxy> proxies) : IHeldClients
{
    public IReadOnlyList<string> Notes => [.. proxies.Select(p => p.Note).OfType<string>()];

    public Task QueueAsync() => OnAllAsync(p => p.Queue());

    public Task HoldAsync(bool planned) => OnAllAsync(p => p.Hold(planned));

    public Task AimAsync() => Task.CompletedTask;

    public Task SendOnAsync() => OnAllAsync(p => p.SendOn());

    public void Dispose()
    {
        foreach (HeldProxy proxy in proxies) proxy.Dispose();
    }

    private Task OnAllAsync(Action<HeldProxy> order)
    {
        if (proxies.Count > 1) return Task.WhenAll(proxies.Select(p => Task.Run(() => order(p))));
        order(proxies[0]);
        return Task.CompletedTask;
    }
}
