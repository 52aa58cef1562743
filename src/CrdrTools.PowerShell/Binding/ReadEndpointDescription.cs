using System.Collections;

namespace CrdrTools.PowerShell.Binding;

/// <summary>The read-only name of a pair out of a hashtable: its settings nested or flat, its standbys as hashtables.</summary>
internal static class ReadEndpointDescription
{
    private static IReadOnlyList<string> Known => Core.Crdr.ReplicaDnsSettings;

    private static readonly string[] s_keys = ["Settings", "Standbys"];
    private static readonly string[] s_standby = ["Name", "Connection", "Value", "Password"];

    public static CrdrReadEndpoint? Read(object? value)
    {
        switch (Keys.Plain(value))
        {
            case null: return null;
            case CrdrReadEndpoint given: return given;
        }
        IDictionary table = Keys.Table(value) ?? throw PairDescription.Wrong("ReplicaDns", "a hashtable");
        Keys.Require(table, "the read-only name", [.. s_keys, .. Known.Select(PairDescription.Pascal)]);
        return new() { Settings = Settings(table), Standbys = Standbys(Keys.Get(table, "Standbys")) };
    }

    /// <summary>Under the names they are known by. A list is one text with commas.</summary>
    private static Dictionary<string, string> Settings(IDictionary table)
    {
        Dictionary<string, string> settings = [];
        if (Keys.Get(table, "Settings") is { } value)
        {
            IDictionary nested = Keys.Table(value) ?? throw PairDescription.Wrong("ReplicaDns.Settings", "a hashtable");
            Keys.Require(nested, "the settings of the read-only name", Known);
            Take(nested);
        }
        Take(table);
        return settings;

        void Take(IDictionary from)
        {
            foreach (string key in Known)
                if (Keys.Texts(Keys.Get(from, key)) is { } texts) settings[key] = string.Join(",", texts);
        }
    }

    // An array: PowerShell cannot index the list that a collection expression makes of itself.
    private static CrdrStandby[] Standbys(object? value) => Keys.Plain(value) switch
    {
        null => [],
        CrdrStandby one => [one],
        string member => [new() { Name = member }],
        IDictionary table => [Standby(table)],
        PSObject custom => [Standby(Keys.Table(custom)!)],
        IEnumerable many => [.. many.Cast<object>().SelectMany(Standbys)],
        _ => throw PairDescription.Wrong("ReplicaDns.Standbys", "a hashtable with Name, Connection, Value, Password, or several"),
    };

    private static CrdrStandby Standby(IDictionary table)
    {
        Keys.Require(table, "a standby of the read-only name", s_standby);
        return new()
        {
            Name = Keys.Text(table, "Name") is { Length: > 0 } name ? name : throw PairDescription.Unfit("a standby of the read-only name has no Name."),
            Connection = Keys.Text(table, "Connection"), Value = Keys.Text(table, "Value"), Password = Keys.Text(table, "Password"),
        };
    }
}
