namespace CrdrTools.Core.Operations;

/// <summary>How far the world is from what a step wants.</summary>
public enum StepState
{
    /// <summary>Not begun: it may be asked for.</summary>
    NotBegun,
    /// <summary>Asked for by somebody, and not there yet.</summary>
    Underway,
    /// <summary>So, or already beyond.</summary>
    Done,
    /// <summary>It cannot come about any more.</summary>
    Hopeless,
    /// <summary>Cannot be told from what was seen: look again, never act.</summary>
    Unclear,
}

/// <summary>A step's judgement of an observation.</summary>
/// <param name="State">How far.</param>
/// <param name="Why">What was seen.</param>
/// <param name="Progress">0 to 1, from the vendor's own figures.</param>
public readonly record struct Verdict(StepState State, string Why, double? Progress = null);

/// <summary>A desired state of the pair, and the one request that brings it about.</summary>
public abstract class Step
{
    /// <summary>The journal's key for it.</summary>
    public abstract string Id { get; }

    /// <summary>What it does, in words.</summary>
    public abstract string Effect { get; }

    /// <summary>The most it may take (30 minutes unless told).</summary>
    public virtual TimeSpan Limit => TimeSpan.FromMinutes(30);

    /// <summary>How long a change whose reply was lost may still appear (2 minutes unless told).</summary>
    public virtual TimeSpan Settle => TimeSpan.FromMinutes(2);

    /// <summary>Whether there is no way back once it was asked for.</summary>
    public virtual bool PointOfNoReturn => false;

    /// <summary>Whether asking twice does no harm.</summary>
    public virtual bool Repeatable => false;

    /// <summary>Whether it moves the writes to the other side.</summary>
    public virtual bool MovesWrites => false;

    /// <summary>Whether it belongs behind the fence: clients are held off before it, and sent to the new side after the last such step.</summary>
    public virtual bool BehindFence => MovesWrites;

    /// <summary>Whether the old side goes on taking connections once the writes have moved, so that its fence stays where it is.</summary>
    public virtual bool OldSideServes => false;

    /// <summary>Whether it is done within a moment as a rule, and looking costs nothing: then it is looked at again after a few milliseconds.</summary>
    public virtual bool Quick => false;

    /// <summary>Whether it changes anything; one that does not leaves nothing behind when it is given up.</summary>
    public virtual bool Changes => true;

    /// <summary>Whether its having been done is no evidence later, so that a resume does it anew.</summary>
    public virtual bool Perishable => false;

    /// <summary>Whether it is wanted only after the step before it was done in the same run; one that finds that done already passes it over.</summary>
    public virtual bool Follows => false;

    /// <summary>Whether doing it honours what an earlier operation left to be done.</summary>
    public virtual bool Honours(CrdrObligation obligation) => false;

    /// <summary>How long it should take; past that it is reported as late, once, with <see cref="WhenLate"/>.</summary>
    public virtual TimeSpan? Expected => null;

    /// <summary>What can still be done when it takes longer than <see cref="Expected"/>.</summary>
    public virtual string? WhenLate => null;

    /// <summary>Whether its being done shows that every step before it is done too.</summary>
    public virtual bool Anchor => true;

    /// <summary>The sides that it changes; what else changes meanwhile is other hands' doing.</summary>
    public virtual IReadOnlyList<Side> Touches => [Side.Primary, Side.Recovery];

    /// <summary>Whether it asks for anything, or only waits.</summary>
    public virtual bool Acts => true;

    /// <summary>Whether it can be taken back.</summary>
    public virtual bool CanUndo => false;

    /// <summary>Whether it is about a route, so that routes are observed for it.</summary>
    public virtual bool LooksAtRoutes => false;

    /// <summary>The safety rule that needs it, and why; <see langword="null"/>: somebody may leave it out, with a reason (safety rule S28).</summary>
    public virtual string? NeededBy => MovesWrites ? "S7: it is the move of the writes" : "S2: it is what the operation is asked for";

    /// <summary>Judged right before the act, and again on resume.</summary>
    public virtual IReadOnlyList<Guard> Guards => [];

    /// <summary>How a person does the same with the vendor's own tools.</summary>
    public virtual IReadOnlyList<string> Manual => [];

    /// <summary>Pure: what an observation means for this step.</summary>
    /// <param name="now">What was seen.</param>
    /// <param name="asked">Whether this operation has asked for it: then a state in between is its doing.</param>
    public abstract Verdict Judge(CrdrStatus now, bool asked = false);

    /// <summary>Asks once. Gives what the vendor answered with, for the journal.</summary>
    /// <param name="now">The look on which it was judged.</param>
    public virtual Task<string?> ActAsync(CrdrStatus now) => Task.FromResult<string?>(null);

    /// <summary>Takes it back; only before the point of no return.</summary>
    public virtual Task UndoAsync() => Task.CompletedTask;
}
