namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The transaction of a session, if one is open: its probes are written when it is committed.</summary>
internal sealed class SqlTransaction
{
    private readonly List<string> _written = [];

    public bool IsOpen { get; private set; }

    /// <summary>A statement in it has failed: nothing of it will be.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What the protocol calls its state.</summary>
    public char Status => !IsOpen ? 'I' : HasFailed ? 'E' : 'T';

    public void Begin() => IsOpen = true;

    public void Fail() => HasFailed = IsOpen;

    public void Write(ClusterStore store, string pair)
    {
        if (IsOpen) _written.Add(pair);
        else store.WriteProbe(pair);
    }

    public bool HasWritten(string pair) => _written.Contains(pair);

    public void Commit(ClusterStore store)
    {
        foreach (var pair in _written) store.WriteProbe(pair);
        Forget();
    }

    public void Forget()
    {
        IsOpen = HasFailed = false;
        _written.Clear();
    }
}
