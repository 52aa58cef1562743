using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>One reason not to act. Pure: it judges what was gathered, and looks at nothing itself.</summary>
public abstract class Guard
{
    /// <summary>Its name, as in readiness and in the table of <see cref="GuardTable"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The switch that overrides it, where there is one.</summary>
    public virtual string? Override => null;

    /// <summary>The same with the figure that it found, where the switch takes one.</summary>
    public virtual string? OverrideFor(GuardFacts facts) => Override;

    /// <summary>Whether it can hold only once clients are held off, so that it is not judged ahead of the fence.</summary>
    public virtual bool BehindFence => false;

    /// <summary>Whether the request overrides it.</summary>
    public virtual bool Overridden(CrdrRequest request) => false;

    /// <summary>What it finds.</summary>
    public abstract GuardFinding Judge(GuardFacts facts);

    /// <summary>The finding as this verb takes it.</summary>
    public CrdrCheck Check(GuardFacts facts)
    {
        GuardStance stance = GuardTable.Stance(Name, facts.Request.Verb);
        GuardFinding finding = stance == GuardStance.Off ? GuardFinding.Clear("does not matter here") : Judge(facts);
        bool overridden = finding.Says == GuardSays.Stop && stance == GuardStance.Block && Overridden(facts.Request);
        CheckResult result = finding.Says switch
        {
            GuardSays.Clear => CheckResult.Pass,
            GuardSays.Caution => CheckResult.Warn,
            _ => stance == GuardStance.Warn || overridden ? CheckResult.Warn : CheckResult.Block,
        };
        return new CrdrCheck
        {
            Name = Name, Result = result, Why = finding.Why, Overridden = overridden,
            Override = stance == GuardStance.Block ? OverrideFor(facts) : null,
        };
    }
}

/// <summary>What a guard finds, whatever the verb makes of it.</summary>
public enum GuardSays
{
    /// <summary>Nothing.</summary>
    Clear,
    /// <summary>Something to know.</summary>
    Caution,
    /// <summary>A reason not to act.</summary>
    Stop,
}

/// <summary>A guard's finding.</summary>
public readonly record struct GuardFinding(GuardSays Says, string Why)
{
    /// <summary>Nothing in the way.</summary>
    public static GuardFinding Clear(string why) => new(GuardSays.Clear, why);
    /// <summary>Something to know.</summary>
    public static GuardFinding Caution(string why) => new(GuardSays.Caution, why);
    /// <summary>A reason not to act.</summary>
    public static GuardFinding Stop(string why) => new(GuardSays.Stop, why);
}

/// <summary>All that guards may know.</summary>
public sealed record GuardFacts
{
    /// <summary>The pair.</summary>
    public required CrdrPair Pair { get; init; }
    /// <summary>What was asked for.</summary>
    public required CrdrRequest Request { get; init; }
    /// <summary>The newest observation.</summary>
    public required CrdrStatus Now { get; init; }
    /// <summary>Stored samples, oldest first.</summary>
    public IReadOnlyList<Sample> Samples { get; init; } = [];
    /// <summary>Since when the member that took the writes is not seen answering, by whoever shares the store.</summary>
    public OutageSight? Outage { get; init; }
    /// <summary>When a promotion was last sent by anybody who shares the store.</summary>
    public DateTimeOffset? LastPromotion { get; init; }
    /// <summary>What the journals say of moves that were made behind a fence, from its first proof to the end.</summary>
    public IReadOnlyList<string> FencedMoves { get; init; } = [];
    /// <summary>Whether a job with nobody at the prompt runs this.</summary>
    public bool Unattended { get; init; }
    /// <summary>Whether the lease excludes other machines.</summary>
    public bool LeaseAcrossHosts { get; init; }
    /// <summary>Whom the lease keeps out.</summary>
    public string LeaseScope { get; init; } = "";
    /// <summary>Now.</summary>
    public required DateTimeOffset Clock { get; init; }
}
