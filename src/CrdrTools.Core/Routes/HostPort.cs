using System.Globalization;
using System.Net;

namespace CrdrTools.Core.Routes;

/// <summary>Pure: hosts with ports, as people write them.</summary>
internal static class HostPort
{
    /// <summary><c>host:port</c>, <c>[::1]:port</c>, <c>/folder:port</c>; without a port where there is a default one.</summary>
    public static (string Host, int Port)? Read(string? text, int? defaultPort = null)
    {
        string whole = text?.Trim() ?? "";
        int colon = whole.LastIndexOf(':');
        bool bare = colon < 0 || whole.EndsWith("]", StringComparison.Ordinal);
        string host = bare ? whole : whole.Substring(0, colon);
        int port = defaultPort ?? 0;
        if (!bare && !int.TryParse(whole.Substring(colon + 1), NumberStyles.None, null, out port)) return null;
        if (host.StartsWith("[", StringComparison.Ordinal) && host.EndsWith("]", StringComparison.Ordinal)) host = host.Substring(1, host.Length - 2);
        else if (host.IndexOf(':') >= 0) return null;
        return host.Length > 0 && port is > 0 and <= 65535 && !host.Any(char.IsControl) ? (host, port) : null;
    }

    /// <summary>A host in front of a port.</summary>
    public static string Show(string host) => host.IndexOf(':') >= 0 ? $"[{host}]" : host;

    /// <summary>Whether two texts name one host, as far as looking nothing up can tell.</summary>
    public static bool Same(string a, string b) =>
        IPAddress.TryParse(a, out IPAddress? x) && IPAddress.TryParse(b, out IPAddress? y) ? x.Equals(y) : string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
