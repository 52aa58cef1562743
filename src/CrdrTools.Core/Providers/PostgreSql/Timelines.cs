using System.Globalization;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>A piece of a server's log: a timeline, from where to where; <see langword="null"/>: it goes on.</summary>
internal readonly record struct LogRange(uint Timeline, NpgsqlLogSequenceNumber From, NpgsqlLogSequenceNumber? To);

/// <summary>Pure: the timelines that a server has come by, as its history file tells them.</summary>
internal static class Timelines
{
    /// <summary>All of them, oldest first; the last one goes on.</summary>
    /// <param name="newest">The one it is on.</param>
    /// <param name="history">The text of that one's history file; the first timeline has none.</param>
    public static IReadOnlyList<LogRange> Of(uint newest, string? history)
    {
        List<LogRange> ranges = [];
        NpgsqlLogSequenceNumber from = default;
        foreach (string line in (history ?? "").Split('\n'))
        {
            string[] parts = line.Split('\t', StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || !uint.TryParse(parts[0], CultureInfo.InvariantCulture, out uint timeline) || !NpgsqlLogSequenceNumber.TryParse(parts[1], out NpgsqlLogSequenceNumber to)) continue;
            ranges.Add(new(timeline, from, to));
            from = to;
        }
        ranges.Add(new(newest, from, null));
        return ranges;
    }

    /// <summary>What of the one the other never had: from where they parted to its end. Empty: where they parted is not told.</summary>
    public static IReadOnlyList<LogRange> Apart(IReadOnlyList<LogRange> one, IReadOnlyList<LogRange> other)
    {
        for (int i = 0; i < Math.Min(one.Count, other.Count); i++)
        {
            if (one[i].Timeline != other[i].Timeline) return [.. one.Skip(i)];
            if (one[i].To == other[i].To) continue;
            // The one that left this timeline first went on from there; the other went on in it.
            NpgsqlLogSequenceNumber parted = one[i].To is { } a && (other[i].To is not { } b || a < b) ? a : other[i].To!.Value;
            return [.. one.Skip(i).Select(r => r.From < parted ? r with { From = parted } : r).Where(r => r.To is not { } to || to > r.From)];
        }
        return [];
    }
}
