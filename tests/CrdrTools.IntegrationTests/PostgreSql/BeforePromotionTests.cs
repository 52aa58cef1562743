using CrdrTools.Core.Lab;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S6, S7: whatever fails before the promotion is sent, the old primary writes again, clients are led to it, and nothing is left behind.</summary>
public class BeforePromotionTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    private const int SigStop = 19, SigCont = 18;

    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_route_that_does_not_hold_clients_off_takes_the_move_back()
    {
        PgRig rig = await fixture.AtHomeAsync();
        HookRoute hook = new() { Fencing = () => throw new CrdrException(CrdrErrorKind.Timeout, "HookStuck", "the hook holds nobody off") };
        CrdrOperation back = await TakenBackAsync(rig, hook);
        Assert.Contains("holds nobody off", back.Message);
        Assert.Equal("FenceFailed", back.ErrorId);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_standby_that_stops_replaying_in_the_middle_takes_the_move_back()
    {
        PgRig rig = await fixture.AtHomeAsync();
        HookRoute hook = new() { Fencing = () => rig.DoAsync("b", "SELECT pg_wal_replay_pause()") };
        CrdrOperation back = await TakenBackAsync(rig, hook, () => rig.DoAsync("b", "SELECT pg_wal_replay_resume()"));
        Assert.Equal("LastRecordNotReplayed", back.ErrorId);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_standby_that_is_killed_while_clients_are_held_off_takes_the_move_back()
    {
        PgRig rig = await fixture.AtHomeAsync();
        HookRoute hook = new() { Fencing = () => rig.Test.KillAsync("b") };
        await TakenBackAsync(rig, hook, () => rig.Test.StartAsync("b"));
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_A_standby_that_is_killed_once_the_primary_is_stopped_takes_the_move_back()
    {
        PgRig rig = await fixture.AtHomeAsync();
        HookRoute hook = new() { Fencing = async () =>
        {
            // So that it cannot be promoted before it is killed.
            await rig.DoAsync("b", "SELECT pg_wal_replay_pause()");
            _ = Task.Run(async () =>
            {
                await Poll.UntilAsync(() => Postmaster.Of(rig.Lab["a"].Data) is null, () => "a is not stopped");
                await rig.Test.KillAsync("b");
            });
        } };
        await TakenBackAsync(rig, hook, () => rig.Test.StartAsync("b"));
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_Stopped_by_its_user_while_clients_are_held_off_it_goes_back()
    {
        PgRig rig = await fixture.AtHomeAsync();
        using CancellationTokenSource stop = new();
        HookRoute hook = new() { Fencing = stop.CancelAsync };
        CrdrOperation back = await TakenBackAsync(rig, hook, cancel: stop.Token);
        Assert.Equal("Stopped", back.ErrorId);
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S6_S19_A_primary_that_does_not_end_in_time_is_cut_short_and_started_again()
    {
        PgRig rig = await fixture.AtHomeAsync();
        int frozen = 0;
        HookRoute hook = new() { Fencing = async () =>
        {
            frozen = await rig.Test.AskAsync<int>("a", "SELECT pid FROM pg_stat_replication WHERE application_name = 'b'");
            ServerProcess.Signal(frozen, SigStop);
        } };
        CrdrOperation back = await TakenBackAsync(rig, hook);
        Assert.Equal("NodeStopTimeout", back.ErrorId);
        Assert.DoesNotContain(LabProcesses.In(rig.Lab.Folder), p => p.Id == frozen);
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S6_A_postmaster_that_hears_nothing_is_ended_and_the_one_that_writes_again_is_another()
    {
        PgRig rig = await fixture.AtHomeAsync();
        int frozen = LabProcesses.Postmaster(LabProcesses.In(rig.Lab.Folder), rig.Lab["a"].Data)!.Id;
        HookRoute hook = new() { Fencing = () =>
        {
            ServerProcess.Signal(frozen, SigStop);
            return Task.CompletedTask;
        } };
        CrdrOperation left = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig));
        // Its sessions answer, and yet it would end as soon as it hears what it was told: it is no proof of a writer.
        Assert.True(left.Outcome == CrdrOutcome.RolledBack, PgRig.Words(left));
        Assert.NotEqual(frozen, LabProcesses.Postmaster(LabProcesses.In(rig.Lab.Folder), rig.Lab["a"].Data)!.Id);
        Assert.Equal(["a"], await rig.WritersAsync());
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_Stopped_before_anything_was_asked_nothing_is_left_open()
    {
        PgRig rig = await fixture.AtHomeAsync();
        using CancellationTokenSource stop = new();
        // Somebody else's lock makes it wait where nothing has been changed yet.
        QuietHost host = new() { Progressed = p =>
        {
            if (p.Detail == "asking") stop.Cancel();
        } };
        CrdrOperation left = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, ct: stop.Token, host: host);
        Assert.True(left.Outcome is CrdrOutcome.Refused or CrdrOutcome.RolledBack, PgRig.Words(left));
        Assert.Null(rig.OpenOperation);
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    /// <summary>Runs a switchover that must go back, and sees that it has: by its words, by the servers, by the clients; then that the next one goes through.</summary>
    private static async Task<CrdrOperation> TakenBackAsync(PgRig rig, HookRoute hook, Func<Task>? mend = null, CancellationToken cancel = default)
    {
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        CrdrPair pair = hook.On(rig);
        CrdrOperation back = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, pair, cancel);
        Assert.True(back.Outcome == CrdrOutcome.RolledBack, PgRig.Words(back));
        Assert.Matches(@"taken back in \d+ ms \(a took writes again after \d+ ms\)", back.Message);
        Assert.Null(rig.OpenOperation);
        CrdrStatus now = await rig.StatusAsync();
        Assert.Equal(Side.Primary, now.ActiveMember);
        Assert.Equal((Side.Primary, 0), (now.Routes[0].Target!.Value, now.Routes[0].Fenced.Count(f => f == Side.Primary)));
        await rig.OneWriterHasAllAsync("a", clients);

        if (mend is not null) await mend();
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
        hook.Fencing = null;
        await rig.SwitchoverAsync(Side.Recovery, pair);
        await rig.OneWriterHasAllAsync("b", clients);
        await rig.SwitchoverAsync(Side.Primary, pair);
        await rig.OneWriterHasAllAsync("a", clients);
        return back;
    }
}
