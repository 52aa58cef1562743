using System.Collections.Concurrent;

namespace CrdrTools.Core.Monitoring;

/// <summary>One way to tell people: one alert after another, each tried a few times.</summary>
/// <param name="where">What it is called.</param>
/// <param name="limit">How long one try has.</param>
/// <param name="deed">The try.</param>
/// <param name="time">The clock between two tries.</param>
/// <param name="tell">Who hears that somebody did not.</param>
internal sealed class AlertWay(string where, TimeSpan limit, Func<CrdrWatchEvent, CancellationToken, Task> deed, TimeProvider time, Action<CrdrWatchEvent> tell)
{
    /// <summary>Alerts that wait, at most: older ones are dropped then, for the newest says how it stands.</summary>
    private const int Most = 200;

    private static readonly TimeSpan[] s_again = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(25)];

    /// <summary>What is left when the watching ends has that long altogether.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<CrdrWatchEvent> _waiting = new();
    private readonly SemaphoreSlim _some = new(0);

    public void Add(CrdrWatchEvent happened)
    {
        _waiting.Enqueue(happened);
        while (_waiting.Count > Most) _waiting.TryDequeue(out _);
        _some.Release();
    }

    /// <summary>Tells until <paramref name="ct"/> ends it; what is left then is tried once more, as far as the time goes.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource over = new();
        using CancellationTokenRegistration ends = ct.Register(() => over.CancelAfter(s_farewell));
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _some.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (_waiting.TryDequeue(out CrdrWatchEvent? next)) await TellAsync(next, over.Token, ct).ConfigureAwait(false);
        }
        while (!over.IsCancellationRequested && _waiting.TryDequeue(out CrdrWatchEvent? last)) await TellAsync(last, over.Token, ct).ConfigureAwait(false);
    }

    private async Task TellAsync(CrdrWatchEvent happened, CancellationToken over, CancellationToken ct)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(over);
                enough.CancelAfter(limit);
                await deed(happened, enough.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                bool last = i == s_again.Length || ct.IsCancellationRequested;
                if (i == 0 || last) Failed(happened, e is OperationCanceledException ? over.IsCancellationRequested ? "there was no time left for it" : $"no answer within {limit.TotalSeconds:0} s" : e.Message.TrimEnd('.'), last);
                if (last) return;
            }
            // Whoever stops meanwhile has it tried once more at once.
            await Task.WhenAny(time.Delay(s_again[i], ct)).ConfigureAwait(false);
        }
    }

    private void Failed(CrdrWatchEvent happened, string why, bool last)
    {
        try
        {
            tell(new()
            {
                At = time.GetUtcNow(), Pair = happened.Pair, Kind = WatchEventKind.AlertFailed, Severity = FindingSeverity.Warning,
                Message = $"the alert '{happened.Kind}' did not get through to {where}: {why}; it is {(last ? "given up" : "tried again")}",
            });
        }
        catch (Exception)
        {
            // Nobody hears that either; the next alert is tried all the same.
        }
    }
}
