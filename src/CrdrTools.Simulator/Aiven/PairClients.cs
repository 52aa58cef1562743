using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Whose writes count for a pair, and which service should have them.</summary>
internal static class PairClients
{
    public static Func<DataClient, bool> Of(AivenModel model, ServiceKey key)
    {
        var pair = model.PairOf(key);
        return client => client.Home == key || (pair is not null && (client.Home == pair.Primary || client.Home == pair.Recovery));
    }

    /// <summary>The active service; with two of them the one behind the shared URI, with none the one that is left.</summary>
    public static ServiceKey Keeper(AivenModel model, ServiceKey key)
    {
        if (model.PairOf(key) is not { } pair) return key;
        var primary = model.Find(pair.Primary)?.Role;
        var recovery = model.Find(pair.Recovery)?.Role;
        if (primary == AivenWords.Active && recovery == AivenWords.Active) return pair.UriTarget;
        if (primary == AivenWords.Active) return pair.Primary;
        return recovery == AivenWords.Active || primary == AivenWords.Failed ? pair.Recovery : pair.UriTarget;
    }
}
