namespace CrdrTools.Simulator.Faults;

/// <summary>What the faults in force do to one request.</summary>
/// <param name="DelayMs">Added latency, real milliseconds.</param>
/// <param name="Fault">The fault that acts, if any.</param>
/// <param name="Cleared">Done once that fault is cleared.</param>
internal sealed record FaultVerdict(int DelayMs, SimulatorFault? Fault, Task Cleared);
