using System.Text.Json;

namespace CrdrTools.Simulator.Http;

/// <summary>JSON values that are kept as they came.</summary>
internal static class Json
{
    public static readonly JsonElement EmptyObject = Parse("{}");
    public static readonly JsonElement EmptyArray = Parse("[]");

    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Reads every name and text once: parsing alone lets broken Unicode pass.</summary>
    /// <exception cref="InvalidOperationException">One of them is no text.</exception>
    public static void CheckText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) _ = value.GetString();
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) CheckText(item);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                _ = property.Name;
                CheckText(property.Value);
            }
        }
    }

    /// <summary>Objects are merged key by key, everything else is replaced.</summary>
    public static JsonElement Merge(JsonElement old, JsonElement changes)
    {
        if (old.ValueKind != JsonValueKind.Object || changes.ValueKind != JsonValueKind.Object) return changes.Clone();
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) WriteMerged(writer, old, changes);
        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static void WriteMerged(Utf8JsonWriter writer, JsonElement old, JsonElement changes)
    {
        writer.WriteStartObject();
        foreach (var property in old.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (!changes.TryGetProperty(property.Name, out var changed)) property.Value.WriteTo(writer);
            else if (property.Value.ValueKind == JsonValueKind.Object && changed.ValueKind == JsonValueKind.Object)
                WriteMerged(writer, property.Value, changed);
            else changed.WriteTo(writer);
        }
        foreach (var property in changes.EnumerateObject())
        {
            if (!old.TryGetProperty(property.Name, out _)) property.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
