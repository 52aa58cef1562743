using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Drills;

/// <summary>The simulator's proxy as a route of a rehearsal's pair: it leads to one member, or to nobody.</summary>
internal sealed class SimulatedProxyRoute(SimulatorControl stage, CrdrPair pair, string name) : IRoute
{
    public string Name => name;

    public bool Switchable => true;

    public bool CanFence => true;

    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
    {
        string? target = await stage.ProxyTargetAsync(name, ct).ConfigureAwait(false);
        Side? side = target == pair.Primary.Name ? Side.Primary : target == pair.Recovery.Name ? Side.Recovery : null;
        return new() { Name = name, Type = "InProcess", Target = side, Verified = true, Fenced = [.. new[] { Side.Primary, Side.Recovery }.Where(s => s != side)] };
    }

    public async Task FenceAsync(Side old, bool planned)
    {
        if ((await ObserveAsync(CancellationToken.None).ConfigureAwait(false)).Target == old) await stage.SetProxyAsync(name, null).ConfigureAwait(false);
    }

    public Task UnfenceAsync(Side old) => stage.SetProxyAsync(name, pair[old].Name);

    public Task SwitchAsync(Side to) => stage.SetProxyAsync(name, pair[to].Name);
}
