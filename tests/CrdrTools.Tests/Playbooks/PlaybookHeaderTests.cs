using CrdrTools.Core.Playbooks;

namespace CrdrTools.Tests.Playbooks;

/// <summary>What a script says of itself is read strictly, without running it, and what is wrong is told with file and line.</summary>
public sealed class PlaybookHeaderTests
{
    private const string Whole = """
        #!/usr/bin/env pwsh
        <#
        .SYNOPSIS
            Moves the writes.
            On purpose.
        .NOTES
            Playbook:      Planned switchover
            Owner:         the database team
            Providers:     aiven, PostgreSql
            Pairs:         pg-*, billing
            Last reviewed: 2026-01-31
            Review every:  3 months
            RTO:           90s
            RPO:           pair
            Needs commands: Get-AutomationConnection, Get-Other
        .LINK
            Not: a key
        #>
        param($Pair)
        """;

    [Fact]
    public void A_whole_header_is_read()
    {
        PlaybookHeader header = PlaybookHeader.Parse(Whole, "x.ps1")!;
        Assert.Equal((CrdrPlaybookKind.Playbook, "Planned switchover", "Moves the writes. On purpose.", "the database team"), (header.Kind, header.Title, header.Synopsis, header.Owner));
        Assert.Equal(["Aiven", "PostgreSql"], header.Providers);
        Assert.Equal(["pg-*", "billing"], header.Pairs);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), header.LastReviewed);
        Assert.Equal("3 months", header.ReviewEvery.ToString());
        Assert.Equal(TimeSpan.FromSeconds(90), header.Objectives.Rto);
        Assert.Null(header.Objectives.Rpo);
        Assert.True(header.PairsObjectives);
        Assert.Equal(["Get-AutomationConnection", "Get-Other"], header.NeedsCommands);
    }

    [Fact]
    public void Every_shipped_script_is_a_playbook_and_each_has_its_runbook()
    {
        IReadOnlyList<PlaybookFile> shipped = new PlaybookShelf(Path.Combine(Conventions.Repository.Module, "playbooks"), []).All(e => throw e);
        Assert.Equal(Directory.GetFiles(Path.Combine(Conventions.Repository.Module, "playbooks"), "*.ps1", SearchOption.AllDirectories).Length, shipped.Count);
        ILookup<CrdrPlaybookKind, string> names = shipped.ToLookup(p => p.Header.Kind, p => p.Name);
        Assert.Equal(8, names[CrdrPlaybookKind.Playbook].Count());
        Assert.Equal(names[CrdrPlaybookKind.Playbook].Select(n => "crdr-" + n), names[CrdrPlaybookKind.Runbook]);
        Assert.All(shipped, p => Assert.True(p.Shipped && p.Header.LastReviewed is not null && p.Header.Synopsis is not null, p.Name));
    }

    [Fact]
    public void How_lines_end_and_a_byte_order_mark_say_nothing()
    {
        Assert.Equal("Planned switchover", PlaybookHeader.Parse("\uFEFF" + Whole.ReplaceLineEndings("\r\n"), "x.ps1")!.Title);
        Assert.Equal(File("a\nb").Hash, File("a\r\nb").Hash);
        Assert.NotEqual(File("a\nb").Hash, File("a\nc").Hash);

        PlaybookFile File(string text) => new() { Name = "x", Path = "x.ps1", Text = text, Header = PlaybookHeader.Parse(Whole, "x.ps1")! };
    }

    [Theory]
    [InlineData("param($Pair)\n<#\n.NOTES\n    Playbook: late\n#>")]
    [InlineData("<#\n.SYNOPSIS\n    A tool.\n.NOTES\n    Author: somebody\n#>")]
    [InlineData("")]
    public void A_script_that_does_not_say_at_its_top_that_it_is_one_is_none(string text) => Assert.Null(PlaybookHeader.Parse(text, "x.ps1"));

    [Theory]
    [InlineData("Review every:  3 months", "Review evry:  3 months", "PlaybookKeyUnknown", 12)]
    [InlineData("Review every:  3 months", "Review every:  soon", "PlaybookValueInvalid", 12)]
    [InlineData("Review every:  3 months", "Review every:  0 days", "PlaybookValueInvalid", 12)]
    [InlineData("Review every:  3 months", "Owner: twice", "PlaybookKeyTwice", 12)]
    [InlineData("    Owner:         the database team\n", "", "PlaybookKeyMissing", 7)]
    [InlineData("Owner:         the database team", "whose it is", "PlaybookLineInvalid", 8)]
    [InlineData("aiven, PostgreSql", "Oracle", "PlaybookValueInvalid", 9)]
    [InlineData("2026-01-31", "31.01.2026", "PlaybookValueInvalid", 11)]
    [InlineData("2026-01-31", "2026-02-30", "PlaybookValueInvalid", 11)]
    [InlineData("90s", "quick", "PlaybookValueInvalid", 13)]
    [InlineData("90s", "-5s", "PlaybookValueInvalid", 13)]
    [InlineData("Planned switchover", "", "PlaybookValueInvalid", 7)]
    [InlineData("RPO:           pair", "Runbook: both", "PlaybookKeyTwice", 14)]
    public void What_is_wrong_is_told_with_its_line(string there, string instead, string errorId, int line)
    {
        CrdrException e = Assert.Throws<CrdrException>(() => PlaybookHeader.Parse(Whole.Replace(there, instead, StringComparison.Ordinal), "a/x.ps1"));
        Assert.Equal(errorId, e.ErrorId);
        Assert.StartsWith($"a/x.ps1:{line}: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("never", null)]
    [InlineData("2024-02-29", "2024-05-29")]
    public void Never_is_a_day_too(string said, string? due)
    {
        PlaybookHeader header = PlaybookHeader.Parse(Whole.Replace("2026-01-31", said, StringComparison.Ordinal), "x.ps1")!;
        Assert.Equal(due, header.LastReviewed is { } last ? header.ReviewEvery.After(last.UtcDateTime).ToString("yyyy-MM-dd") : null);
    }

    [Theory]
    [InlineData("90 days", "2026-01-31", "2026-05-01")]
    [InlineData("1d", "2026-02-28", "2026-03-01")]
    [InlineData("2 weeks", "2026-12-25", "2027-01-08")]
    [InlineData("1 month", "2026-01-31", "2026-02-28")]
    [InlineData("1 year", "2028-02-29", "2029-02-28")]
    public void How_often_goes_by_the_calendar(string every, string from, string due) =>
        Assert.Equal(due, Recurrence.Parse(every)!.Value.After(DateTime.Parse(from, System.Globalization.CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd"));
}
