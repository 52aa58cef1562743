using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>S31 for CockroachDB: SIGKILL before, during and after each changing call; then resume. Each stream was created once and completed once.</summary>
public class CockroachKillTests
{
    public static TheoryData<string, string, string> Moments => CloudKill.Moments(("failover", "StreamUpdate"), ("create-stream", "StreamCreate"), ("setup", "StreamCreate"));

    [Theory]
    [MemberData(nameof(Moments))]
    public Task S31_Killed_around_a_change_and_resumed_each_stream_was_created_and_completed_once(string verb, string call, string moment) => CloudKill.RunAsync(verb, call, moment);
}

/// <summary>The same of the whole way home, which makes two changes.</summary>
public class CockroachFailbackKillTests
{
    public static TheoryData<string, string, string> Moments => CloudKill.Moments(("full", "StreamCreate"), ("full", "StreamUpdate"));

    [Theory]
    [MemberData(nameof(Moments))]
    public Task S31_Killed_around_a_change_and_resumed_each_stream_was_created_and_completed_once(string verb, string call, string moment) => CloudKill.RunAsync(verb, call, moment);

    [Fact]
    public async Task Ctrl_C_while_the_copy_runs_ends_at_once_with_5_and_the_way_to_go_on()
    {
        using CloudCliRig rig = new();
        await rig.RegisteredAsync();
        await rig.FailedOverAsync();
        rig.World.Settings = rig.World.Settings with { CockroachInitialScanStuck = true };
        Task<SimulatorRequest> asked = rig.World.NextRequestAsync(r => r.Kind == "StreamCreate");
        using CrdrProcess process = rig.Start("failback", "full", CloudCliRig.Primary, "--yes", "--discard-writes-on", "primary");
        await CloudCliRig.UntilAsync(process, asked);
        await CloudCliRig.UntilAsync(process, rig.World.NextRequestAsync(r => r.Kind == "StreamList"));
        process.Interrupt();
        (int code, string output, _) = await process.EndAsync();
        Assert.Equal(5, code);
        Assert.Contains("[Stopped]", output);
        Assert.Contains($"crdr operation resume {rig.OpenOperation}", output);
        rig.World.Settings = rig.World.Settings with { CockroachInitialScanStuck = false };
        Assert.Equal(0, (await rig.RunAsync("operation", "resume", rig.OpenOperation!)).Code);
        Assert.Equal((1, 2), (rig.Created(CloudCliRig.Primary), rig.Completed));
    }
}

internal static class CloudKill
{
    private const string Pair = CloudCliRig.Primary;

    public static TheoryData<string, string, string> Moments(params (string Verb, string Call)[] calls)
    {
        TheoryData<string, string, string> moments = [];
        foreach ((string verb, string call) in calls)
        foreach (string moment in new[] { "before", "sent, not applied", "applied, not answered", "after" }) moments.Add(verb, call, moment);
        return moments;
    }

    public static async Task RunAsync(string verb, string call, string moment)
    {
        using CloudCliRig rig = new();
        await rig.RegisteredAsync(true, "--setting", "primarySql=env:PRIMARY_SQL", "--setting", "recoverySql=env:RECOVERY_SQL");
        SimulatorWorld world = rig.World;
        bool moves = call == "StreamUpdate";
        if (verb is "create-stream" or "full") await rig.FailedOverByHandAsync();
        if (verb == "full" && moves && moment == "before")
        {
            // The move is the first change of a way home whose stream is there already.
            await rig.CreateByHandAsync(CloudCliRig.Recovery, CloudCliRig.Primary);
            world.Advance(TimeSpan.FromSeconds(2));
        }
        if (verb == "setup") await rig.StopByHandAsync();
        if (verb == "failover") rig.LoseRegion();
        string[] command = verb switch
        {
            "failover" => [verb, Pair, "--yes"],
            "setup" => [verb, Pair, "--yes", "--discard-writes-on", "recovery"],
            _ => ["failback", verb, Pair, "--yes", "--discard-writes-on", "primary"],
        };

        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long before = world.Requests.Select(r => r.Number).DefaultIfEmpty().Max();
        bool change(SimulatorRequest r) => r.Kind == call && r.Number > before;
        switch (moment)
        {
            case "sent, not applied":
                world.AddFault(new() { Kind = call, Action = SimulatorFaultAction.HangBefore, Times = 1 });
                _ = world.NextRequestAsync(change).ContinueWith(_ => held.TrySetResult());
                break;
            case "applied, not answered":
                world.AddFault(new() { Kind = call, Action = SimulatorFaultAction.HangAfter, Times = 1 });
                _ = world.NextRequestAsync(change).ContinueWith(_ => held.TrySetResult());
                break;
            case "after":
                // To hold "after", the first look after the change is held.
                _ = world.NextRequestAsync(change).ContinueWith(_ =>
                {
                    world.AddFault(new() { Kind = "StreamList", Action = SimulatorFaultAction.HangBefore });
                    return world.NextRequestAsync(r => r.Kind == "StreamList").ContinueWith(_ => held.TrySetResult());
                });
                break;
            default:
                // Whole looks ask for both clusters: to show the plan, under the lease, for the fence, for the drain, and right before the change. The last is held.
                int looks = verb == "failover" ? 4 : moves ? 5 : 3;
                world.AddFault(new() { Kind = "ClusterGet", Action = SimulatorFaultAction.HangBefore, Skip = (looks - 1) * 2 });
                _ = CountAsync(world, before, (looks * 2) - 1).ContinueWith(_ => held.TrySetResult());
                break;
        }
        using (CrdrProcess process = rig.Start(command))
        {
            await CloudCliRig.UntilAsync(process, held.Task);
            await process.KillAsync();
        }
        if (moment == "before")
        {
            // It had begun, and where writes move clients were held off; nothing was sent.
            Assert.NotNull(rig.OpenOperation);
            Assert.DoesNotContain(world.Requests, change);
            if (moves) Assert.Contains(verb == "full" ? "recovery" : "primary", rig.Route.Fenced);
        }
        world.ClearFaults();

        (int code, string output, string err) = rig.OpenOperation is { } open
            ? await rig.RunAsync("operation", "resume", open, "--settle-time", "1")
            : await rig.RunAsync(command);
        Assert.True(code == 0, output + err);
        Assert.Null(rig.OpenOperation);
        // The forward stream was there at the start.
        Assert.Equal(verb switch
        {
            "failover" => (0, 0, 1, 1), "create-stream" => (1, 0, 1, 2), "full" => (1, 0, 2, 2), _ => (0, 1, 0, 2),
        }, (rig.Created(CloudCliRig.Primary), rig.Created(CloudCliRig.Recovery), rig.Completed, world.Streams.Count));
        Assert.Equal(verb switch
        {
            "failover" or "create-stream" => ("recovery", "primary"), "full" => ("primary", "recovery"), _ => ("primary", ""),
        }, rig.Route);
        Assert.Equal(verb is "setup" or "create-stream" ? "REPLICATING" : "COMPLETED", world.Streams[^1].Status);
    }

    private static async Task CountAsync(SimulatorWorld world, long before, int count)
    {
        for (; ; )
        {
            Task<SimulatorRequest> next = world.NextRequestAsync(r => r.Kind == "ClusterGet");
            if (world.Requests.Count(r => r.Kind == "ClusterGet" && r.Number > before) >= count) return;
            await next;
        }
    }
}
