using System.Text.Json.Serialization;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>A cluster as the vendor describes it; only what this tool reads. Anything may be missing.</summary>
internal sealed record CockroachCluster
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    /// <summary>v25.2.4</summary>
    public string? CockroachVersion { get; init; }
    /// <summary>BASIC, STANDARD, ADVANCED; in older versions of the API SERVERLESS and DEDICATED.</summary>
    public string? Plan { get; init; }
    /// <summary>GCP, AWS, AZURE.</summary>
    public string? CloudProvider { get; init; }
    /// <summary>CREATING, CREATED, CREATION_FAILED, DELETED, LOCKED; others may come.</summary>
    public string? State { get; init; }
    /// <summary>UNSPECIFIED, or what runs or failed: MAINTENANCE_RUNNING, CRDB_SCALE_FAILED.</summary>
    public string? OperationStatus { get; init; }
    public List<CockroachRegion>? Regions { get; init; }
    public string? CidrRange { get; init; }
    public string? SqlDns { get; init; }
    public string? DeleteProtection { get; init; }
}

internal sealed record CockroachRegion
{
    public string? Name { get; init; }
    public string? SqlDns { get; init; }
    public int? NodeCount { get; init; }
}

internal sealed record CockroachNode
{
    public string? Name { get; init; }
    public string? RegionName { get; init; }
    /// <summary>LIVE, NOT_READY.</summary>
    public string? Status { get; init; }
}

/// <summary>A physical replication stream. Times are absent or <c>0001-01-01T00:00:00Z</c> where there is none.</summary>
internal sealed record CockroachStream
{
    public string? Id { get; init; }
    public string? Status { get; init; }
    public string? PrimaryClusterId { get; init; }
    public string? StandbyClusterId { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? FailoverAt { get; init; }
    public DateTimeOffset? RetainedTime { get; init; }
    public DateTimeOffset? ReplicatedTime { get; init; }
    public double? ReplicationLagSeconds { get; init; }
    public DateTimeOffset? ActivatedAt { get; init; }
    public DateTimeOffset? CanceledAt { get; init; }

    /// <summary>Whether either end is that cluster.</summary>
    public bool Joins(string? cluster) => cluster is not null && (PrimaryClusterId == cluster || StandbyClusterId == cluster);

    /// <summary>Whether it is under way.</summary>
    public bool Live => Status is "STARTING" or "REPLICATING" or "FAILING_OVER";
}

internal sealed record CockroachPage
{
    public string? NextPage { get; init; }
}

internal interface ICockroachPage<T>
{
    List<T>? Items { get; }
    CockroachPage? Pagination { get; }
}

internal sealed record CockroachClusterPage : ICockroachPage<CockroachCluster>
{
    public List<CockroachCluster>? Clusters { get; init; }
    public CockroachPage? Pagination { get; init; }
    [JsonIgnore] public List<CockroachCluster>? Items => Clusters;
}

internal sealed record CockroachNodePage : ICockroachPage<CockroachNode>
{
    public List<CockroachNode>? Nodes { get; init; }
    public CockroachPage? Pagination { get; init; }
    [JsonIgnore] public List<CockroachNode>? Items => Nodes;
}

internal sealed record CockroachStreamPage : ICockroachPage<CockroachStream>
{
    public List<CockroachStream>? PhysicalReplicationStreams { get; init; }
    public CockroachPage? Pagination { get; init; }
    [JsonIgnore] public List<CockroachStream>? Items => PhysicalReplicationStreams;
}

internal sealed record CockroachStreamCreate
{
    public required string PrimaryClusterId { get; init; }
    public required string StandbyClusterId { get; init; }
}

internal sealed record CockroachStreamUpdate
{
    public required string Status { get; init; }
    public DateTimeOffset? FailoverAt { get; init; }
}

internal sealed record CockroachDisruption
{
    public List<CockroachDisruptedRegion>? RegionalDisruptorSpecifications { get; init; }
}

internal sealed record CockroachDisruptedRegion
{
    public string? RegionCode { get; init; }
    public bool? IsWholeRegion { get; init; }
    public List<string>? Azs { get; init; }
    public List<string>? Pods { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CockroachCluster))]
[JsonSerializable(typeof(CockroachClusterPage))]
[JsonSerializable(typeof(CockroachNodePage))]
[JsonSerializable(typeof(CockroachStream))]
[JsonSerializable(typeof(CockroachStreamPage))]
[JsonSerializable(typeof(CockroachStreamCreate))]
[JsonSerializable(typeof(CockroachStreamUpdate))]
[JsonSerializable(typeof(CockroachDisruption))]
internal sealed partial class CockroachJson : JsonSerializerContext;
