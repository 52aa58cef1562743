namespace CrdrTools.Simulator.Aiven;

/// <summary>What a service is on its way to.</summary>
internal enum TransitionKind
{
    /// <summary>Being built or rebuilt, from REBUILDING to RUNNING.</summary>
    Rebuild,

    /// <summary>Moving to new nodes while serving, from REBALANCING to RUNNING.</summary>
    Rebalance,

    /// <summary>The recovery service becoming active after its primary was given up.</summary>
    Failover,

    /// <summary>The passive service taking over from its active peer.</summary>
    Takeover,
}
