using CrdrTools.Core.Operations;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Stores;

namespace CrdrTools.Tests.Reports;

/// <summary>An operation that one begins and another ends: each is told for what he did.</summary>
public sealed class SeveralHandsTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static JournalEntry Line(int seq, JournalKind kind, string? step = null) => new() { Seq = seq, At = s_noon.AddSeconds(seq), Counter = 1, Kind = kind, Step = step };

    private static CrdrCheck Guard(string name, string way) => new() { Name = name, Result = CheckResult.Warn, Why = $"{name} says so.", Override = way, Overridden = true };

    private static OperationReport Report(int lines = int.MaxValue, string? broken = null, params CrdrObligation[] owed)
    {
        CrdrMemberStatus Member(Side side, string name) => new() { Side = side, Name = name };
        JournalEntry[] all =
        [
            Line(1, JournalKind.Begin) with
            {
                Who = "anna@a", Request = new() { Verb = CrdrVerb.Failover }, Steps = [new() { Id = "fence", Effect = "Fence" }, new() { Id = "move", Effect = "Move", MovesWrites = true }, new() { Id = "seen", Effect = "See it" }],
                Start = new() { Pair = "p", Provider = "Aiven", Phase = CrdrPhase.NoWriter, Primary = Member(Side.Primary, "one"), Recovery = Member(Side.Recovery, "two"), ObservedAt = s_noon },
            },
            Line(2, JournalKind.Passed, "fence") with { Text = "left as an obligation", Overrides = [Guard("FenceStands", "-AllowUnfenced")] },
            Line(3, JournalKind.Intent, "move") with { Loss = new() { Kind = LossKind.Bounded, Bound = TimeSpan.FromSeconds(2), Statement = "At most 2 s." } },
            Line(4, JournalKind.Rejected, "move"),
            Line(5, JournalKind.Left) with { Record = new() { Id = "op", Pair = "p", Verb = CrdrVerb.Failover, Who = "anna@a", Began = s_noon, Ended = s_noon.AddSeconds(5), Outcome = CrdrOutcome.Incomplete, Message = "It was left.", Simulated = true } },
            Line(6, JournalKind.Resume) with { Who = "bert@b" },
            Line(7, JournalKind.Intent, "move") with { Overrides = [Guard("LossBound", "-AllowDataLoss")] },
            Line(8, JournalKind.Note) with { Text = "Owed: fence one by hand" },
            Line(9, JournalKind.Done, "move"),
            Line(10, JournalKind.Done, "seen"),
        ];
        JournalText text = new([.. all.Take(lines)], "", 0, null, broken);
        return OperationReport.Of(text, OperationRecord.Of("op.jsonl", text)!, new(), owed, s_noon);
    }

    [Fact]
    public void An_override_is_his_who_was_at_it_then() =>
        Assert.Equal([("FenceStands", "anna@a", 2), ("LossBound", "bert@b", 7)], Report().Overrides.Select(o => (o.Guard, o.Who, o.Line)));

    [Fact]
    public void A_step_counts_from_when_it_was_first_asked_for_and_what_was_never_asked_for_took_no_time_that_is_known()
    {
        IReadOnlyList<ReportStep> steps = Report().Steps;
        Assert.Equal((2, TimeSpan.FromSeconds(6), JournalKind.Done), (steps[1].Asked, steps[1].Took, steps[1].Kind));
        Assert.All([steps[0], steps[2]], s => Assert.Equal((0, null, null), (s.Asked, s.Began, s.Took)));
        Assert.Equal([StepProgress.Passed, StepProgress.Done, StepProgress.Done], steps.Select(s => s.State));
        Assert.NotNull(steps[2].Ended);
    }

    [Fact]
    public void What_is_owed_is_owed_until_it_is_struck_off()
    {
        CrdrObligation same = new() { Id = "fence", What = "fence one by hand", Operation = "op", Since = s_noon };
        Assert.Equal([("fence one by hand", true)], Report(owed: same).Obligations.Select(o => (o.What, o.Open)));
        Assert.Equal([("fence one by hand", false)], Report(owed: same with { Operation = "another" }).Obligations.Select(o => (o.What, o.Open)));
        Assert.Contains("done since: fence one by hand", MarkdownReport.Write(Report()), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_a_broken_line_the_last_that_can_be_trusted_is_told_and_is_no_outcome()
    {
        OperationReport r = Report(5, "line 6 was altered after it was written.");
        Assert.Equal((null, "not known", true, 6), (r.Outcome, r.State, r.Simulated, r.Chain.Line));
        Assert.Contains("Incomplete. It was left.", r.Message, StringComparison.Ordinal);
        ReportObjective loss = r.Objectives[1];
        Assert.Equal((ObjectiveVerdict.NotMeasured, null), (loss.Verdict, loss.AtMost));
        Assert.Contains("At most 2 s.", loss.Words, StringComparison.Ordinal);
        Assert.Contains("Nothing, in the lines that can be trusted.", MarkdownReport.Write(r), StringComparison.Ordinal);
    }
}
