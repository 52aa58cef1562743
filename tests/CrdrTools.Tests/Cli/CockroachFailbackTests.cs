using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr failback: the way home, its readiness, and what --no-wait does not skip.</summary>
public class CockroachFailbackTests
{
    private const string Pair = CloudCliRig.Primary;

    [Fact]
    public async Task Home_step_by_step_and_protected_again()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        Assert.Equal(3, (await rig.RunAsync("failback", "status", Pair)).Code);
        await rig.FailedOverAsync();
        (int code, JsonElement none) = await rig.JsonAsync("failback", "status", Pair);
        Assert.Equal((3, false), (code, none.GetProperty("ready").GetBoolean()));
        // What had not arrived when the region was lost is only there: copying over it is a decision.
        (code, string output, _) = await rig.RunAsync("failback", "create-stream", Pair, "--yes");
        Assert.Equal(3, code);
        Assert.Contains("(override: --discard-writes-on primary)", output);
        Assert.Equal(0, (await rig.RunAsync("failback", "create-stream", Pair, "--yes", "--discard-writes-on", "primary")).Code);
        (code, output, _) = await rig.RunAsync("failback", "status", Pair);
        Assert.Equal(0, code);
        Assert.Contains($"Reverse stream {rig.Live.Id}: REPLICATING", output);
        Assert.Contains($"crdr failback initiate {Pair}", output);
        (code, JsonElement ready) = await rig.JsonAsync("failback", "status", Pair, "--watch");
        Assert.Equal((0, true), (code, ready.GetProperty("ready").GetBoolean()));
        Assert.Equal((0, "Succeeded"), await EndAsync(rig, "failback", "initiate", Pair, "--yes"));
        Assert.Equal(("primary", "recovery"), rig.Route);
        (code, output, _) = await rig.RunAsync("failback", "status", Pair);
        Assert.Equal(3, code);
        Assert.Contains("COMPLETED at", output);
        Assert.Contains("crdb-demo takes the writes", output);
        // Once more does nothing, and says so.
        Assert.Equal((0, "Succeeded"), await EndAsync(rig, "failback", "initiate", Pair, "--yes"));
        Assert.Equal((0, "Succeeded"), await EndAsync(rig, "setup", Pair, "--yes"));
        Assert.Equal((1, 1, 2), (rig.Created(CloudCliRig.Primary), rig.Created(CloudCliRig.Recovery), rig.Completed));
        Assert.Contains("Protected", (await rig.RunAsync("status", Pair)).Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Initiating_during_the_initial_scan_is_refused_waiting_or_not(bool noWait)
    {
        using CloudCliRig rig = await new CloudCliRig(s => s with { CockroachInitialScanStuck = true }).RegisteredAsync();
        await rig.FailedOverAsync();
        await rig.CreateByHandAsync(CloudCliRig.Recovery, CloudCliRig.Primary);
        rig.World.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("REPLICATING", rig.Live.Status);
        int before = rig.Changing;
        (int code, string output, _) = await rig.RunAsync(["failback", "initiate", Pair, "--yes", .. noWait ? (string[])["--no-wait"] : []]);
        Assert.Equal(3, code);
        Assert.Contains("TargetReady: crdb-demo is not ready", output);
        Assert.Contains("[TargetReady]", output);
        Assert.Contains("initial scan", output);
        (code, output, _) = await rig.RunAsync("failback", "status", Pair);
        Assert.Equal(3, code);
        Assert.Contains("initial scan", output);
        Assert.Equal((before, "recovery"), (rig.Changing, rig.Route.Target));
    }

    [Fact]
    public async Task Full_without_waiting_returns_once_the_stream_is_accepted_and_resumes_to_the_end()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await rig.FailedOverAsync();
        (int code, string output, _) = await rig.RunAsync("failback", "full", Pair, "--yes", "--no-wait", "--discard-writes-on", "primary");
        Assert.Equal(0, code);
        Assert.StartsWith("Started", output);
        Assert.Contains($"crdr operation resume {rig.OpenOperation}", output);
        Assert.DoesNotContain("-CrdrOperation", output);
        Assert.Equal((1, 1), (rig.Created(CloudCliRig.Primary), rig.Completed));
        (code, output, _) = await rig.RunAsync("failback", "status", Pair);
        Assert.Equal(3, code);
        Assert.Contains($"{rig.OpenOperation} has begun and not ended", output);
        Assert.Equal(0, (await rig.RunAsync("operation", "resume", rig.OpenOperation!)).Code);
        Assert.Equal((1, 2), (rig.Created(CloudCliRig.Primary), rig.Completed));
        Assert.Equal(("primary", "recovery"), rig.Route);
    }

    [Fact]
    public async Task Watching_ends_when_the_copy_has_caught_up()
    {
        using CloudCliRig rig = await new CloudCliRig(s => s with { CockroachInitialScanStuck = true }).RegisteredAsync();
        await rig.FailedOverAsync();
        await rig.CreateByHandAsync(CloudCliRig.Recovery, CloudCliRig.Primary);
        rig.World.AddFault(new() { Kind = "StreamList", Action = SimulatorFaultAction.Status, Status = 503, Skip = 4, Times = 12 });
        using CrdrProcess process = rig.Start("failback", "status", Pair, "--watch");
        // Looks go on, through a vendor that does not answer.
        for (int i = 0; i < 8; i++) await CloudCliRig.UntilAsync(process, rig.World.NextRequestAsync(r => r.Kind == "StreamList"));
        rig.World.ClearFaults();
        rig.World.Settings = rig.World.Settings with { CockroachInitialScanStuck = false };
        (int code, string output, string err) = await process.EndAsync();
        Assert.True(code == 0, output + err);
        Assert.Contains("Ready to initiate", output);
    }

    [Fact]
    public async Task Watching_ends_where_there_is_nothing_to_wait_for_or_no_time_left()
    {
        using CloudCliRig rig = await new CloudCliRig(s => s with { CockroachInitialScanStuck = true }).RegisteredAsync();
        await rig.FailedOverAsync();
        (int code, string output, _) = await rig.RunAsync("failback", "status", Pair, "--watch");
        Assert.Equal(3, code);
        Assert.Contains("no stream leads to crdb-demo", output);
        await rig.CreateByHandAsync(CloudCliRig.Recovery, CloudCliRig.Primary);
        (code, _, string err) = await rig.RunAsync("failback", "status", Pair, "--watch", "--timeout", "0.1");
        Assert.Equal(5, code);
        Assert.Contains("[WaitTimeout]", err);
        rig.World.SetOutage("europe-west4", true);
        (code, output, _) = await rig.RunAsync("failback", "status", Pair, "--watch");
        Assert.Equal(4, code);
        Assert.Contains("nobody is seen taking writes", output);
    }

    [Fact]
    public async Task Without_a_route_every_step_names_the_switch_it_lacks_and_leaves_an_obligation()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync(route: false);
        rig.LoseRegion();
        await RefusedAsync("WritersFenced", "--allow-unfenced", "failover");
        await rig.FailedOverAsync("--allow-unfenced");
        await RefusedAsync("NoWritesAfterCutover", "--discard-writes-on primary", "failback", "create-stream");
        await RefusedAsync("NoWritesAfterCutover", "--discard-writes-on primary", "failback", "full");
        (int code, string output, _) = await rig.RunAsync("failback", "create-stream", Pair, "--yes", "--discard-writes-on", "primary");
        Assert.True(code == 0, output);
        (code, output, _) = await rig.RunAsync("failback", "status", Pair);
        Assert.Equal(0, code);
        Assert.Contains("(override: --allow-unfenced)", output);
        await RefusedAsync("WritersFenced", "--allow-unfenced", "failback", "initiate");
        (code, output, _) = await rig.RunAsync("failback", "initiate", Pair, "--yes", "--allow-unfenced");
        Assert.Equal(5, code);
        Assert.Contains("[ObligationLeft]", output);
        await RefusedAsync("NoWritesAfterCutover", "--discard-writes-on recovery", "setup");
        Assert.Equal(0, (await rig.RunAsync("stream", "new", Pair, "--yes", "--discard-writes-on", "recovery")).Code);
        Assert.Equal((1, 1, 2, 4), (rig.Created(CloudCliRig.Primary), rig.Created(CloudCliRig.Recovery), rig.Completed, rig.Changing));

        async Task RefusedAsync(string guard, string way, params string[] command)
        {
            int before = rig.Changing;
            (int ended, string said, _) = await rig.RunAsync([.. command, Pair, "--yes"]);
            Assert.Equal(3, ended);
            Assert.Contains($"[{guard}]", said);
            Assert.Contains($"(override: {way})", said);
            Assert.Equal(before, rig.Changing);
        }
    }

    [Fact]
    public async Task Going_back_to_an_earlier_time_is_a_decision_and_is_sent_as_it_was_given()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await rig.FailedOverAsync();
        Assert.Equal(0, (await rig.RunAsync("failback", "create-stream", Pair, "--yes", "--discard-writes-on", "primary")).Code);
        string at = rig.Live.RetainedTime!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ");
        (int code, string output, _) = await rig.RunAsync("failback", "initiate", Pair, "--yes", "--failover-at", "2026-01-31T03:00:00Z");
        Assert.Equal(3, code);
        Assert.Contains("[FailoverAtRetained]", output);
        (code, output, _) = await rig.RunAsync("failback", "initiate", Pair, "--yes", "--failover-at", at, "--allow-data-loss");
        Assert.True(code == 0, output);
        Assert.Contains(rig.World.Requests, r => r is { Kind: "StreamUpdate", Applied: true } && r.Body.Contains($"\"failover_at\":\"{at[..19]}"));
        Assert.Contains("was thrown away, as was asked for", output);
    }

    private static async Task<(int Code, string? Outcome)> EndAsync(CloudCliRig rig, params string[] command)
    {
        (int code, JsonElement operation) = await rig.JsonAsync(command);
        return (code, operation.GetProperty("outcome").GetString());
    }
}
