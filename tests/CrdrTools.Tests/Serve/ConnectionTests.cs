using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Serve;

/// <summary>What an application is told about where to connect.</summary>
public class ConnectionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);
    private static readonly CrdrPair s_pair = new() { Name = "orders", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" } };

    private static CrdrMemberStatus Member(Side side, MemberRole role, bool reachable = true) => new() { Side = side, Name = side == Side.Primary ? "a" : "b", Role = role, Reachable = reachable, Endpoint = side == Side.Primary ? "10.0.0.1:5432" : "[fd00::2]:5433" };

    private static CrdrPairSight Sight(Side active, MemberRole primary, MemberRole recovery, string? trouble = null, double age = 1) => new()
    {
        Pair = "orders", Provider = "PostgreSql", Active = active, ActiveSeen = s_now - TimeSpan.FromSeconds(age), Endpoint = Member(active, MemberRole.Active).Endpoint, Trouble = trouble,
        Status = new() { Pair = "orders", Provider = "PostgreSql", Phase = CrdrPhase.Protected, ActiveMember = active, Primary = Member(Side.Primary, primary), Recovery = Member(Side.Recovery, recovery), ObservedAt = s_now },
    };

    private static CrdrConnection Of(CrdrPairSight sight) => Connections.Of(s_pair, sight, s_now, TimeSpan.FromSeconds(30))!;

    [Fact]
    public void A_standby_that_follows_is_named_behind_the_active_one()
    {
        CrdrConnection connection = Of(Sight(Side.Primary, MemberRole.Active, MemberRole.Passive));
        Assert.Equal(["10.0.0.1:5432", "[fd00::2]:5433"], connection.Hosts);
        Assert.Equal("postgresql://10.0.0.1:5432,[fd00::2]:5433/?target_session_attrs=read-write", connection.Uri);
        Assert.Equal(("a", "10.0.0.1", 5432, false), (connection.Member, connection.Host, connection.Port, connection.Stale));
    }

    [Theory]
    [InlineData(MemberRole.Failed)]
    [InlineData(MemberRole.Active)]
    [InlineData(MemberRole.Unknown)]
    [InlineData(MemberRole.Apart)]
    public void S06_A_primary_that_was_given_up_is_in_no_string_that_a_driver_could_follow(MemberRole given)
    {
        CrdrConnection connection = Of(Sight(Side.Recovery, given, MemberRole.Active));
        Assert.Equal(["[fd00::2]:5433"], connection.Hosts);
        Assert.DoesNotContain("10.0.0.1", connection.Uri + connection.DotNet);
    }

    [Fact]
    public void What_was_seen_longer_ago_than_three_looks_is_told_with_its_age_and_names_the_active_one_alone()
    {
        CrdrConnection connection = Of(Sight(Side.Primary, MemberRole.Active, MemberRole.Passive, trouble: "the vendor does not answer", age: 600));
        Assert.Equal((600.0, true), (connection.AgeSeconds, connection.Stale));
        Assert.Equal(["10.0.0.1:5432"], connection.Hosts);
    }

    [Fact]
    public void Nobody_is_named_while_nobody_was_seen() => Assert.Null(Connections.Of(s_pair, new() { Pair = "orders", Provider = "PostgreSql" }, s_now, TimeSpan.FromSeconds(30)));

    [Theory]
    [InlineData("postgresql://{user}:{password}@{hosts}/{db}?sslmode=require", "postgresql://o%27hara:p%40ss%2Fw%3Ard%25%20%7B%7D@10.0.0.1:5432,[fd00::2]:5433/app?sslmode=require")]
    [InlineData("host={hostnames} port={ports} user={user} password={password}", "host=10.0.0.1,fd00::2 port=5432,5433 user='o\\'hara' password='p@ss/w:rd% {}'")]
    [InlineData("Host={hosts};Username={user};Password={password};Database={db}", "Host=10.0.0.1:5432,[fd00::2]:5433;Username=\"o'hara\";Password=\"p@ss/w:rd% {}\";Database=\"app\"")]
    [InlineData("jdbc:postgresql://{host}:{port}/{db}?user={user}", "jdbc:postgresql://10.0.0.1:5432/app?user=o%27hara")]
    public void A_template_is_filled_and_escaped_as_its_kind_wants_it(string template, string expected) =>
        Assert.Equal(expected, Connections.Fill(template, Of(Sight(Side.Primary, MemberRole.Active, MemberRole.Passive)), new Dictionary<string, string> { ["user"] = "o'hara", ["password"] = "p@ss/w:rd% {}", ["db"] = "app" }));

    [Fact]
    public void What_was_filled_in_for_npgsql_is_read_back_as_it_was()
    {
        string password = "a;b=\"c\"' d\\e";
        string filled = Connections.Fill("Host={host};Port={port};Username={user};Password={password}", Of(Sight(Side.Primary, MemberRole.Active, MemberRole.Passive)), new Dictionary<string, string> { ["user"] = "u", ["password"] = password });
        Assert.Equal(password, new Npgsql.NpgsqlConnectionStringBuilder(filled).Password);
    }

    [Theory]
    [InlineData("postgresql://{user}@{hosts}/", "there is no value for {user}")]
    [InlineData("postgresql://{hosts", "no closing one")]
    [InlineData("nonsense", "begins with postgresql://")]
    public void A_template_that_cannot_be_filled_says_why(string template, string why)
    {
        CrdrException e = Assert.Throws<CrdrException>(() => Connections.Fill(template, Of(Sight(Side.Primary, MemberRole.Active, MemberRole.Passive)), new Dictionary<string, string>()));
        Assert.Equal("TemplateInvalid", e.ErrorId);
        Assert.Contains(why, e.Message);
    }
}
