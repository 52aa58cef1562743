namespace CrdrTools.Simulator;

/// <summary>
/// What CockroachDB Cloud's API shows of a cluster in a region that is out; its state stays CREATED. Assumed: undocumented.
/// </summary>
public enum CockroachOutageView
{
    /// <summary>Its nodes are NOT_READY.</summary>
    NodesNotReady,

    /// <summary>Nothing is shown: the control plane has not noticed.</summary>
    StillLive,

    /// <summary>Reading it answers 503; streams are still read and changed.</summary>
    ApiErrors,
}
