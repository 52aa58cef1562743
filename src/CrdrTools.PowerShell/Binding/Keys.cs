using System.Collections;
using System.Globalization;

namespace CrdrTools.PowerShell.Binding;

/// <summary>Reads hashtables as people write them: any case, values of any simple type.</summary>
internal static class Keys
{
    /// <summary>The value of a key, whatever its case.</summary>
    public static object? Get(IDictionary from, string key)
    {
        foreach (DictionaryEntry entry in from)
            if (string.Equals(Plain(entry.Key) as string, key, StringComparison.OrdinalIgnoreCase)) return Plain(entry.Value);
        return null;
    }

    /// <summary>The value as text, when it is something simple.</summary>
    public static string? Text(IDictionary from, string key) => Get(from, key) is { } value and not (IDictionary or object[]) ? Text(value) : null;

    /// <summary>A simple value as text, a truth value in the small letters of JSON.</summary>
    public static string Text(object? value) => Plain(value) switch
    {
        bool truth => truth ? "true" : "false",
        SwitchParameter given => given ? "true" : "false",
        var plain => Convert.ToString(plain, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>One or many values as texts.</summary>
    public static IReadOnlyList<string>? Texts(object? value) => Plain(value) switch
    {
        null => null,
        string one => [one],
        IEnumerable many => [.. many.Cast<object?>().Select(Text)],
        var other => [Text(other)],
    };

    /// <summary>Without PowerShell's wrapping.</summary>
    public static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>A table, from a hashtable or an object with properties.</summary>
    public static IDictionary? Table(object? value)
    {
        switch (Plain(value))
        {
            case IDictionary table:
                return table;
            case PSObject custom:
                Hashtable made = new(StringComparer.OrdinalIgnoreCase);
                foreach (PSPropertyInfo property in custom.Properties) made[property.Name] = property.Value;
                return made;
            default:
                return null;
        }
    }

    /// <summary>Refuses a key that is none of the known ones, naming it and the one that was probably meant.</summary>
    public static void Require(IDictionary table, string what, IReadOnlyCollection<string> known)
    {
        foreach (object key in table.Keys)
        {
            string name = Text(key);
            if (known.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PairKeyUnknown", $"'{name}' is no key of {what}{Core.Spelling.Meant(name, known)}. Known: {string.Join(", ", known)}.");
        }
    }
}
