namespace CrdrTools.Simulator;

/// <summary>What one node of a service is like at the moment.</summary>
public sealed record SimulatorNode
{
    public required string Name { get; init; }

    /// <summary>setting_up_vm, syncing_data, running, leaving, timing_out or unknown.</summary>
    public required string State { get; init; }

    /// <summary>Whether it stands by for the first node of the service.</summary>
    public required bool Standby { get; init; }
}
