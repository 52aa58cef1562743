using System.Globalization;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>Where a name is kept, and with which key it may be changed.</summary>
internal sealed record DnsPlace
{
    /// <summary>The settings that say it.</summary>
    public static IReadOnlyList<string> Known { get; } = ["server", "servers", "zone", "name", "type", "ttl", "keyName", "keyAlgorithm", "key", "timeoutSeconds"];

    /// <summary>Where updates go.</summary>
    public required DnsServer Server { get; init; }

    /// <summary>All that answer for the zone, the first included.</summary>
    public required IReadOnlyList<DnsServer> Servers { get; init; }

    public required DnsName Zone { get; init; }
    public required DnsName Name { get; init; }
    public required DnsType Type { get; init; }
    public required uint Ttl { get; init; }
    public required DnsName KeyName { get; init; }
    public required TsigAlgorithm KeyAlgorithm { get; init; }

    /// <summary>Where the key is found.</summary>
    public required string Key { get; init; }

    /// <summary>How long a server may take to answer.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>The place, or what is wrong with it.</summary>
    /// <param name="said">The settings.</param>
    /// <param name="ttl">The time to live where none is said, in seconds.</param>
    public static (DnsPlace? Place, string? Complaint) Read(IReadOnlyDictionary<string, string> said, uint ttl)
    {
        foreach (string needed in new[] { "server", "zone", "name", "type", "keyName", "key" })
            if (string.IsNullOrWhiteSpace(said.Get(needed))) return (null, $"needs '{needed}'");
        if (DnsServer.Read(said["server"]) is not { } server) return (null, $"has a server '{said["server"]}' that is not host:port");
        List<DnsServer> servers = [server];
        foreach (string text in (said.Get("servers") ?? "").Split(',').Select(t => t.Trim()).Where(t => t.Length > 0))
        {
            if (DnsServer.Read(text) is not { } other) return (null, $"has a server '{text}' that is not host:port");
            if (!servers.Contains(other)) servers.Add(other);
        }
        if (DnsName.Read(said["zone"]) is not { } zone) return (null, $"has a zone '{said["zone"]}' that is no name");
        if (DnsName.Read(said["name"]) is not { } name || !name.IsIn(zone)) return (null, $"needs 'name' as a full name within {zone}");
        DnsType type = said["type"].ToUpperInvariant() switch { "CNAME" => DnsType.Cname, "A" => DnsType.A, "AAAA" => DnsType.Aaaa, _ => DnsType.None };
        if (type == DnsType.None) return (null, "needs 'type' as CNAME, A or AAAA");
        if (type == DnsType.Cname && name.Equals(zone)) return (null, "has a CNAME for the zone itself, which cannot be");
        if (said.Get("ttl") is { } seconds && (!uint.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out ttl) || ttl > 604800)) return (null, "needs 'ttl' as a number of seconds, 0 to 604800");
        if (DnsName.Read(said["keyName"]) is not { } keyName) return (null, "has a keyName that is no name");
        if (Tsig.Algorithm(said.Get("keyAlgorithm") ?? "hmac-sha256") is not { } algorithm) return (null, "needs 'keyAlgorithm' as hmac-sha256 or hmac-sha512");
        if (SecretReference.Complaint(said["key"]) is { } complaint) return (null, $"has a key that cannot be: {complaint}");
        if (Seconds(said, "timeoutSeconds", 5) is not { } limit) return (null, Number("timeoutSeconds"));
        return (new DnsPlace
        {
            Server = server, Servers = servers, Zone = zone, Name = name, Type = type, Ttl = ttl, KeyName = keyName, KeyAlgorithm = algorithm, Key = said["key"], Limit = limit,
        }, null);
    }

    /// <summary>A length of time among the settings; <see langword="null"/> when it is none between 0 and an hour.</summary>
    public static TimeSpan? Seconds(IReadOnlyDictionary<string, string> said, string name, double otherwise) =>
        said.Get(name) is not { } text ? TimeSpan.FromSeconds(otherwise)
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 3600 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What is said of one that is none.</summary>
    public static string Number(string name) => $"needs '{name}' as a number of seconds above 0";
}
