namespace CrdrTools.Core.Monitoring;

/// <summary>What one look at a pair came to.</summary>
/// <param name="Status">What was seen; <see langword="null"/> when nothing was.</param>
/// <param name="Trouble">Why nothing was.</param>
/// <param name="Testimonies">What each witness says of the primary.</param>
internal sealed record PairLook(CrdrStatus? Status, string? Trouble, IReadOnlyList<CrdrTestimony> Testimonies);

/// <summary>A watcher's eyes and hands on one pair: a seam, so that what it decides can be proven without a clock or a network.</summary>
internal interface IPairEyes : IDisposable
{
    /// <summary>Looks, and asks the witnesses. A pair that cannot be seen is a look too.</summary>
    /// <param name="before">The look before, so that what moves is seen.</param>
    /// <param name="evidence">Whether something is to be done about it: then nothing may be older than the call.</param>
    /// <param name="everybody">Whether those are asked too who else are only where the look leaves a doubt: who was never heard to say that it lives is no witness of its death.</param>
    /// <param name="ct">Whoever asked waits no longer: what has been seen until then is told.</param>
    Task<PairLook> LookAsync(CrdrStatus? before, bool evidence, bool everybody, CancellationToken ct);

    /// <summary>Pure: what the witnesses say of a look that somebody else took.</summary>
    IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before);

    /// <summary>Fails over; until the writes are asked to move, <paramref name="objection"/> may still say why not.</summary>
    Task<CrdrOperation> FailOverAsync(CrdrRequest request, Func<CrdrStatus, string?> objection, CancellationToken ct);

    /// <summary>What a failover would be refused for, beside what only an outage changes.</summary>
    Task<IReadOnlyList<CrdrCheck>> WouldBlockAsync(CrdrRequest request, CancellationToken ct);
}
