namespace CrdrTools.Simulator;

/// <summary>Counts requests in fixed windows of one real minute.</summary>
internal sealed class RateLimit
{
    private DateTimeOffset _windowEnd;
    private int _count;

    /// <summary>Counts one request; the whole seconds to wait when it is one too many, else null.</summary>
    public int? Take(int perMinute, DateTimeOffset realNow)
    {
        if (perMinute == 0) return null;
        if (realNow >= _windowEnd || realNow < _windowEnd - TimeSpan.FromMinutes(1))
        {
            _windowEnd = realNow + TimeSpan.FromMinutes(1);
            _count = 0;
        }
        return ++_count <= perMinute ? null : Math.Max(1, (int)Math.Ceiling((_windowEnd - realNow).TotalSeconds));
    }
}
