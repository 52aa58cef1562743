namespace CrdrTools.Simulator;

/// <summary>One write a simulated client was told is done.</summary>
/// <param name="Client">The client's id.</param>
/// <param name="Number">The client's own number for it, counting from 1.</param>
/// <param name="At">Simulated time.</param>
/// <param name="Service">The service or cluster that acknowledged it.</param>
public sealed record SimulatorWrite(int Client, long Number, DateTimeOffset At, string Service);
