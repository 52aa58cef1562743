namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>How a region is disrupted: all of it, or some zones and pods.</summary>
internal sealed record DisruptedRegion(string Region, bool Whole, IReadOnlyList<string> Zones, IReadOnlyList<string> Pods)
{
    public bool Hits(CockroachNode node) =>
        node.Region == Region && (Whole || Zones.Contains(node.Zone) || Pods.Contains(node.Name));
}
