using System.Globalization;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>What a stopped server has of the log at its own machine, for what it is going to replay.</summary>
/// <param name="From">Where it begins when it is started.</param>
/// <param name="Pieces">The files' names; only of those that hold what their name says, for one that waits for use has an older content.</param>
/// <param name="Archive">Whether an archive may have what it has not (<c>restore_command</c>).</param>
internal sealed record OwnLog(NpgsqlLogSequenceNumber From, IReadOnlyList<string> Pieces, bool Archive = false)
{
    /// <summary>
    /// Pure: the first piece, named without its timeline, that it is going to ask for and that is nowhere; <see langword="null"/>: all is there. What it has it reads from its own, under
    /// the name of any timeline on the way to the writer's; from the last piece of its own on, which may be half full, it is sent the rest.
    /// </summary>
    /// <param name="size">How large a piece is.</param>
    /// <param name="own">The timeline that it was on.</param>
    /// <param name="fork">Where the way to the writer's timeline left that one; <see langword="null"/>: it is on the writer's.</param>
    /// <param name="timeline">The writer's timeline.</param>
    /// <param name="oldest">The oldest piece that the writer has, named without its timeline.</param>
    public string? Lacks(uint size, uint own, NpgsqlLogSequenceNumber? fork, uint timeline, string oldest)
    {
        ulong each = 0x1_0000_0000UL / size, left = fork is { } at ? (ulong)at / size : ulong.MaxValue, had = Number(oldest, each);
        HashSet<ulong> here = [.. Pieces.Select(p => (Timeline: (uint)Hex(p[..8]), Number: Number(p[8..], each))).Where(p => Counts(p.Timeline, p.Number)).Select(p => p.Number)];
        ulong first = (ulong)From / size;
        for (ulong piece = first; !Archive && first < had && piece <= had; piece++)
            if (!here.Contains(piece)) return PostgresSql.LogPiece(new(Math.Min(piece, had - 1) * size), size);
        return null;

        bool Counts(uint of, ulong piece) => of <= timeline && (piece < left ? of <= own : piece == left || of > own);
    }

    private static ulong Number(string piece, ulong each) => (Hex(piece[..8]) * each) + Hex(piece[8..]);

    private static ulong Hex(string digits) => ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
