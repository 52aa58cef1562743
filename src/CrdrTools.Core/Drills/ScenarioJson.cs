using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Drills;

/// <summary>A name of a list, spelt as people write it; no number, and a misspelt one is told with those there are.</summary>
internal class ScenarioName<T>(Func<string, string>? spell = null) : JsonConverter<T> where T : struct, Enum
{
    private readonly Dictionary<string, T> _names = Enum.GetValues(typeof(T)).Cast<T>().ToDictionary(v => (spell ?? (n => n))(v.ToString()), StringComparer.OrdinalIgnoreCase);

    /// <summary>For the attribute.</summary>
    public ScenarioName() : this(null)
    {
    }

    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null && _names.TryGetValue(text, out T value) ? value : throw new JsonException($"{(text is null ? "it" : $"'{text}'")} is none of {string.Join(", ", _names.Keys)}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(_names.First(n => n.Value.Equals(value)).Key);
}

internal sealed class ScenarioActionName() : ScenarioName<ScenarioAction>(JsonNamingPolicy.KebabCaseLower.ConvertName);

internal sealed class ScenarioClaimName() : ScenarioName<ScenarioClaim>(JsonNamingPolicy.CamelCase.ConvertName);

internal sealed class ScenarioFaultName() : ScenarioName<ScenarioFaultAction>(JsonNamingPolicy.CamelCase.ConvertName);

/// <summary>Seconds as a number, or <c>90s</c>, <c>5m</c>, <c>1h</c>, <c>00:01:30</c>.</summary>
internal sealed class ScenarioSpan : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double seconds) ? Of(seconds) : reader.TokenType == JsonTokenType.String ? Of(reader.GetString()!) : null)
        ?? throw new JsonException("it is no time: seconds, or as 90s, 5m, 00:01:30.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalSeconds);

    private static TimeSpan? Of(double seconds) => seconds is >= 0 and <= 31_536_000 ? TimeSpan.FromSeconds(seconds) : null;

    private static TimeSpan? Of(string text)
    {
        if (text.Contains(':')) return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan span) && span >= TimeSpan.Zero ? span : null;
        int factor = text.Length == 0 ? 0 : text[text.Length - 1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        return factor > 0 && double.TryParse(text.Substring(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? Of(number * factor) : null;
    }
}

/// <summary>Strict, so that a misspelt field is an error and not a rehearsal in which nothing breaks.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Scenario))]
[JsonSerializable(typeof(ScenarioFault))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
