using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>The read-only name: a vendor's own, switched at its API; or ours, for servers that nobody else watches.</summary>
public sealed partial class Crdr
{
    /// <summary>How it stands with the read-only names of a pair: one, or one for each service that may have one.</summary>
    public async Task<IReadOnlyList<CrdrReplicaDns>> ReplicaDnsAsync(CrdrPair pair, string? token, IOperationHost host, CancellationToken ct)
    {
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return session is IReplicaDnsFeature vendor ? await vendor.ReplicaDnsAsync(ct).ConfigureAwait(false) : throw NoReplicaDns(pair);
        }
        finally
        {
            Release(session);
        }
    }

    /// <summary>Switches a read-only name on or off, or says which standbys it waits for.</summary>
    public async Task<CrdrReplicaDns> SetReplicaDnsAsync(CrdrPair pair, CrdrReplicaDnsRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            if (session is not IReplicaDnsFeature vendor) throw NoReplicaDns(pair);
            if (request.Forget.Count + request.Remember.Count > 0)
                throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsStandbysNotOurs", $"{pair.Provider} itself decides which standbys it waits for.");
            // A service that is being moved is not to be changed beneath that.
            if (Store.Holder(pair.Name) is { } holder) throw new PairBusyException(holder);
            return await vendor.SetReplicaDnsAsync(request.Side, request.Enable, ct).ConfigureAwait(false);
        }
        finally
        {
            Release(session);
        }
    }

    private static CrdrException NoReplicaDns(CrdrPair pair) =>
        new(CrdrErrorKind.InvalidInput, "ReplicaDnsNotOffered", $"{pair.Provider} has no read-only name that falls back to the primary.");
}
