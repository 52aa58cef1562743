using CrdrTools.Core.Providers.PostgreSql;
using NpgsqlTypes;

namespace CrdrTools.Tests.PostgreSql;

/// <summary>S12: what of one server's log another never had is found from their histories, whoever of them left whom.</summary>
public class TimelinesTests
{
    [Theory]
    // A standby was promoted by mistake: all of its new timeline is its own.
    [InlineData(2, "1\t0/3000\tno recovery target", 1, null, "2:0/3000-")]
    // The old primary went on in the timeline that the other left.
    [InlineData(1, null, 2, "1\t0/3000\tx", "1:0/3000-")]
    // Both were promoted to the same timeline, the one later than the other: what it still got in the old one is its own, too.
    [InlineData(2, "1\t0/5000\tx", 2, "1\t0/3000\tx", "1:0/3000-0/5000 2:0/5000-")]
    [InlineData(2, "1\t0/3000\tx", 2, "1\t0/5000\tx", "2:0/3000-")]
    // Promoted at the same place to timelines of different numbers.
    [InlineData(3, "1\t0/3000\tx\n\n", 2, "1\t0/3000\tx", "3:0/3000-")]
    // Twice since.
    [InlineData(3, "1\t0/3000\tx\n2\t0/7000\tx", 1, null, "2:0/3000-0/7000 3:0/7000-")]
    // The same timeline from the same place: where they parted cannot be told, and all is kept whole.
    [InlineData(2, "1\t0/3000\tx", 2, "1\t0/3000\tx", "")]
    [InlineData(1, null, 1, null, "")]
    public void S12_What_only_one_has_is_told_from_both_histories(uint one, string? history, uint other, string? others, string own) =>
        Assert.Equal(own, string.Join(" ", Timelines.Apart(Timelines.Of(one, history), Timelines.Of(other, others)).Select(r => $"{r.Timeline}:{r.From}-{r.To}")));

    [Fact]
    public void A_history_is_read_as_PostgreSQL_writes_it()
    {
        IReadOnlyList<LogRange> ranges = Timelines.Of(3, "1\t0/3000060\tno recovery target specified\n\n2\t0/5000000\tbefore 2000-01-01\n");
        Assert.Equal([(1u, "0/3000060"), (2u, "0/5000000"), (3u, "")], ranges.Select(r => (r.Timeline, r.To?.ToString() ?? "")));
        Assert.Equal(NpgsqlLogSequenceNumber.Parse("0/5000000"), ranges[2].From);
    }
}
