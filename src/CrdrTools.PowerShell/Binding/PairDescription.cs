using System.Collections;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers;
using CrdrTools.Core.Routes;

namespace CrdrTools.PowerShell.Binding;

/// <summary>A pair out of a hashtable: the keys of <see cref="CrdrPair"/>, its settings and objectives also flat.</summary>
internal static class PairDescription
{
    private static readonly string[] s_keys =
        ["Name", "Provider", "Primary", "Recovery", "Settings", "Routes", "ReplicaDns", "Objectives", "Rto", "Rpo", "Secret", "UnknownLag", "QuietTime", "Contacts"];

    private static readonly string[] s_member = ["Name", "Region", "Identity"];
    private static readonly string[] s_objectives = ["Rto", "Rpo"];
    private static readonly RouteAction[] s_actions = [RouteAction.Observe, RouteAction.Fence, RouteAction.Unfence, RouteAction.Switch];
    private static readonly string[] s_scripted = ["Name", "Type", "Observe", "Fence", "Unfence", "Switch", "Timeout"];
    private static readonly string[] s_route = ["Name", "Type", "Observe", "Fence", "Unfence", "Switch", "Host", "Settings", "Timeout"];

    public static CrdrPair Read(IDictionary table)
    {
        string kind = Keys.Text(table, "Provider") ?? "Aiven";
        // Their case is the pair file's; a person may write them in any.
        IProvider provider = ProviderRegistry.Get(kind);
        IReadOnlyCollection<string> settings = [.. provider.Settings.Keys];
        Keys.Require(table, "a pair", [.. s_keys, .. settings.Select(Pascal)]);
        CrdrMember primary = Member(Keys.Get(table, "Primary"), "Primary")
            ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "PairInvalid", "The description of a pair needs 'Primary': the name of the service in the home region.");
        return new CrdrPair
        {
            Name = Keys.Text(table, "Name") ?? primary.Name,
            Provider = provider.Kind,
            Primary = primary,
            Recovery = Member(Keys.Get(table, "Recovery"), "Recovery") ?? new() { Name = "" },
            Settings = Settings(table, settings),
            Objectives = Objectives(table),
            Secret = Keys.Text(table, "Secret"),
            UnknownLag = Choice(table),
            QuietTime = Span(table, "QuietTime") ?? TimeSpan.FromMinutes(5),
            Contacts = Keys.Texts(Keys.Get(table, "Contacts")) ?? [],
            Routes = Routes(Keys.Get(table, "Routes")),
            ReplicaDns = ReadEndpointDescription.Read(Keys.Get(table, "ReplicaDns")),
        };
    }

    /// <summary>Routes out of one or many hashtables.</summary>
    public static IReadOnlyList<CrdrRoute> Routes(object? value) => Keys.Plain(value) switch
    {
        null => [],
        CrdrRoute one => [one],
        IDictionary table => [Route(table)],
        PSObject custom => [Route(Keys.Table(custom)!)],
        IEnumerable many and not string => [.. many.Cast<object>().SelectMany(Routes)],
        _ => throw Wrong("Routes", "a hashtable, or several"),
    };

    /// <summary>Provider settings under the names the provider knows them by.</summary>
    public static IReadOnlyDictionary<string, string> Settings(IDictionary table, IReadOnlyCollection<string> known)
    {
        Dictionary<string, string> settings = [];
        if (Keys.Get(table, "Settings") is { } value)
        {
            IDictionary nested = Keys.Table(value) ?? throw Wrong("Settings", "a hashtable");
            Keys.Require(nested, "a pair's settings", known);
            Take(nested);
        }
        Take(table);
        return settings;

        void Take(IDictionary from)
        {
            foreach (string key in known)
                if (Text(from, key) is { Length: > 0 } text) settings[key] = text;
        }
    }

    /// <summary>A setting is one text; lists of arguments by name are written as the JSON that such a setting holds.</summary>
    private static string? Text(IDictionary from, string key)
    {
        if (Keys.Get(from, key) is not { } value || (value is not IDictionary and not PSObject)) return Keys.Text(from, key);
        Dictionary<string, IReadOnlyList<string>> lists = [];
        foreach (DictionaryEntry entry in Keys.Table(value)!)
        {
            if (Keys.Plain(entry.Value) is IDictionary) throw Wrong(key, "a hashtable of lists of arguments");
            lists[Keys.Text(entry.Key)] = Keys.Texts(entry.Value) ?? [];
        }
        return Core.Pairs.ArgumentLists.Write(lists);
    }

    private static CrdrMember? Member(object? value, string side)
    {
        switch (value)
        {
            case null: return null;
            case CrdrMember member: return member;
            case string name: return new() { Name = name };
        }
        IDictionary table = Keys.Table(value) ?? throw Wrong(side, "a service's name, or a hashtable with Name, Region, Identity");
        Keys.Require(table, side, s_member);
        return new() { Name = Keys.Text(table, "Name") ?? "", Region = Keys.Text(table, "Region"), Identity = Keys.Text(table, "Identity") };
    }

    private static CrdrRoute Route(IDictionary table)
    {
        string name = Keys.Text(table, "Name") ?? "", said = Keys.Text(table, "Type") ?? "";
        if (s_actions.Any(a => Keys.Get(table, a.ToString()) is ScriptBlock) || string.Equals(said, CrdrScriptRoute.TypeName, StringComparison.OrdinalIgnoreCase)) return Scripted(table, name, said);
        string type = RouteFactory.Kinds.FirstOrDefault(k => string.Equals(k, said, StringComparison.OrdinalIgnoreCase))
            ?? throw Unfit($"the route '{name}' {(said.Length == 0 ? "has no Type" : $"is of the unknown type '{said}'")}; known: {string.Join(", ", RouteFactory.Kinds)}.");
        IReadOnlyList<string> settings = RouteFactory.SettingsOf(type);
        Keys.Require(table, settings.Count > 0 ? $"a route of the type {type}" : "a route", [.. s_route.Concat(settings.Select(Pascal)).Distinct(StringComparer.OrdinalIgnoreCase)]);
        return new()
        {
            Name = name, Type = type, Host = Keys.Text(table, "Host"),
            Observe = Keys.Texts(Keys.Get(table, "Observe")), Fence = Keys.Texts(Keys.Get(table, "Fence")),
            Unfence = Keys.Texts(Keys.Get(table, "Unfence")), Switch = Keys.Texts(Keys.Get(table, "Switch")),
            Settings = RouteSettings(table, type, settings), Timeout = Span(table, "Timeout") ?? TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>A route of script blocks: all four, and nothing that belongs to another type.</summary>
    private static CrdrScriptRoute Scripted(IDictionary table, string name, string said)
    {
        if (said.Length > 0 && !string.Equals(said, CrdrScriptRoute.TypeName, StringComparison.OrdinalIgnoreCase))
            throw Unfit($"the route '{name}' has script blocks, and is said to be of the type {said}. Leave Type out, or give programs with their arguments instead of script blocks.");
        Keys.Require(table, "a route of script blocks", s_scripted);
        foreach (RouteAction action in s_actions)
        {
            object? given = Keys.Get(table, action.ToString());
            if (given is not ScriptBlock) throw Unfit($"the route '{name}' needs {action} as a script block, and {(given is null ? "has none" : $"has a {given.GetType().Name}")}: all of {string.Join(", ", s_actions)}.");
        }
        return new()
        {
            Name = name, Type = CrdrScriptRoute.TypeName, Timeout = Span(table, "Timeout") ?? TimeSpan.FromSeconds(30),
            Blocks = s_actions.ToDictionary(a => a, a => (ScriptBlock)Keys.Get(table, a.ToString())!),
        };
    }

    /// <summary>What a route's type needs, under the names that the type knows them by, nested or flat. A list is one text with commas.</summary>
    private static IReadOnlyDictionary<string, string> RouteSettings(IDictionary table, string type, IReadOnlyList<string> known)
    {
        Dictionary<string, string> settings = [];
        if (Keys.Get(table, "Settings") is { } value)
        {
            IDictionary nested = Keys.Table(value) ?? throw Wrong("Settings", "a hashtable");
            if (known.Count == 0 && nested.Count > 0) throw Unfit($"a route of the type {type} has no Settings.");
            Keys.Require(nested, $"the settings of a route of the type {type}", known);
            Take(nested, known);
        }
        // What every route has is not a setting: a name record's own name stands in Settings.
        Take(table, known.Except(s_route, StringComparer.OrdinalIgnoreCase));
        return settings;

        void Take(IDictionary from, IEnumerable<string> keys)
        {
            foreach (string key in keys)
                if (Keys.Texts(Keys.Get(from, key)) is { } texts) settings[key] = string.Join(",", texts);
        }
    }

    private static CrdrObjectives Objectives(IDictionary table)
    {
        if (Keys.Get(table, "Objectives") is CrdrObjectives given) return given;
        IDictionary from = Keys.Get(table, "Objectives") is { } nested ? Keys.Table(nested) ?? throw Wrong("Objectives", "a hashtable with Rto, Rpo") : table;
        if (!ReferenceEquals(from, table)) Keys.Require(from, "a pair's objectives", s_objectives);
        return new() { Rto = Span(from, "Rto"), Rpo = Span(from, "Rpo") };
    }

    private static UnknownLag Choice(IDictionary table) => Keys.Text(table, "UnknownLag") switch
    {
        null or "" => UnknownLag.Refuse,
        var text => Enum.TryParse(text, ignoreCase: true, out UnknownLag choice) ? choice : throw Wrong("UnknownLag", "Refuse or Accept"),
    };

    private static TimeSpan? Span(IDictionary table, string key) =>
        Keys.Get(table, key) is not { } value ? null : Spans.Read(value) ?? throw Wrong(key, "a length of time: seconds, 90s, 5m, 2h, hh:mm:ss or a TimeSpan");

    internal static CrdrException Wrong(string key, string wanted) =>
        Unfit($"'{key}' must be {wanted}.");

    internal static CrdrException Unfit(string what) => new(CrdrErrorKind.InvalidInput, "PairInvalid", $"The description of a pair: {what}");

    internal static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
