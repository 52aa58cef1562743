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
internal sealed record DnsSettings(DnsPlace Place, DnsValue Primary, DnsValue Recovery, TimeSpan Verify)
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. DnsPlace.Known, "primaryValue", "recoveryValue", "verifySeconds"];

    public DnsValue this[Side side] => side == Side.Primary ? Primary : Recovery;

    public Side? SideOf(DnsValue value) => value.Is(Primary) ? Side.Primary : value.Is(Recovery) ? Side.Recovery : null;

    /// <summary>The settings, or what is wrong with them.</summary>
    public static (DnsSettings? Settings, string? Complaint) Read(CrdrRoute route)
    {
        IReadOnlyDictionary<string, string> said = route.Settings;
        (DnsSettings?, string?) Wrong(string what) => (null, $"the DNS route '{route.Name}' {what}");

        if (said.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return Wrong($"has the unknown setting '{unknown}'{Spelling.Meant(unknown, Known)}; known: {string.Join(", ", Known)}");
        foreach (string needed in new[] { "server", "zone", "name", "type", "primaryValue", "recoveryValue", "keyName", "key" })
            if (string.IsNullOrWhiteSpace(said.Get(needed))) return Wrong($"needs '{needed}'");
        (DnsPlace? place, string? complaint) = DnsPlace.Read(said, ttl: 60);
        if (place is null) return Wrong(complaint!);
        if (DnsValue.Read(place.Type, said["primaryValue"]) is not { } primary) return Wrong($"has a primaryValue that is no {said["type"]}");
        if (DnsValue.Read(place.Type, said["recoveryValue"]) is not { } recovery) return Wrong($"has a recoveryValue that is no {said["type"]}");
        if (primary.Is(recovery)) return Wrong("has the same value for both sides");
        if (DnsPlace.Seconds(said, "verifySeconds", 30) is not { } verify) return Wrong(DnsPlace.Number("verifySeconds"));
        return (new DnsSettings(place, primary, recovery, verify), null);
    }
}
