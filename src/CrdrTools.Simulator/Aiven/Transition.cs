using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>A change under way: how much of it was done at a time, and how far it may go.</summary>
/// <param name="Kind">What is under way.</param>
/// <param name="Subject">The service it is about.</param>
/// <param name="Duration">How long all of it takes while nothing holds it.</param>
/// <param name="Gap">A takeover's last part, in which nobody takes writes.</param>
/// <param name="Done">What was done as of <paramref name="AsOf"/>.</param>
/// <param name="AsOf">The time of that.</param>
/// <param name="Ceiling">It does not move beyond this part of its duration.</param>
internal sealed record Transition(
    TransitionKind Kind, ServiceKey Subject, TimeSpan Duration, TimeSpan Gap, TimeSpan Done, DateTimeOffset AsOf, TimeSpan Ceiling)
{
    /// <summary>How much of the whole is the base backup; the rest is the stream that follows.</summary>
    public const double BaseBackupShare = 0.9;

    /// <summary>The ceiling of what does not move at all.</summary>
    public static readonly TimeSpan Held = TimeSpan.FromTicks(-1);

    public bool Finished => Done >= Duration && Ceiling >= Duration;

    /// <summary>Whether the part without a writer has begun.</summary>
    public bool InGap => Gap > TimeSpan.Zero && Done >= GapStart;

    /// <summary>What is done, 0 to 1.</summary>
    public double FractionAt(DateTimeOffset now) =>
        Duration <= TimeSpan.Zero ? 1 : Math.Min(1, (double)At(now).Done.Ticks / Duration.Ticks);

    public Transition At(DateTimeOffset now)
    {
        if (now <= AsOf) return this;
        var free = Done + (now - AsOf);
        var limit = Ceiling > Done ? Ceiling : Done;
        return this with { Done = free < limit ? free : limit, AsOf = now };
    }

    /// <summary>When it next matters: the start of the gap, then the end; the end of time when it is held.</summary>
    public DateTimeOffset NextBreak()
    {
        var goal = Gap > TimeSpan.Zero && Done < GapStart ? GapStart : Duration;
        return Ceiling >= goal ? AsOf + (goal - Done) : DateTimeOffset.MaxValue;
    }

    private TimeSpan GapStart => Gap < Duration ? Duration - Gap : TimeSpan.Zero;
}
