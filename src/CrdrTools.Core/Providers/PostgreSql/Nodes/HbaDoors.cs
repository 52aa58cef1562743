using System.Text;
using System.Text.RegularExpressions;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// Closed doors, as text: a block at the top of <c>pg_hba.conf</c>, where the first entry that fits decides. It repeats the entries that decide for
/// two users, in their order and for them alone, so that they come in as before; then it rejects everybody.
/// </summary>
internal static class HbaDoors
{
    private const string Begin = "# crdr closed the doors: begin", End = "# crdr closed the doors: end";

    /// <summary>The file with its doors closed. Closed ones are closed anew; <see langword="null"/>: no entry there lets the operator in.</summary>
    public static string? Close(string file, string operatorUser, string replicationUser)
    {
        string rest = Open(file);
        List<Entry> entries = [.. Entries(rest)];
        List<string> operators = [.. entries.Where(e => e.Databases.Any(d => d != "replication") && e.Fits(operatorUser)).Select(e => e.For(null, operatorUser))];
        IEnumerable<string> replication = entries.Where(e => e.Databases.Contains("replication") && e.Fits(replicationUser)).Select(e => e.For("replication", replicationUser));
        if (operators.Count == 0) return null;
        string[] block =
        [
            Begin, .. operators, .. replication,
            "local all all reject", "local replication all reject", "host all all all reject", "host replication all all reject", End,
        ];
        return string.Join('\n', block) + "\n" + rest;
    }

    /// <summary>The file without the block; the rest as it is, with what anybody has changed since.</summary>
    public static string Open(string file)
    {
        StringBuilder rest = new();
        bool inside = false;
        foreach (string line in Regex.Split(file, "(?<=\n)"))
        {
            string text = line.Trim();
            if (text == Begin) inside = true;
            else if (text == End) inside = false;
            else if (!inside) rest.Append(line);
        }
        return inside ? throw new CrdrException(CrdrErrorKind.Damaged, "HbaDamaged", $"pg_hba.conf has a line '{Begin}' and no line '{End}'. Mend it by hand.") : rest.ToString();
    }

    private static IEnumerable<Entry> Entries(string file)
    {
        // A backslash at the end of a line goes on with the next (PostgreSQL 14).
        foreach (string line in file.Replace("\r", "").Replace("\\\n", " ").Split('\n'))
        {
            IReadOnlyList<string> fields = Fields(line);
            if (fields.Count >= 4 && fields[0] is "local" or "host" or "hostssl" or "hostnossl" or "hostgssenc" or "hostnogssenc") yield return new(fields);
        }
    }

    /// <summary>An entry's fields: apart by white space, but not after a comma; a comma that comes first is nothing. Quotes stay; a comment ends it.</summary>
    private static List<string> Fields(string line)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            if (!quoted && c == '#') break;
            if (!quoted && char.IsWhiteSpace(c))
            {
                if (field.Length > 0 && field[^1] != ',') Add();
                continue;
            }
            if (quoted || c != ',' || field.Length > 0) field.Append(c);
        }
        if (field.Length > 0) Add();
        return fields;

        void Add()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }

    private sealed class Entry(IReadOnlyList<string> fields)
    {
        /// <summary>Names in quotes keep them: <c>"all"</c> is a database of that name.</summary>
        public IReadOnlyList<string> Databases { get; } = Names(fields[1]);

        private IReadOnlyList<string> Users { get; } = Names(fields[2]);

        /// <summary>
        /// Whether it decides for a user by name. Who is in a group or in a file is known to the server alone: such an entry is not taken for his.
        /// </summary>
        public bool Fits(string user) => Users.Any(u => u == "all" || Unquoted(u) == user || (u.StartsWith('/') && Matches(user, u[1..])));

        private static bool Matches(string user, string pattern)
        {
            try
            {
                return Regex.IsMatch(user, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
            {
                return false;
            }
        }

        /// <summary>The same for one user alone, and for <paramref name="database"/>.</summary>
        public string For(string? database, string user) => string.Join(' ', [fields[0], database ?? fields[1], $"\"{user.Replace("\"", "\"\"")}\"", .. fields.Skip(3)]);

        private static string Unquoted(string name) => name.StartsWith('"') && name.EndsWith('"') && name.Length > 1 ? name[1..^1].Replace("\"\"", "\"") : name;

        private static List<string> Names(string field) => [.. Regex.Matches(field, "(?:\"(?:[^\"]|\"\")*\"|[^,\"])+").Select(m => m.Value)];
    }
}
