namespace CrdrTools.Core.Operations;

/// <summary>
/// A pair whose primary's death can be told apart from its monitor's own trouble, so that an outage may be acted on with nobody at the prompt (safety rule S17).
/// A witness that does not know says so; what it calls dead, it has seen dead.
/// </summary>
public interface IOutageWitness
{
    /// <summary>Pure: what a look, beside the one before it, says of the primary. That the recovery side still receives from it is word that it lives.</summary>
    IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before);

    /// <summary>Asks the primary itself, and the recovery side about it, by other ways than the looks do. Throws nothing but cancellation.</summary>
    /// <param name="last">The newest look.</param>
    /// <param name="doubt">Whether the look leaves a doubt: then what was not named is asked too, as a port that the vendor told; else only what somebody named, as a connection string.</param>
    /// <param name="ct">Ends it.</param>
    Task<IReadOnlyList<CrdrTestimony>> AskAsync(CrdrStatus? last, bool doubt, CancellationToken ct);
}
