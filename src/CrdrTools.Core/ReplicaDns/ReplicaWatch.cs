namespace CrdrTools.Core.ReplicaDns;

/// <summary>Many read-only names in one process, their rounds spread over the beat.</summary>
internal static class ReplicaWatch
{
    /// <summary>Between the end of one that ended against its will and another try, while others are watched.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Watches all until each has ended. One of many that ends against its will is tried again after a pause, for as long as another one is watched. What ended one is thrown when none is any more.
    /// </summary>
    public static async Task RunAsync(IReadOnlyList<ReadEndpoint> endpoints, Action<CrdrReplicaDnsEvent> tell, CancellationToken ct)
    {
        using CancellationTokenSource alone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        int watched = endpoints.Count;
        Task[] works = [.. endpoints.Select((endpoint, i) => Task.Run(() => WatchAsync(endpoint, TimeSpan.FromTicks(endpoint.Settings.Interval.Ticks * i / endpoints.Count)), CancellationToken.None))];
        await Task.WhenAll(works).ConfigureAwait(false);

        async Task WatchAsync(ReadEndpoint endpoint, TimeSpan offset)
        {
            string? told = null;
            for (; ; )
            {
                try
                {
                    await new ReplicaMonitor(endpoint, Once).RunAsync(offset, ct).ConfigureAwait(false);
                    Leave();
                    return;
                }
                catch (CrdrException)
                {
                    if (Leave() || ct.IsCancellationRequested) throw;
                    try
                    {
                        await endpoint.Time.Delay(Pause, alone.Token).ConfigureAwait(false);
                    }
                    catch (OperationCanceledException)
                    {
                        if (ct.IsCancellationRequested) return;
                    }
                    if (alone.IsCancellationRequested) throw;
                    Interlocked.Increment(ref watched);
                }
            }

            // The same trouble after each pause is told once.
            void Once(CrdrReplicaDnsEvent happened)
            {
                bool trouble = happened is { Kind: ReplicaDnsEventKind.Ended, Severity: FindingSeverity.Error };
                if (trouble && happened.Message == told) return;
                if (trouble || happened.Kind == ReplicaDnsEventKind.Decided) told = trouble ? happened.Message : null;
                tell(trouble && endpoints.Count > 1 ? happened with { Message = $"{happened.Message} It is tried again every {Pause.TotalSeconds:0} s while another one is watched." } : happened);
            }
        }

        // True: none is watched any more.
        bool Leave()
        {
            if (Interlocked.Decrement(ref watched) > 0) return false;
            alone.Cancel();
            return true;
        }
    }
}
