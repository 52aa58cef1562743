namespace CrdrTools.Simulator;

/// <summary>A simulated route to a database, through which clients write.</summary>
/// <param name="Name">Its name; a client's way through it is <c>proxy:NAME</c>.</param>
/// <param name="Target">The service or cluster it leads to; null when it is fenced.</param>
public sealed record SimulatorProxy(string Name, string? Target);
