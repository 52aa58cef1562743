namespace CrdrTools.Core.Operations;

/// <summary>A provider whose servers can be asked one by one, so that a read-only name can be kept for them.</summary>
public interface IReadNodeProvider
{
    /// <summary>The servers of a pair; nothing is asked yet.</summary>
    IReadNodes OpenNodes(CrdrPair pair, ProviderContext context);

    /// <summary>What is wrong with the description of a standby, or <see langword="null"/>.</summary>
    string? Complaint(CrdrStandby standby);
}

/// <summary>Short looks at the servers of a pair, and at those that are read from besides.</summary>
public interface IReadNodes
{
    /// <summary>A member of the pair.</summary>
    IReadNode OpenMember(Side side);

    /// <summary>Another server that is read from.</summary>
    IReadNode OpenStandby(CrdrStandby standby, string? password);

    /// <summary>Whether a sender that a standby names is that member.</summary>
    bool IsMember(Side side, string host, int port);
}

/// <summary>One server, looked at again and again. Used by one at a time.</summary>
public interface IReadNode : IDisposable
{
    /// <summary>
    /// Asks it one question. Never takes longer than the token allows, also where the server is stopped in its tracks and takes the connection without a word.
    /// Throws what went wrong as <see cref="CrdrException"/>, and <see cref="OperationCanceledException"/> when the time was over.
    /// </summary>
    Task<ReadSight> LookAsync(CancellationToken ct);
}

/// <summary>What a server said of itself.</summary>
/// <param name="InRecovery">It is a standby.</param>
/// <param name="System">The system identifier, by which members of one cluster know each other.</param>
/// <param name="Timeline">A primary's own; that which a standby receives. <see langword="null"/>: a standby that receives nothing.</param>
/// <param name="Streaming">A standby whose receiver gets the log; <see langword="null"/>: what it does is not shown to whom we ask as.</param>
/// <param name="SenderHost">From where.</param>
/// <param name="SenderPort">From which port.</param>
/// <param name="Lag">How far a standby is behind; <see langword="null"/>: it cannot be told.</param>
public sealed record ReadSight(bool InRecovery, ulong System, uint? Timeline, bool? Streaming, string? SenderHost, int? SenderPort, TimeSpan? Lag);
