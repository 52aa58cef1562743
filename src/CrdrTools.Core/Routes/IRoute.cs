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
    Task FenceAsync(Side old);

    /// <summary>Clients can reach that side again.</summary>
    Task UnfenceAsync(Side old);

    /// <summary>Clients are sent to that side; a fence on it is lifted.</summary>
    Task SwitchAsync(Side to);
}
