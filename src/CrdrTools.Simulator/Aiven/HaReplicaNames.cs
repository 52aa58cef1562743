using System.Text.Json;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// The read-only names of services, and the primary nodes that watch over them. Of a service's nodes the first is taken for the one that
/// watches; what a passive service, whose nodes all replicate, does is not documented.
/// </summary>
internal sealed class HaReplicaNames(AivenModel model)
{
    /// <summary>The switch in <c>user_config</c>.</summary>
    public const string Key = "enable_ha_replica_dns";

    private readonly Dictionary<ServiceKey, HaReplicaName> _names = [];

    public HaReplicaName? Find(ServiceKey service) => _names.TryGetValue(service, out var name) ? name : null;

    /// <summary>Whether the configuration switches it on.</summary>
    public static bool On(JsonElement config) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(Key, out var on) && on.ValueKind == JsonValueKind.True;

    /// <summary>The type is from the published schema. The plans are documented; what an API says on others is not.</summary>
    /// <exception cref="AivenProblem">It is no truth value, or the plan has no such name.</exception>
    public static void Check(AivenPlan plan, JsonElement config, SimulatorSettings settings)
    {
        if (config.ValueKind == JsonValueKind.Object && config.TryGetProperty(Key, out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw AivenProblem.Input($"'user_config.{Key}' is not of type 'boolean'");
        if (On(config) && !plan.TakesHaReplicaDns)
            throw new AivenProblem(settings.HaReplicaPlanErrorStatus, $"{Key} is not allowed under current plan");
    }

    /// <summary>After a service's configuration changed.</summary>
    public void Switch(AivenService service)
    {
        var on = On(service.UserConfig);
        if (Find(service.Key) is { } name) _names[service.Key] = name.Switched(on, model.Stage.Now);
        else if (on) _names[service.Key] = new HaReplicaName { Enabled = true, ChangedAt = model.Stage.Now };
    }

    public void Remove(ServiceKey service) => _names.Remove(service);

    /// <summary>Lets the primary nodes look, and builds the records that are due.</summary>
    /// <returns>When time alone changes one next.</returns>
    public DateTimeOffset Reconsider(DateTimeOffset now)
    {
        var next = DateTimeOffset.MaxValue;
        foreach (var entry in _names.ToList())
        {
            var name = entry.Value.At(now, Seen(entry.Key), model.Stage.Settings);
            _names[entry.Key] = name;
            var at = name.NextBreak(model.Stage.Settings);
            if (at < next) next = at;
        }
        return next;
    }

    private (int All, int Healthy)? Seen(ServiceKey key)
    {
        if (model.Find(key) is not { Operational: true } service || model.RegionDown(service)) return null;
        if (service.Nodes.FirstOrDefault()?.State != AivenNode.Running) return null;
        return (service.Nodes.Count - 1, service.Standbys.Count(n => n.State == AivenNode.Running));
    }
}
