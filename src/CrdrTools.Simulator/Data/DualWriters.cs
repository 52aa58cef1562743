namespace CrdrTools.Simulator.Data;

/// <summary>
/// Counts acknowledged writes of a pair while both of its services acknowledge. An interval counts when both did.
/// </summary>
internal sealed class DualWriters
{
    private readonly Dictionary<ServiceKey, Interval> _open = [];
    private long _closed;

    public long Count => _closed + _open.Values.Distinct().Sum(i => i.Dual);

    /// <summary>Notes writes one service acknowledged; the topology is the one they were made in.</summary>
    public void Note(ServiceKey service, long count, ITopology topology)
    {
        if (count == 0 || topology.PeerOf(service) is not { } peer || !topology.Accepts(peer)) return;
        if (!_open.TryGetValue(service, out var interval)) interval = _open[service] = _open[peer] = new Interval();
        interval.Add(service, count);
    }

    /// <summary>Ends the intervals of pairs of which no longer both acknowledge.</summary>
    public void Close(ITopology topology)
    {
        if (_open.Count == 0) return;
        foreach (var pair in _open.ToList())
        {
            if (topology.Accepts(pair.Key) && topology.PeerOf(pair.Key) is { } peer && topology.Accepts(peer)) continue;
            _closed += pair.Value.End();
            _open.Remove(pair.Key);
        }
    }

    private sealed class Interval
    {
        private readonly Dictionary<ServiceKey, long> _writes = [];

        public long Dual => _writes.Count < 2 ? 0 : _writes.Values.Sum();

        public void Add(ServiceKey service, long count) =>
            _writes[service] = count + (_writes.TryGetValue(service, out var earlier) ? earlier : 0);

        public long End()
        {
            var dual = Dual;
            _writes.Clear();
            return dual;
        }
    }
}
