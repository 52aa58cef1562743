namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Where an active stream is; its status tells less.</summary>
internal enum StreamStage
{
    /// <summary>The clusters are being joined: STARTING.</summary>
    Starting,

    /// <summary>The initial scan: already REPLICATING.</summary>
    Scanning,

    /// <summary>The standby follows: REPLICATING, or FAILING_OVER up to the time that was asked for.</summary>
    Following,

    /// <summary>The standby is being made a cluster of its own: FAILING_OVER.</summary>
    Cutting,
}
