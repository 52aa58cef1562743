namespace CrdrTools.Simulator.Control;

/// <summary>Everything at a glance.</summary>
internal static class ControlOverview
{
    public static object Of(SimulatorWorld world, int sqlPort) => new
    {
        sqlPort,
        clock = ClockOf(world),
        outages = world.Outages,
        services = world.Services,
        pairs = world.Pairs,
        clusters = world.Clusters,
        streams = world.Streams,
        proxies = world.Proxies,
        clients = world.Clients,
        dual = world.DualWrites,
        clusterDual = world.ClusterDualWrites,
        faults = world.Faults,
        requests = world.RequestCounts,
        settings = world.Settings,
    };

    public static object ClockOf(SimulatorWorld world) => new { now = world.Now, factor = world.Settings.ClockFactor };
}
