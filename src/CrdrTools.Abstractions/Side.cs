namespace CrdrTools;

/// <summary>One of the two places of a pair. The names are for life: after a failover it is still the recovery side that is active.</summary>
public enum Side
{
    /// <summary>The service's home region.</summary>
    Primary,
    /// <summary>The other region.</summary>
    Recovery,
}
