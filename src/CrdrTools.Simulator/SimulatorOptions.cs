namespace CrdrTools.Simulator;

/// <summary>How a simulator starts.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The loopback port to listen on; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>The loopback port for SQL, to all clusters of the world; 0 takes any free one.</summary>
    public int SqlPort { get; init; }

    /// <summary>The token every vendor's API accepts.</summary>
    public string Token { get; init; } = "demo";

    /// <summary>Starts with the project <c>demo</c> and two clusters; false starts empty.</summary>
    public bool DefaultWorld { get; init; } = true;

    /// <summary>The real time under the simulator's own clock; null is the system's. Latency is always the system's time.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>The settings to start with, and to come back to on a reset.</summary>
    public SimulatorSettings Settings { get; init; } = new();
}
