using System.Text;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>libpq's connection strings, as keywords and values. A URI is left as it is: only a parameter can be added to it.</summary>
internal static class Conninfo
{
    /// <summary>The keywords and values of a connection string that is no URI.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string conninfo)
    {
        List<KeyValuePair<string, string>> parts = [];
        int at = 0;
        while (true)
        {
            Skip();
            if (at == conninfo.Length) return parts;
            int begun = at;
            while (at < conninfo.Length && conninfo[at] != '=' && !char.IsWhiteSpace(conninfo[at])) at++;
            string keyword = conninfo[begun..at];
            Skip();
            if (at == conninfo.Length || conninfo[at] != '=') throw Wrong(keyword);
            at++;
            Skip();
            StringBuilder value = new();
            bool quoted = at < conninfo.Length && conninfo[at] == '\'';
            if (quoted) at++;
            while (at < conninfo.Length && (quoted ? conninfo[at] != '\'' : !char.IsWhiteSpace(conninfo[at])))
            {
                if (conninfo[at] == '\\' && at + 1 < conninfo.Length) at++;
                value.Append(conninfo[at++]);
            }
            if (quoted && at++ == conninfo.Length) throw Wrong(keyword);
            parts.Add(new(keyword, value.ToString()));
        }

        void Skip()
        {
            while (at < conninfo.Length && char.IsWhiteSpace(conninfo[at])) at++;
        }
    }

    /// <summary>Writes keywords and values so that libpq reads the same.</summary>
    public static string Format(IEnumerable<KeyValuePair<string, string>> parts) =>
        string.Join(' ', parts.Select(p => $"{p.Key}={(p.Value.Length > 0 && p.Value.All(c => char.IsAsciiLetterOrDigit(c) || "._-/:,*@".Contains(c)) ? p.Value
            : $"'{p.Value.Replace(@"\", @"\\").Replace("'", @"\'")}'")}"));

    /// <summary>A URI.</summary>
    public static bool IsUri(string conninfo) => conninfo.StartsWith("postgresql://", StringComparison.Ordinal) || conninfo.StartsWith("postgres://", StringComparison.Ordinal);

    /// <summary>
    /// The same for a rewind: without compiling, for the one query that lists the source's files is thought to be huge and is not; and to a database that
    /// every server has, unless another is named.
    /// </summary>
    public static string ForRewind(string conninfo)
    {
        if (IsUri(conninfo)) return $"{conninfo}{(conninfo.Contains('?') ? '&' : '?')}options=-c%20jit%3Doff";
        List<KeyValuePair<string, string>> parts = [.. Parse(conninfo)];
        string options = string.Join(' ', parts.Where(p => p.Key == "options").Select(p => p.Value).Append("-c jit=off"));
        parts.RemoveAll(p => p.Key == "options");
        if (!parts.Any(p => p.Key is "dbname" or "service")) parts.Add(new("dbname", "postgres"));
        return Format([.. parts, new("options", options)]);
    }

    /// <summary>The same as another user, and to a database.</summary>
    public static string As(string conninfo, string user, string database)
    {
        if (!IsUri(conninfo)) return Format([.. Parse(conninfo).Where(p => p.Key is not ("user" or "dbname")), new("user", user), new("dbname", database)]);
        UriBuilder uri = new(conninfo) { UserName = Uri.EscapeDataString(user), Path = Uri.EscapeDataString(database) };
        return uri.Uri.AbsoluteUri;
    }

    /// <summary>
    /// A standby's connection: to <paramref name="primary"/>, and for the rest (its user, password file, certificates, its own name) as <paramref name="before"/>
    /// was. A password that the operator keeps there stays there; none is added.
    /// </summary>
    public static string ForStandby(string primary, string? before)
    {
        if (IsUri(primary) || (before is not null && IsUri(before))) return primary;
        List<KeyValuePair<string, string>> parts = [.. Parse(primary).Where(p => p.Key is not ("password" or "dbname"))];
        IEnumerable<KeyValuePair<string, string>> kept = Read(before)
            .Where(p => p.Key is not ("host" or "hostaddr" or "port" or "dbname" or "service") && !parts.Any(n => n.Key == p.Key));
        return Format([.. parts, .. kept]);
    }

    /// <summary>What libpq itself would not understand has never worked, and holds nothing worth keeping.</summary>
    private static IReadOnlyList<KeyValuePair<string, string>> Read(string? before)
    {
        try
        {
            return Parse(before ?? "");
        }
        catch (CrdrException)
        {
            return [];
        }
    }

    private static CrdrException Wrong(string keyword) =>
        new(CrdrErrorKind.InvalidInput, "ConnectionStringInvalid", $"The libpq connection string is not understood at '{keyword}'.");
}
