namespace CrdrTools.Simulator.Data;

/// <summary>A service that follows another one.</summary>
/// <param name="Service">The one that follows.</param>
/// <param name="UpTo">It has, or is about to have, what the other one was written up to that time.</param>
internal readonly record struct Replica(ServiceKey Service, DateTimeOffset UpTo);
