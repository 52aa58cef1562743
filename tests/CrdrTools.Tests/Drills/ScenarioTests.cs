using CrdrTools.Core.Drills;
using CrdrTools.Tests.Conventions;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Drills;

/// <summary>A drill whose course is told by a file.</summary>
public class ScenarioTests
{
    private const string Short = """{ "title": "t", "provider": "Aiven", "steps": [{ "do": "outage" }, STEP], "mustHold": ["oneWriter"] }""";

    [Fact]
    public async Task The_primarys_region_is_lost() => await PassesAsync("region-lost");

    [Fact]
    public async Task The_reply_to_the_failover_is_lost_and_nothing_is_asked_twice()
    {
        using CloudRig rig = new();
        CrdrDrillResult result = await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, Shipped("failover-reply-lost"));
        Passed(result);
        Assert.Equal(CrdrVerb.Failover, result.Operations[0].Verb);
        Assert.Single(rig.World.Requests, r => r is { Kind: "StreamUpdate", Changing: true, Status: null });
        Assert.Equal(2, rig.Completed);
        Assert.Empty(rig.World.Faults);
    }

    [Fact]
    public async Task The_vendor_is_slow_and_turns_requests_away()
    {
        using Rig rig = new();
        Passed(await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, Shipped("busy-vendor")));
        Assert.Equal(2, rig.World.Requests.Count(r => r is { Kind: "ServiceUpdate", Status: 429 }));
    }

    [Fact]
    public async Task What_was_wrongly_expected_is_told_in_words_and_the_stage_is_left_as_it_was()
    {
        using Rig rig = new();
        Scenario wrong = Of("""{ "do": "fault", "fault": { "kind": "NoSuchThing", "action": "dropAfter" } }, { "do": "failover", "expect": { "outcome": "Refused", "errorId": "Other" } }, { "do": "region-back" }""");
        CrdrDrillResult result = await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, wrong);
        Assert.False(result.Passed);
        Assert.StartsWith("step 3 (Failover): expected Refused, Other; it ended Succeeded, FailedOver: ", result.Assertions.Single(a => a.Name == "Step3Failover").Why);
        Assert.Equal(CheckResult.Block, result.Assertions.Single(a => a.Name == "FaultHit").Result);
        Clean(rig);
    }

    [Fact]
    public async Task A_vendor_that_answers_nothing_but_errors_fails_the_drill_and_the_stage_is_left_as_it_was()
    {
        using Rig rig = new();
        Scenario stuck = Scenario.Parse(Short.Replace("""{ "do": "outage" }, STEP""", """{ "do": "outage", "of": "recovery" }, { "do": "fault", "fault": { "action": "status", "status": 500 } }, { "do": "failover" }"""), "s.json");
        CrdrDrillResult result = await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, stuck);
        Assert.False(result.Passed);
        Clean(rig);
    }

    [Fact]
    public async Task What_does_not_hold_is_told_claim_by_claim()
    {
        using Rig rig = new();
        Scenario strict = Scenario.Parse("""{ "title": "t", "provider": "Aiven", "objectives": { "rto": 0, "rpo": 0 }, "steps": [{ "do": "outage" }, { "do": "failover" }], "mustHold": ["rto", "rpo", "protectedAtTheEnd", "oneWriter"] }""", "s.json");
        CrdrDrillResult result = await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, strict);
        Assert.Equal(["DataLoss", "ProtectedAtTheEnd", "RecoveryTime"], result.Assertions.Where(a => a.Result != CheckResult.Pass).Select(a => a.Name).Order());
    }

    [Fact]
    public async Task What_throws_in_the_middle_leaves_no_fault_no_outage_and_no_client()
    {
        using Rig rig = new();
        TestHost host = new();
        host.Progressed = _ =>
        {
            if (rig.World is { Faults.Count: 1, Outages.Count: 1 }) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => RunAsync(rig.Crdr, rig.Server.BaseAddress, host, rig.Time, Of("""{ "do": "fault", "fault": { "action": "latency", "delayMs": 1 } }, { "do": "failover" }""")));
        Clean(rig);
    }

    [Fact]
    public async Task Ctrl_C_leaves_no_fault_no_outage_and_no_client()
    {
        using Rig rig = new();
        using CancellationTokenSource stop = new();
        bool broken = false;
        TestHost host = new();
        host.Progressed = _ =>
        {
            broken |= rig.World is { Faults.Count: 1, Outages.Count: 1 };
            if (broken) stop.Cancel();
        };
        Scenario broke = Of("""{ "do": "fault", "fault": { "action": "latency", "delayMs": 1 } }, { "do": "failover" }""");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(rig.Crdr, rig.Server.BaseAddress, host, rig.Time, broke, stop.Token));
        Assert.True(broken);
        Clean(rig);
    }

    [Theory]
    [InlineData("""{ "do": "failover", "expects": {} }""", "line 3, field $.steps[1].expects: ", "there is no such field")]
    [InlineData("""{ "do": "fail-over" }""", "line 3, ", "'fail-over' is none of outage, region-back, fault")]
    [InlineData("""{ "do": "failover", "expect": { "phase": "Failedover2" } }""", "line 3, ", "'Failedover2' is none of")]
    [InlineData("""{ "do": "wait" }""", "line 3, step 2: ", "seconds and wait go together.")]
    [InlineData("""{ "do": "fault", "fault": { "action": "dropafterwards" } }""", "line 3, ", "'dropafterwards' is none of")]
    [InlineData("""{ "do": "switchover" }""", "line 3, step 2: ", "a switchover needs to")]
    public void What_is_misspelt_is_told_with_file_and_line(string step, string where, string what)
    {
        CrdrException e = Assert.Throws<CrdrException>(() => Scenario.Parse(Short.Replace("\"steps\"", "\n\"steps\"").Replace("STEP", "\n" + step), "here.json"));
        Assert.Equal("ScenarioInvalid", e.ErrorId);
        Assert.Contains("here.json", e.Message);
        Assert.Contains(where, e.Message);
        Assert.Contains(what, e.Message);
    }

    [Fact]
    public void What_is_asked_for_comes_before_what_the_scenario_says()
    {
        Scenario said = Scenario.Parse("""{ "title": "t", "provider": "aiven", "objectives": { "rto": "2m", "rpo": 3 }, "steps": [{ "do": "outage" }], "mustHold": [] }""", "s.json");
        CrdrObjectives held = new DrillOptions { Endpoint = new("http://127.0.0.1:1"), Scenario = said }.Against(new() { Rpo = TimeSpan.FromSeconds(1) }).Objectives;
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1)), (held.Rto!.Value, held.Rpo!.Value));
    }

    private static async Task PassesAsync(string name)
    {
        using Rig rig = new();
        Passed(await RunAsync(rig.Crdr, rig.Server.BaseAddress, rig.Host, rig.Time, Shipped(name)));
    }

    private static Scenario Of(string steps) => Scenario.Parse(Short.Replace("STEP", steps), "s.json");

    private static Scenario Shipped(string name) => Scenario.Load(Path.Combine(Repository.Root, "module", "playbooks", "scenarios", name + ".json"));

    private static async Task<CrdrDrillResult> RunAsync(CrdrTools.Core.Crdr crdr, Uri endpoint, TestHost host, TimeProvider time, Scenario scenario, CancellationToken ct = default)
    {
        using Drill drill = new(crdr, new DrillOptions { Endpoint = endpoint, Provider = scenario.Provider, Scenario = scenario }.Against(new()), host, time);
        return await drill.RunAsync(ct);
    }

    private static void Passed(CrdrDrillResult result)
    {
        Assert.True(result.Passed, string.Join("; ", result.Assertions.Where(a => a.Result != CheckResult.Pass).Select(a => $"{a.Name}: {a.Why}")));
        foreach (string claim in new[] { "OneWriter", "LossWithinStated", "RecoveryTime", "DataLoss", "NothingAskedTwice", "ProtectedAtTheEnd" }) Assert.Contains(result.Assertions, a => a.Name == claim);
    }

    private static void Clean(Rig rig)
    {
        Assert.Empty(rig.World.Faults);
        Assert.Empty(rig.World.Outages);
        Assert.DoesNotContain(rig.World.Clients, c => c.Running);
    }
}
