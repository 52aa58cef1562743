using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Monitoring;

/// <summary>Who takes the writes by the last truth: a primary that was given up is never named, also when it answers again.</summary>
public class TruthTests
{
    private static readonly DateTimeOffset s_at = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_server_that_was_given_up_and_answers_again_is_not_named_while_the_other_cannot_be_seen()
    {
        Truth home = Truth.After(null, Servers(Side.Primary, p: 1, r: 1), null)!;
        Assert.Equal((Side.Primary, "a:5432", 1u), (home.Active, home.Endpoint, home.Timeline));
        Truth away = Truth.After(home, Servers(Side.Recovery, p: null, r: 2), null)!;
        Assert.Equal((Side.Recovery, "b:5432", 2u), (away.Active, away.Endpoint, away.Timeline));
        Assert.Equal(away, Truth.After(away, Servers(Side.Primary, p: 1, r: null), null));
        // Both stand on one timeline: that is a split, and nobody is named by it.
        Assert.Equal(away, Truth.After(away, Servers(null, p: 2, r: 2), null));
        Assert.Equal(away, Truth.After(away, Servers(null, p: null, r: 2), null));
        // Rebuilt as a standby, and promoted again: its data is newer.
        Truth rebuilt = Truth.After(away, Servers(Side.Recovery, p: 2, r: 2, passive: Side.Primary), null)!;
        Assert.Equal(Side.Primary, Truth.After(rebuilt, Servers(Side.Primary, p: 3, r: null), null)!.Active);
        Assert.Equal(Side.Primary, Truth.After(rebuilt, Servers(Side.Primary, p: 3, r: 3, passive: Side.Recovery), null)!.Active);
    }

    [Fact]
    public void What_an_operation_on_record_promoted_since_outweighs_what_was_seen_before()
    {
        Truth home = Truth.After(null, Servers(Side.Primary, p: 1, r: 1), null)!;
        Promotion later = new(Side.Recovery, s_at.AddMinutes(10)), earlier = new(Side.Recovery, s_at.AddMinutes(-10));
        CrdrStatus again = Servers(Side.Primary, p: 1, r: null, at: 20);
        Truth known = Truth.After(home, again, later)!;
        Assert.Equal((Side.Recovery, later.At, (string?)null), (known.Active, known.Seen, known.Endpoint));
        Assert.Equal(known, Truth.After(known, again, later));
        Assert.Equal(Side.Recovery, Truth.After(null, again, later)!.Active);
        Assert.Equal(Side.Primary, Truth.After(home, again, earlier)!.Active);
        // Seen again, each for what it is.
        Assert.Equal((Side.Recovery, "b:5432"), Named(Truth.After(known, Servers(Side.Recovery, p: 1, r: 2, at: 30), later)));
        Assert.Equal((Side.Primary, "a:5432"), Named(Truth.After(known, Servers(Side.Primary, p: 1, r: 1, passive: Side.Recovery, at: 30), later)));
    }

    [Fact]
    public void The_vendors_roles_are_believed_only_where_the_one_before_is_seen_to_have_left()
    {
        Truth home = Truth.After(null, Services(MemberRole.Active, MemberRole.Passive, Side.Primary), null)!;
        // The primary's own look fails, and the recovery service is active: the primary may be so too.
        Assert.Equal(Side.Primary, Truth.After(home, Services(MemberRole.Unknown, MemberRole.Active, Side.Recovery), null)!.Active);
        Truth away = Truth.After(home, Services(MemberRole.Failed, MemberRole.Active, Side.Recovery), null)!;
        Assert.Equal((Side.Recovery, "b:5432"), Named(away));
        Assert.Equal(Side.Recovery, Truth.After(away, Services(MemberRole.Active, MemberRole.Unknown, Side.Primary), null)!.Active);
        Assert.Equal(Side.Primary, Truth.After(away, Services(MemberRole.Active, MemberRole.Passive, Side.Primary), null)!.Active);
        Assert.Equal(Side.Primary, Truth.After(away, Services(MemberRole.Active, MemberRole.None, Side.Primary), null)!.Active);
        Assert.Equal(away, Truth.After(away, Services(MemberRole.Active, MemberRole.Active, null), null));
    }

    [Fact]
    public void Of_clusters_the_newest_stream_decides_and_a_list_that_lost_it_does_not()
    {
        Truth home = Truth.After(null, Clusters(Side.Primary, S("s1", Side.Recovery)), null)!;
        Truth away = Truth.After(home, Clusters(Side.Recovery, S("s1", Side.Recovery, "COMPLETED")), null)!;
        Assert.Equal((Side.Recovery, "s1"), (away.Active, away.Stream));
        // Both clusters take connections after a failover. The vendor lists nothing, or only what was before.
        Assert.Equal(away, Truth.After(away, Clusters(Side.Primary), null));
        Assert.Equal(away, Truth.After(away, Clusters(Side.Primary, S("s0", Side.Recovery, "CANCELED")), null));
        // A failback: a new stream the other way, completed.
        Truth copying = Truth.After(away, Clusters(Side.Recovery, S("s2", Side.Primary), S("s1", Side.Recovery, "COMPLETED")), null)!;
        Assert.Equal((Side.Recovery, "s2"), (copying.Active, copying.Stream));
        Assert.Equal(Side.Primary, Truth.After(copying, Clusters(Side.Primary, S("s2", Side.Primary, "COMPLETED"), S("s1", Side.Recovery, "COMPLETED")), null)!.Active);
        Assert.Equal(Side.Primary, Truth.After(away, Clusters(Side.Primary, S("s2", Side.Primary, "COMPLETED"), S("s1", Side.Recovery, "COMPLETED")), null)!.Active);
        Assert.Equal(Side.Recovery, Truth.After(copying, Clusters(Side.Primary, S("s1", Side.Recovery)), null)!.Active);
    }

    [Fact]
    public void Nobody_is_named_that_was_never_seen()
    {
        Assert.Null(Truth.After(null, Servers(null, p: null, r: 1), null));
        // Who answers alone may have been given up before anybody watched.
        Assert.Null(Truth.After(null, Servers(Side.Primary, p: 1, r: null), null));
        Assert.Equal("a:5432", Truth.After(null, Servers(Side.Primary, p: 1, r: 1, passive: Side.Recovery), null)!.Endpoint);
    }

    private static (Side, string?) Named(Truth? truth) => (truth!.Active, truth.Endpoint);

    private static CrdrStatus Servers(Side? active, int? p, int? r, Side? passive = null, int at = 0) => Status(active, at,
        FakePair.Member(Side.Primary, "a", p is not null, passive == Side.Primary ? MemberRole.Passive : active == Side.Recovery ? MemberRole.Failed : MemberRole.Active, p ?? 0),
        FakePair.Member(Side.Recovery, "b", r is not null, passive == Side.Recovery ? MemberRole.Passive : active == Side.Primary ? MemberRole.Apart : MemberRole.Active, r ?? 0), []);

    private static CrdrStatus Services(MemberRole p, MemberRole r, Side? active) => Status(active, 0, Service(Side.Primary, "a", p), Service(Side.Recovery, "b", r), []);

    private static CrdrStatus Clusters(Side active, params CrdrStream[] streams) => Status(active, 0,
        Service(Side.Primary, "a", streams.Length == 0 ? MemberRole.Apart : active == Side.Primary ? MemberRole.Active : MemberRole.Failed),
        Service(Side.Recovery, "b", streams.Length == 0 ? MemberRole.Apart : active == Side.Recovery ? MemberRole.Active : MemberRole.Apart), streams);

    private static CrdrStream S(string id, Side to, string status = "REPLICATING") => new() { Pair = "p", Id = id, From = to == Side.Primary ? Side.Recovery : Side.Primary, To = to, Status = status, State = status };

    private static CrdrMemberStatus Service(Side side, string name, MemberRole role) => new() { Side = side, Name = name, Reachable = role != MemberRole.Unknown, Role = role, Endpoint = $"{name}:5432" };

    private static CrdrStatus Status(Side? active, int minutes, CrdrMemberStatus p, CrdrMemberStatus r, IReadOnlyList<CrdrStream> streams) => new()
    {
        Pair = "p", Provider = "x", Phase = CrdrPhase.Unknown, ActiveMember = active, Primary = p, Recovery = r, Streams = streams, ObservedAt = s_at.AddMinutes(minutes),
    };
}
