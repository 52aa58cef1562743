namespace CrdrTools.Core.Routes;

/// <summary>A way clients find the active member.</summary>
public interface IRoute
{
    /// <summary>Its name within the pair.</summary>
    string Name { get; }

    /// <summary>Whether it is ours to move; the vendor's own is only looked at.</summary>
    bool Switchable { get; }

    /// <summary>Whether it can keep clients from a side; a name that they have looked up already cannot.</summary>
    bool CanFence { get; }

    /// <summary>Where would a new client land now?</summary>
    Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct);

    /// <summary>No client can reach the old side through it any more.</summary>
    /// <param name="old">The side that clients are kept from.</param>
    /// <param name="planned">Whether that side is well, so that clients may be given time to end what they do; a dead one is cut off at once.</param>
    Task FenceAsync(Side old, bool planned);

    /// <summary>The fence on a side that clients were led away from is lifted; they stay where they are.</summary>
    Task UnfenceAsync(Side old);

    /// <summary>Clients are sent to that side; a fence on it is lifted. Takes a fence back, too.</summary>
    Task SwitchAsync(Side to);
}
