using System.Globalization;
using System.Text;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Monitoring;

/// <summary>Pure: what an application is told about where to connect.</summary>
public static class Connections
{
    /// <summary>The answer for a pair; <see langword="null"/> while nobody was ever seen to take its writes, or where it is reached is not known.</summary>
    /// <param name="pair">The pair as it is described.</param>
    /// <param name="sight">What is known of it.</param>
    /// <param name="now">The time.</param>
    /// <param name="fresh">How old a look may be and still count as one of now.</param>
    public static CrdrConnection? Of(CrdrPair pair, CrdrPairSight sight, DateTimeOffset now, TimeSpan fresh)
    {
        if (sight is not { Active: { } active, ActiveSeen: { } seen } || Place(sight.Endpoint) is not { } place) return null;
        List<string> hosts = [Show(place)];
        // The other one only while it is seen to follow: one that was given up may take writes again.
        if (sight is { Trouble: null, Status: { } status } && status.ActiveMember == active && status[active.Other()] is { Role: MemberRole.Passive, Reachable: true } standby && Place(standby.Endpoint) is { } other && Show(other) != hosts[0])
            hosts.Add(Show(other));
        TimeSpan age = now > seen ? now - seen : TimeSpan.Zero;
        string all = string.Join(",", hosts);
        return new()
        {
            Pair = pair.Name, Active = active, Member = pair[active].Name, Host = place.Host, Port = place.Port, Hosts = hosts, Uri = $"postgresql://{all}/?target_session_attrs=read-write",
            DotNet = $"Host={all};Target Session Attributes=read-write", Phase = sight.Status?.Phase, Seen = seen, AgeSeconds = Math.Round(age.TotalSeconds, 3), Stale = age > fresh,
        };
    }

    private static string Show((string Host, int Port) place) => string.Format(CultureInfo.InvariantCulture, "{0}:{1}", HostPort.Show(place.Host), place.Port);

    private static (string Host, int Port)? Place(string? endpoint) => HostPort.Read(endpoint, 5432);

    /// <summary>
    /// Fills an application's own template, as <c>postgresql://{user}:{password}@{hosts}/app</c>. What is filled in is escaped as the kind of the template wants it: percent signs in a
    /// URI, quotes in libpq's and .NET's pairs. Throws <c>TemplateInvalid</c>.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <param name="connection">Gives <c>{host}</c>, <c>{port}</c>, <c>{hosts}</c>, <c>{hostnames}</c>, <c>{ports}</c>, <c>{member}</c>.</param>
    /// <param name="values">What else is in braces: credentials, a database.</param>
    public static string Fill(string template, CrdrConnection connection, IReadOnlyDictionary<string, string> values)
    {
        Func<string, string> escape = Escape(template);
        List<(string Host, int Port)> places = [.. connection.Hosts.Select(h => HostPort.Read(h)!.Value)];
        Dictionary<string, string> own = new()
        {
            ["host"] = HostPort.Show(connection.Host), ["port"] = connection.Port.ToString(CultureInfo.InvariantCulture), ["hosts"] = string.Join(",", connection.Hosts),
            ["hostnames"] = string.Join(",", places.Select(p => p.Host)), ["ports"] = string.Join(",", places.Select(p => p.Port)), ["member"] = connection.Member,
        };
        StringBuilder filled = new();
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '{')
            {
                filled.Append(template[i]);
                continue;
            }
            int end = template.IndexOf('}', i);
            if (end < 0) throw Invalid("an opening brace has no closing one");
            string name = template.Substring(i + 1, end - i - 1);
            filled.Append(own.TryGetValue(name, out string? known) ? known : values.TryGetValue(name, out string? given) ? escape(given) : throw Invalid($"there is no value for {{{name}}}; there is {string.Join(", ", own.Keys.Concat(values.Keys))}"));
            i = end;
        }
        return filled.ToString();
    }

    private static Func<string, string> Escape(string template)
    {
        string start = template.TrimStart();
        if (new[] { "postgresql://", "postgres://", "jdbc:" }.Any(s => start.StartsWith(s, StringComparison.OrdinalIgnoreCase))) return Uri.EscapeDataString;
        // Pairs: between semicolons they are .NET's, between spaces libpq's.
        if (start.IndexOf(';') >= 0) return value => $"\"{value.Replace("\"", "\"\"")}\"";
        if (start.IndexOf('=') >= 0) return value => $"'{value.Replace("\\", "\\\\").Replace("'", "\\'")}'";
        throw Invalid("it begins with postgresql:// or jdbc:postgresql://, or holds key=value pairs");
    }

    private static CrdrException Invalid(string why) => new(CrdrErrorKind.InvalidInput, "TemplateInvalid", $"The template cannot be filled: {why}.");
}
