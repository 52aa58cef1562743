namespace CrdrTools.Core.Monitoring;

/// <summary>What one round of looks and questions came to.</summary>
internal enum RoundSays
{
    /// <summary>Nothing that counts either way.</summary>
    Unclear,
    /// <summary>The primary lives and the recovery side follows it.</summary>
    Protected,
    /// <summary>A witness says that the primary lives, or that the recovery side still receives from it.</summary>
    Alive,
    /// <summary>The pair has left the state that automatic failover is for.</summary>
    Elsewhere,
    /// <summary>One witness alone calls the primary dead, and nobody says that it lives.</summary>
    Suspect,
    /// <summary>Two witnesses call it dead, and nobody says that it lives.</summary>
    Dead,
}

/// <summary>Pure: the judgement of one round (safety rule S17).</summary>
/// <param name="Says">What it came to.</param>
/// <param name="Why">In words.</param>
internal readonly record struct Round(RoundSays Says, string Why)
{
    /// <summary>Whether the primary was seen not to run, and did not only stay silent.</summary>
    public bool Down { get; init; }

    /// <summary>From what was seen, and what the witnesses say.</summary>
    /// <param name="status">The look; <see langword="null"/> when nothing could be seen.</param>
    /// <param name="testimonies">What was said.</param>
    /// <param name="despiteVendor">Whether the vendor's word that it runs counts for nothing.</param>
    public static Round Of(CrdrStatus? status, IReadOnlyList<CrdrTestimony> testimonies, bool despiteVendor)
    {
        if (status?.OpenOperation is { } open) return new(RoundSays.Unclear, $"the operation {open} has begun and not ended");
        if (status?.Phase is CrdrPhase.FailedOver or CrdrPhase.ReadyToFailBack or CrdrPhase.SplitBrain or CrdrPhase.Transitioning || status?.ActiveMember == Side.Recovery)
            return new(RoundSays.Elsewhere, $"the pair is {status!.Phase}");
        CrdrTestimony? lives = testimonies.FirstOrDefault(t => t.Says == WitnessWord.Alive && !(despiteVendor && t.Witness == "vendor"));
        if (lives is not null)
        {
            // A vendor is late to tell of a region that it has lost, and until then a standby that falls behind makes the pair look unprotected: whoever asked the primary itself and
            // found it dead leaves open which it is.
            bool disputed = testimonies.Any(t => t.Says == WitnessWord.Dead && t.Witness is "sql" or "port" or "program");
            return status?.Phase == CrdrPhase.Protected ? new(RoundSays.Protected, lives.ToString())
                : status?.Phase is CrdrPhase.Unprotected or CrdrPhase.Rebuilding && !disputed ? new(RoundSays.Elsewhere, $"the pair is {status.Phase}")
                : new(RoundSays.Alive, lives.ToString());
        }
        // Without a look at the recovery side nobody knows whether it still receives.
        List<string> dead = [.. testimonies.Where(t => t.Says == WitnessWord.Dead).Select(t => t.Witness).Distinct()];
        if (dead.Count == 0) return new(RoundSays.Unclear, testimonies.Count == 0 ? "nobody said anything of the primary" : string.Join("; ", testimonies));
        string words = string.Join("; ", testimonies.Where(t => t.Says == WitnessWord.Dead));
        return dead.Count >= 2 && status is { Recovery.Reachable: true } ? new(RoundSays.Dead, words) { Down = status.Primary.Health is MemberHealth.Down or MemberHealth.Off or MemberHealth.Gone } : new(RoundSays.Suspect, words);
    }
}
