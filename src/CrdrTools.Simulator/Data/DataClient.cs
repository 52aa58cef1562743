namespace CrdrTools.Simulator.Data;

/// <summary>A simulated client that writes at a steady pace, numbering its writes from 1.</summary>
internal sealed class DataClient(int id, ServiceKey home, string via, long intervalTicks, DateTimeOffset startedAt)
{
    private readonly DateTimeOffset _startedAt = startedAt;
    private DateTimeOffset _lastAcknowledged = startedAt;
    private ServiceKey? _connected;
    private int _generation;
    private TimeSpan _longestGap;

    public int Id { get; } = id;
    public ServiceKey Home { get; } = home;
    public string Via { get; } = via;
    public DateTimeOffset? StoppedAt { get; private set; }
    public long Written { get; private set; }
    public WriteRun? Latest { get; private set; }

    public DateTimeOffset TimeOf(long number) => _startedAt.AddTicks(number * intervalTicks);

    public long NumberAt(DateTimeOffset at) => at <= _startedAt ? 0 : (at - _startedAt).Ticks / intervalTicks;

    public void Stop(DateTimeOffset at) => StoppedAt ??= at;

    /// <summary>The longest time between two acknowledged writes, one still lasting included.</summary>
    public TimeSpan LongestGap(DateTimeOffset now)
    {
        var lasting = (StoppedAt ?? now) - _lastAcknowledged;
        return lasting > _longestGap ? lasting : _longestGap;
    }

    /// <summary>Where the next writes go; null when they lead nowhere.</summary>
    public ServiceKey? Target(ITopology topology, ProxyBook proxies)
    {
        if (ClientVia.Direct(Via) is { } service) return new ServiceKey(Home.Project, service);
        if (ClientVia.Proxy(Via) is { } proxy) return Through(proxy, topology, proxies);
        if (Via == ClientVia.Uri) return topology.UriTarget(Home);
        if (_connected is { } still && topology.Accepts(still)) return still;
        var resolved = topology.UriTarget(Home);
        _connected = resolved;
        return resolved;
    }

    /// <summary>Writes what is due up to that time; the run it belongs to, or null when nothing was due.</summary>
    public WriteRun? WriteUpTo(DateTimeOffset at, ServiceKey? acceptedBy)
    {
        var last = NumberAt(at);
        if (StoppedAt is not null || last <= Written) return null;
        var first = Written + 1;
        if (Latest is null || Latest.AcceptedBy != acceptedBy) Latest = new WriteRun(this, first, acceptedBy);
        Latest.GrowTo(last);
        Written = last;
        if (acceptedBy is not null) Acknowledged(TimeOf(first), TimeOf(last));
        return Latest;
    }

    /// <summary>What it writes from now on has another fate than what it wrote before.</summary>
    public void EndRun() => Latest = null;

    /// <summary>Through a proxy a connection lives until its end dies or the proxy ends it.</summary>
    private ServiceKey? Through(string proxy, ITopology topology, ProxyBook proxies)
    {
        var generation = proxies.GenerationOf(proxy);
        if (_generation == generation && _connected is { } still && topology.Accepts(still)) return still;
        _generation = generation;
        _connected = proxies.TargetOf(proxy) is { } target ? new ServiceKey(Home.Project, target) : null;
        return _connected;
    }

    private void Acknowledged(DateTimeOffset first, DateTimeOffset last)
    {
        var gap = first - _lastAcknowledged;
        if (gap > _longestGap) _longestGap = gap;
        _lastAcknowledged = last;
    }
}
