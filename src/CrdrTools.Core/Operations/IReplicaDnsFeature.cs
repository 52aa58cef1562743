namespace CrdrTools.Core.Operations;

/// <summary>A vendor's own read-only name that falls back to the primary: switched, and looked at. A session that has it implements this.</summary>
public interface IReplicaDnsFeature
{
    /// <summary>How it stands with each service of the pair, and whether it can be switched on there.</summary>
    Task<IReadOnlyList<CrdrReplicaDns>> ReplicaDnsAsync(CancellationToken ct);

    /// <summary>
    /// Switches it, leaving every other setting of the service as it is. Refused where the plan or the nodes do not allow it; where it is so already,
    /// nothing is asked for.
    /// </summary>
    /// <param name="side">The service; <see langword="null"/>: the one that takes the writes.</param>
    /// <param name="enabled">On or off.</param>
    /// <param name="ct">Ends it, before the change is asked for.</param>
    Task<CrdrReplicaDns> SetReplicaDnsAsync(Side? side, bool enabled, CancellationToken ct);
}
