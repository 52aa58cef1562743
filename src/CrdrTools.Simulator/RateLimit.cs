namespace CrdrTools.Simulator;

/// <summary>Counts requests in fixed windows of real time.</summary>
internal sealed class RateLimit(TimeSpan window)
{
    private DateTimeOffset _windowEnd;
    private int _count;

    /// <summary>
    /// Counts one request of at most so many in a window, 0 for any number; the whole seconds to wait when it is one too many, else null.
    /// </summary>
    public int? Take(int most, DateTimeOffset realNow)
    {
        if (most == 0) return null;
        if (realNow >= _windowEnd || realNow < _windowEnd - window)
        {
            _windowEnd = realNow + window;
            _count = 0;
        }
        return ++_count <= most ? null : Math.Max(1, (int)Math.Ceiling((_windowEnd - realNow).TotalSeconds));
    }
}
