using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Stores;

/// <summary>How the nouns are written down: camelCase, enums by name, nulls left out. Compile-time, for start-up counts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(CrdrLease))]
[JsonSerializable(typeof(Sample))]
[JsonSerializable(typeof(OutageSight))]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(List<CrdrObligation>))]
[JsonSerializable(typeof(CrdrStatus))]
[JsonSerializable(typeof(CrdrPlan))]
[JsonSerializable(typeof(CrdrOperation))]
[JsonSerializable(typeof(CrdrPair))]
[JsonSerializable(typeof(CrdrDrillResult))]
[JsonSerializable(typeof(CrdrCheck))]
[JsonSerializable(typeof(List<CrdrCheck>))]
[JsonSerializable(typeof(List<CrdrStatus>))]
[JsonSerializable(typeof(List<CrdrOperation>))]
[JsonSerializable(typeof(List<CrdrPair>))]
[JsonSerializable(typeof(ReplicaDnsState))]
[JsonSerializable(typeof(ReplicaDnsWork))]
[JsonSerializable(typeof(CrdrReplicaDns))]
[JsonSerializable(typeof(List<CrdrReplicaDns>))]
[JsonSerializable(typeof(CrdrReplicaDnsEvent))]
[JsonSerializable(typeof(CrdrWatchEvent))]
[JsonSerializable(typeof(CrdrPairSight))]
[JsonSerializable(typeof(List<CrdrPairSight>))]
[JsonSerializable(typeof(Truth))]
public sealed partial class CrdrJson : JsonSerializerContext
{
    /// <summary>The same on many lines, for people.</summary>
    public static CrdrJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>The pair file's own shape: strict, so that a misspelt field is an error and not a silence.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PairDocument))]
[JsonSerializable(typeof(PairEntries))]
internal sealed partial class PairJson : JsonSerializerContext;
