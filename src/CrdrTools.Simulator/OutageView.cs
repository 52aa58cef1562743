namespace CrdrTools.Simulator;

/// <summary>What a vendor's API shows of services in a region that is out. Assumed: no vendor documents it.</summary>
public enum OutageView
{
    /// <summary>The service stays <c>RUNNING</c>, its nodes become <c>unknown</c>.</summary>
    NodesUnknown,

    /// <summary>The service stays <c>RUNNING</c>, its nodes become <c>timing_out</c>.</summary>
    NodesTimingOut,

    /// <summary>Nothing is shown: the control plane has not noticed.</summary>
    StillRunning,

    /// <summary>Reading a service of that region answers 503; changes are still taken.</summary>
    ApiErrors,
}
