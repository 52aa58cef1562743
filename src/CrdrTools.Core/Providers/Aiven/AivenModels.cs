using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>A service as the vendor describes it; only what this tool reads. Anything may be missing.</summary>
internal sealed record AivenService
{
    public string? ServiceName { get; init; }
    public string? ServiceType { get; init; }
    /// <summary>POWEROFF, REBALANCING, REBUILDING, RUNNING; others may come.</summary>
    public string? State { get; init; }
    /// <summary>Outside the vendor's public spec: absent, null, or any value.</summary>
    public JsonElement DisasterRecoveryRole { get; init; }
    public string? Plan { get; init; }
    public string? CloudName { get; init; }
    public string? CreateTime { get; init; }
    public string? UpdateTime { get; init; }
    public bool? TerminationProtection { get; init; }
    public AivenUriParams? ServiceUriParams { get; init; }
    public AivenUserConfig? UserConfig { get; init; }
    public List<AivenComponent>? Components { get; init; }
    public List<AivenNode>? NodeStates { get; init; }
    public List<AivenIntegration>? ServiceIntegrations { get; init; }
}

/// <summary>Where a service listens. Its password is not read.</summary>
internal sealed record AivenUriParams
{
    public string? Host { get; init; }
    public string? Port { get; init; }
    public string? User { get; init; }
    public string? Dbname { get; init; }
    public string? Sslmode { get; init; }
}

/// <summary>Of a service's configuration the one key that this tool switches; any other stays unread.</summary>
internal sealed record AivenUserConfig
{
    /// <summary>Absent, null, or a truth value.</summary>
    public JsonElement EnableHaReplicaDns { get; init; }
}

/// <summary>One way to reach a service.</summary>
internal sealed record AivenComponent
{
    public string? Component { get; init; }
    public string? Host { get; init; }
    public int? Port { get; init; }
    /// <summary>dynamic, private, privatelink, public.</summary>
    public string? Route { get; init; }
    /// <summary>primary, replica, disaster_recovery, ha_replica.</summary>
    public string? Usage { get; init; }
}

internal sealed record AivenNode
{
    public string? Name { get; init; }
    /// <summary>leaving, running, setting_up_vm, syncing_data, timing_out, unknown.</summary>
    public string? State { get; init; }
    public string? Role { get; init; }
    public List<AivenProgress>? ProgressUpdates { get; init; }
}

internal sealed record AivenProgress
{
    public string? Phase { get; init; }
    public bool? Completed { get; init; }
    public double? Min { get; init; }
    public double? Current { get; init; }
    public double? Max { get; init; }
    public string? Unit { get; init; }
}

internal sealed record AivenIntegration
{
    public string? IntegrationType { get; init; }
    public string? SourceService { get; init; }
    public string? SourceProject { get; init; }
    public string? DestService { get; init; }
    public string? DestProject { get; init; }
    public bool? Active { get; init; }
    public bool? Enabled { get; init; }
}

internal sealed record AivenServiceEnvelope
{
    public AivenService? Service { get; init; }
}

internal sealed record AivenServiceList
{
    public List<AivenService>? Services { get; init; }
}

internal sealed record AivenServiceUpdate
{
    public string? DisasterRecoveryRole { get; init; }
    /// <summary>Only what shall change: the vendor leaves other keys as they are.</summary>
    public AivenUserConfigUpdate? UserConfig { get; init; }
}

internal sealed record AivenUserConfigUpdate
{
    public required bool EnableHaReplicaDns { get; init; }
}

internal sealed record AivenServiceCreate
{
    public required string ServiceName { get; init; }
    public required string ServiceType { get; init; }
    public required string Plan { get; init; }
    public string? Cloud { get; init; }
    public required List<AivenIntegrationCreate> ServiceIntegrations { get; init; }
}

internal sealed record AivenIntegrationCreate
{
    public required string IntegrationType { get; init; }
    public required string SourceService { get; init; }
    public required Dictionary<string, string> UserConfig { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(AivenServiceEnvelope))]
[JsonSerializable(typeof(AivenServiceList))]
[JsonSerializable(typeof(AivenServiceUpdate))]
[JsonSerializable(typeof(AivenServiceCreate))]
internal sealed partial class AivenJson : JsonSerializerContext;
