namespace CrdrTools.Core.ReplicaDns;

/// <summary>Many read-only names in one process, their rounds spread over the beat.</summary>
internal static class ReplicaWatch
{
    /// <summary>Watches all until each has ended. What ended one against its will is thrown then.</summary>
    public static async Task RunAsync(IReadOnlyList<ReadEndpoint> endpoints, Action<CrdrReplicaDnsEvent> tell, CancellationToken ct)
    {
        Task[] watched = [.. endpoints.Select((endpoint, i) => Task.Run(() => new ReplicaMonitor(endpoint, tell).RunAsync(TimeSpan.FromTicks(endpoint.Settings.Interval.Ticks * i / endpoints.Count), ct), CancellationToken.None))];
        await Task.WhenAll(watched).ConfigureAwait(false);
    }
}
