using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Operations;

/// <summary>
/// A move of the writes in which each millisecond counts: one intent on disk, then clients held off, the writes moved, and clients sent on, all by the
/// step itself. The engine's own route steps follow it, and find the routes led already.
/// </summary>
public abstract class TightStep : Step
{
    /// <inheritdoc/>
    public sealed override bool MovesWrites => true;

    /// <inheritdoc/>
    public override bool PointOfNoReturn => true;

    /// <inheritdoc/>
    public override bool Quick => true;

    /// <summary>
    /// Does it. Throws <see cref="MoveTakenBackException"/> where no promotion was sent and everything was taken back; another
    /// <see cref="CrdrException"/> where nothing was changed; <see cref="VendorException"/> of an unknown verdict once a promotion was sent.
    /// </summary>
    public abstract Task<string?> ActAsync(CrdrStatus now, TightContext context);

    /// <summary>
    /// Takes back what a run of it has left that was cut off in the middle, and tells of it as that run would have; <see langword="null"/>, and nothing was changed: it is not
    /// certain that no promotion was sent, or there is nothing to go back to (safety rules S6, S7).
    /// </summary>
    public virtual Task<MoveTakenBackException?> TakeBackAsync(CrdrStatus now, TightContext context) => Task.FromResult<MoveTakenBackException?>(null);

    /// <inheritdoc/>
    public sealed override Task<string?> ActAsync(CrdrStatus now) => throw new NotSupportedException("A tight step is lent its routes.");
}

/// <summary>What a tight step is lent.</summary>
/// <param name="Fences">The routes that can hold clients off.</param>
/// <param name="Routes">The routes to send clients on by, those of <paramref name="Fences"/> among them.</param>
/// <param name="Operation">The operation's id.</param>
/// <param name="Owe">A route that did not keep clients from a side, and why: it is left as an obligation (safety rule S9).</param>
/// <param name="Tell">Where a word goes to whoever watches.</param>
/// <param name="Cancel">Heard until the promotion is sent.</param>
public sealed record TightContext(IReadOnlyList<IRoute> Fences, IReadOnlyList<IRoute> Routes, string Operation, Action<IRoute, Side, string> Owe, Action<string> Tell, CancellationToken Cancel);

/// <summary>A step of several changes failed after the first of them: what it has done stands, and it can be asked for again. The writes are where they were.</summary>
public sealed class HalfDoneException(CrdrException why) : CrdrException(why.Kind, why.ErrorId, why.Message, why.Advice, why);

/// <summary>A move was begun and taken back before any promotion was sent.</summary>
public sealed class MoveTakenBackException(string errorId, string message, IReadOnlyList<string> stuck, Exception? inner = null) : CrdrException(CrdrErrorKind.Refused, errorId, message, null, inner)
{
    /// <summary>What could not be taken back; empty when all was.</summary>
    public IReadOnlyList<string> Stuck => stuck;
}
