namespace CrdrTools.Simulator.Faults;

/// <summary>The faults in force, and how often each has matched. Used under the world's lock.</summary>
internal sealed class FaultBook
{
    private readonly List<Entry> _entries = [];
    private int _lastId;

    public IReadOnlyList<SimulatorFault> All => _entries.ConvertAll(e => e.Fault);

    public SimulatorFault Add(SimulatorFault fault)
    {
        Check(fault);
        var added = fault with { Id = ++_lastId };
        _entries.Add(new Entry(added));
        return added;
    }

    /// <summary>Takes one fault out, or all of them; requests they hold go on.</summary>
    public int Remove(int? id)
    {
        var removed = _entries.FindAll(e => id is null || e.Fault.Id == id);
        _entries.RemoveAll(removed.Contains);
        foreach (var entry in removed) entry.Cleared.TrySetResult(true);
        return removed.Count;
    }

    /// <summary>What happens to this request; counts the matches.</summary>
    public FaultVerdict Take(SimulatorRequest request)
    {
        Entry? acting = null;
        var delay = 0;
        foreach (var entry in _entries)
        {
            var latency = entry.Fault.Action == SimulatorFaultAction.Latency;
            if (!latency && acting is not null) continue;
            if (!Matches(entry.Fault, request) || !entry.Fires()) continue;
            if (latency) delay += entry.Fault.DelayMs;
            else acting = entry;
        }
        return new FaultVerdict(delay, acting?.Fault, acting?.Cleared.Task ?? Task.CompletedTask);
    }

    private static bool Matches(SimulatorFault fault, SimulatorRequest request) =>
        (fault.Method is null || string.Equals(fault.Method, request.Method, StringComparison.OrdinalIgnoreCase))
        && (fault.Kind is null || string.Equals(fault.Kind, request.Kind, StringComparison.OrdinalIgnoreCase))
        && Contains(request.Path, fault.PathContains)
        && Contains(request.Body, fault.BodyContains);

    private static bool Contains(string text, string? part) => part is null || text.IndexOf(part, StringComparison.Ordinal) >= 0;

    private static void Check(SimulatorFault fault)
    {
        if (!Enum.IsDefined(typeof(SimulatorFaultAction), fault.Action)) throw new ArgumentException($"unknown action '{fault.Action}'");
        if (fault.Skip < 0) throw new ArgumentException("skip must not be negative");
        if (fault.Times < 0) throw new ArgumentException("times must not be negative");
        if (fault.DelayMs is < 0 or > 86_400_000) throw new ArgumentException("delayMs must be 0 to 86400000");
        if (fault.Status is < 200 or > 599) throw new ArgumentException("status must be 200 to 599");
        if (fault.RetryAfterSeconds < 0) throw new ArgumentException("retryAfterSeconds must not be negative");
    }

    private sealed class Entry(SimulatorFault fault)
    {
        private int _seen;

        public SimulatorFault Fault { get; } = fault;
        public TaskCompletionSource<bool> Cleared { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Fires()
        {
            var number = ++_seen - Fault.Skip;
            return number > 0 && (Fault.Times is not { } times || number <= times);
        }
    }
}
