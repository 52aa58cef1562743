using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>How a server is stopped.</summary>
internal enum StopMode
{
    /// <summary>Sessions are ended, everything is written down, and its standbys get the last record: a clean end.</summary>
    Fast,
    /// <summary>At once; it recovers from its log when it is started again.</summary>
    Immediate,
}

/// <summary>What <c>pg_control</c> says of a data directory.</summary>
internal sealed record ControlFile
{
    /// <summary>The same for a server and all its standbys.</summary>
    public required ulong SystemIdentifier { get; init; }

    /// <summary>In PostgreSQL's words: <c>shut down</c>, <c>shut down in recovery</c>, <c>in production</c>, <c>in archive recovery</c>, …</summary>
    public required string State { get; init; }

    /// <summary>The newest checkpoint's record.</summary>
    public required NpgsqlLogSequenceNumber Checkpoint { get; init; }

    /// <summary>From where on the log is replayed after that one; at or before it.</summary>
    public NpgsqlLogSequenceNumber Redo { get; init; }

    /// <summary>Its timeline. Right after a promotion it may still be the old one.</summary>
    public required uint Timeline { get; init; }

    /// <summary>How far a standby must recover before it is consistent; zero on a primary.</summary>
    public required NpgsqlLogSequenceNumber MinimumRecoveryEnd { get; init; }

    /// <summary>The timeline of that; zero on a primary.</summary>
    public uint MinimumRecoveryTimeline { get; init; }

    /// <summary>How large a segment of its log is, in bytes; zero where that was not told.</summary>
    public uint SegmentSize { get; init; }

    /// <summary>The newest timeline that it knows itself to be on.</summary>
    public uint NewestTimeline => Math.Max(Timeline, MinimumRecoveryTimeline);

    /// <summary>It has ended as a primary, and everything that it ever acknowledged is before its newest checkpoint.</summary>
    public bool ShutDownAsPrimary => State == "shut down";
}

/// <summary>What is so at a member's own machine.</summary>
/// <param name="Running">Whether a server runs on the data directory; <see langword="null"/>: that cannot be told.</param>
/// <param name="Control">What its control file says, where it can be read.</param>
/// <param name="StartsAsStandby">Whether it would start as a standby (<c>standby.signal</c>).</param>
/// <param name="Unfinished">A rewind or base backup that was begun there and not ended: it must not be started (safety rule S12).</param>
/// <param name="Detail">More, in words.</param>
/// <param name="Port">The port of the server that runs there, where that is told.</param>
/// <param name="Copied">Whether it is a base backup that was never started.</param>
internal sealed record NodeState(bool? Running, ControlFile? Control, bool? StartsAsStandby, string? Unfinished, string? Detail, int? Port = null, bool Copied = false);

/// <summary>
/// What SQL cannot do at a member's own machine. Each returns when it is so, or throws <see cref="CrdrException"/>; each may be asked again.
/// </summary>
internal interface INode
{
    /// <summary>Whether it can do anything at all; a member with no node control needs a human.</summary>
    bool CanAct { get; }

    /// <summary>Looks; starts nothing but a look.</summary>
    Task<NodeState> LookAsync(CancellationToken ct);

    /// <summary>Starts the server and returns when its process runs; whether it takes connections is seen over SQL.</summary>
    Task StartAsync(CancellationToken ct);

    /// <summary>
    /// Stops the server and returns when its process is gone: the signal goes out at once, and the end is waited for without a pause between looks.
    /// Already stopped is a success. Over the limit: throws <c>NodeStopTimeout</c>, and it may still stop.
    /// </summary>
    Task StopAsync(StopMode mode, TimeSpan limit, CancellationToken ct);

    /// <summary>
    /// Reads the control file of a stopped server as fast as it can be, for a moment in which clients wait.
    /// </summary>
    Task<ControlFile> ControlAsync(CancellationToken ct);

    /// <summary>
    /// Whether the log of a stopped server holds any record at or past a place of a timeline, or anything of a later timeline; <see langword="null"/>: that cannot be told, and is to be taken for yes.
    /// </summary>
    Task<bool?> HasLogAfterAsync(NpgsqlLogSequenceNumber place, uint timeline, CancellationToken ct) => Task.FromResult<bool?>(null);

    /// <summary>What a stopped server has of the log for what it is going to replay; <see langword="null"/>: that cannot be told.</summary>
    Task<OwnLog?> OwnLogAsync(CancellationToken ct) => Task.FromResult<OwnLog?>(null);

    /// <summary>The newest timeline that a stopped server has the history of, and that; <see langword="null"/>: there is none, or that cannot be told.</summary>
    Task<(uint Timeline, string Text)?> HistoryAsync(CancellationToken ct) => Task.FromResult<(uint, string)?>(null);

    /// <summary>Keeps the log from <paramref name="from"/> to its end aside, and tells where (safety rule S12).</summary>
    Task<string> KeepWalAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct);

    /// <summary>
    /// <c>pg_rewind</c> of a stopped server to where <paramref name="source"/> is. False: it says that none was required, which proves nothing by itself.
    /// </summary>
    /// <param name="source">A libpq connection string to the new primary, without a password.</param>
    /// <param name="password">The password, which travels in the environment.</param>
    /// <param name="heard">What it prints on the way.</param>
    /// <param name="ct">Ends it; the directory must not be started then.</param>
    Task<bool> RewindAsync(string source, string? password, Action<string>? heard, CancellationToken ct);

    /// <summary>
    /// A base backup from <paramref name="source"/> into a new directory that then takes the place of the old one, which is renamed and kept (safety rule S12).
    /// Gives where the old one is.
    /// </summary>
    Task<string?> BaseBackupAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct);

    /// <summary>Makes a stopped server one that starts as a standby of <paramref name="primary"/>.</summary>
    Task FollowAsync(string primary, string slot, CancellationToken ct);

    /// <summary>Refuses every new connection but the given user's own from the given addresses, by <c>pg_hba.conf</c>; a reload is needed and not done here.</summary>
    Task CloseDoorsAsync(string operatorUser, string replicationUser, CancellationToken ct);

    /// <summary>Puts back what <see cref="CloseDoorsAsync"/> replaced; nothing to put back is a success.</summary>
    Task OpenDoorsAsync(CancellationToken ct);
}
