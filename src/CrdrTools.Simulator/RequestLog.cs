namespace CrdrTools.Simulator;

/// <summary>The last requests, and how many there were of each kind. Used under the world's lock.</summary>
internal sealed class RequestLog
{
    private const int Kept = 100_000;

    private readonly Dictionary<long, SimulatorRequest> _entries = [];
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<Waiter> _waiters = [];
    private long _last;
    private long _first = 1;

    public IReadOnlyList<SimulatorRequest> All
    {
        get
        {
            var all = new List<SimulatorRequest>(_entries.Count);
            for (var number = _first; number <= _last; number++) all.Add(_entries[number]);
            return all;
        }
    }

    public IReadOnlyDictionary<string, long> Counts => new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);

    public long NextNumber => _last + 1;

    public void Add(SimulatorRequest request)
    {
        _last = request.Number;
        _entries[request.Number] = request;
        if (_entries.Count > Kept) _entries.Remove(_first++);
        _counts[request.Kind] = 1 + (_counts.TryGetValue(request.Kind, out var count) ? count : 0);
        foreach (var waiter in _waiters.FindAll(w => w.Match(request)))
        {
            _waiters.Remove(waiter);
            waiter.Found.TrySetResult(request);
        }
    }

    /// <summary>Changes what is known of a request, if it is still kept.</summary>
    public void Change(long number, Func<SimulatorRequest, SimulatorRequest> change)
    {
        if (_entries.TryGetValue(number, out var request)) _entries[number] = change(request);
    }

    public Task<SimulatorRequest> NextAsync(Func<SimulatorRequest, bool> match)
    {
        var waiter = new Waiter(match);
        _waiters.Add(waiter);
        return waiter.Found.Task;
    }

    public void Clear()
    {
        _entries.Clear();
        _counts.Clear();
        _first = _last + 1;
    }

    private sealed class Waiter(Func<SimulatorRequest, bool> match)
    {
        public Func<SimulatorRequest, bool> Match { get; } = match;
        public TaskCompletionSource<SimulatorRequest> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
