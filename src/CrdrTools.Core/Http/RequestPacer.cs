using System.Collections.Concurrent;

namespace CrdrTools.Core.Http;

/// <summary>
/// Keeps all pairs of one key within the vendor's rate limit. Nothing is kept but when the last requests went out: it changes how fast
/// things go and never what they come to, and so may be shared by all that runs in the process.
/// </summary>
public sealed class RequestPacer
{
    private static readonly ConcurrentDictionary<string, RequestPacer> s_shared = new();
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);
    private readonly object _gate = new();
    private readonly long[] _slots;
    private readonly TimeProvider _time;
    private int _next;

    /// <summary>So many requests in any second.</summary>
    public RequestPacer(int perSecond, TimeProvider time)
    {
        _slots = new long[perSecond];
        _time = time;
        long longAgo = time.GetTimestamp() - Ticks(s_window) - 1;
        for (int i = 0; i < _slots.Length; i++) _slots[i] = longAgo;
    }

    /// <summary>The pacer of a vendor's address and a key; only a hash of the key is kept.</summary>
    public static RequestPacer Shared(Uri address, string key, int perSecond, TimeProvider time) =>
        s_shared.GetOrAdd($"{address.Authority} {Compat.Sha256(key)} {time.GetHashCode()}", _ => new RequestPacer(perSecond, time));

    /// <summary>Waits for a turn; turns are given in the order in which they are asked for.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        TimeSpan wait = Reserve(_time.GetTimestamp(), jump: false);
        if (wait > TimeSpan.Zero) await _time.Delay(wait, ct).ConfigureAwait(false);
    }

    /// <summary>Counts a request that does not wait.</summary>
    public void Count() => Reserve(_time.GetTimestamp(), jump: true);

    /// <summary>The oldest slot is the next to be used: a second after it was, or at once.</summary>
    private TimeSpan Reserve(long now, bool jump)
    {
        lock (_gate)
        {
            long free = _slots[_next] + Ticks(s_window);
            long at = jump || free < now ? now : free;
            // A request that jumped the queue takes the slot of the last in it, so that times in the ring never go back.
            int before = (_next + _slots.Length - 1) % _slots.Length;
            _slots[_next] = Math.Max(at, _slots[before]);
            _next = (_next + 1) % _slots.Length;
            return TimeSpan.FromTicks((long)((at - now) * (double)TimeSpan.TicksPerSecond / _time.TimestampFrequency));
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
