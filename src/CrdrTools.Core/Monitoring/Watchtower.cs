namespace CrdrTools.Core.Monitoring;

/// <summary>Many pairs watched in one process, their looks spread over the interval; and what is known of each, for whoever asks meanwhile.</summary>
public sealed class Watchtower
{
    private readonly IReadOnlyList<PairWatch> _watches;
    private readonly CrdrWatchOptions _options;
    private readonly Alerts _alerts;

    private readonly TimeProvider _time;
    private readonly long _made;

    internal Watchtower(IReadOnlyList<PairWatch> watches, CrdrWatchOptions options, Alerts alerts, TimeProvider time)
    {
        _time = time;
        _made = time.GetTimestamp();
        _watches = watches;
        _options = options;
        _alerts = alerts;
    }

    /// <summary>What is known of each pair now. Asks nobody.</summary>
    public IReadOnlyList<CrdrPairSight> Sights => [.. _watches.Select(w => w.Sight)];

    /// <summary>How long it stands.</summary>
    public TimeSpan Up => _time.GetElapsedTime(_made);

    /// <summary>How late the latest look began, at most.</summary>
    public TimeSpan Lateness => _watches.Count == 0 ? TimeSpan.Zero : _watches.Max(w => w.Lateness);

    /// <summary>Watches until <paramref name="ct"/> ends it, which is no trouble.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        Task alerting = Task.Run(() => _alerts.RunAsync(ct), CancellationToken.None);
        Task[] watching = [.. _watches.Select((watch, i) => Task.Run(() => watch.RunAsync(TimeSpan.FromTicks(_options.Interval.Ticks * i / _watches.Count), ct), CancellationToken.None))];
        await Task.WhenAll(watching).ConfigureAwait(false);
        await alerting.ConfigureAwait(false);
    }
}
