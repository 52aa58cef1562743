using System.Globalization;
using System.Text;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>
/// Pure: the one entry of <c>[databases]</c> that a route moves, in a configuration file as PgBouncer reads it. The text holds one
/// character a byte (see <see cref="Bytes"/>), so that whatever is not the host and the port of that entry stays as it is.
/// </summary>
internal static class PgBouncerIni
{
    /// <summary>The port of an entry that names none.</summary>
    private const int DefaultPort = 5432;

    /// <summary>One character a byte, and back: no byte is lost, whatever the encoding.</summary>
    public static Encoding Bytes { get; } = Encoding.GetEncoding("ISO-8859-1");

    /// <summary>Where the file sends a database; <see langword="null"/> when it has no entry for it. Without a host it is the local unix socket.</summary>
    public static (string? Host, int Port)? Read(string text, string database)
    {
        // A later entry of the same name replaces an earlier one.
        if (Entries(text, database).LastOrDefault() is not { } entry) return null;
        IReadOnlyList<Setting> settings = Settings(text, entry);
        string? port = settings.LastOrDefault(s => s.Key == "port")?.Value;
        return (settings.LastOrDefault(s => s.Key == "host")?.Value,
            port is null ? DefaultPort : int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0);
    }

    /// <summary>The same file with every entry of the database sent there; <see langword="null"/> when it has none.</summary>
    public static string? Rewrite(string text, string database, string host, int port)
    {
        IReadOnlyList<Entry> entries = Entries(text, database);
        if (entries.Count == 0) return null;
        StringBuilder rewritten = new(text);
        foreach (Entry entry in entries.Reverse())
        {
            IReadOnlyList<Setting> settings = Settings(text, entry);
            List<Setting> ports = [.. settings.Where(s => s.Key == "port")], hosts = [.. settings.Where(s => s.Key == "host")];
            string added = (hosts.Count == 0 ? $" host={Quoted(host)}" : "") + (ports.Count == 0 && port != DefaultPort ? $" port={port}" : "");
            if (entry.Length == 0) added = added.TrimStart();
            rewritten.Insert(entry.Start + entry.Length, added);
            foreach (Setting setting in settings.Reverse())
            {
                string? value = setting.Key == "host" ? Quoted(host) : setting.Key == "port" ? port.ToString(CultureInfo.InvariantCulture) : null;
                if (value is null || setting.Value == (setting.Key == "host" ? AsBytes(host) : value)) continue;
                rewritten.Remove(setting.Start, setting.Length).Insert(setting.Start, value);
            }
        }
        return rewritten.ToString();
    }

    /// <summary>The files that a configuration includes.</summary>
    public static IReadOnlyList<string> Includes(string text) =>
        [.. text.Split('\n').Select(l => l.Trim().Replace('\t', ' ')).Where(l => l.StartsWith("%include ", StringComparison.Ordinal)).Select(l => l.Substring(9).Trim())];

    /// <summary>Where the value of an entry is.</summary>
    private sealed record Entry(int Start, int Length);

    /// <summary>One setting of a connection string, and where its value is, quotes and all.</summary>
    private sealed record Setting(string Key, int Start, int Length, string Value);

    private static List<Entry> Entries(string text, string database)
    {
        string wanted = AsBytes(database);
        List<Entry> found = [];
        // An included file without a heading of its own stands under the one that was open where it is included.
        bool inDatabases = true;
        int at = 0, line = 1;
        while (at < text.Length)
        {
            int end = text.IndexOf('\n', at);
            if (end < 0) end = text.Length;
            int from = at, to = end;
            while (from < to && IsSpace(text[from])) from++;
            while (to > from && IsSpace(text[to - 1])) to--;
            at = end + 1;
            if (from < to)
            {
                if (text[from] == '[') inDatabases = text.Substring(from, to - from).StartsWith("[databases]", StringComparison.Ordinal);
                else if (text[from] is not (';' or '#' or '%') && inDatabases && Named(text, from, to, line) is { } entry && entry.Name == wanted) found.Add(entry.Value);
            }
            line++;
        }
        return found;
    }

    private static (string Name, Entry Value)? Named(string text, int from, int to, int line)
    {
        int at = from;
        string name;
        if (text[at] == '\'')
        {
            int close = text.IndexOf('\'', at + 1, to - at - 1);
            if (close < 0) throw Unreadable($"line {line} has a quote without its end");
            name = text.Substring(at + 1, close - at - 1);
            at = close + 1;
        }
        else
        {
            while (at < to && (text[at] is '_' or '.' or '-' or '*' || text[at] < 128 && char.IsLetterOrDigit(text[at]))) at++;
            name = text.Substring(from, at - from);
        }
        while (at < to && text[at] is ' ' or '\t') at++;
        if (at >= to || text[at] != '=') throw Unreadable($"line {line} is no entry (name = connection string)");
        at++;
        while (at < to && text[at] is ' ' or '\t') at++;
        return (name, new Entry(at, to - at));
    }

    private static List<Setting> Settings(string text, Entry entry)
    {
        List<Setting> settings = [];
        int at = entry.Start, end = entry.Start + entry.Length;
        while (true)
        {
            while (at < end && text[at] == ' ') at++;
            if (at >= end) return settings;
            int key = at;
            while (at < end && text[at] is not ('=' or ' ')) at++;
            string name = text.Substring(key, at - key);
            while (at < end && text[at] == ' ') at++;
            if (name.Length == 0 || at >= end || text[at] != '=') throw Unreadable($"a setting without its value near '{name}'");
            at++;
            while (at < end && text[at] == ' ') at++;
            int start = at;
            StringBuilder value = new();
            if (at < end && text[at] == '\'')
            {
                for (at++; ; at++)
                {
                    if (at >= end) throw Unreadable($"the value of '{name}' has a quote without its end");
                    if (text[at] == '\'' && (at + 1 >= end || text[at + 1] != '\'')) break;
                    if (text[at] == '\'') at++;
                    value.Append(text[at]);
                }
                at++;
            }
            else
            {
                while (at < end && text[at] != ' ') value.Append(text[at++]);
            }
            settings.Add(new Setting(name, start, at - start, value.ToString()));
        }
    }

    private static string Quoted(string value)
    {
        string bytes = AsBytes(value);
        return bytes.IndexOfAny([' ', '\'']) < 0 ? bytes : $"'{bytes.Replace("'", "''")}'";
    }

    private static string AsBytes(string text) => Bytes.GetString(new UTF8Encoding(false).GetBytes(text));

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n' or '\v' or '\f';

    private static CrdrException Unreadable(string why) => new(CrdrErrorKind.InvalidState, "PgBouncerConfigUnreadable", $"PgBouncer's file cannot be read: {why}.");
}
