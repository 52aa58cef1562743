using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>Safety rules S27 and S28: what now, and the ways out.</summary>
public class WhatNowTests
{
    public static TheoryData<string> Troubles => ["region lost", "failed over", "rebuilt", "left while rebuilding", "no recovery service"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task S27_The_printed_command_is_run_until_the_pair_is_protected(string trouble)
    {
        using Rig rig = new(pair: d => trouble == "no recovery service" ? d with { Name = "single", Primary = new() { Name = "pg-single" }, Recovery = new() { Name = "pg-single-dr", Region = "google-europe-west4" } } : d);
        if (trouble == "region lost") rig.LoseRegion();
        if (trouble is "failed over" or "rebuilt" or "left while rebuilding") await rig.FailedOverAsync();
        if (trouble == "rebuilt") await rig.RunAsync(Rig.Restore);
        if (trouble == "left while rebuilding") await rig.RunAsync(Rig.Restore with { NoWait = true });

        List<string> ran = [];
        CrdrStatus status = await rig.StatusAsync();
        while (status.Phase != CrdrPhase.Protected && ran.Count < 6)
        {
            // Where it is somebody's decision, what it is about comes first, with its figures; then the command.
            string command = status.NextActions[0].Crdr!;
            if (command.StartsWith("crdr readiness", StringComparison.Ordinal))
            {
                Assert.Contains("LossBound: The loss cannot be bounded", status.NextActions[0].What);
                Assert.Contains("The loss cannot be bounded", status.NextActions[1].What);
                command = status.NextActions[1].Crdr!;
            }
            ran.Add(command);
            rig.Time.Advance(TimeSpan.FromMinutes(10));
            if (status.Phase == CrdrPhase.FailedOver) rig.RegionBack();
            CrdrOperation operation = await RunPrintedAsync(rig, command);
            Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"{command}: {operation.Outcome}: {operation.Message}");
            status = await rig.StatusAsync();
        }
        Assert.Equal(CrdrPhase.Protected, status.Phase);
        Assert.Empty(status.NextActions);
        Assert.NotEmpty(ran);
    }

    [Fact]
    public async Task S27_Every_outcome_but_success_carries_a_next_action()
    {
        using Rig rig = new(s => s with { FailoverHangs = true });
        CrdrOperation switched = await rig.RunAsync(Rig.ToPrimary with { To = Side.Primary });
        Assert.Equal(CrdrOutcome.Succeeded, switched.Outcome);
        rig.LoseRegion();
        CrdrOperation refused = await rig.RunAsync(Rig.Failover with { AllowDataLoss = false });
        Assert.NotEmpty(refused.NextActions);
        CrdrOperation incomplete = await rig.RunAsync(Rig.Failover);
        Assert.NotEmpty(incomplete.NextActions);
        Assert.All(refused.NextActions.Concat(incomplete.NextActions), a => Assert.NotEmpty(a.What));
    }

    [Fact]
    public async Task S27_A_refusal_that_can_be_overridden_prints_the_command_that_goes_on()
    {
        using Rig rig = new();
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Failover });
        Assert.Equal("Invoke-CrdrFailover pg-demo -GiveUpHealthyPrimary -AllowDataLoss", refused.NextActions[1].Command);
        Assert.Equal("crdr failover pg-demo --give-up-healthy-primary --allow-data-loss", refused.NextActions[1].Crdr);
        Assert.Equal("crdr switchover pg-demo --to recovery", refused.NextActions[0].Crdr);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(new() { Verb = CrdrVerb.Failover, AllowDataLoss = true, GiveUpHealthyPrimary = true })).Outcome);
        Assert.Equal(("Restore-CrdrPrimary p -TakeOver -DiscardWritesOn Primary", "crdr restore p --take-over --discard-writes-on primary"),
            Core.Operations.CommandText.For("p", Rig.Restore with { TakeOver = true }, ["-DiscardWritesOn Primary"]));
    }

    [Fact]
    public async Task S27_The_vendors_own_command_is_given_beside_ours()
    {
        using Rig rig = new();
        rig.LoseRegion();
        Assert.Equal($"avn --url {rig.Server.BaseAddress.ToString().TrimEnd('/')} service update pg-demo --project demo --disaster-recovery-role failed", (await rig.StatusAsync()).NextActions.Single(a => a.Vendor is not null).Vendor);
        // A rehearsal's commands never point at the real vendor; a real pair's need no address.
        CrdrPlan plan = await rig.Crdr.PlanAsync(rig.Pair, Rig.Failover, "demo", rig.Host, default);
        Assert.All(plan.Steps.SelectMany(s => s.Manual), m => Assert.Contains(rig.Server.BaseAddress.Authority, m));
        Assert.Equal("avn", Core.Providers.Aiven.AivenApi.Tool(rig.Pair with { Settings = new Dictionary<string, string> { ["project"] = "p" } }));
    }

    [Fact]
    public async Task S28_An_operation_left_inside_its_critical_section_can_be_taken_back()
    {
        using RouteRig rig = new();
        TestHost host = new();
        host.Traced = () =>
        {
            if (rig.Log.Count > 0) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.RunAsync(Rig.ToRecovery, host: host));
        Assert.Equal(("primary", "primary"), rig.Route);
        CrdrOperation back = await rig.Rig.Crdr.RollBackAsync(rig.Rig.OpenOperation, "demo", new TestHost(), default);
        Assert.Equal(CrdrOutcome.RolledBack, back.Outcome);
        Assert.Equal(("primary", ""), rig.Route);
        Assert.Null((await rig.Rig.StatusAsync()).OpenOperation);
    }

    [Fact]
    public async Task S28_Once_the_intent_of_the_promotion_is_on_disk_there_is_only_forward()
    {
        using RouteRig rig = new();
        rig.Rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("PUT", StringComparison.Ordinal)) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.RunAsync(Rig.ToRecovery));
        string id = rig.Rig.OpenOperation;
        CrdrOperation back = await rig.Rig.Crdr.RollBackAsync(id, "demo", new TestHost(), default);
        Assert.Equal((CrdrOutcome.Incomplete, "PastPointOfNoReturn"), (back.Outcome, back.ErrorId));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(id)).Outcome);
        Assert.Equal(("recovery", ""), rig.Route);
    }

    [Fact]
    public async Task S28_An_abandoned_operation_keeps_its_reason_and_frees_the_pair()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        CrdrOperation abandoned = rig.Crdr.Abandon(started.Id, "the vendor finishes it");
        Assert.Equal("Abandoned", abandoned.ErrorId);
        Assert.Contains("the vendor finishes it", abandoned.Message);
        Assert.Null((await rig.StatusAsync()).OpenOperation);
    }

    [Fact]
    public async Task S28_A_running_operation_stops_when_another_process_asks()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        bool asked = false;
        rig.Host.Progressed = p =>
        {
            if (asked || p.Waited < TimeSpan.FromSeconds(1)) return;
            asked = true;
            Assert.True(rig.Crdr.AskToStop(p.Operation, rollBack: false, "lunch"));
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Restore);
        Assert.Equal((CrdrOutcome.Incomplete, "Stopped"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("lunch", operation.Message);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(operation.Id)).Outcome);
    }

    [Fact]
    public async Task S28_The_card_is_made_without_a_network_and_holds_no_secret()
    {
        using Rig rig = new(pair: d => d with { Contacts = ["Ada, +49 30 1234"] });
        string card = await rig.Crdr.CardAsync(rig.Pair, "demo", rig.Host, default);
        Assert.Contains("pg-demo-dr", card);
        Assert.Contains("service update pg-demo --project demo --disaster-recovery-role failed", card);
        Assert.Contains("Ada", card);
        Assert.DoesNotContain("AVNS", card);
        rig.Server.Dispose();
        Assert.Contains("it could not be reached", await rig.Crdr.CardAsync(rig.Pair, "demo", rig.Host, default));
    }

    private static Task<CrdrOperation> RunPrintedAsync(Rig rig, string command)
    {
        string[] words = command.Split(' ');
        return words[1] switch
        {
            "operation" => rig.ResumeAsync(words[3]),
            _ => rig.RunAsync(CockroachCloud.CommandLine.Read(command)),
        };
    }
}
