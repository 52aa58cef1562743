using System.Globalization;
using System.Text.Json;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>One member as it was asked for: a service, or why there is none.</summary>
internal readonly record struct AivenLook(AivenService? Service, VendorException? Trouble)
{
    /// <summary>The vendor says that there is no such service.</summary>
    public bool Gone => Trouble?.Status == 404;
}

/// <summary>Pure: the vendor's service, as a member of a pair.</summary>
internal static class AivenView
{
    private static readonly string[] s_phases = ["prepare", "basebackup", "basebackup_prepare", "stream", "finalize"];

    public static CrdrMemberStatus Member(Side side, CrdrMember member, AivenLook look, DateTimeOffset now)
    {
        if (look.Service is not { } service)
        {
            return new()
            {
                Side = side, Name = member.Name, Region = member.Region, Reachable = look.Gone, LastSeen = look.Gone ? now : null,
                Role = look.Gone ? MemberRole.None : MemberRole.Unknown, Health = look.Gone ? MemberHealth.Gone : MemberHealth.Unknown,
            };
        }
        (double? progress, string? text) = Progress(service.NodeStates);
        return new()
        {
            Side = side, Name = member.Name, Region = service.CloudName ?? member.Region, Reachable = true, LastSeen = now, NativeState = service.State,
            Role = Role(side, service), Health = Health(service), Identity = service.CreateTime is { } created ? $"created {created}" : null,
            Endpoint = service.ServiceUriParams is { Host: { Length: > 0 } host } at ? at.Port is null ? host : $"{host}:{at.Port}" : null,
            Progress = progress, ProgressText = text, Native = Native(service),
        };
    }

    /// <summary>The raw role, whatever it is; <see langword="null"/> when it is absent or null.</summary>
    public static string? RawRole(AivenService service) => service.DisasterRecoveryRole.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => service.DisasterRecoveryRole.GetString(),
        _ => service.DisasterRecoveryRole.GetRawText(),
    };

    public static AivenIntegration? Integration(AivenService? service) =>
        service?.ServiceIntegrations?.FirstOrDefault(i => i.IntegrationType == "disaster_recovery");

    /// <summary>A primary that is in no disaster recovery pair has no role and takes writes like any service.</summary>
    private static MemberRole Role(Side side, AivenService service) => RawRole(service) switch
    {
        "active" => MemberRole.Active,
        "passive" => MemberRole.Passive,
        "failed" => MemberRole.Failed,
        null when side == Side.Primary && Integration(service) is null => MemberRole.Active,
        _ => MemberRole.Unknown,
    };

    private static MemberHealth Health(AivenService service)
    {
        int nodes = service.NodeStates?.Count ?? 0;
        int running = service.NodeStates?.Count(n => n.State == "running") ?? 0;
        return service.State switch
        {
            "POWEROFF" => MemberHealth.Off,
            "REBUILDING" => MemberHealth.Rebuilding,
            "RUNNING" or "REBALANCING" when nodes == 0 => MemberHealth.Unknown,
            "RUNNING" or "REBALANCING" when running == 0 => MemberHealth.Down,
            "RUNNING" when running == nodes && !Pending(service.NodeStates).Any() => MemberHealth.Healthy,
            "RUNNING" when running == nodes => MemberHealth.Rebuilding,
            "RUNNING" or "REBALANCING" => MemberHealth.Degraded,
            _ => MemberHealth.Unknown,
        };
    }

    private static IEnumerable<(AivenNode Node, AivenProgress Update)> Pending(IEnumerable<AivenNode>? nodes) =>
        from node in nodes ?? []
        from update in node.ProgressUpdates ?? []
        where update.Completed == false
        select (node, update);

    /// <summary>Of the node that is furthest behind: finished phases and the share of the running one, from the vendor's own figures.</summary>
    private static (double? Progress, string? Text) Progress(IReadOnlyList<AivenNode>? nodes)
    {
        double? worst = null;
        string? text = null;
        foreach (IGrouping<AivenNode, (AivenNode Node, AivenProgress Update)> node in Pending(nodes).GroupBy(p => p.Node))
        {
            AivenProgress update = node.First().Update;
            double? share = update is { Current: { } current, Max: { } max } && max > (update.Min ?? 0)
                ? Math.Min(1, Math.Max(0, (current - (update.Min ?? 0)) / (max - (update.Min ?? 0))))
                : null;
            int phase = Array.IndexOf(s_phases, update.Phase);
            double whole = (Math.Max(phase, 0) + (share ?? 0)) / s_phases.Length;
            if (worst <= whole) continue;
            worst = whole;
            text = string.Format(CultureInfo.InvariantCulture, "{0}: {1}{2}{3}", node.Key.Name, update.Phase,
                share is { } s ? $" {s * 100:0} %" : "", update.Unit is null || update.Current is null ? "" : $" ({update.Current:0} of {update.Max:0} {update.Unit})");
        }
        return (worst, text);
    }

    private static Dictionary<string, string> Native(AivenService service)
    {
        Dictionary<string, string> native = [];
        void Add(string name, string? value)
        {
            if (value is not null) native[name] = value;
        }
        Add("role", RawRole(service));
        Add("plan", service.Plan);
        Add("serviceType", service.ServiceType);
        Add("updated", service.UpdateTime);
        Add("terminationProtection", service.TerminationProtection?.ToString().ToLowerInvariant());
        Add("nodes", service.NodeStates is null ? null : string.Join(", ", service.NodeStates.Select(n => $"{n.Name} {n.State}")));
        if (Integration(service) is { } integration)
        {
            Add("integration", integration.Active switch { true => "active", false => "inactive", null => "not told" });
            Add("integrationSource", integration.SourceService);
            Add("integrationDest", integration.DestService);
        }
        return native;
    }
}
