using System.Text.Json.Nodes;

namespace CrdrTools.Core.Pairs;

/// <summary>A setting that holds programs to run: a list of arguments by what each is for, as JSON.</summary>
public static class ArgumentLists
{
    /// <summary>As the setting holds it, names in small letters.</summary>
    public static string Write(IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        JsonObject all = [];
        foreach (KeyValuePair<string, IReadOnlyList<string>> list in lists.OrderBy(l => l.Key, StringComparer.Ordinal))
            all[list.Key.ToLowerInvariant()] = new JsonArray([.. list.Value.Select(a => (JsonNode?)JsonValue.Create(a))]);
        return all.ToJsonString();
    }
}
