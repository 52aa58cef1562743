using CrdrTools.Core.Providers;
using CrdrTools.Core.Providers.PostgreSql;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using NpgsqlTypes;

namespace CrdrTools.Tests.PostgreSql;

public class PostgresPhaseTests
{
    private static PostgresFacts Facts(bool standby, uint timeline, uint? receives = null) => new()
    {
        InRecovery = standby, SystemIdentifier = 7, Clock = DateTimeOffset.UnixEpoch, Version = 150018, Timeline = timeline, End = new(100),
        Receiver = receives is { } on ? new("streaming", on, "a", 5432, new(100), DateTimeOffset.UnixEpoch) : null,
    };

    /// <summary>Each letter is a way a member can be seen.</summary>
    private static MemberSight Sight(string how) => how switch
    {
        "writes-1" => new(Facts(false, 1), null, null),
        "writes-2" => new(Facts(false, 2), null, null),
        "writes-1-still" => new(Facts(false, 1), null, null, Writing: true),
        "writes-1-sends" => new(Facts(false, 1) with { Senders = [new("b", "catchup", null, null, "async")] }, null, null),
        "asks-in-vain-1" => new(Facts(true, 1, 1), null, null, LogGone: "0000000000000003"),
        "follows-1" => new(Facts(true, 1, 1), null, null),
        "follows-2" => new(Facts(true, 2, 2), null, null),
        "alone-1" => new(Facts(true, 1), null, null),
        "alone-2" => new(Facts(true, 2), null, null),
        "other-system" => new(Facts(false, 1) with { SystemIdentifier = 8 }, null, null),
        "unseen" => new(null, Trouble("VendorUnreachable"), null),
        "crashed-1" => new(null, Trouble("MemberRefuses"), Stopped("in production", 1, false)),
        "shut-1" => new(null, Trouble("MemberRefuses"), Stopped("shut down", 1, false)),
        "shut-standby-2" => new(null, Trouble("MemberRefuses"), Stopped("shut down in recovery", 2, true)),
        "shut-2" => new(null, Trouble("MemberRefuses"), Stopped("shut down", 2, false)),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
    };

    private static VendorException Trouble(string id) => new(CrdrErrorKind.Unavailable, id, "not seen", VendorVerdict.NotDone);

    private static NodeState Stopped(string state, uint timeline, bool standby) =>
        new(false, new() { SystemIdentifier = 7, State = state, Checkpoint = new(90), Timeline = timeline, MinimumRecoveryEnd = default }, standby, null, null);

    [Theory]
    [InlineData("writes-1", "follows-1", true, CrdrPhase.Protected, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("writes-1", "follows-1", false, CrdrPhase.Rebuilding, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("follows-2", "writes-2", true, CrdrPhase.ReadyToFailBack, Side.Recovery, MemberRole.Passive, MemberRole.Active)]
    [InlineData("follows-2", "writes-2", false, CrdrPhase.Rebuilding, Side.Recovery, MemberRole.Passive, MemberRole.Active)]
    [InlineData("writes-1", "alone-1", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("writes-1-sends", "alone-1", true, CrdrPhase.Rebuilding, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("writes-1-sends", "asks-in-vain-1", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("writes-2", "follows-1", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("writes-1", "alone-2", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Apart)]
    [InlineData("writes-1", "unseen", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Unknown)]
    [InlineData("writes-2", "shut-1", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Failed)]
    [InlineData("writes-2", "shut-standby-2", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Passive)]
    [InlineData("crashed-1", "writes-2", true, CrdrPhase.FailedOver, Side.Recovery, MemberRole.Failed, MemberRole.Active)]
    [InlineData("unseen", "writes-2", true, CrdrPhase.FailedOver, Side.Recovery, MemberRole.Unknown, MemberRole.Active)]
    [InlineData("writes-1", "writes-2", true, CrdrPhase.FailedOver, Side.Recovery, MemberRole.Failed, MemberRole.Active)]
    [InlineData("writes-2", "writes-1", true, CrdrPhase.Unprotected, Side.Primary, MemberRole.Active, MemberRole.Failed)]
    [InlineData("writes-1-still", "writes-2", true, CrdrPhase.SplitBrain, Side.Recovery, MemberRole.Active, MemberRole.Active)]
    [InlineData("writes-1", "writes-1", true, CrdrPhase.SplitBrain, null, MemberRole.Active, MemberRole.Active)]
    [InlineData("writes-1", "shut-2", true, CrdrPhase.Unknown, null, MemberRole.Failed, MemberRole.Unknown)]
    [InlineData("shut-2", "writes-1", true, CrdrPhase.Unknown, null, MemberRole.Unknown, MemberRole.Failed)]
    [InlineData("writes-1", "other-system", true, CrdrPhase.Unknown, null, MemberRole.Apart, MemberRole.Apart)]
    [InlineData("crashed-1", "alone-1", true, CrdrPhase.NoWriter, null, MemberRole.Unknown, MemberRole.Passive)]
    [InlineData("unseen", "alone-1", true, CrdrPhase.NoWriter, null, MemberRole.Unknown, MemberRole.Passive)]
    [InlineData("unseen", "follows-1", true, CrdrPhase.Unknown, null, MemberRole.Unknown, MemberRole.Passive)]
    [InlineData("alone-1", "alone-1", true, CrdrPhase.NoWriter, null, MemberRole.Passive, MemberRole.Passive)]
    [InlineData("shut-1", "unseen", true, CrdrPhase.NoWriter, null, MemberRole.Unknown, MemberRole.Unknown)]
    public void What_two_sights_mean(string primary, string recovery, bool caughtUp, CrdrPhase phase, Side? active, MemberRole left, MemberRole right) =>
        Assert.Equal((phase, active, left, right), PostgresPhase.Of(Sight(primary), Sight(recovery), (_, _) => caughtUp));

    [Fact]
    public void S09_A_standby_that_still_receives_says_that_its_sender_lives()
    {
        CrdrPair pair = new() { Name = "p", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" } };
        Assert.Contains(PostgresFindings.Of(pair, Sight("unseen"), Sight("follows-1"), CrdrPhase.Unknown, null), f => f.Id == "SenderLives");
    }

    [Fact]
    public void A_provider_that_needs_sql_is_named_where_it_cannot_be_served()
    {
        CrdrException e = ProviderRegistry.Unknown("postgresql", ["Aiven", "CockroachCloud"]);
        Assert.Equal("ProviderNeedsPowerShell7", e.ErrorId);
        Assert.Contains("PowerShell 7.4", e.Advice);
        Assert.Equal("UnknownProvider", ProviderRegistry.Unknown("postgresql", ["Aiven", "PostgreSql"]).ErrorId);
        Assert.Equal("UnknownProvider", ProviderRegistry.Unknown("oracle", ["Aiven"]).ErrorId);
    }
}
