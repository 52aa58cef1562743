using System.Text.Json;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Checks a request body the way a JSON schema does, and answers in its words.</summary>
internal static class BodyFields
{
    /// <param name="body">The body.</param>
    /// <param name="known">Each property's name and its types; <c>null</c> among them allows null.</param>
    /// <exception cref="AivenProblem">A property is unknown or of another type.</exception>
    public static void Check(JsonElement body, IReadOnlyDictionary<string, string> known)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!known.TryGetValue(property.Name, out var types))
                throw AivenProblem.Input($"Additional properties are not allowed ('{property.Name}' was unexpected)");
            if (!types.Split('|').Contains(TypeOf(property.Value)))
                throw AivenProblem.Input($"'{property.Name}' is not of type '{types.Replace("|", "', '")}'");
        }
    }

    /// <exception cref="AivenProblem">The property is missing.</exception>
    public static string Required(JsonElement body, string name) =>
        Text(body, name) ?? throw AivenProblem.Input($"'{name}' is a required property");

    public static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool? Flag(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;

    public static JsonElement? Object(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value.Clone() : null;

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        _ => "null",
    };
}
