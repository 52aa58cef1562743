namespace CrdrTools.Simulator.Data;

/// <summary>The writes one service holds: of each run the first so many.</summary>
internal sealed class WriteSet
{
    private readonly Dictionary<WriteRun, long> _held = [];

    public long Rows => _held.Values.Sum();

    public long Of(WriteRun run) => _held.TryGetValue(run, out var count) ? count : 0;

    public void Accept(WriteRun run) => _held[run] = run.Count;

    /// <summary>Forgets what was written after that time.</summary>
    public void CutTo(DateTimeOffset at)
    {
        foreach (var run in _held.Keys.ToList()) _held[run] = Math.Min(_held[run], run.CountUpTo(at));
    }

    /// <summary>Takes over what the other set holds and was written up to that time; never loses anything.</summary>
    public void CatchUp(WriteSet from, DateTimeOffset upTo)
    {
        foreach (var pair in from._held)
        {
            var count = Math.Min(pair.Value, pair.Key.CountUpTo(upTo));
            if (count > Of(pair.Key)) _held[pair.Key] = count;
        }
    }
}
