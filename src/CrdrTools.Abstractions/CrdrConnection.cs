namespace CrdrTools;

/// <summary>Where an application connects to, by the last truth. Without credentials.</summary>
public sealed record CrdrConnection
{
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The side that takes writes.</summary>
    public required Side Active { get; init; }
    /// <summary>The service that takes writes.</summary>
    public required string Member { get; init; }
    /// <summary>Its host and port.</summary>
    public required string Host { get; init; }
    /// <inheritdoc cref="Host"/>
    public required int Port { get; init; }
    /// <summary>
    /// Host and port of every member that a driver may be given, the active one first. A member that was given up, or that is not seen to be a standby, is not among them: a driver that
    /// looks for a server that takes writes would find it.
    /// </summary>
    public required IReadOnlyList<string> Hosts { get; init => field = Lists.Plain(value); }
    /// <summary>For libpq and what follows it, without credentials and database.</summary>
    public required string Uri { get; init; }
    /// <summary>For Npgsql, without credentials and database.</summary>
    public required string DotNet { get; init; }
    /// <summary>Where the pair stood when it was last seen.</summary>
    public CrdrPhase? Phase { get; init; }
    /// <summary>When the active side was last seen to be so.</summary>
    public required DateTimeOffset Seen { get; init; }
    /// <summary>Seconds since then.</summary>
    public required double AgeSeconds { get; init; }
    /// <summary>Whether that is longer ago than three looks: it may be so no more.</summary>
    public required bool Stale { get; init; }
}
