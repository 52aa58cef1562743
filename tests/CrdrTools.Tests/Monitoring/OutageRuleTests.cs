using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Monitoring;

/// <summary>S17: how looks are counted.</summary>
public class OutageRuleTests
{
    private static readonly CrdrWatchOptions s_options = new() { AutoFailover = true, Interval = TimeSpan.FromSeconds(10), Threshold = 3, Delay = TimeSpan.FromSeconds(30) };
    private static readonly DateTimeOffset s_wall = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void S17_Three_dead_looks_after_a_good_one_are_due_after_the_delay()
    {
        OutageCount count = Run("P@0 D@10 D@20");
        Assert.Null(OutageRule.Due(count, s_options));
        count = Run("P@0 D@10 D@20 D@30");
        Assert.Equal(TimeSpan.FromSeconds(60), OutageRule.Due(count, s_options));
        Assert.Equal((3, s_wall.AddSeconds(10), TimeSpan.FromSeconds(10)), (count.Failures, count.Since, count.First));
        // More of them postpone nothing.
        Assert.Equal(TimeSpan.FromSeconds(60), OutageRule.Due(Run("P@0 D@10 D@20 D@30 D@40 D@50"), s_options));
    }

    [Theory]
    [InlineData("D@0 D@10 D@20", "nobody has seen it protected since the start")]
    [InlineData("A@0 D@10 D@20 D@30", "that it lives is not that it is protected")]
    [InlineData("P@0 E@10 D@20 D@30 D@40", "the last good phase was another")]
    [InlineData("P@0 D@10 D@20 E@30 D@40 D@50 D@60", "it left the state that this is for")]
    [InlineData("P@0 D@10 D@20 A@30 D@40 D@50", "somebody heard from it in between")]
    [InlineData("P@0 D@10 D@20 P@30 D@40 D@50", "it was well in between")]
    [InlineData("P@0 D@10 D@20 D@41", "two intervals have passed since the last finding")]
    [InlineData("P@0 D@10 U@20 U@30 D@40 D@50", "a finding of two intervals ago says nothing")]
    [InlineData("P@0 S@10 S@20 S@30 S@40", "one witness alone")]
    public void S17_Not_due(string rounds, string because) => Assert.True(OutageRule.Due(Run(rounds), s_options) is null, because);

    [Theory]
    [InlineData("P@0 D@10 U@20 D@30 D@40")]
    [InlineData("P@0 S@10 D@20 S@30 D@40 D@50")]
    [InlineData("P@0 A@10 D@20 D@30 D@40")]
    [InlineData("E@0 P@10 D@20 D@30 D@40")]
    public void S17_A_look_that_says_nothing_neither_counts_nor_clears(string rounds) => Assert.NotNull(OutageRule.Due(Run(rounds), s_options));

    [Fact]
    public void S17_After_one_action_it_is_never_armed_again()
    {
        OutageCount count = Run("P@0 D@10 D@20 D@30").Forgotten with { Spent = true };
        count = Run("P@100 P@110 D@120 D@130 D@140 D@150", count);
        Assert.Equal((false, true), (count.Armed, count.Spent));
        Assert.Null(OutageRule.Due(count, s_options));
        Assert.True(count.Forgotten.Spent);
    }

    [Fact]
    public void A_look_may_take_longer_than_two_intervals_and_counts_from_its_end()
    {
        CrdrWatchOptions quick = s_options with { Interval = TimeSpan.FromSeconds(1), Delay = TimeSpan.Zero };
        OutageCount count = OutageRule.Next(new(), new(RoundSays.Protected, ""), default, default, s_wall, quick);
        for (int i = 1; i <= 3; i++) count = OutageRule.Next(count, new(RoundSays.Dead, ""), TimeSpan.FromSeconds(i * 6), TimeSpan.FromSeconds((i * 6) + 5.5), s_wall, quick);
        Assert.Equal(TimeSpan.FromSeconds(18), OutageRule.Due(count, quick));
    }

    [Fact]
    public void S17_S14_Over_random_looks_it_is_due_only_by_enough_dead_ones_within_the_window_since_the_last_good_one()
    {
        RoundSays[] all = Enum.GetValues<RoundSays>();
        for (int seed = 1; seed <= 2000; seed++)
        {
            Random random = new(seed);
            CrdrWatchOptions options = s_options with { Threshold = random.Next(2, 5), AutoFailover = random.Next(8) > 0 };
            List<(TimeSpan At, RoundSays Says)> history = [];
            OutageCount count = new();
            bool spent = false;
            TimeSpan now = default;
            for (int i = 0; i < 60; i++)
            {
                now += TimeSpan.FromSeconds(random.Next(10) == 0 ? random.Next(1, 60) : 10);
                // Mostly what an outage looks like, so that it is due often enough to be worth the name.
                RoundSays says = random.Next(3) > 0 ? RoundSays.Dead : all[random.Next(all.Length)];
                if (random.Next(12) == 0) says = RoundSays.Protected;
                if (random.Next(25) == 0)
                {
                    count = count.Forgotten;
                    history.Clear();
                }
                history.Add((now, says));
                count = OutageRule.Next(count, new(says, ""), now, now, s_wall + now, options);
                string told = $"seed {seed}, look {i}: {string.Join(" ", history.Select(h => $"{h.Says}@{h.At.TotalSeconds}"))}";
                bool due = OutageRule.Due(count, options) is not null;
                Assert.True(due == (Expected(history, options) && !spent), told);
                Assert.True(!count.Armed || (options.AutoFailover && !spent && history.FindLastIndex(h => h.Says == RoundSays.Protected) > history.FindLastIndex(h => h.Says == RoundSays.Elsewhere)), told);
                if (due && random.Next(4) == 0)
                {
                    count = count.Forgotten with { Spent = true };
                    history.Clear();
                    spent = true;
                }
            }
        }
    }

    /// <summary>The law in other words, from what was seen.</summary>
    private static bool Expected(List<(TimeSpan At, RoundSays Says)> history, CrdrWatchOptions options)
    {
        if (!options.AutoFailover || history.FindLastIndex(h => h.Says == RoundSays.Protected) <= history.FindLastIndex(h => h.Says == RoundSays.Elsewhere)) return false;
        List<(TimeSpan At, RoundSays Says)> since = [.. history.Skip(history.FindLastIndex(h => h.Says is RoundSays.Protected or RoundSays.Alive or RoundSays.Elsewhere) + 1)];
        int dead = 0;
        TimeSpan? last = null;
        foreach ((TimeSpan at, RoundSays says) in since)
        {
            if (last is { } before && at - before > TimeSpan.FromSeconds(20.5)) (dead, last) = (0, null);
            if (says != RoundSays.Dead) continue;
            dead++;
            last = at;
        }
        return dead >= options.Threshold;
    }

    private static OutageCount Run(string rounds, OutageCount? count = null)
    {
        count ??= new();
        foreach (string round in rounds.Split(' '))
        {
            RoundSays says = round[0] switch { 'P' => RoundSays.Protected, 'A' => RoundSays.Alive, 'E' => RoundSays.Elsewhere, 'S' => RoundSays.Suspect, 'D' => RoundSays.Dead, _ => RoundSays.Unclear };
            TimeSpan at = TimeSpan.FromSeconds(int.Parse(round[2..]));
            count = OutageRule.Next(count, new(says, ""), at, at, s_wall + at, s_options);
        }
        return count;
    }
}
