namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>Who moves the pair in a turn.</summary>
internal enum Who
{
    /// <summary>The procedure and nothing else, over connections that were open before; a rewind syncs what it wrote.</summary>
    ByHand,

    /// <summary>The same with a rewind that does not sync.</summary>
    ByHandUnsynced,

    /// <summary>As one types it: <c>psql</c> and <c>socat</c>, a process a step.</summary>
    ByCommands,

    /// <summary>By a process that runs, with the pair opened for this one call.</summary>
    Ours,

    /// <summary>By a process that watches: the pair was open, and was looked at, before.</summary>
    Kept,

    /// <summary>By <c>crdr</c>, started for it.</summary>
    Command,
}
