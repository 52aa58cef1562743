using System.Globalization;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>What a name leads to on a side: one set of records.</summary>
internal sealed record DnsValue(DnsType Type, IReadOnlyList<byte[]> Data)
{
    /// <summary>In words, in an order of its own: equal sets have equal words.</summary>
    public string Words { get; } = Data.Count == 0 ? "nothing" : string.Join(", ", Data.Select(d => DnsRecord.Say(Type, d)).Distinct().OrderBy(w => w, StringComparer.Ordinal));

    public bool Is(DnsValue other) => Words == other.Words;

    /// <summary>A name, or addresses with commas between; <see langword="null"/> when the text is none of that type.</summary>
    public static DnsValue? Read(DnsType type, string text)
    {
        List<byte[]> data = [];
        foreach (string part in text.Split(','))
        {
            if (DnsRecord.DataOf(type, part) is not { } one) return null;
            data.Add(one);
        }
        return type == DnsType.Cname && data.Count > 1 ? null : new DnsValue(type, data);
    }
}

/// <summary>What the description of a DNS route says, read once.</summary>
internal sealed record DnsSettings
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } =
        ["server", "servers", "zone", "name", "type", "primaryValue", "recoveryValue", "ttl", "keyName", "keyAlgorithm", "key", "timeoutSeconds", "verifySeconds"];

    /// <summary>Where updates go.</summary>
    public required DnsServer Server { get; init; }

    /// <summary>All that answer for the zone, the first included.</summary>
    public required IReadOnlyList<DnsServer> Servers { get; init; }

    public required DnsName Zone { get; init; }
    public required DnsName Name { get; init; }
    public required DnsType Type { get; init; }
    public required DnsValue Primary { get; init; }
    public required DnsValue Recovery { get; init; }
    public required uint Ttl { get; init; }
    public required DnsName KeyName { get; init; }
    public required TsigAlgorithm KeyAlgorithm { get; init; }

    /// <summary>Where the key is found.</summary>
    public required string Key { get; init; }

    public required TimeSpan Limit { get; init; }
    public required TimeSpan Verify { get; init; }

    public DnsValue this[Side side] => side == Side.Primary ? Primary : Recovery;

    public Side? SideOf(DnsValue value) => value.Is(Primary) ? Side.Primary : value.Is(Recovery) ? Side.Recovery : null;

    /// <summary>The settings, or what is wrong with them.</summary>
    public static (DnsSettings? Settings, string? Complaint) Read(CrdrRoute route)
    {
        IReadOnlyDictionary<string, string> said = route.Settings;
        (DnsSettings?, string?) Wrong(string what) => (null, $"the DNS route '{route.Name}' {what}");

        if (said.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return Wrong($"has the unknown setting '{unknown}'; known: {string.Join(", ", Known)}");
        foreach (string needed in new[] { "server", "zone", "name", "type", "primaryValue", "recoveryValue", "keyName", "key" })
            if (string.IsNullOrWhiteSpace(said.Get(needed))) return Wrong($"needs '{needed}'");

        if (DnsServer.Read(said["server"]) is not { } server) return Wrong($"has a server '{said["server"]}' that is not host:port");
        List<DnsServer> servers = [server];
        foreach (string text in (said.Get("servers") ?? "").Split(',').Select(t => t.Trim()).Where(t => t.Length > 0))
        {
            if (DnsServer.Read(text) is not { } other) return Wrong($"has a server '{text}' that is not host:port");
            if (!servers.Contains(other)) servers.Add(other);
        }
        if (DnsName.Read(said["zone"]) is not { } zone) return Wrong($"has a zone '{said["zone"]}' that is no name");
        if (DnsName.Read(said["name"]) is not { } name || !name.IsIn(zone)) return Wrong($"needs 'name' as a full name within {zone}");
        DnsType type = said["type"].ToUpperInvariant() switch { "CNAME" => DnsType.Cname, "A" => DnsType.A, "AAAA" => DnsType.Aaaa, _ => DnsType.None };
        if (type == DnsType.None) return Wrong("needs 'type' as CNAME, A or AAAA");
        if (type == DnsType.Cname && name.Equals(zone)) return Wrong("has a CNAME for the zone itself, which cannot be");
        if (DnsValue.Read(type, said["primaryValue"]) is not { } primary) return Wrong($"has a primaryValue that is no {said["type"]}");
        if (DnsValue.Read(type, said["recoveryValue"]) is not { } recovery) return Wrong($"has a recoveryValue that is no {said["type"]}");
        if (primary.Is(recovery)) return Wrong("has the same value for both sides");
        if (!uint.TryParse(said.Get("ttl") ?? "60", NumberStyles.None, CultureInfo.InvariantCulture, out uint ttl) || ttl > 604800) return Wrong("needs 'ttl' as a number of seconds, 0 to 604800");
        if (DnsName.Read(said["keyName"]) is not { } keyName) return Wrong("has a keyName that is no name");
        if (Tsig.Algorithm(said.Get("keyAlgorithm") ?? "hmac-sha256") is not { } algorithm) return Wrong("needs 'keyAlgorithm' as hmac-sha256 or hmac-sha512");
        if (SecretReference.Complaint(said["key"]) is { } complaint) return Wrong($"has a key that cannot be: {complaint}");
        if (Seconds(said.Get("timeoutSeconds"), 5) is not { } limit) return Wrong("needs 'timeoutSeconds' as a number of seconds above 0");
        if (Seconds(said.Get("verifySeconds"), 30) is not { } verify) return Wrong("needs 'verifySeconds' as a number of seconds above 0");
        return (new DnsSettings
        {
            Server = server, Servers = servers, Zone = zone, Name = name, Type = type, Primary = primary, Recovery = recovery, Ttl = ttl,
            KeyName = keyName, KeyAlgorithm = algorithm, Key = said["key"], Limit = limit, Verify = verify,
        }, null);
    }

    private static TimeSpan? Seconds(string? text, double otherwise) =>
        text is null ? TimeSpan.FromSeconds(otherwise)
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 3600 ? TimeSpan.FromSeconds(seconds) : null;
}
