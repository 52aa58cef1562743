using CrdrTools.Core.Reports;

namespace CrdrTools.Tests.Reports;

/// <summary>Met, missed, or not measured: never guessed.</summary>
public sealed class ObjectiveTests
{
    private static CrdrOperation Operation(double? rto, CrdrLoss? loss = null) => new()
    {
        Id = "op", Pair = "p", Verb = CrdrVerb.Failover, Who = "ops@admin1", Began = DateTimeOffset.UnixEpoch, Rto = Span(rto), RtoFrom = "the outage, as told", Loss = loss,
    };

    private static TimeSpan? Span(double? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;

    [Theory]
    [InlineData(60.0, 60.0, ObjectiveVerdict.Met)]
    [InlineData(60.001, 60.0, ObjectiveVerdict.Missed)]
    [InlineData(60.0, null, ObjectiveVerdict.NoObjective)]
    [InlineData(null, 60.0, ObjectiveVerdict.NotMeasured)]
    [InlineData(null, null, ObjectiveVerdict.NotMeasured)]
    public void Recovery_time(double? measured, double? objective, ObjectiveVerdict verdict)
    {
        ReportObjective r = ReportObjective.OfRecovery(Operation(measured), new() { Rto = Span(objective) });
        Assert.Equal((verdict, Span(measured), Span(objective)), (r.Verdict, r.Measured, r.Objective));
    }

    [Theory]
    [InlineData(LossKind.Measured, 5.0, null, 5.0, ObjectiveVerdict.Met)]
    [InlineData(LossKind.Measured, 5.1, null, 5.0, ObjectiveVerdict.Missed)]
    [InlineData(LossKind.Measured, null, 0L, 5.0, ObjectiveVerdict.Met)]
    [InlineData(LossKind.Measured, null, 7L, 5.0, ObjectiveVerdict.NotMeasured)]
    [InlineData(LossKind.Bounded, 5.0, null, 5.0, ObjectiveVerdict.Met)]
    [InlineData(LossKind.Bounded, 8.0, null, 5.0, ObjectiveVerdict.NotMeasured)]
    [InlineData(LossKind.Bounded, 8.0, null, null, ObjectiveVerdict.NoObjective)]
    [InlineData(LossKind.VendorStated, 0.0, null, 5.0, ObjectiveVerdict.NotMeasured)]
    [InlineData(LossKind.Unknown, null, null, 5.0, ObjectiveVerdict.NotMeasured)]
    public void Loss(LossKind kind, double? bound, long? writes, double? objective, ObjectiveVerdict verdict) =>
        Assert.Equal(verdict, ReportObjective.OfLoss(Operation(1, new() { Kind = kind, Bound = Span(bound), Writes = writes, Statement = "said." }), new() { Rpo = Span(objective) }).Verdict);

    [Fact]
    public void What_might_have_been_lost_by_a_move_that_never_was_is_no_loss()
    {
        ReportObjective r = ReportObjective.OfLoss(Operation(null, new() { Kind = LossKind.Bounded, Bound = TimeSpan.FromSeconds(1), Statement = "At most 1 s." }), new() { Rpo = TimeSpan.FromSeconds(5) });
        Assert.Equal((ObjectiveVerdict.NotMeasured, null), (r.Verdict, r.AtMost));
        Assert.Contains("At most 1 s.", r.Words, StringComparison.Ordinal);
        Assert.Equal(ObjectiveVerdict.NotMeasured, ReportObjective.OfLoss(Operation(1), new()).Verdict);
    }
}
