using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace CrdrTools.Simulator;

/// <summary>Checks settings, and merges a JSON object into them.</summary>
internal static class SettingsRules
{
    private static readonly PropertyInfo[] All = typeof(SimulatorSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public static SimulatorSettings Checked(SimulatorSettings settings)
    {
        foreach (var property in All) Check(property, property.GetValue(settings));
        return settings;
    }

    /// <exception cref="ArgumentException">A name is unknown, a value has the wrong type or is out of range.</exception>
    public static SimulatorSettings Merge(SimulatorSettings settings, JsonElement changes)
    {
        if (changes.ValueKind != JsonValueKind.Object) throw new ArgumentException("the settings are a JSON object");
        var merged = settings with { };
        foreach (var change in changes.EnumerateObject())
        {
            var property = All.FirstOrDefault(p => string.Equals(p.Name, change.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"unknown setting '{change.Name}'; known are {string.Join(", ", All.Select(Name))}");
            property.SetValue(merged, Value(property, change.Value));
        }
        return Checked(merged);
    }

    private static void Check(PropertyInfo property, object? value)
    {
        if (value is null) throw new ArgumentException($"{Name(property)} must not be null");
        if (property.GetCustomAttribute<SettingRangeAttribute>() is { } range)
        {
            var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
            if (!(number >= range.Least && number <= range.Most))
            {
                var wanted = FormattableString.Invariant($"{Name(property)} is {value}; it must be {range.Least} to {range.Most}");
                throw new ArgumentException(wanted);
            }
        }
        if (property.GetCustomAttribute<SettingChoiceAttribute>() is { } choice)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture);
            if (!choice.Values.Contains(text))
                throw NotOneOf(property, text, choice.Values);
        }
        if (property.PropertyType.IsEnum && !Enum.IsDefined(property.PropertyType, value))
            throw NotOneOf(property, value.ToString(), Enum.GetNames(property.PropertyType));
    }

    private static object Value(PropertyInfo property, JsonElement value)
    {
        var type = property.PropertyType;
        if (type == typeof(bool) && value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        if (type == typeof(double) && value.ValueKind == JsonValueKind.Number) return value.GetDouble();
        if (type == typeof(int) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)) return number;
        if (type == typeof(string) && value.ValueKind == JsonValueKind.String) return value.GetString()!;
        if (type.IsEnum && value.ValueKind == JsonValueKind.String) return Choice(property, value.GetString()!);
        throw new ArgumentException($"{Name(property)} is {value.GetRawText()}; it must be {Wanted(type)}");
    }

    private static object Choice(PropertyInfo property, string text)
    {
        var name = Enum.GetNames(property.PropertyType).FirstOrDefault(n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase))
            ?? throw NotOneOf(property, text, Enum.GetNames(property.PropertyType));
        return Enum.Parse(property.PropertyType, name);
    }

    private static ArgumentException NotOneOf(PropertyInfo property, string? value, string[] values) =>
        new($"{Name(property)} is '{value}'; it must be one of {string.Join(", ", values)}");

    private static string Wanted(Type type) =>
        type == typeof(bool) ? "true or false" : type == typeof(double) ? "a number" : type == typeof(int) ? "a whole number" : "a text";

    private static string Name(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
