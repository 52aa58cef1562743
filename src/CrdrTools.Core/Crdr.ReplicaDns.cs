using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Providers;
using CrdrTools.Core.ReplicaDns;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>The read-only name: a vendor's own, switched at its API; or ours, for servers that nobody else watches.</summary>
public sealed partial class Crdr
{
    /// <summary>The settings that the description of a read-only name may have.</summary>
    public static IReadOnlyList<string> ReplicaDnsSettings => ReadEndpointSettings.Known;

    /// <summary>How it stands with the read-only names of a pair: one, or one for each service that may have one.</summary>
    public async Task<IReadOnlyList<CrdrReplicaDns>> ReplicaDnsAsync(CrdrPair pair, string? token, IOperationHost host, CancellationToken ct)
    {
        if (IsWatched(pair))
        {
            using ReadEndpoint endpoint = await EndpointAsync(pair, token, host).ConfigureAwait(false);
            return [await Desk(endpoint, host).StatusAsync(ct).ConfigureAwait(false)];
        }
        return await VendorAsync(pair, token, host, vendor => vendor.ReplicaDnsAsync(ct)).ConfigureAwait(false);
    }

    /// <summary>Switches a read-only name on or off, or says which standbys it waits for.</summary>
    public async Task<CrdrReplicaDns> SetReplicaDnsAsync(CrdrPair pair, CrdrReplicaDnsRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        bool standbys = request.Forget.Count + request.Remember.Count > 0;
        if (standbys && !request.Enable) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsStandbysWhileOff", "What is switched off waits for no standby: give those when it is switched on.");
        if (IsWatched(pair))
        {
            if (request.Side is not null) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsHasNoSide", $"The read-only name of '{pair.Name}' follows the pair: it has no side.");
            using ReadEndpoint endpoint = await EndpointAsync(pair, token, host).ConfigureAwait(false);
            ReplicaDnsState before = endpoint.Store.Read();
            CrdrReplicaDns now = request.Enable ? await Desk(endpoint, host).EnableAsync(request, ct).ConfigureAwait(false) : await Desk(endpoint, host).DisableAsync(ct).ConfigureAwait(false);
            if (before.Enabled == request.Enable && (now.Number ?? 0) == before.Number) host.OnNotice(FindingSeverity.Info, $"The read-only name of {pair.Name} is {(request.Enable ? "on" : "off")} already: nothing was decided anew.");
            return now;
        }
        return await VendorAsync(pair, token, host, vendor =>
        {
            if (standbys) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsStandbysNotOurs", $"{pair.Provider} itself decides which standbys it waits for.");
            // A service that is being moved is not to be changed beneath that.
            if (Store.Holder(pair.Name) is { } holder) throw new PairBusyException(holder);
            return vendor.SetReplicaDnsAsync(request.Side, request.Enable, ct);
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Watches read-only names until each is switched off or <paramref name="ct"/> ends it, which is no trouble. What ended one against its will is told, and thrown
    /// when all have ended.
    /// </summary>
    public async Task WatchReplicaDnsAsync(IReadOnlyList<(CrdrPair Pair, string? Token, IOperationHost Host)> pairs, Action<CrdrReplicaDnsEvent> tell, CancellationToken ct)
    {
        List<ReadEndpoint> endpoints = [];
        CrdrException? trouble = null;
        try
        {
            foreach ((CrdrPair pair, string? token, IOperationHost host) in pairs)
            {
                try
                {
                    if (!IsWatched(pair))
                        throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsNotOurs", $"The read-only name of '{pair.Name}' is watched by {pair.Provider} itself.", "Look at it with Get-CrdrReplicaDns (crdr replica-dns status).");
                    endpoints.Add(await EndpointAsync(pair, token, host).ConfigureAwait(false));
                }
                catch (CrdrException e) when (pairs.Count > 1)
                {
                    // One bad pair keeps no other from being watched.
                    trouble ??= e;
                    tell(new() { At = _time.GetUtcNow(), Pair = pair.Name, Kind = ReplicaDnsEventKind.Ended, Severity = FindingSeverity.Error, Message = $"not watched: {e.Message}" });
                }
            }
            await ReplicaWatch.RunAsync(endpoints, tell, ct).ConfigureAwait(false);
            if (trouble is not null && !ct.IsCancellationRequested) throw trouble;
        }
        finally
        {
            endpoints.ForEach(e => e.Dispose());
        }
    }

    private static ReplicaDnsDesk Desk(ReadEndpoint endpoint, IOperationHost host) => new(endpoint, e => host.OnNotice(e.Severity, e.Message));

    /// <summary>Whether we keep the name, and not the vendor.</summary>
    private static bool IsWatched(CrdrPair pair) => ProviderRegistry.Get(pair.Provider) is IReadNodeProvider;

    private async Task<ReadEndpoint> EndpointAsync(CrdrPair pair, string? token, IOperationHost host)
    {
        ProviderRegistry.Require(pair);
        (ReadEndpointSettings? settings, string? complaint) = ReadEndpointSettings.Read(pair);
        if (settings is null) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsNotDescribed", $"{char.ToUpperInvariant(complaint![0])}{complaint.Substring(1)}.", "Describe it in the pair: replicaDns, with its settings and standbys.");
        Dictionary<string, string> passwords = [];
        foreach (ReadServer server in settings.Servers)
            if (server.Described.Password is { } reference) passwords[server.Name] = await SecretReference.ResolveAsync(reference, $"The password of the standby '{server.Name}'", null, host).ConfigureAwait(false);
        IReadNodes nodes = ((IReadNodeProvider)ProviderRegistry.Get(pair.Provider)).OpenNodes(pair, await ContextAsync(pair, token, host).ConfigureAwait(false));
        return new(pair, settings, nodes, passwords, Store, new Rfc2136Provider(settings.Place, new SignedDns(settings.Place, "the read-only name", host, _time)), _time);
    }

    private async Task<T> VendorAsync<T>(CrdrPair pair, string? token, IOperationHost host, Func<IReplicaDnsFeature, Task<T>> ask)
    {
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return session is IReplicaDnsFeature vendor ? await ask(vendor).ConfigureAwait(false)
                : throw new CrdrException(CrdrErrorKind.InvalidInput, "ReplicaDnsNotOffered", $"{pair.Provider} has no read-only name that falls back to the primary.");
        }
        finally
        {
            Release(session);
        }
    }
}
