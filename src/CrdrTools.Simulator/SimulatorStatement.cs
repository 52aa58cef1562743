namespace CrdrTools.Simulator;

/// <summary>One SQL statement a cluster was sent, whether it was refused or not.</summary>
/// <param name="At">Simulated time.</param>
/// <param name="Cluster">The name of the cluster.</param>
/// <param name="Text">The statement as it was sent, without a semicolon; the first 16 KiB of it.</param>
public sealed record SimulatorStatement(DateTimeOffset At, string Cluster, string Text);
