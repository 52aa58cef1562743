using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Tests.PostgreSql;

/// <summary>Whether a server finds all that it is going to replay, in pieces of 1 MB; the fork, where there is one, is in piece 5.</summary>
public class OwnLogTests
{
    private const uint Size = 1 << 20;

    [Theory]
    // The writer has it from the beginning.
    [InlineData(3, "", 3, null)]
    [InlineData(3, "", 2, null)]
    // What the writer has no more is its own, up to a piece that the writer has too.
    [InlineData(3, "1:3 1:4 1:5", 5, null)]
    [InlineData(3, "1:3 1:4 2:5", 5, null)]
    [InlineData(3, "1:3 1:4 1:5 2:6", 6, null)]
    // A hole.
    [InlineData(3, "1:3 1:5 2:6", 6, 4)]
    [InlineData(3, "1:4 1:5 2:6", 6, 3)]
    // The last of its own may be half full, and the writer has the rest of it no more.
    [InlineData(3, "1:3 1:4 1:5", 6, 5)]
    [InlineData(3, "", 4, 3)]
    // What it wrote past the fork by itself does not count, nor what is of a timeline that the writer never was on.
    [InlineData(3, "1:3 1:4 1:5 1:6", 6, 5)]
    [InlineData(3, "1:3 1:4 1:5 3:6", 6, 5)]
    [InlineData(3, "1:3 2:4 1:5 2:6", 6, 4)]
    public void What_is_nowhere_is_told(int from, string own, int oldest, int? lacks) =>
        Assert.Equal(lacks is { } piece ? Name(piece) : null, Log(from, own).Lacks(Size, 1, new((5UL * Size) + 77), 2, Name(oldest)));

    [Theory]
    [InlineData("1:3 2:4 2:5", 5, null)]
    [InlineData("1:3 3:4 2:5", 5, 4)]
    public void On_the_writers_own_timeline_all_before_it_count(string own, int oldest, int? lacks) =>
        Assert.Equal(lacks is { } piece ? Name(piece) : null, Log(3, own).Lacks(Size, 2, null, 2, Name(oldest)));

    [Fact]
    public void An_archive_may_have_what_is_nowhere_else() => Assert.Null((Log(3, "") with { Archive = true }).Lacks(Size, 1, null, 1, Name(9)));

    [Fact]
    public void A_name_tells_the_place_past_four_gigabytes_too() => Assert.Equal("0000000100000002", new OwnLog(new((4098UL * Size) + 5), []).Lacks(Size, 1, null, 1, "0000000100000003"));

    private static OwnLog Log(int from, string own) => new(new(((ulong)from * Size) + 40), [.. own.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).Select(p => $"{uint.Parse(p[0]):X8}{Name(int.Parse(p[1]))}")]);

    private static string Name(int piece) => $"00000000{piece:X8}";
}
