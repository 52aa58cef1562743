namespace CrdrTools.Core.Playbooks;

/// <summary>Pure: what a pair is made of, as far as its description says; and what is other than it was.</summary>
public static class Topology
{
    /// <summary>Provider, members with their regions and identities, routes, and where the read-only name is kept.</summary>
    public static CrdrPlaybookTopology Of(CrdrPair pair)
    {
        SortedDictionary<string, string> facts = new(StringComparer.Ordinal) { ["provider"] = pair.Provider };
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            string of = side.ToString().ToLowerInvariant();
            facts[$"{of}"] = pair[side].Name;
            if (pair[side].Region is { } region) facts[$"region of the {of}"] = region;
            if (pair[side].Identity is { } identity) facts[$"identity of the {of}"] = identity;
        }
        facts["order of routes"] = pair.Routes.Count == 0 ? "none" : string.Join(", ", pair.Routes.Select(r => r.Name));
        foreach (CrdrRoute route in pair.Routes)
            facts[$"route {route.Name}"] = string.Join("; ", [route.Type, .. route.Host is { } host ? new[] { host } : [], .. route.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}"),
                .. new[] { route.Observe, route.Fence, route.Unfence, route.Switch }.OfType<IReadOnlyList<string>>().Select(c => string.Join(" ", c))]);
        if (pair.ReplicaDns is { } endpoint)
        {
            facts["read-only name"] = string.Join("; ", endpoint.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}"));
            facts["standbys behind it"] = string.Join(", ", endpoint.Standbys.Select(s => s.Name));
        }
        return new() { Pair = pair.Name, Facts = facts };
    }

    /// <summary>What is not as it was, in words, a sentence each.</summary>
    public static IReadOnlyList<string> Changes(CrdrPlaybookTopology before, CrdrPlaybookTopology now) =>
    [
        .. before.Facts.Keys.Union(now.Facts.Keys).OrderBy(k => k, StringComparer.Ordinal).Where(k => before.Facts.Get(k) != now.Facts.Get(k))
            .Select(k => now.Facts.Get(k) is not { } value ? $"the {k} is gone (was {before.Facts.Get(k)})" : before.Facts.Get(k) is { } was ? $"the {k} is {value} (was {was})" : $"the {k} is new: {value}"),
    ];
}
