using System.Collections.Concurrent;
using CrdrTools.Core;
using CrdrTools.Core.Monitoring;

namespace CrdrTools.Cli.Serve;

/// <summary>What is known, put together for whoever asks. Asks nobody itself but the state folder, and that now and then.</summary>
internal sealed class Desk(Crdr crdr, IReadOnlyList<CrdrPair> pairs, Watchtower tower, CrdrWatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_recordsKept = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, CrdrOperation? Last)> _last = new();

    /// <summary>Longer ago than that is not now any more.</summary>
    private TimeSpan Fresh => options.Interval + options.Interval + options.Interval;

    public IReadOnlyList<CrdrPairSight> Sights => tower.Sights;

    public CrdrPairSight Sight(string name) => Sights.FirstOrDefault(s => string.Equals(s.Pair, name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);

    public string Page(string nonce) => StatusPage.Write(Entries(), time.GetUtcNow(), options.Interval, nonce);

    public string Fragment() => StatusPage.Body(Entries(), time.GetUtcNow(), options.Interval);

    public string Metrics() => PrometheusText.Write(Sights, time.GetUtcNow(), tower.Lateness);

    public Health Health()
    {
        IReadOnlyList<CrdrPairSight> sights = Sights;
        int seen = sights.Count(s => s is { Status: not null, Trouble: null });
        bool late = sights.Any(s => s.LookedAt is { } at ? time.GetUtcNow() - at > Fresh + options.Interval : tower.Up > Fresh);
        return new(late ? "late" : seen == 0 && sights.Count > 0 && tower.Up > Fresh ? "blind" : "ok", sights.Count, seen, Math.Round(tower.Lateness.TotalSeconds, 3));
    }

    /// <summary>Where to connect to, for a pair, or for the only one.</summary>
    public CrdrConnection Connection(string? name)
    {
        CrdrPair pair = name is null
            ? pairs.Count == 1 ? pairs[0] : throw new CrdrException(CrdrErrorKind.InvalidInput, "PairMissing", $"Which pair? There is {string.Join(", ", pairs.Select(p => p.Name))}.")
            : pairs.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);
        return Connections.Of(pair, Sight(pair.Name), time.GetUtcNow(), Fresh)
            ?? throw new CrdrException(CrdrErrorKind.Unavailable, "ActiveNotKnown", $"Nobody was seen for certain to take the writes of '{pair.Name}' yet, or where it is reached is not known.");
    }

    private List<PageEntry> Entries() => [.. Sights.Select(s => new PageEntry(s, Last(s.Pair), s.Status?.LastProven?.ToString()))];

    private CrdrOperation? Last(string pair)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_last.TryGetValue(pair, out (DateTimeOffset At, CrdrOperation? Last) known) && (now - known.At).Duration() < s_recordsKept) return known.Last;
        CrdrOperation? last = null;
        try
        {
            last = crdr.Operations(pair).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            last = known.Last;
        }
        _last[pair] = (now, last);
        return last;
    }

    private CrdrException Unknown(string name) => new(CrdrErrorKind.NotFound, "PairNotFound", $"The pair '{name}' is not watched here. There is {string.Join(", ", pairs.Select(p => p.Name))}.");
}
