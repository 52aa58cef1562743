namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>One node: the name of its pod, its region and its availability zone.</summary>
internal sealed record CockroachNode(string Name, string Region, string Zone);
