using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary><c>PUT /project/P/service/S</c>: everything is checked before anything is changed.</summary>
internal static class ServiceUpdate
{
    /// <summary>
    /// The public specification's properties, and <c>disaster_recovery_role</c>, which only the vendor's pages and client know.
    /// </summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["cloud"] = "string",
        ["cmk_id"] = "string|null",
        ["disaster_recovery_role"] = "string",
        ["disk_space_mb"] = "integer",
        ["group_name"] = "string",
        ["karapace"] = "boolean",
        ["maintenance"] = "object",
        ["plan"] = "string",
        ["powered"] = "boolean",
        ["project_vpc_id"] = "string|null",
        ["schema_registry_authz"] = "boolean",
        ["tech_emails"] = "array",
        ["termination_protection"] = "boolean",
        ["user_config"] = "object",
    };

    public static HttpReply Update(AivenCall call)
    {
        var service = call.Service();
        var body = call.Body();
        BodyFields.Check(body, Known);
        var move = Move(call, service, BodyFields.Text(body, "disaster_recovery_role"));
        var power = Power(call, service, BodyFields.Flag(body, "powered"));
        var plan = Plan(call, service, body);
        var settled = Settled(service, body);
        HaReplicaNames.Check(plan ?? service.Plan, settled.UserConfig, call.Settings);
        if (new[] { move != RoleMove.Nothing, power is not null, plan is not null }.Count(asked => asked) > 1)
            throw new AivenProblem(409, "Of disaster_recovery_role, powered and plan or cloud only one can change at a time");

        call.Model.Put(settled);
        call.Model.HaReplica.Switch(settled);
        if (move != RoleMove.Nothing) Apply(call, move);
        if (power is { } on) Apply(call, on);
        if (plan is not null)
            call.Motion.Rebalance(call.Service() with { Plan = plan, Cloud = BodyFields.Text(body, "cloud") ?? service.Cloud });
        return ServiceReads.Envelope(call, call.Service());
    }

    public static HttpReply StartMaintenance(AivenCall call)
    {
        var service = call.Service();
        RequireIdle(call, service);
        call.Motion.Rebalance(service);
        return AivenReply.Empty;
    }

    private static RoleMove Move(AivenCall call, AivenService service, string? wanted)
    {
        if (wanted is null) return RoleMove.Nothing;
        var pair = call.Model.PairOf(service.Key);
        var peer = pair is null ? null : call.Model.Find(pair.PeerOf(service.Key));
        return RoleRules.Decide(new RoleQuestion
        {
            Wanted = wanted,
            Target = service,
            Peer = peer,
            TargetIsPrimary = pair?.Primary == service.Key,
            InTakeover = pair is not null && call.Model.TakeoverOf(pair) is not null,
            Busy = call.Model.Busy(service.Key),
            PeerBusy = peer is not null && call.Model.Busy(peer.Key),
            TargetRegionDown = call.Model.RegionDown(service),
            PeerRegionDown = peer is not null && call.Model.RegionDown(peer),
            Settings = call.Settings,
        });
    }

    private static void Apply(AivenCall call, RoleMove move)
    {
        var service = call.Service();
        var peer = call.Model.Find(call.Model.PairOf(service.Key)!.PeerOf(service.Key))!;
        if (move == RoleMove.FailOver) call.Motion.FailOver(service, peer);
        else if (move == RoleMove.TakeOver) call.Motion.TakeOver(service, peer);
        else
        {
            call.Model.Data.Clear(service.Key);
            call.Motion.Rebuild(service with { Role = AivenWords.Passive });
        }
    }

    /// <summary>
    /// What becomes of the power; null for no change. Assumed for a pair: the active service cannot be powered off, a failed one
    /// cannot be powered on.
    /// </summary>
    private static bool? Power(AivenCall call, AivenService service, bool? wanted)
    {
        var on = service.State != AivenWords.PowerOff;
        if (wanted is null || wanted == on) return null;
        if (wanted == true)
        {
            return service.Role == AivenWords.Failed
                ? throw new AivenProblem(409, "A failed service is rebuilt by setting its disaster_recovery_role to passive")
                : true;
        }
        if (service.TerminationProtection) throw AivenProblem.Protected();
        if (call.Model.PairOf(service.Key) is not null && service.Role == AivenWords.Active)
            throw new AivenProblem(409, "The active service of a disaster recovery pair cannot be powered off");
        RequireIdle(call, service);
        return false;
    }

    private static void Apply(AivenCall call, bool on)
    {
        var service = call.Service();
        if (on) call.Motion.Rebuild(service);
        else call.Model.Put(service with { State = AivenWords.PowerOff, Nodes = [] });
    }

    /// <summary>The plan to move to when plan or cloud change; null when neither does.</summary>
    private static AivenPlan? Plan(AivenCall call, AivenService service, JsonElement body)
    {
        var name = BodyFields.Text(body, "plan") ?? service.Plan.Name;
        var plan = AivenPlan.Parse(name) ?? throw AivenProblem.Input($"plan '{name}' does not exist");
        var cloud = BodyFields.Text(body, "cloud") ?? service.Cloud;
        if (cloud.Length == 0) throw AivenProblem.Input("'cloud' is empty");
        if (plan.Name == service.Plan.Name && cloud == service.Cloud) return null;
        if (call.Model.PairOf(service.Key) is not null && !plan.TakesRecovery)
            throw new AivenProblem(403, "Disaster recovery is not allowed under the requested plan");
        RequireIdle(call, service);
        return plan;
    }

    /// <summary>Assumed: 409, as for other objects in the wrong state.</summary>
    private static void RequireIdle(AivenCall call, AivenService service)
    {
        if (service.State != AivenWords.Running || call.Model.Busy(service.Key))
            throw new AivenProblem(409, $"Service '{service.Key.Service}' is in state {service.State}, not RUNNING");
    }

    private static AivenService Settled(AivenService service, JsonElement body)
    {
        var maintenance = BodyFields.Object(body, "maintenance") ?? Json.EmptyObject;
        return service with
        {
            TerminationProtection = BodyFields.Flag(body, "termination_protection") ?? service.TerminationProtection,
            UserConfig = BodyFields.Object(body, "user_config") is { } config ? Json.Merge(service.UserConfig, config) : service.UserConfig,
            TechEmails = BodyFields.Object(body, "tech_emails") ?? service.TechEmails,
            MaintenanceDay = BodyFields.Text(maintenance, "dow") ?? service.MaintenanceDay,
            MaintenanceTime = BodyFields.Text(maintenance, "time") ?? service.MaintenanceTime,
            ProjectVpcId = body.TryGetProperty("project_vpc_id", out var vpc) ? vpc.GetString() : service.ProjectVpcId,
        };
    }
}
