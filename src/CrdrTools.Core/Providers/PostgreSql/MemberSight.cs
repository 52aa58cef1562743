using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>What one look at a member told, over SQL and at its machine.</summary>
/// <param name="Facts">What it said; <see langword="null"/> when it said nothing.</param>
/// <param name="Trouble">Why it said nothing.</param>
/// <param name="Node">What its machine shows, where it can be asked.</param>
/// <param name="Writing">Whether transactions were seen to come to it between two looks; <see langword="null"/>: it was not looked at twice.</param>
/// <param name="LogGone">The piece of the log that a standby asks its writer for and that is there no more, so that it waits for ever.</param>
internal sealed record MemberSight(PostgresFacts? Facts, CrdrException? Trouble, NodeState? Node, bool? Writing = null, string? LogGone = null)
{
    /// <summary>It answers and is no standby.</summary>
    public bool Writable => Facts is { InRecovery: false };

    /// <summary>It answers and is a standby.</summary>
    public bool Standby => Facts is { InRecovery: true };

    /// <summary>Its receiver gets the log, of whatever timeline.</summary>
    public bool Hears => Facts is { InRecovery: true, Receiver.Status: "streaming" };

    /// <summary>It was seen not to run: its machine says so, or nothing listens there.</summary>
    public bool Down => Facts is null && (Node is { Running: false } || (Node is not { Running: true } && Trouble?.ErrorId == "MemberRefuses"));

    /// <summary>Its machine says that no server runs on its data directory: a proof, where a refused connection is none.</summary>
    public bool Stopped => Facts is null && Node is { Running: false };

    /// <summary>The newest timeline that it is known to be on.</summary>
    public uint? Timeline => Facts?.Timeline ?? Node?.Control?.Timeline;

    /// <summary>Its receiver gets the log, of the timeline that is asked for.</summary>
    public bool StreamsOn(uint timeline) => LogGone is null && Facts is { InRecovery: true, Receiver: { Status: "streaming" } receiver } && receiver.Timeline == timeline;
}
