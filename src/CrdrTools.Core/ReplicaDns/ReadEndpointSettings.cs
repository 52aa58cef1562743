using CrdrTools.Core.Pairs;
using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Which standbys must be back before reads return to them.</summary>
internal enum ReturnRule
{
    /// <summary>All that were not forgotten.</summary>
    All,
    /// <summary>One.</summary>
    Any,
}

/// <summary>A server that reads may be sent to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Member">The side whose member it is; none for a server besides the pair.</param>
/// <param name="Described">As it was described.</param>
internal sealed record ReadServer(string Name, Side? Member, CrdrStandby Described);

/// <summary>What the description of a read-only name says, read once.</summary>
internal sealed record ReadEndpointSettings
{
    /// <summary>The settings there are.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. DnsPlace.Known, "primaryValue", "recoveryValue", "limitSeconds", "intervalSeconds", "probeSeconds", "holdDownSeconds", "dropSeconds", "return", "lagSeconds", "retrySeconds"];

    public required DnsPlace Place { get; init; }

    /// <summary>The servers that are read from while they are standbys.</summary>
    public required IReadOnlyList<ReadServer> Servers { get; init; }

    /// <summary>What the name leads to for each server and member, by its name.</summary>
    public required IReadOnlyDictionary<string, DnsValue> Values { get; init; }

    /// <summary>How long no standby may answer before reads go to the primary, 30 s unless told.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>How often each server is asked, every second unless told.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long it may take to answer: half the interval, and a second at most, unless told.</summary>
    public required TimeSpan Probe { get; init; }

    /// <summary>How long standbys must be healthy before reads return to them, and the least time between two changes of the target; 30 s unless told.</summary>
    public required TimeSpan HoldDown { get; init; }

    /// <summary>How long one of several standbys may be unhealthy before the name leaves it out, 5 s unless told.</summary>
    public required TimeSpan Drop { get; init; }

    public required ReturnRule Return { get; init; }

    /// <summary>How far behind a standby may be, 60 s unless told.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>The longest time between two attempts to publish, 5 s unless told.</summary>
    public required TimeSpan Retry { get; init; }

    /// <summary>The settings of a pair's read-only name, or what is wrong with them.</summary>
    public static (ReadEndpointSettings? Settings, string? Complaint) Read(CrdrPair pair)
    {
        (ReadEndpointSettings?, string?) Wrong(string what) => (null, $"the read-only name of '{pair.Name}' {what}");
        if (pair.ReplicaDns is not { } described) return Wrong("is not described: the pair has no replicaDns");
        IReadOnlyDictionary<string, string> said = described.Settings;
        if (said.Keys.FirstOrDefault(k => !Known.Contains(k)) is { } unknown) return Wrong($"has the unknown setting '{unknown}'; known: {string.Join(", ", Known)}");
        (DnsPlace? place, string? complaint) = DnsPlace.Read(said, ttl: 5);
        if (place is null) return Wrong(complaint!);

        Dictionary<string, DnsValue> values = [];
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            string setting = side == Side.Primary ? "primaryValue" : "recoveryValue";
            if (DnsValue.Read(place.Type, said.Get(setting) ?? "") is not { Data.Count: > 0 } value) return Wrong($"needs '{setting}', to which reads go while {pair[side].Name} takes the writes and no standby answers, as {said["type"]}");
            values[pair[side].Name] = value;
        }
        List<ReadServer> servers = [];
        foreach (CrdrStandby standby in described.Standbys)
        {
            Side? member = standby.Name == pair.Primary.Name ? Side.Primary : standby.Name == pair.Recovery.Name ? Side.Recovery : null;
            if (string.IsNullOrWhiteSpace(standby.Name)) return Wrong("has a standby without a name");
            if (servers.Any(s => s.Name == standby.Name)) return Wrong($"has the standby '{standby.Name}' twice");
            if (member is not null && (standby.Connection ?? standby.Value ?? standby.Password) is not null) return Wrong($"says more of '{standby.Name}' than its name: it is the pair's own, which says the rest");
            if (member is null && string.IsNullOrWhiteSpace(standby.Connection)) return Wrong($"needs 'connection' for the standby '{standby.Name}', which is no member of the pair");
            if (SecretReference.Complaint(standby.Password) is not null) return Wrong($"has a password for '{standby.Name}' that is no reference: env:NAME or secret:[vault/]name, never the password itself");
            if (member is null)
            {
                if (DnsValue.Read(place.Type, standby.Value ?? "") is not { Data.Count: > 0 } value) return Wrong($"needs 'value' for the standby '{standby.Name}' as {said["type"]}");
                values[standby.Name] = value;
            }
            servers.Add(new(standby.Name, member, standby));
        }
        if (servers.Count == 0) return Wrong("has no standbys to lead to");

        Dictionary<string, TimeSpan> spans = [];
        foreach ((string name, double otherwise) in new[] { ("limitSeconds", 30d), ("intervalSeconds", 1), ("holdDownSeconds", 30), ("dropSeconds", 5), ("lagSeconds", 60), ("retrySeconds", 5) })
            spans[name] = DnsPlace.Seconds(said, name, otherwise) ?? TimeSpan.Zero;
        if (spans.FirstOrDefault(s => s.Value == TimeSpan.Zero).Key is { } wrong) return Wrong(DnsPlace.Number(wrong));
        TimeSpan interval = spans["intervalSeconds"];
        if (DnsPlace.Seconds(said, "probeSeconds", Math.Min(interval.TotalSeconds / 2, 1)) is not { } probe || probe > interval) return Wrong("needs 'probeSeconds' as a number of seconds above 0 and not above 'intervalSeconds'");
        if (spans["limitSeconds"] < interval + interval) return Wrong("has a 'limitSeconds' of less than two 'intervalSeconds': one answer that was lost would send the reads away");
        if (!Enum.TryParse(said.Get("return") ?? nameof(ReturnRule.All), ignoreCase: true, out ReturnRule rule) || !Enum.IsDefined(typeof(ReturnRule), rule)) return Wrong("needs 'return' as all or any");
        return (new()
        {
            Place = place, Servers = servers, Values = values, Limit = spans["limitSeconds"], Interval = interval, Probe = probe, HoldDown = spans["holdDownSeconds"],
            Drop = spans["dropSeconds"], Return = rule, Lag = spans["lagSeconds"], Retry = spans["retrySeconds"],
        }, null);
    }
}
