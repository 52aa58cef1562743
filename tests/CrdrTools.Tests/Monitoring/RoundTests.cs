using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Monitoring;

/// <summary>S17: what one round of looks and questions comes to.</summary>
public class RoundTests
{
    [Theory]
    // Two who agree and nobody who says otherwise, with the recovery side in sight.
    [InlineData("NoWriter", "sql-,standby-", RoundSays.Dead)]
    [InlineData("NoWriter", "vendor-,port-", RoundSays.Dead)]
    [InlineData("NoWriter", "vendor-,program-", RoundSays.Dead)]
    [InlineData("Unknown", "sql-,standby-", RoundSays.Dead)]
    // One alone, or one twice.
    [InlineData("NoWriter", "vendor-", RoundSays.Suspect)]
    [InlineData("NoWriter", "sql-,sql-", RoundSays.Suspect)]
    [InlineData("NoWriter", "vendor-,sql?", RoundSays.Suspect)]
    // Nobody knows anything: DNS trouble, 429, 5xx, LOCKED, a maintenance.
    [InlineData("Unknown", "sql?,standby?", RoundSays.Unclear)]
    [InlineData("Unknown", "vendor?,sql?", RoundSays.Unclear)]
    [InlineData("NoWriter", "", RoundSays.Unclear)]
    // One word of life outweighs all others.
    [InlineData("NoWriter", "vendor-,sql-,stream+", RoundSays.Alive)]
    [InlineData("Unknown", "sql-,standby+,program-", RoundSays.Alive)]
    [InlineData("Unknown", "sql-,vendor+", RoundSays.Alive)]
    [InlineData("Protected", "sql+,standby+", RoundSays.Protected)]
    [InlineData("Protected", "vendor+,sql-", RoundSays.Protected)]
    // The pair is no such pair any more.
    [InlineData("Unprotected", "sql+,standby-", RoundSays.Elsewhere)]
    [InlineData("Rebuilding", "vendor+,sql+", RoundSays.Elsewhere)]
    [InlineData("FailedOver", "sql-,standby-", RoundSays.Elsewhere)]
    [InlineData("ReadyToFailBack", "vendor+,sql+", RoundSays.Elsewhere)]
    [InlineData("SplitBrain", "sql-,standby-", RoundSays.Elsewhere)]
    [InlineData("Transitioning", "vendor-,sql-", RoundSays.Elsewhere)]
    // The vendor is late to tell, and the standby of a region that is lost falls behind: that is no pair that was given up.
    [InlineData("Rebuilding", "vendor+,sql-", RoundSays.Alive)]
    [InlineData("Unprotected", "vendor+,port-", RoundSays.Alive)]
    public void S17_What_the_witnesses_say_comes_to(string phase, string said, object says) => Assert.Equal((RoundSays)says, Round.Of(Status(Enum.Parse<CrdrPhase>(phase)), Said(said), false).Says);

    [Fact]
    public void S17_Without_a_look_at_the_recovery_side_nobody_is_called_dead()
    {
        Assert.Equal(RoundSays.Suspect, Round.Of(null, Said("sql-,program-"), false).Says);
        CrdrStatus blind = Status(CrdrPhase.NoWriter);
        Assert.Equal(RoundSays.Suspect, Round.Of(blind with { Recovery = blind.Recovery with { Reachable = false } }, Said("sql-,vendor-"), false).Says);
        Assert.Equal(RoundSays.Unclear, Round.Of(null, [], false).Says);
    }

    [Fact]
    public void S17_The_vendors_word_vetoes_unless_told_otherwise_and_then_two_others_must_agree()
    {
        Assert.Equal(RoundSays.Protected, Round.Of(Status(CrdrPhase.Protected), Said("vendor+,sql-,program-"), false).Says);
        Assert.Equal(RoundSays.Dead, Round.Of(Status(CrdrPhase.Protected), Said("vendor+,sql-,program-"), true).Says);
        Assert.Equal(RoundSays.Suspect, Round.Of(Status(CrdrPhase.Protected), Said("vendor+,sql-"), true).Says);
        Assert.Equal(RoundSays.Alive, Round.Of(Status(CrdrPhase.NoWriter), Said("vendor+,sql-,program-,standby+"), true).Says);
        Assert.Equal(RoundSays.Protected, Round.Of(Status(CrdrPhase.Protected), Said("vendor+,sql+"), true).Says);
    }

    [Fact]
    public void S17_While_an_operation_is_open_nothing_counts()
    {
        Assert.Equal(RoundSays.Unclear, Round.Of(Status(CrdrPhase.NoWriter) with { OpenOperation = "x" }, Said("sql-,standby-"), false).Says);
        Assert.Equal(RoundSays.Unclear, Round.Of(Status(CrdrPhase.Protected) with { OpenOperation = "x" }, Said("sql+,standby+"), false).Says);
    }

    [Fact]
    public void S17_Of_all_that_can_be_said_only_two_of_different_names_and_no_veto_come_to_dead()
    {
        string[] names = ["vendor", "sql", "standby", "program"];
        foreach (CrdrPhase phase in Enum.GetValues<CrdrPhase>())
        foreach (bool recovery in new[] { true, false })
        foreach (bool despite in new[] { true, false })
        for (int words = 0; words < 81; words++)
        {
            List<CrdrTestimony> said = [.. names.Select((n, i) => new CrdrTestimony { Witness = n, Says = (WitnessWord)(words / (int)Math.Pow(3, i) % 3), Why = "" })];
            CrdrStatus status = Status(phase);
            status = status with { Recovery = status.Recovery with { Reachable = recovery } };
            bool veto = said.Any(t => t.Says == WitnessWord.Alive && (t.Witness != "vendor" || !despite));
            bool may = recovery && !veto && said.Count(t => t.Says == WitnessWord.Dead) >= 2 && phase is not (CrdrPhase.FailedOver or CrdrPhase.ReadyToFailBack or CrdrPhase.SplitBrain or CrdrPhase.Transitioning);
            Assert.True(may == (Round.Of(status, said, despite).Says == RoundSays.Dead), $"{phase} {recovery} {despite}: {string.Join("; ", said)}");
        }
    }

    internal static List<CrdrTestimony> Said(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(w => new CrdrTestimony
    {
        Witness = w[..^1], Says = w[^1] switch { '+' => WitnessWord.Alive, '-' => WitnessWord.Dead, _ => WitnessWord.NoWord }, Why = "seen",
    })];

    private static CrdrStatus Status(CrdrPhase phase) => new()
    {
        Pair = "p", Provider = "x", Phase = phase, ObservedAt = default,
        Primary = new() { Side = Side.Primary, Name = "a" }, Recovery = new() { Side = Side.Recovery, Name = "b", Reachable = true },
    };
}
