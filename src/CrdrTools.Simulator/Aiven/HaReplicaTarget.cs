namespace CrdrTools.Simulator.Aiven;

/// <summary>Where a service's own read-only name leads.</summary>
internal enum HaReplicaTarget
{
    /// <summary>To its standby nodes.</summary>
    Replica,

    /// <summary>To its primary node.</summary>
    Primary,
}
