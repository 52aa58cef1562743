namespace CrdrTools.Core.Stores;

/// <summary>
/// What is kept of one read-only name: where it shall lead, and what is still to be published. A decision is a number that only this store gives; what is
/// published bears it, so that a writer who slept cannot undo a newer one (safety rule S26).
/// </summary>
public interface IReplicaDnsStore
{
    /// <summary>What was decided last.</summary>
    ReplicaDnsState Read();

    /// <summary>Changes whenever somebody wrote; cheap to ask.</summary>
    long Stamp();

    /// <summary>Changes it while nobody else does; durable when it returns. <see langword="null"/> from <paramref name="change"/>: it stays as it is. Gives what stands then.</summary>
    ReplicaDnsState Change(Func<ReplicaDnsState, ReplicaDnsState?> change);

    /// <summary>What waits to be published: one item at most, for a newer one takes the place of an older.</summary>
    ReplicaDnsWork? Work();

    /// <summary>Adds an item; an older one than that which waits is dropped.</summary>
    void Put(ReplicaDnsWork work);

    /// <summary>Takes out the item of that number, and older ones.</summary>
    void Done(long number);

    /// <summary>The right to watch it, or throws <see cref="CrdrException"/> <c>ReplicaDnsWatched</c>.</summary>
    ILease Watch();

    /// <summary>Who watches it, if anybody does.</summary>
    CrdrLease? Watcher();
}

/// <summary>Where a read-only name shall lead.</summary>
public sealed record ReplicaDnsState
{
    /// <summary>Whether it is switched on.</summary>
    public bool Enabled { get; init; }
    /// <summary>Where it shall lead.</summary>
    public ReplicaDnsTarget Target { get; init; }
    /// <summary>Since when the target is that.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The number of the newest decision; 0: none was made.</summary>
    public long Number { get; init; }
    /// <summary>The servers that it shall name.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];
    /// <summary>What it shall lead to: their addresses or name; empty: nothing.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
    /// <summary>Why.</summary>
    public string? Why { get; init; }
    /// <summary>The newest decision that was seen published.</summary>
    public long Published { get; init; }
    /// <summary>Standbys that are not waited for.</summary>
    public IReadOnlyList<string> Forgotten { get; init; } = [];
    /// <summary>The newest timeline that the pair was seen writing on.</summary>
    public uint Timeline { get; init; }
    /// <summary>The system whose timeline that is; 0: not kept yet.</summary>
    public ulong System { get; init; }
}

/// <summary>An item of the queue.</summary>
public sealed record ReplicaDnsWork
{
    /// <summary>What is to be done.</summary>
    public string Kind { get; init; } = "build_dns_records";
    /// <summary>The decision.</summary>
    public required long Number { get; init; }
    /// <summary>What the name shall lead to; empty: nothing.</summary>
    public required IReadOnlyList<string> Values { get; init; }
    /// <summary>Since when it waits.</summary>
    public required DateTimeOffset Since { get; init; }
}
