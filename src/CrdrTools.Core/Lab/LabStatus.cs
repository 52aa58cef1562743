namespace CrdrTools.Core.Lab;

/// <summary>What is so in a lab now, by asking.</summary>
public sealed record LabStatus
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether it was set up to the end.</summary>
    public required bool Complete { get; init; }

    /// <summary>Whether every node answers, exactly one takes writes, the others follow it, and every proxy takes connections.</summary>
    public required bool Healthy { get; init; }

    /// <summary>The nodes.</summary>
    public required IReadOnlyList<LabNodeStatus> Nodes { get; init; }

    /// <summary>The proxies.</summary>
    public required IReadOnlyList<LabProxyStatus> Proxies { get; init; }

    /// <summary>The node of that name.</summary>
    public LabNodeStatus this[string name] => Nodes.First(n => n.Name == name);
}

/// <summary>One node now. What it did not tell is <see langword="null"/>.</summary>
public sealed record LabNodeStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>Its postmaster, if one runs on its data directory.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Whether a postmaster runs.</summary>
    public bool Running => ProcessId is not null;

    /// <summary>Whether it has answered over SQL.</summary>
    public bool Answers => InRecovery is not null;

    /// <summary>A standby, or one that takes writes.</summary>
    public bool? InRecovery { get; init; }

    /// <summary>The timeline that it writes, or receives, or received last: that of its newest log, and not of its last checkpoint.</summary>
    public uint? Timeline { get; init; }

    /// <summary>How far it has written, or replayed.</summary>
    public string? Lsn { get; init; }

    /// <summary>The node that it streams from.</summary>
    public string? Follows { get; init; }

    /// <summary>How much of the log of the one that it follows it has not replayed, in bytes; as that one sees it.</summary>
    public long? LagBytes { get; init; }

    /// <summary><c>async</c>, <c>sync</c>, <c>quorum</c> or <c>potential</c>; as the one that it follows sees it.</summary>
    public string? SyncState { get; init; }

    /// <summary>Why it does not answer.</summary>
    public string? Detail { get; init; }
}

/// <summary>One proxy now.</summary>
/// <param name="Name"><c>haproxy</c> or <c>pgbouncer</c>.</param>
/// <param name="Port">Where clients come to.</param>
/// <param name="ProcessId">Its process, if there is one.</param>
/// <param name="Answers">Whether it takes connections.</param>
public sealed record LabProxyStatus(string Name, int Port, int? ProcessId, bool Answers);

/// <summary>What taking a lab down came to.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Existed">Whether there was a lab in it.</param>
/// <param name="Ended">How many processes were ended.</param>
public sealed record LabEnd(string Folder, bool Existed, int Ended);
