using System.Text.Json;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>
/// Pure: what a service of the vendor tells of its own read-only name (<c>enable_ha_replica_dns</c>), and whether it can have one.
/// Where the name leads it does not tell.
/// </summary>
internal static class AivenReplicaDns
{
    /// <summary>Documented as the only ones that have it, and those that have no standby node.</summary>
    private static readonly string[] s_with = ["business", "premium"], s_without = ["free", "developer", "hobbyist", "startup"];

    /// <summary>How it stands with one service of a pair.</summary>
    public static CrdrReplicaDns Of(CrdrPair pair, Side side, AivenLook look, CrdrStatus status)
    {
        AivenService? service = look.Service;
        AivenComponent? name = Name(service);
        bool enabled = Enabled(service);
        IReadOnlyList<CrdrCheck> checks = Checks(pair, side, look, status);
        CrdrReadStandby[] standbys = Standbys(service, status[side].Role);
        return new()
        {
            Pair = pair.Name, Provider = pair.Provider, Side = side, Service = pair[side].Name, Enabled = enabled,
            Host = name?.Host, Port = name?.Port, Uri = Uri(service, name), Standbys = standbys, Checks = checks,
            Findings = Findings(pair, side, look, status, enabled, name, standbys).ToArray(), NextActions = Next(pair, side, status, enabled, checks), ObservedAt = status.ObservedAt,
            Pending = service is null || enabled == name is not null ? null : enabled ? "the vendor does not show the name yet" : "the vendor still shows the name",
        };
    }

    /// <summary>Whether its configuration switches it on: a missing key, null, and anything but true are off.</summary>
    public static bool Enabled(AivenService? service) => service?.UserConfig?.EnableHaReplicaDns.ValueKind == JsonValueKind.True;

    /// <summary>Under what name it is reached, once the vendor shows one.</summary>
    public static AivenComponent? Name(AivenService? service) =>
        service?.Components?.Where(c => c is { Usage: "ha_replica", Host.Length: > 0 }).OrderBy(c => c.Component == "pg" ? 0 : 1).ThenBy(c => c.Route is "dynamic" or "public" ? 0 : 1).FirstOrDefault();

    /// <summary>How the vendor's own tool switches it.</summary>
    public static string Avn(CrdrPair pair, string service, bool enabled) =>
        $"{AivenApi.Tool(pair)} service update {service} --project {pair.Settings["project"]} -c enable_ha_replica_dns={(enabled ? "true" : "false")}";

    private static List<CrdrCheck> Checks(CrdrPair pair, Side side, AivenLook look, CrdrStatus status)
    {
        string name = pair[side].Name;
        List<CrdrCheck> checks = [];
        void Say(string check, CheckResult result, string why) => checks.Add(new() { Pair = pair.Name, Name = check, Result = result, Why = why });
        if (look.Service is not { } service)
        {
            Say("ServiceSeen", CheckResult.Block, look.Gone ? $"{name} does not exist" : $"{name} could not be seen: {look.Trouble?.Message}");
            return checks;
        }
        if (pair[side].Identity is { } pinned)
            Say(IdentityUnchanged, status[side].Identity == pinned ? CheckResult.Pass : CheckResult.Block, status[side].Identity == pinned
                ? $"{name} is the service that was registered" : $"{name} is not the service that was registered: it is {status[side].Identity ?? "of an unknown age"}, registered was {pinned}");
        Say("IsPostgreSql", service.ServiceType switch { "pg" => CheckResult.Pass, null => CheckResult.Warn, _ => CheckResult.Block },
            service.ServiceType == "pg" ? $"{name} is an Aiven for PostgreSQL service"
            : service.ServiceType is null ? $"what kind of service {name} is was not told" : $"{name} is a service of the type {service.ServiceType}, and only pg has the read-only name");
        (CheckResult plan, string words) = Plan(service.Plan);
        Say("PlanAllowsReplicaDns", plan, $"{name} {words}");
        int? standbys = service.NodeStates is null ? null : Standbys(service, status[side].Role).Length;
        Say("HasStandby", standbys switch { null => CheckResult.Warn, 0 => CheckResult.Block, _ => CheckResult.Pass },
            standbys switch { null => $"the nodes of {name} were not told", 0 => $"{name} has no standby node", 1 => $"{name} has a standby node", _ => $"{name} has {standbys} standby nodes" });
        Say("ServiceRunning", service.State == "RUNNING" ? CheckResult.Pass : CheckResult.Block,
            service.State == "RUNNING" ? $"{name} is RUNNING" : $"{name} is {service.State ?? "in a state that was not told"}, not RUNNING");
        if (status[side].Role == MemberRole.Passive)
            Say("ServiceActive", CheckResult.Warn, $"{name} is the passive service: what its name does there is not documented");
        return checks;
    }

    /// <summary>The check that also stands in the way of switching it off.</summary>
    public const string IdentityUnchanged = nameof(IdentityUnchanged);

    private static (CheckResult Result, string Why) Plan(string? plan)
    {
        string tier = plan?.Split('-')[0].ToLowerInvariant() ?? "";
        return s_with.Contains(tier) ? (CheckResult.Pass, $"has the plan {plan}")
            : s_without.Contains(tier) ? (CheckResult.Block, $"has the plan {plan}: only business and premium plans have the read-only name")
            : (CheckResult.Warn, plan is null ? "has a plan that was not told: only business and premium plans have the read-only name"
                : $"has the plan {plan}, which this version does not know: the vendor names business and premium plans");
    }

    /// <summary>All nodes but the one that leads; those of a passive service all stand by.</summary>
    private static CrdrReadStandby[] Standbys(AivenService? service, MemberRole role)
    {
        IReadOnlyList<AivenNode> nodes = service?.NodeStates ?? [];
        bool told = nodes.Any(n => n.Role is not null);
        return [.. nodes.Where((n, i) => told ? n.Role != "master" : role == MemberRole.Passive || i > 0).Select(n => new CrdrReadStandby
        {
            Name = n.Name ?? "(no name)", Healthy = n.State switch { "running" => true, null or "unknown" => null, _ => false }, Why = n.State is null ? null : $"the vendor says {n.State}",
        })];
    }

    private static string? Uri(AivenService? service, AivenComponent? name)
    {
        if (name is null) return null;
        string user = service?.ServiceUriParams?.User is { Length: > 0 } u ? $"{System.Uri.EscapeDataString(u)}@" : "";
        return $"postgres://{user}{name.Host}{(name.Port is { } port ? $":{port}" : "")}/{service?.ServiceUriParams?.Dbname ?? "defaultdb"}?sslmode={service?.ServiceUriParams?.Sslmode ?? "require"}";
    }

    private static IEnumerable<CrdrFinding> Findings(CrdrPair pair, Side side, AivenLook look, CrdrStatus status, bool enabled, AivenComponent? name, CrdrReadStandby[] standbys)
    {
        CrdrFinding Say(FindingSeverity severity, string id, string message) => new() { Severity = severity, Id = id, Message = message, Side = side };
        string service = pair[side].Name;
        if (look.Trouble is { } trouble)
        {
            yield return look.Gone ? Say(FindingSeverity.Warning, "ServiceGone", $"{service} does not exist.") : Say(FindingSeverity.Error, trouble.ErrorId, $"{service} could not be seen: {trouble.Message}");
            yield break;
        }
        if (!enabled)
        {
            if (name is not null) yield return Say(FindingSeverity.Info, "ReplicaDnsStillShown", $"The vendor still shows {name.Host}, although it is switched off: by its documentation it leads to nothing.");
            yield break;
        }
        if (name is null)
            yield return Say(FindingSeverity.Warning, "ReplicaDnsNotShown", $"It is switched on for {service}, and the vendor shows no name for it{(look.Service!.State == "RUNNING" ? " yet" : $": the service is {look.Service.State}")}.");
        if (standbys.Length > 0 && standbys.All(s => s.Healthy == false))
            yield return Say(FindingSeverity.Warning, "NoStandbyRuns", $"No standby node of {service} runs: by the vendor's documentation the name leads to the primary node until one does.");
        if (status.ActiveMember is { } active && active != side)
            yield return Say(FindingSeverity.Warning, "ReplicaDnsOnPassiveSide", $"The name belongs to {service}, and {pair[active].Name} takes the writes: it does not follow the pair.");
    }

    private static string[] Next(CrdrPair pair, Side side, CrdrStatus status, bool enabled, IReadOnlyList<CrdrCheck> checks)
    {
        if (enabled || status.ActiveMember != side || checks.Any(c => c.Result == CheckResult.Block)) return [];
        return [$"Switch it on: Enable-CrdrReplicaDns {pair.Name} -Side {side} (crdr replica-dns enable {pair.Name} --side {side.ToString().ToLowerInvariant()}); or without this tool: {Avn(pair, pair[side].Name, true)}"];
    }
}
