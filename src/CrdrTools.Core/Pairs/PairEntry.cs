namespace CrdrTools.Core.Pairs;

/// <summary>What the pair file may say, as it is read.</summary>
internal sealed class PairEntries
{
    public List<PairEntry>? Pairs { get; set; }
}

/// <summary>
/// One pair of the file. Settable, unlike the noun it becomes: the compile-time reader gives an init-only member that the file leaves
/// out no value at all, where it should have its default (a quiet time of five minutes, no routes).
/// </summary>
internal sealed class PairEntry
{
    public required string Name { get; set; }
    public required string Provider { get; set; }
    public required CrdrMember Primary { get; set; }
    public required CrdrMember Recovery { get; set; }
    public Dictionary<string, string>? Settings { get; set; }
    public List<RouteEntry>? Routes { get; set; }
    public ReadEndpointEntry? ReplicaDns { get; set; }
    public CrdrObjectives? Objectives { get; set; }
    public string? Secret { get; set; }
    public UnknownLag? UnknownLag { get; set; }
    public TimeSpan? QuietTime { get; set; }
    public List<string>? Contacts { get; set; }

    public CrdrPair ToPair()
    {
        CrdrPair pair = new() { Name = Name, Provider = Provider, Primary = Primary, Recovery = Recovery, Secret = Secret };
        return pair with
        {
            Settings = Settings ?? pair.Settings, Routes = Routes is null ? pair.Routes : [.. Routes.Select(r => r.ToRoute())],
            ReplicaDns = ReplicaDns?.ToEndpoint(), Objectives = Objectives ?? pair.Objectives, UnknownLag = UnknownLag ?? pair.UnknownLag, QuietTime = QuietTime ?? pair.QuietTime,
            Contacts = Contacts ?? pair.Contacts,
        };
    }
}

/// <summary>One route of the file.</summary>
internal sealed class RouteEntry
{
    public required string Name { get; set; }
    public required string Type { get; set; }
    public List<string>? Observe { get; set; }
    public List<string>? Fence { get; set; }
    public List<string>? Unfence { get; set; }
    public List<string>? Switch { get; set; }
    public string? Host { get; set; }
    public Dictionary<string, string>? Settings { get; set; }
    public TimeSpan? Timeout { get; set; }

    public CrdrRoute ToRoute()
    {
        CrdrRoute route = new() { Name = Name, Type = Type, Observe = Observe, Fence = Fence, Unfence = Unfence, Switch = Switch, Host = Host };
        if (Settings is not null) route = route with { Settings = Settings };
        return Timeout is { } timeout ? route with { Timeout = timeout } : route;
    }
}

/// <summary>The read-only name of the file.</summary>
internal sealed class ReadEndpointEntry
{
    public Dictionary<string, string>? Settings { get; set; }
    public List<CrdrStandby>? Standbys { get; set; }

    public CrdrReadEndpoint ToEndpoint() => new() { Settings = Settings ?? [], Standbys = Standbys ?? [] };
}
