using System.Text.Json;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Reads and writes <c>regional_disruptor_specifications</c>.</summary>
internal static class DisruptionJson
{
    private const string Member = "regional_disruptor_specifications";

    public static void Write(Utf8JsonWriter w, IReadOnlyList<DisruptedRegion> disruption)
    {
        w.WriteStartArray(Member);
        foreach (var region in disruption)
        {
            w.WriteStartObject();
            w.WriteString("region_code", region.Region);
            w.WriteBoolean("is_whole_region", region.Whole);
            Write(w, "azs", region.Zones);
            Write(w, "pods", region.Pods);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    /// <summary>What a body asks for; nothing, or an empty list, ends every disruption.</summary>
    /// <exception cref="CockroachProblem">It does not fit the cluster.</exception>
    public static IReadOnlyList<DisruptedRegion> Read(JsonElement body, CockroachCluster cluster)
    {
        if (!body.TryGetProperty(Member, out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array) throw CockroachProblem.Input($"invalid value for field {Member}");
        return [.. list.EnumerateArray().Select(item => Read(item)).Select(region => Checked(region, cluster))];
    }

    private static DisruptedRegion Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object) throw CockroachProblem.Input($"invalid value for field {Member}");
        var whole = item.TryGetProperty("is_whole_region", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new DisruptedRegion(CockroachCall.Text(item, "region_code") ?? "", whole, Texts(item, "azs"), Texts(item, "pods"));
    }

    private static DisruptedRegion Checked(DisruptedRegion region, CockroachCluster cluster)
    {
        if (!cluster.Regions.Contains(region.Region))
            throw CockroachProblem.Input($"region_code {region.Region} is not a region of the cluster");
        var parts = region.Zones.Count + region.Pods.Count;
        if (region.Whole == parts > 0)
            throw CockroachProblem.Input("either is_whole_region must be true, or azs or pods must be given");
        var nodes = cluster.Nodes.Where(n => n.Region == region.Region).ToList();
        var unknown = region.Zones.Where(z => nodes.All(n => n.Zone != z)).Concat(region.Pods.Where(p => nodes.All(n => n.Name != p)));
        return unknown.FirstOrDefault() is { } name ? throw CockroachProblem.Input($"{name} is not part of the cluster") : region;
    }

    private static IReadOnlyList<string> Texts(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(t => t.ValueKind != JsonValueKind.String))
            throw CockroachProblem.Input($"invalid value for field {name}");
        return [.. list.EnumerateArray().Select(t => t.GetString()!)];
    }

    private static void Write(Utf8JsonWriter w, string name, IReadOnlyList<string> texts)
    {
        w.WriteStartArray(name);
        foreach (var text in texts) w.WriteStringValue(text);
        w.WriteEndArray();
    }
}
