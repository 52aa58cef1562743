namespace CrdrTools.Core;

/// <summary>Pure: what somebody probably meant.</summary>
public static class Spelling
{
    private const int Near = 3;

    /// <summary>The known words nearest to one that is not known, several where they are equally near; none when all are far off.</summary>
    public static IReadOnlyList<string> Nearest(string word, IEnumerable<string> known)
    {
        List<(string Word, int Far)> near = [.. known.Select(k => (Word: k, Far: Distance(k.ToUpperInvariant(), word.ToUpperInvariant()))).Where(k => k.Far <= Near)];
        return [.. near.Where(k => k.Far == near.Min(n => n.Far)).Select(k => k.Word)];
    }

    /// <summary>The same as a question, with a space before it; nothing when all are far off.</summary>
    public static string Meant(string word, IEnumerable<string> known) =>
        Nearest(word, known) is { Count: > 0 } near ? $" ({string.Join(" or ", near.Select(n => $"'{n}'"))} was meant?)" : "";

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
