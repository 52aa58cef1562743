using System.Text.Json;
using CrdrTools.Core;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Aiven;

/// <summary>A service's own read-only name: seen, switched by one PUT of one key, and that seen too.</summary>
public class ReplicaDnsTests
{
    private const string Host = "ha-replica-pg-demo-demo.aivencloud.invalid";

    [Fact]
    public async Task Both_services_are_told_with_their_standbys_and_whether_they_can_have_a_name()
    {
        using Rig rig = new();
        IReadOnlyList<CrdrReplicaDns> both = await LookAsync(rig);
        Assert.Equal([(Side.Primary, "pg-demo", false), (Side.Recovery, "pg-demo-dr", false)], both.Select(d => (d.Side!.Value, d.Service!, d.Enabled)));
        Assert.Equal(["pg-demo-2"], both[0].Standbys.Select(s => s.Name));
        Assert.Equal(["pg-demo-dr-1", "pg-demo-dr-2"], both[1].Standbys.Select(s => s.Name));
        Assert.All(both[0].Checks, c => Assert.Equal(CheckResult.Pass, c.Result));
        Assert.Equal(CheckResult.Warn, both[1].Checks.Single(c => c.Name == "ServiceActive").Result);
        Assert.Contains("Enable-CrdrReplicaDns pg-demo -Side Primary", Assert.Single(both[0].NextActions));
        Assert.Contains($"avn --url {rig.Server.BaseAddress.ToString().TrimEnd('/')} service update pg-demo --project demo -c enable_ha_replica_dns=true", both[0].NextActions[0]);
        Assert.Empty(both[1].NextActions);
        Assert.Equal((null, null, null, null), (both[0].Host, both[0].Port, both[0].Uri, both[0].Target));
        Assert.Equal(2, rig.World.Requests.Count);
    }

    [Fact]
    public async Task The_four_phases()
    {
        using Rig rig = new();
        CrdrReplicaDns on = await SetAsync(rig, true);
        Assert.Equal((true, Side.Primary, "pg-demo", Host), (on.Enabled, on.Side!.Value, on.Service!, on.Host!));
        Assert.Equal($"postgres://avnadmin@{Host}:{on.Port}/defaultdb?sslmode=require", on.Uri);
        Assert.Equal("replica", rig.World.Resolve(on.Host!)!.LeadsTo);
        Assert.Null(on.Target);

        rig.World.SetStandby("demo", "pg-demo", down: true);
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        CrdrReplicaDns down = (await LookAsync(rig))[0];
        Assert.Equal("primary", rig.World.Resolve(on.Host!)!.LeadsTo);
        // The vendor does not say where it leads: that is not made up.
        Assert.Null(down.Target);
        Assert.Equal((false, "the vendor says timing_out"), (down.Standbys.Single().Healthy, down.Standbys.Single().Why));
        Assert.Equal("NoStandbyRuns", Assert.Single(down.Findings).Id);

        rig.World.SetStandby("demo", "pg-demo", down: false);
        Assert.Equal("replica", rig.World.Resolve(on.Host!)!.LeadsTo);
        Assert.Empty((await LookAsync(rig))[0].Findings);

        CrdrReplicaDns off = await SetAsync(rig, false);
        Assert.Equal((false, null, null), (off.Enabled, off.Host, off.Uri));
        Assert.Null(rig.World.Resolve(on.Host!)!.LeadsTo);
        Assert.Empty(rig.World.Resolve(on.Host!)!.Nodes);
        Assert.Equal(["""{"user_config":{"enable_ha_replica_dns":true}}""", """{"user_config":{"enable_ha_replica_dns":false}}"""], Changes(rig).Select(r => r.Body));
    }

    [Fact]
    public async Task No_password_is_in_what_is_told()
    {
        using Rig rig = new();
        CrdrReplicaDns on = await SetAsync(rig, true);
        Assert.DoesNotContain("AVNS_", JsonSerializer.Serialize(on));
        Assert.DoesNotContain(rig.Host.Said, s => s.Contains("AVNS_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_keys_of_the_configuration_stay_as_they_are()
    {
        using Rig rig = new();
        using HttpClient http = Http(rig);
        await PutAsync(http, """{"user_config":{"pg_version":"17","pg":{"work_mem":4},"ip_filter":["10.0.0.0/8"]}}""");
        await SetAsync(rig, true);
        Assert.Equal("""{"pg_version":"17","pg":{"work_mem":4},"ip_filter":["10.0.0.0/8"],"enable_ha_replica_dns":true}""", await ConfigAsync(http));
        await SetAsync(rig, false);
        Assert.Equal("""{"pg_version":"17","pg":{"work_mem":4},"ip_filter":["10.0.0.0/8"],"enable_ha_replica_dns":false}""", await ConfigAsync(http));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"on\"")]
    [InlineData("{}")]
    public async Task A_value_that_is_no_truth_value_is_off(string value)
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.Status, Status = 200, Body = $$$"""{"service":{"service_name":"pg-demo","service_type":"pg","state":"RUNNING","plan":"business-8","user_config":{"enable_ha_replica_dns":{{{value}}}},"components":[{}]}}""" });
        Assert.All(await LookAsync(rig), d => Assert.Equal((false, null), (d.Enabled, d.Host)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_it_is_so_already_nothing_is_asked_for(bool enabled)
    {
        using Rig rig = new();
        if (enabled) await SetAsync(rig, true);
        rig.World.ClearRequests();
        CrdrReplicaDns again = await SetAsync(rig, enabled);
        Assert.Equal((enabled, enabled ? Host : null), (again.Enabled, again.Host));
        Assert.Equal(0, rig.Changing);
    }

    [Theory]
    [InlineData("pg-hobby", "hobbyist", "has the plan hobbyist")]
    [InlineData("pg-single", "startup-4", "has no standby node")]
    public async Task A_plan_without_standbys_is_refused_in_words_and_nothing_is_asked_for(string service, string plan, string why)
    {
        using Rig rig = new(pair: draft => draft with { Name = "single", Primary = new() { Name = service }, Recovery = new() { Name = "not-there" } });
        CrdrException no = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true, Side.Primary));
        Assert.Equal((CrdrErrorKind.Refused, "ReplicaDnsNotAllowed"), (no.Kind, no.ErrorId));
        Assert.Contains($"{service} has the plan {plan}: only business and premium plans", no.Message);
        Assert.Contains(why, no.Message);
        Assert.Equal(0, rig.Changing);
        // Switching off what is off already is no news.
        Assert.False((await SetAsync(rig, false, Side.Primary)).Enabled);
    }

    [Fact]
    public async Task A_service_that_does_not_run_is_refused_and_one_that_is_not_PostgreSQL_too()
    {
        using Rig rig = new();
        rig.World.SetState("demo", "pg-demo", "REBALANCING");
        Assert.Contains("pg-demo is REBALANCING, not RUNNING", (await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true, Side.Primary))).Message);
        rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.Status, Status = 200, Body = """{"service":{"service_name":"x","service_type":"mysql","state":"RUNNING","plan":"business-4","node_states":[]}}""" });
        CrdrException no = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true, Side.Recovery));
        Assert.Equal("ReplicaDnsNotAllowed", no.ErrorId);
        Assert.Contains("a service of the type mysql", (await LookAsync(rig))[0].Checks.Single(c => c.Name == "IsPostgreSql").Why);
        Assert.Equal(0, rig.Changing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S4_a_service_that_was_made_anew_is_left_alone(bool enable)
    {
        using Rig rig = new();
        await SetAsync(rig, true);
        rig.World.ClearRequests();
        rig.World.Recreate("demo", "pg-demo");
        CrdrException no = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, enable));
        Assert.Equal("ReplicaDnsNotAllowed", no.ErrorId);
        Assert.Contains("is not the service that was registered", no.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task An_unknown_active_side_must_be_named()
    {
        using Rig rig = new();
        rig.World.SetRole("demo", "pg-demo", "passive");
        CrdrException which = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true));
        Assert.Equal((CrdrErrorKind.InvalidInput, "SideMissing"), (which.Kind, which.ErrorId));
        Assert.Equal(0, rig.Changing);
        Assert.True((await SetAsync(rig, true, Side.Primary)).Enabled);
    }

    [Fact]
    public async Task After_a_move_it_is_the_new_active_service_that_is_meant_and_the_old_name_is_said_not_to_follow()
    {
        using Rig rig = new();
        await SetAsync(rig, true);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.ToRecovery)).Outcome);
        IReadOnlyList<CrdrReplicaDns> both = await LookAsync(rig);
        Assert.Equal("ReplicaDnsOnPassiveSide", Assert.Single(both[0].Findings).Id);
        Assert.Contains("-Side Recovery", Assert.Single(both[1].NextActions));
        CrdrReplicaDns there = await SetAsync(rig, true);
        Assert.Equal((Side.Recovery, "ha-replica-pg-demo-dr-demo.aivencloud.invalid"), (there.Side!.Value, there.Host!));
    }

    [Fact]
    public async Task A_name_that_the_vendor_shows_later_is_waited_for()
    {
        using Rig rig = new(s => s with { HaReplicaComponentSeconds = 40, HaReplicaDnsSeconds = 10 });
        CrdrReplicaDns on = await SetAsync(rig, true);
        Assert.Equal((true, Host, null), (on.Enabled, on.Host!, on.Pending));
        Assert.Null((await SetAsync(rig, false)).Host);
        Assert.Equal(2, rig.Changing);
    }

    [Fact]
    public async Task A_name_that_is_not_shown_within_a_minute_is_told_as_pending()
    {
        using Rig rig = new(s => s with { HaReplicaComponentSeconds = 3600 });
        DateTimeOffset began = rig.Time.GetUtcNow();
        CrdrReplicaDns on = await SetAsync(rig, true);
        Assert.Equal((true, null, "the vendor does not show the name yet"), (on.Enabled, on.Host, on.Pending));
        Assert.Equal("ReplicaDnsNotShown", Assert.Single(on.Findings).Id);
        Assert.InRange(rig.Time.GetUtcNow() - began, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
        Assert.InRange(rig.World.RequestCounts["ServiceGet"], 50, 300);
    }

    [Fact]
    public async Task A_name_that_stays_shown_after_it_was_switched_off_is_no_failure()
    {
        using Rig rig = new(s => s with { HaReplicaComponentStays = true });
        await SetAsync(rig, true);
        CrdrReplicaDns off = await SetAsync(rig, false);
        Assert.Equal((false, Host, "the vendor still shows the name"), (off.Enabled, off.Host!, off.Pending));
        Assert.Equal("ReplicaDnsStillShown", Assert.Single(off.Findings).Id);
    }

    [Theory]
    [InlineData(SimulatorFaultAction.DropAfter)]
    [InlineData(SimulatorFaultAction.TruncatedJson)]
    [InlineData(SimulatorFaultAction.HtmlBody)]
    [InlineData(SimulatorFaultAction.CutReply)]
    public async Task S5_a_lost_reply_is_looked_into_and_not_repeated(SimulatorFaultAction fault)
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = fault, Applied = true });
        CrdrReplicaDns on = await SetAsync(rig, true);
        Assert.Equal((true, Host), (on.Enabled, on.Host!));
        Assert.Equal(1, rig.Changing);
        Assert.Contains(rig.Host.Said, s => s.Contains("it is not asked for again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task S5_a_change_that_appears_a_minute_after_its_reply_was_lost_is_seen()
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 60_000 });
        Assert.True((await SetAsync(rig, true)).Enabled);
        Assert.Equal(1, rig.Changing);
    }

    [Theory]
    [InlineData(SimulatorFaultAction.HtmlBody)]
    [InlineData(SimulatorFaultAction.DropBefore)]
    public async Task S5_a_change_that_never_appears_ends_with_a_question_and_not_with_a_second_change(SimulatorFaultAction fault)
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = fault });
        CrdrException never = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true));
        Assert.Equal((CrdrErrorKind.Timeout, "ReplicaDnsNotSeen"), (never.Kind, never.ErrorId));
        Assert.Contains("It was asked for once.", never.Message);
        Assert.Contains("crdr replica-dns status pg-demo", never.Advice);
        Assert.Equal(1, rig.Changing);
        Assert.False((await LookAsync(rig))[0].Enabled);
    }

    [Theory]
    [InlineData(429, "RateLimited", CrdrErrorKind.RateLimited)]
    [InlineData(403, "PermissionDenied", CrdrErrorKind.PermissionDenied)]
    [InlineData(404, "VendorNotFound", CrdrErrorKind.NotFound)]
    [InlineData(400, "VendorRejected", CrdrErrorKind.InvalidInput)]
    public async Task What_the_vendor_refuses_is_told_in_its_words_and_not_asked_for_again(int status, string id, CrdrErrorKind kind)
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = status, Body = """{"errors":[{"message":"Not for you","status":0}],"message":"Not for you"}""" });
        CrdrException no = await Assert.ThrowsAnyAsync<CrdrException>(() => SetAsync(rig, true));
        Assert.Equal((id, kind), (no.ErrorId, no.Kind));
        Assert.Contains("Not for you", no.Message);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task Looks_that_fail_after_the_change_do_not_hide_that_it_took_effect()
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceGet", Skip = 2, Times = 12, Action = SimulatorFaultAction.Status, Status = 503 });
        Assert.True((await SetAsync(rig, true)).Enabled);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task A_stale_look_after_the_change_is_not_taken_for_its_failure()
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceGet", Skip = 2, Times = 5, Action = SimulatorFaultAction.StaleReply });
        Assert.True((await SetAsync(rig, true)).Enabled);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task A_dead_service_is_a_row_and_a_dead_api_is_an_error()
    {
        using Rig rig = new(s => s with { Outage = OutageView.ApiErrors });
        await SetAsync(rig, true);
        rig.LoseRegion();
        IReadOnlyList<CrdrReplicaDns> both = await LookAsync(rig);
        Assert.Equal(("VendorUnavailable", CheckResult.Block), (both[0].Findings.Single().Id, both[0].Checks.Single().Result));
        Assert.Empty(both[1].Findings);
        Assert.Equal("VendorUnavailable", (await Assert.ThrowsAnyAsync<CrdrException>(() => SetAsync(rig, false, Side.Primary))).ErrorId);
        rig.World.AddFault(new() { Action = SimulatorFaultAction.Status, Status = 401 });
        Assert.Equal("AuthenticationFailed", (await Assert.ThrowsAnyAsync<CrdrException>(() => LookAsync(rig))).ErrorId);
    }

    [Fact]
    public async Task A_service_that_is_gone_is_told_and_not_changed()
    {
        using Rig rig = new();
        rig.World.RemoveService("demo", "pg-demo-dr");
        Assert.Equal("ServiceGone", (await LookAsync(rig))[1].Findings.Single().Id);
        Assert.Equal("VendorNotFound", (await Assert.ThrowsAnyAsync<CrdrException>(() => SetAsync(rig, true, Side.Recovery))).ErrorId);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task A_stop_before_the_change_leaves_it_unasked_and_one_after_it_says_that_it_was_asked_for()
    {
        using Rig rig = new(s => s with { HaReplicaComponentSeconds = 3600 });
        using CancellationTokenSource early = new();
        early.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SetAsync(rig, true, ct: early.Token));
        Assert.Equal(0, rig.Changing);

        using CancellationTokenSource late = new();
        rig.Host.Traced = () =>
        {
            if (rig.Changing > 0) late.Cancel();
        };
        CrdrException stopped = await Assert.ThrowsAsync<CrdrException>(() => SetAsync(rig, true, ct: late.Token));
        Assert.Equal((CrdrErrorKind.Stopped, "Stopped"), (stopped.Kind, stopped.ErrorId));
        Assert.Contains("was asked to be switched on", stopped.Message);
    }

    [Fact]
    public async Task Standbys_of_the_vendor_are_its_own_to_wait_for()
    {
        using Rig rig = new();
        CrdrException no = await Assert.ThrowsAsync<CrdrException>(() => rig.Crdr.SetReplicaDnsAsync(rig.Pair, new() { Enable = true, Forget = ["pg-demo-2"] }, "demo", rig.Host, default));
        Assert.Equal("ReplicaDnsStandbysNotOurs", no.ErrorId);
        Assert.Equal(0, rig.Changing);
    }

    [Theory]
    [InlineData("business-4", CheckResult.Pass)]
    [InlineData("Premium-8", CheckResult.Pass)]
    [InlineData("startup-4", CheckResult.Block)]
    [InlineData("free-1-5gb", CheckResult.Block)]
    [InlineData("custom-7", CheckResult.Warn)]
    public async Task The_plan_is_judged_by_its_tier_and_one_that_is_not_known_is_left_to_the_vendor(string plan, CheckResult expected)
    {
        using Rig rig = new();
        rig.World.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.Status, Status = 200, Body = $$$"""{"service":{"service_type":"pg","state":"RUNNING","plan":"{{{plan}}}"}}""" });
        Assert.Equal(expected, (await LookAsync(rig))[0].Checks.Single(c => c.Name == "PlanAllowsReplicaDns").Result);
    }

    private static Task<IReadOnlyList<CrdrReplicaDns>> LookAsync(Rig rig) => rig.Crdr.ReplicaDnsAsync(rig.Pair, "demo", rig.Host, default);

    private static Task<CrdrReplicaDns> SetAsync(Rig rig, bool enable, Side? side = null, CancellationToken ct = default) =>
        rig.Crdr.SetReplicaDnsAsync(rig.Pair, new() { Enable = enable, Side = side }, "demo", rig.Host, ct);

    private static IEnumerable<SimulatorRequest> Changes(Rig rig) => rig.World.Requests.Where(r => r.Changing);

    private static HttpClient Http(Rig rig)
    {
        HttpClient http = new() { BaseAddress = rig.Server.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "demo");
        return http;
    }

    private static async Task PutAsync(HttpClient http, string body)
    {
        using StringContent content = new(body);
        (await http.PutAsync("v1/project/demo/service/pg-demo", content)).EnsureSuccessStatusCode();
    }

    private static async Task<string> ConfigAsync(HttpClient http)
    {
        using JsonDocument document = JsonDocument.Parse(await http.GetStringAsync("v1/project/demo/service/pg-demo"));
        return document.RootElement.GetProperty("service").GetProperty("user_config").GetRawText();
    }
}
