using CrdrTools.Core.Providers.CockroachCloud;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>Who is active comes from the lineage of the streams: the newest decides, whatever an older one says.</summary>
public class LineageTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Streams, oldest first, as direction and status; then active, the one under way, contradiction.
    [InlineData("", Side.Primary, null, false)]
    [InlineData("> STARTING", Side.Primary, "> STARTING", false)]
    [InlineData("> REPLICATING", Side.Primary, "> REPLICATING", false)]
    [InlineData("> FAILING_OVER", Side.Primary, "> FAILING_OVER", false)]
    [InlineData("> COMPLETED", Side.Recovery, null, false)]
    [InlineData("> CANCELED", Side.Primary, null, false)]
    [InlineData("> COMPLETED, < STARTING", Side.Recovery, "< STARTING", false)]
    [InlineData("> COMPLETED, < REPLICATING", Side.Recovery, "< REPLICATING", false)]
    [InlineData("> COMPLETED, < CANCELED", Side.Recovery, null, false)]
    [InlineData("> COMPLETED, < COMPLETED", Side.Primary, null, false)]
    [InlineData("> COMPLETED, < COMPLETED, > REPLICATING", Side.Primary, "> REPLICATING", false)]
    [InlineData("> COMPLETED, < CANCELED, < REPLICATING", Side.Recovery, "< REPLICATING", false)]
    [InlineData("> COMPLETED, < COMPLETED, > CANCELED", Side.Primary, null, false)]
    [InlineData("> REPLICATING, < STARTING", Side.Recovery, "< STARTING", true)]
    [InlineData("> PAUSED", Side.Primary, null, true)]
    public void The_newest_stream_decides(string streams, Side active, string? live, bool contradicts)
    {
        Lineage lineage = Lineage.Of("p", "A", "B", Parse(streams).Reverse(), s_now);
        Assert.Equal((active, contradicts), (lineage.Active, lineage.Contradicts));
        Assert.Equal(live, lineage.Live is { } l ? $"{(l.From == Side.Primary ? ">" : "<")} {l.Status}" : null);
    }

    [Fact]
    public void Streams_of_other_clusters_tell_nothing() =>
        Assert.Empty(Lineage.Of("p", "A", "B", [new() { Id = "1", Status = "COMPLETED", PrimaryClusterId = "A", StandbyClusterId = "C", CreatedAt = s_now }], s_now).Streams);

    [Fact]
    public void A_stream_listed_twice_counts_once() =>
        Assert.Single(Lineage.Of("p", "A", "B", Parse("> REPLICATING").Concat(Parse("> REPLICATING")), s_now).Streams);

    [Theory]
    // replicated_time relative to the stream's creation, in minutes; null is absent, 0 is Go's zero time.
    [InlineData(null, false)]
    [InlineData(0, false)]
    [InlineData(-5, false)]
    [InlineData(5, true)]
    public void Seed_defect_7_REPLICATING_without_a_time_of_its_own_is_not_ready(int? minutes, bool ready)
    {
        DateTimeOffset created = s_now.AddHours(-1);
        DateTimeOffset? replicated = minutes switch { null => null, 0 => DateTimeOffset.MinValue, { } m => created.AddMinutes(m) };
        CrdrStream stream = Lineage.Of("p", "A", "B", [new() { Id = "1", Status = "REPLICATING", PrimaryClusterId = "A", StandbyClusterId = "B", CreatedAt = created, ReplicatedTime = replicated, ReplicationLagSeconds = 0 }], s_now).Live!;
        Assert.Equal(ready, stream.Ready);
        Assert.Equal(ready, stream.Lag is not null);
        if (!ready) Assert.Contains("initial scan", stream.State);
    }

    [Fact]
    public void A_time_from_before_the_last_activation_is_not_this_streams()
    {
        List<CockroachStream> streams = [.. Parse("> COMPLETED, < REPLICATING")];
        DateTimeOffset activated = s_now.AddMinutes(-10);
        streams[0] = streams[0] with { ActivatedAt = activated };
        streams[1] = streams[1] with { CreatedAt = activated.AddMinutes(-1), ReplicatedTime = activated.AddSeconds(-30) };
        Assert.False(Lineage.Of("p", "A", "B", streams, s_now).Live!.Ready);
        streams[1] = streams[1] with { ReplicatedTime = activated.AddSeconds(30) };
        Assert.True(Lineage.Of("p", "A", "B", streams, s_now).Live!.Ready);
    }

    public static TheoryData<string, string, string, CrdrPhase, Side?> Phases => new()
    {
        // streams, primary's nodes, recovery's nodes
        { "", "up", "up", CrdrPhase.Unprotected, Side.Primary },
        { "", "up", "gone", CrdrPhase.Unprotected, Side.Primary },
        { "", "down", "up", CrdrPhase.NoWriter, null },
        { "> STARTING", "up", "up", CrdrPhase.Rebuilding, Side.Primary },
        { "> SCAN", "up", "up", CrdrPhase.Rebuilding, Side.Primary },
        { "> REPLICATING", "up", "up", CrdrPhase.Protected, Side.Primary },
        { "> REPLICATING", "up", "some", CrdrPhase.Protected, Side.Primary },
        { "> REPLICATING", "some", "up", CrdrPhase.Protected, Side.Primary },
        { "> BEHIND", "up", "up", CrdrPhase.Rebuilding, Side.Primary },
        { "> REPLICATING", "up", "down", CrdrPhase.Unprotected, Side.Primary },
        { "> REPLICATING", "up", "unseen", CrdrPhase.Unknown, Side.Primary },
        { "> REPLICATING", "down", "up", CrdrPhase.NoWriter, null },
        { "> REPLICATING", "unseen", "up", CrdrPhase.Unknown, null },
        { "> REPLICATING", "locked", "up", CrdrPhase.Protected, Side.Primary },
        { "> REPLICATING", "up", "locked", CrdrPhase.Protected, Side.Primary },
        { "> FAILING_OVER", "up", "up", CrdrPhase.Transitioning, null },
        { "> FAILING_OVER", "down", "up", CrdrPhase.Transitioning, null },
        { "> COMPLETED", "down", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED", "up", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED", "gone", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED", "unseen", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED", "up", "down", CrdrPhase.NoWriter, null },
        { "> COMPLETED, < STARTING", "up", "up", CrdrPhase.Rebuilding, Side.Recovery },
        { "> COMPLETED, < SCAN", "up", "up", CrdrPhase.Rebuilding, Side.Recovery },
        { "> COMPLETED, < BEHIND", "up", "up", CrdrPhase.Rebuilding, Side.Recovery },
        { "> COMPLETED, < REPLICATING", "up", "up", CrdrPhase.ReadyToFailBack, Side.Recovery },
        { "> COMPLETED, < REPLICATING", "down", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED, < CANCELED", "up", "up", CrdrPhase.FailedOver, Side.Recovery },
        { "> COMPLETED, < COMPLETED", "up", "up", CrdrPhase.Unprotected, Side.Primary },
        { "> COMPLETED, < COMPLETED, > REPLICATING", "up", "up", CrdrPhase.Protected, Side.Primary },
        { "> REPLICATING, < STARTING", "up", "up", CrdrPhase.Unknown, null },
    };

    [Theory]
    [MemberData(nameof(Phases))]
    public void Where_a_pair_stands(string streams, string primary, string recovery, CrdrPhase phase, Side? active)
    {
        Lineage lineage = Lineage.Of("p", "A", "B", Parse(streams), s_now);
        CrdrMemberStatus p = CockroachView.Member(Side.Primary, new() { Name = "a", Identity = "A" }, Look("A", "a", primary), lineage, []);
        CrdrMemberStatus r = CockroachView.Member(Side.Recovery, new() { Name = "b", Identity = "B" }, Look("B", "b", recovery), lineage, []);
        Assert.Equal((phase, active), CockroachPhase.Of(lineage, p, r, TimeSpan.FromSeconds(60)));
    }

    private static CockroachLook Look(string id, string name, string state)
    {
        if (state == "gone") return new(null, null, new VendorException(CrdrErrorKind.NotFound, "x", "x", VendorVerdict.NotDone, 404), s_now);
        if (state == "unseen") return new(null, null, new VendorException(CrdrErrorKind.Unavailable, "x", "x", VendorVerdict.Unknown, 503), s_now);
        int live = state switch { "down" => 1, "some" => 2, _ => 3 };
        return new(new() { Id = id, Name = name, State = state == "locked" ? "LOCKED" : "CREATED" },
            [.. Enumerable.Range(0, 3).Select(i => new CockroachNode { Name = $"n{i}", Status = i < live ? "LIVE" : "NOT_READY" })], null, s_now);
    }

    /// <summary>An hour apart, the last an hour ago.</summary>
    private static IEnumerable<CockroachStream> Parse(string streams)
    {
        string[] words = streams.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            bool forward = words[i][0] == '>';
            string status = words[i].Substring(2);
            DateTimeOffset created = s_now.AddHours(i - words.Length);
            yield return new()
            {
                Id = $"stream-{i}", PrimaryClusterId = forward ? "A" : "B", StandbyClusterId = forward ? "B" : "A", CreatedAt = created,
                Status = status is "SCAN" or "BEHIND" ? "REPLICATING" : status,
                ReplicatedTime = status switch { "REPLICATING" => s_now.AddSeconds(-5), "BEHIND" => s_now.AddMinutes(-5), "SCAN" => DateTimeOffset.MinValue, _ => null },
                ActivatedAt = status == "COMPLETED" ? created.AddMinutes(10) : null, CanceledAt = status == "CANCELED" ? created.AddMinutes(10) : null,
            };
        }
    }
}
