using System.Text.Json;
using CrdrTools.Simulator.Data;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>One service as the control plane knows it. Immutable: a change is a new one.</summary>
internal sealed record AivenService
{
    public required ServiceKey Key { get; init; }
    public required AivenPlan Plan { get; init; }
    public required string Cloud { get; init; }
    public required DateTimeOffset CreateTime { get; init; }
    public required DateTimeOffset UpdateTime { get; init; }
    public string State { get; init; } = AivenWords.Rebuilding;

    /// <summary>The role in a CRDR pair; null for a service without.</summary>
    public string? Role { get; init; }

    public IReadOnlyList<AivenNode> Nodes { get; init; } = [];

    /// <summary>The number the next new node gets: numbers are not used twice.</summary>
    public int NextNode { get; init; } = 1;

    public bool TerminationProtection { get; init; }
    public JsonElement UserConfig { get; init; } = Json.EmptyObject;
    public JsonElement TechEmails { get; init; } = Json.EmptyArray;
    public JsonElement Tags { get; init; } = Json.EmptyObject;
    public string MaintenanceDay { get; init; } = "sunday";
    public string MaintenanceTime { get; init; } = "03:00:00";
    public string? ProjectVpcId { get; init; }

    /// <summary>Backups are taken from then on; null for a service that never took any.</summary>
    public DateTimeOffset? BackupsFrom { get; init; }

    /// <summary>No backups after this; null while they are taken.</summary>
    public DateTimeOffset? BackupsUntil { get; init; }

    /// <summary>Given up, yet its nodes live on and take writes.</summary>
    public bool Ghost { get; init; }

    public string Region => Regions.Of(Cloud);

    /// <summary>RUNNING and REBALANCING serve; REBUILDING does not yet, POWEROFF no more.</summary>
    public bool Operational => State is AivenWords.Running or AivenWords.Rebalancing;

    /// <summary>The nodes that stand by for the first.</summary>
    public IEnumerable<AivenNode> Standbys => Nodes.Skip(1);

    public AivenService WithNewNodes(string nodeState)
    {
        var nodes = new AivenNode[Plan.Nodes];
        for (var i = 0; i < nodes.Length; i++) nodes[i] = new AivenNode(Key.Service + "-" + (NextNode + i), nodeState);
        return this with { Nodes = nodes, NextNode = NextNode + nodes.Length };
    }

    public AivenService WithNodes(string nodeState) => this with { Nodes = [.. Nodes.Select(n => n with { State = nodeState })] };

    public AivenService TakingBackups(DateTimeOffset now) => this with { BackupsFrom = BackupsFrom ?? now, BackupsUntil = null };

    public AivenService WithoutBackups(DateTimeOffset now) => this with { BackupsUntil = BackupsUntil ?? now };
}
