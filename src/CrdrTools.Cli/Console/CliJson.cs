using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrdrTools.Cli.Commands;

namespace CrdrTools.Cli;

/// <summary>The answers that only <c>crdr</c> gives, written as the core writes its own.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<CrdrStream>))]
[JsonSerializable(typeof(List<CrdrRouteStatus>))]
[JsonSerializable(typeof(CrdrDisruption))]
[JsonSerializable(typeof(List<CrdrDisruption>))]
[JsonSerializable(typeof(FailbackState))]
[JsonSerializable(typeof(ClusterSetting))]
[JsonSerializable(typeof(List<ReportWritten>))]
[JsonSerializable(typeof(CrdrPlaybook))]
[JsonSerializable(typeof(List<CrdrPlaybook>))]
[JsonSerializable(typeof(List<CrdrPlaybookFinding>))]
[JsonSerializable(typeof(CrdrPlaybookReview))]
[JsonSerializable(typeof(List<CrdrSchedule>))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static CliJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
