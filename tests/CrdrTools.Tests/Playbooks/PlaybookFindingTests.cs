using CrdrTools.Core.Playbooks;

namespace CrdrTools.Tests.Playbooks;

/// <summary>Reviews are of one text and of pairs as they were; what is not so any more is found.</summary>
public sealed class PlaybookFindingTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly CrdrPair s_pair = new()
    {
        Name = "pg", Provider = "Aiven", Primary = new() { Name = "a", Region = "west", Identity = "1" }, Recovery = new() { Name = "b", Region = "east", Identity = "2" },
        Objectives = new() { Rto = TimeSpan.FromMinutes(5), Rpo = TimeSpan.FromSeconds(5) },
        Routes = [new() { Name = "app", Type = "Command", Switch = ["/bin/sh", "switch.sh"] }],
    };

    [Fact]
    public void A_playbook_that_is_looked_after_has_none() => Assert.Empty(Found(Text(), [Review(Text(), s_now.AddDays(-10))]));

    [Fact]
    public void A_review_beats_the_header_and_is_due_again_by_its_own_day()
    {
        CrdrPlaybookReview review = Review(Text("2020-01-01"), s_now.AddDays(-89));
        Assert.Empty(Found(Text("2020-01-01"), [review]));
        CrdrPlaybookFinding overdue = Assert.Single(Found(Text("2020-01-01"), [review], s_now.AddDays(2)));
        Assert.Equal(("ReviewOverdue", FindingSeverity.Warning), (overdue.Id, overdue.Severity));
    }

    [Fact]
    public void A_change_makes_the_review_void_until_the_author_or_somebody_else_looks_again()
    {
        CrdrPlaybookReview review = Review(Text(), s_now.AddDays(-10));
        Assert.Equal(["ChangedSinceReview"], Found(Text() + "\n# more", [review]).Select(f => f.Id));
        Assert.Null(PlaybookReviews.Describe(Text() + "\n# more", [review]).LastReviewed);
        Assert.Equal(s_now.AddDays(-1).Date, PlaybookReviews.Describe(Text("2026-11-20") + "\n# more", [review]).LastReviewed!.Value.Date);
        Assert.Empty(Found(Text() + "\n# more", [review, Review(Text() + "\n# more", s_now)]));
    }

    [Fact]
    public void Nobody_ever_looked_and_nobody_owns_it() =>
        Assert.Equal(["OwnerMissing", "NeverReviewed", "NotReviewedForPair"], Found(Text("never", owner: ""), []).Select(f => f.Id));

    public static TheoryData<string, string> Changes => new()
    {
        { "recovery", "the recovery is c (was b)" }, { "identity", "the identity of the primary is 9 (was 1)" }, { "region", "the region of the recovery is north (was east)" },
        { "unpinned", "the identity of the recovery is gone (was 2)" }, { "route", "the route app is Command; /bin/sh other.sh (was Command; /bin/sh switch.sh)" },
        { "order", "the order of routes is dns, app (was app)" }, { "provider", "the provider is CockroachCloud (was Aiven)" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_pair_that_is_not_what_it_was_is_an_error(string what, string told)
    {
        CrdrPair now = what switch
        {
            "recovery" => s_pair with { Recovery = s_pair.Recovery with { Name = "c" } },
            "identity" => s_pair with { Primary = s_pair.Primary with { Identity = "9" } },
            "region" => s_pair with { Recovery = s_pair.Recovery with { Region = "north" } },
            "unpinned" => s_pair with { Recovery = s_pair.Recovery with { Identity = null } },
            "route" => s_pair with { Routes = [s_pair.Routes[0] with { Switch = ["/bin/sh", "other.sh"] }] },
            "order" => s_pair with { Routes = [new() { Name = "dns", Type = "VendorManaged", Host = "db.example" }, s_pair.Routes[0]] },
            _ => s_pair with { Provider = "CockroachCloud" },
        };
        CrdrPlaybookFinding found = Found(Text(), [Review(Text(), s_now)], pair: now).First(f => f.Id == "TopologyChanged");
        Assert.Equal(FindingSeverity.Error, found.Severity);
        Assert.Contains(told, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_says_nothing_of_how_a_pair_is_moved_is_no_change() =>
        Assert.Empty(Found(Text(), [Review(Text(), s_now)], pair: s_pair with { Contacts = ["Ann"], Secret = "env:OTHER", QuietTime = TimeSpan.Zero }));

    [Fact]
    public void A_pair_that_it_is_not_written_for_and_objectives_that_do_not_fit()
    {
        Assert.Contains("ProviderNotMeant", Found(Text(providers: "CockroachCloud"), []).Select(f => f.Id));
        Assert.Contains("PairNotMeant", Found(Text() .Replace("    Owner", "    Pairs: crdb-*\n    Owner"), []).Select(f => f.Id));
        Assert.Equal(["ObjectiveTighter"], Found(Text(rto: "10m"), [Review(Text(rto: "10m"), s_now)]).Select(f => f.Id));
        Assert.Empty(Found(Text(rto: "1m"), [Review(Text(rto: "1m"), s_now)]));
        Assert.Equal(["ObjectiveMissing"], Found(Text(rto: "pair"), [Review(Text(rto: "pair"), s_now)], pair: s_pair with { Objectives = new() }).Select(f => f.Id));
    }

    private static FileText Text(string reviewed = "2026-11-01", string owner = "us", string providers = "Aiven", string rto = "none") =>
        new($"<#\n.NOTES\n    Playbook: x\n    Owner: {owner}\n    Providers: {providers}\n    Last reviewed: {reviewed}\n    Review every: 90 days\n    RTO: {rto}\n    RPO: none\n#>\n");

    private static CrdrPlaybookReview Review(PlaybookFile file, DateTimeOffset at) =>
        new() { Playbook = "x", Path = "x.ps1", Hash = file.Hash, Who = "ann@host", At = at, Reason = "looked", Topologies = [Topology.Of(s_pair)] };

    private static IReadOnlyList<CrdrPlaybookFinding> Found(PlaybookFile file, IReadOnlyList<CrdrPlaybookReview> reviews, DateTimeOffset? now = null, CrdrPair? pair = null) =>
        PlaybookFindings.Of(file, reviews, pair ?? s_pair, now ?? s_now);

    /// <summary>A text that can be added to.</summary>
    private sealed record FileText(string Content)
    {
        public static FileText operator +(FileText text, string more) => new(text.Content + more);
        public FileText Replace(string there, string instead) => new(Content.Replace(there, instead, StringComparison.Ordinal));
        public static implicit operator PlaybookFile(FileText text) => new() { Name = "x", Path = "x.ps1", Text = text.Content, Header = PlaybookHeader.Parse(text.Content, "x.ps1")! };
    }
}
