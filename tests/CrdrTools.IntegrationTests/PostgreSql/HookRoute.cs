using CrdrTools.Core.Routes;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>A route that leads nobody anywhere, and lets a test in where clients have just been held off.</summary>
internal sealed class HookRoute : IRoute
{
    public const string RouteName = "hook";

    private Side _target = Side.Primary;
    private readonly HashSet<Side> _fenced = [];

    public string Name => RouteName;

    public bool Switchable => true;

    public bool CanFence => true;

    /// <summary>Runs while clients are being held off.</summary>
    public Func<Task>? Fencing { get; set; }

    /// <summary>A pair with this route behind its own.</summary>
    public CrdrPair On(PgRig rig)
    {
        rig.Host.Route = (_, route) => route.Name == RouteName ? this : null;
        return rig.Pair with { Routes = [.. rig.Pair.Routes, new() { Name = RouteName, Type = "InProcess" }] };
    }

    public Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct) =>
        Task.FromResult(new CrdrRouteStatus { Name = Name, Type = "InProcess", Target = _fenced.Contains(_target) ? null : _target, Fenced = [.. _fenced], Verified = true });

    public async Task FenceAsync(Side old, bool planned)
    {
        if (Fencing is { } hook) await hook();
        _fenced.Add(old);
    }

    public Task UnfenceAsync(Side old)
    {
        _fenced.Remove(old);
        return Task.CompletedTask;
    }

    public Task SwitchAsync(Side to)
    {
        _fenced.Remove(to);
        _target = to;
        return Task.CompletedTask;
    }
}
