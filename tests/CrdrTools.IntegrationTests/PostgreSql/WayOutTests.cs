using CrdrTools.Core.Lab;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>Where more than one thing is broken: nothing is called well that is not, and there is a way out.</summary>
public class WayOutTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_primary_that_was_killed_in_the_middle_of_the_move_is_started_again()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        HookRoute hook = new() { Fencing = () => rig.Test.KillAsync("a") };
        CrdrOperation back = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig));
        Assert.True(back.Outcome == CrdrOutcome.RolledBack, PgRig.Words(back));
        await rig.OneWriterHasAllAsync("a", clients);
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S27_Neither_forward_nor_back_is_no_success_and_what_is_printed_leads_to_a_writer()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        string config = Path.Combine(rig.Lab["a"].Data, "postgresql.conf");
        // It ends without having written its last record, and cannot be started again.
        HookRoute hook = new() { Fencing = async () =>
        {
            File.Move(config, config + ".away");
            await rig.Test.KillAsync("a");
        } };
        CrdrOperation left = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig));
        Assert.True(left is { Outcome: CrdrOutcome.Incomplete, ErrorId: "RollbackIncomplete" }, PgRig.Words(left));
        Assert.Equal(CrdrPhase.NoWriter, left.PhaseAfter);
        hook.Fencing = null;
        Assert.Contains(left.NextActions, a => a.Crdr == $"crdr operation resume {left.Id}");
        using (Core.Crdr crdr = rig.Open())
        {
            CrdrOperation resumed = await crdr.ResumeAsync(left.Id, new() { Verb = CrdrVerb.Switchover }, null, rig.Host, default);
            Assert.True(resumed.Outcome is CrdrOutcome.Incomplete or CrdrOutcome.Refused, PgRig.Words(resumed));
        }
        if (rig.OpenOperation is not null)
        {
            CrdrNextAction letGo = Assert.Single((await rig.StatusAsync()).NextActions, a => a.Crdr?.Contains("--abandon") == true);
            Assert.Equal(0, (await rig.CliAsync("operation", "stop", left.Id, "--abandon", "--reason", "it cannot be gone on with")).Code);
            Assert.StartsWith($"crdr operation stop {left.Id} --abandon", letGo.Crdr);
        }
        Assert.Contains((await rig.StatusAsync()).NextActions, a => a.Crdr?.StartsWith("crdr failover rig", StringComparison.Ordinal) == true);
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        File.Move(config + ".away", config);
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_primary_that_somebody_has_shut_down_is_switched_from_without_a_rewind()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        rig.Test.Signal("a", 2);
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.NoWriter, () => "a does not stop");
        CrdrOperation over = await rig.SwitchoverAsync(Side.Recovery);
        Assert.Contains("its last record", File.ReadAllText(over.Journal!));
        Assert.DoesNotContain("rewound to", File.ReadAllText(over.Journal!));
        await rig.OneWriterHasAllAsync("b", clients);
        await rig.SwitchoverAsync(Side.Primary);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S17_A_primary_that_only_we_cannot_reach_is_not_given_up_while_its_standby_hears_it()
    {
        PgRig rig = await fixture.AtHomeAsync();
        CrdrPair cut = rig.Pair with { Settings = RuleTests.With(rig.Pair, "primaryConnection", rig.Lab["a"].Operator.Replace($"Port={rig.Lab["a"].Port}", $"Port={Free.Port()}"), "primaryNode", "none") };
        CrdrStatus now = await rig.StatusAsync(cut);
        Assert.Equal(CrdrPhase.Unknown, now.Phase);
        CrdrOperation refused = await rig.RunAsync(PgRig.Failover with { AllowUnfenced = true }, cut);
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "OutageEvident" }, PgRig.Words(refused));
        Assert.Contains("it lives", refused.Message);
        Assert.Equal(["a"], await rig.WritersAsync());
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S1_S9_A_dead_primary_that_is_started_again_in_the_middle_of_a_failover_is_stopped_before_the_promotion()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        HookRoute hook = new() { Fencing = () => rig.Test.StartAsync("a") };
        CrdrOperation over = await rig.RunAsync(PgRig.Failover, hook.On(rig));
        Assert.True(over.Outcome == CrdrOutcome.Succeeded, PgRig.Words(over));
        Assert.Equal(["b"], await rig.WritersAsync());
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S3_The_loss_is_not_called_bounded_where_the_old_side_may_go_on_taking_writes()
    {
        PgRig rig = await fixture.AtHomeAsync();
        // It hears nothing, is not seen down, and no route stands before it.
        CrdrPair bare = rig.Pair with { Routes = [], Settings = RuleTests.With(rig.Pair, "primaryNode", "none") };
        int frozen = LabProcesses.Postmaster(LabProcesses.In(rig.Lab.Folder), rig.Lab["a"].Data)!.Id;
        ServerProcess.Signal(frozen, 19);
        try
        {
            CrdrOperation refused = await rig.RunAsync(PgRig.Failover with { AllowUnfenced = true, GiveUpHealthyPrimary = true }, bare);
            Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "LossBound" }, PgRig.Words(refused));
        }
        finally
        {
            ServerProcess.Signal(frozen, 18);
        }
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_side_whose_data_is_gone_is_copied_anew()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await rig.Test.KillAsync("b");
        Directory.Delete(rig.Lab["b"].Data, recursive: true);
        CrdrOperation made = await rig.RunAsync(new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery });
        // What includes a file from outside of the data directory is the machine's own to keep.
        Assert.True(made.Outcome == CrdrOutcome.Succeeded, PgRig.Words(made));
        await rig.SwitchoverAsync(Side.Recovery);
        await rig.OneWriterHasAllAsync("b", clients);
        await rig.SwitchoverAsync(Side.Primary);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task With_both_sides_dead_that_is_said_and_one_that_comes_back_is_enough()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await rig.Test.KillAsync("a");
        await rig.Test.KillAsync("b");
        CrdrStatus now = await rig.StatusAsync();
        Assert.Equal(CrdrPhase.NoWriter, now.Phase);
        Assert.NotEmpty(now.NextActions);
        foreach (CrdrRequest request in new[] { PgRig.Failover, new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery } })
        {
            CrdrOperation refused = await rig.RunAsync(request);
            Assert.True(refused.Outcome == CrdrOutcome.Refused, $"{request.Verb}: {PgRig.Words(refused)}");
        }
        await rig.Test.StartAsync("a");
        await rig.SucceedAsync(new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery });
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S9_A_proxy_that_is_gone_during_a_failover_is_owed_and_led_when_it_is_back()
    {
        await using PgRig rig = await PgRig.UpAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        int proxy = LabProcesses.On(LabProcesses.In(rig.Lab.Folder), rig.Lab.HAProxy!.Config)!.Id;
        ServerProcess.Signal(proxy, ServerProcess.SigKill);
        await rig.Test.KillAsync("a");
        // Where nobody can tell that the old primary does not run, somebody has to say so; its own machine can.
        CrdrOperation refused = await rig.RunAsync(PgRig.Failover, rig.Pair with { Settings = new Dictionary<string, string>(rig.Pair.Settings) { ["primaryNode"] = "none" } });
        Assert.True(refused is { Outcome: CrdrOutcome.Refused } && refused.Blocks.Any(b => b.Name == "RoutesReady"), PgRig.Words(refused));
        CrdrOperation over = await rig.RunAsync(PgRig.Failover);
        Assert.True(over.Outcome == CrdrOutcome.Incomplete, PgRig.Words(over));
        Assert.Equal(["b"], await rig.WritersAsync());
        Assert.NotEmpty((await rig.StatusAsync()).Obligations);

        await ServerProcess.RunAsync("setpriv", Environment.IsPrivilegedProcess ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", Free.Program("haproxy")!, "-D", "-f", rig.Lab.HAProxy.Config] : [Free.Program("haproxy")!, "-D", "-f", rig.Lab.HAProxy.Config]);
        CrdrOperation resumed = rig.OpenOperation is { } open ? await rig.ResumeAsync(open, new() { Verb = CrdrVerb.Failover, SettleTime = TimeSpan.FromSeconds(1) }) : await rig.RunAsync(PgRig.Failover);
        Assert.True(resumed.Outcome == CrdrOutcome.Succeeded, PgRig.Words(resumed));
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        Assert.Empty((await rig.StatusAsync()).Obligations);
    }

    [ServerFact("initdb", "pgbouncer")]
    public async Task Through_PgBouncer_a_planned_move_costs_a_client_no_row_and_no_error()
    {
        await using PgRig rig = await PgRig.UpAsync(o => o with { Proxies = LabProxies.PgBouncer });
        await using Clients clients = rig.Clients();
        for (int round = 0; round < PgRig.Rounds(1); round++)
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            int failed = clients.Failed;
            await rig.SwitchoverAsync(Side.Recovery);
            await rig.OneWriterHasAllAsync("b", clients);
            await rig.SwitchoverAsync(Side.Primary);
            await rig.OneWriterHasAllAsync("a", clients);
            Assert.Equal(failed, clients.Failed);
        }
    }
}
