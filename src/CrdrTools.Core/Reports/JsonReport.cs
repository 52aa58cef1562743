using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace CrdrTools.Core.Reports;

/// <summary>A report for programs. What HTML could take for markup is written as an escape, wherever the text is put later.</summary>
public static class JsonReport
{
    /// <summary>Pure: as JSON.</summary>
    public static string Write(OperationReport report) => JsonSerializer.Serialize(report, ReportJson.Plain.OperationReport) + "\n";
}

/// <summary>As the nouns are written down: camelCase, enums by name, nulls left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OperationReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static ReportJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}
