using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>S31: SIGKILL before, during and after each changing call; then resume. The vendor has seen each change take effect exactly once.</summary>
public class KillTests
{
    public static TheoryData<string, string, string> Moments
    {
        get
        {
            TheoryData<string, string, string> moments = [];
            foreach ((string verb, string role) in new[] { ("failover", "failed"), ("restore", "passive"), ("restore", "active"), ("switchover", "active") })
            foreach (string moment in new[] { "before", "sent, not applied", "applied, not answered", "after" }) moments.Add(verb, role, moment);
            return moments;
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task S31_Killed_around_a_change_and_resumed_the_change_took_effect_once(string verb, string role, string moment)
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        if (verb == "restore") Assert.Equal(0, (await rig.RunAsync("failover", "pg-demo", "--yes", "--allow-data-loss", "--give-up-healthy-primary")).Code);
        if (role == "active" && verb == "restore" && moment == "before") Assert.Equal(0, (await rig.RunAsync("restore", "pg-demo", "--yes")).Code);
        int rebuilt = rig.Applied("passive");
        rig.Server.World.ClearRequests();
        string[] command = verb switch
        {
            "failover" => ["failover", "pg-demo", "--yes", "--allow-data-loss", "--give-up-healthy-primary"],
            "restore" => ["restore", "pg-demo", "--yes", "--take-over"],
            _ => ["switchover", "pg-demo", "--to", "recovery", "--yes"],
        };

        // Looks go on after the change only: to hold "after", the first look after the change is held.
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SimulatorWorld world = rig.Server.World;
        bool change(SimulatorRequest r) => r.Kind == "ServiceUpdate" && r.Body.Contains($"\"{role}\"");
        switch (moment)
        {
            case "sent, not applied":
                world.AddFault(new() { Kind = "ServiceUpdate", BodyContains = $"\"{role}\"", Action = SimulatorFaultAction.HangBefore, Times = 1 });
                _ = world.NextRequestAsync(change).ContinueWith(_ => held.TrySetResult());
                break;
            case "applied, not answered":
                world.AddFault(new() { Kind = "ServiceUpdate", BodyContains = $"\"{role}\"", Action = SimulatorFaultAction.HangAfter, Times = 1 });
                _ = world.NextRequestAsync(change).ContinueWith(_ => held.TrySetResult());
                break;
            case "after":
                _ = world.NextRequestAsync(change).ContinueWith(_ =>
                {
                    world.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.HangBefore });
                    return world.NextRequestAsync(r => r.Kind == "ServiceGet").ContinueWith(_ => held.TrySetResult());
                });
                break;
            default:
                // Two looks each: to show the plan, under the lease, and right before the change. The last is held.
                world.AddFault(new() { Kind = "ServiceGet", Action = SimulatorFaultAction.HangBefore, Skip = 4 });
                _ = CountAsync(world, 5).ContinueWith(_ => held.TrySetResult());
                break;
        }
        using (CrdrProcess process = rig.Start(command))
        {
            Task first = await Task.WhenAny(held.Task, process.EndAsync());
            Assert.True(first == held.Task, "the process ended before it could be killed");
            await process.KillAsync();
        }
        world.ClearFaults();
        (int code, string _, string err) = rig.OpenOperation is { } open
            ? await rig.RunAsync("operation", "resume", open, "--settle-time", "1")
            : await rig.RunAsync(command);
        Assert.True(code == 0, err);
        Assert.Equal(1, rig.Applied(role));
        if (verb == "restore") Assert.Equal((1, 1), (rebuilt + rig.Applied("passive"), rig.Applied("active")));
        Assert.Equal(verb == "restore" ? ("active", "passive") : verb == "failover" ? ("failed", "active") : ("passive", "active"), (rig.Role("pg-demo"), rig.Role("pg-demo-dr")));
        Assert.Null(rig.OpenOperation);
    }

    [Fact]
    public async Task Ctrl_C_while_waiting_ends_at_once_with_5_and_the_way_to_go_on()
    {
        using CliRig rig = new(s => s with { RebuildSeconds = 3600 });
        await rig.RegisterAsync();
        await rig.RunAsync("failover", "pg-demo", "--yes", "--allow-data-loss", "--give-up-healthy-primary");
        Task<SimulatorRequest> asked = rig.Server.World.NextRequestAsync(r => r.Changing);
        using CrdrProcess process = rig.Start("restore", "pg-demo", "--yes");
        await asked;
        await rig.Server.World.NextRequestAsync(r => r.Kind == "ServiceGet");
        process.Interrupt();
        (int code, string output, _) = await process.EndAsync();
        Assert.Equal(5, code);
        Assert.Contains("[Stopped]", output);
        Assert.Contains($"crdr operation resume {rig.OpenOperation}", output);
    }

    private static async Task CountAsync(SimulatorWorld world, int count)
    {
        for (; ; )
        {
            Task<SimulatorRequest> next = world.NextRequestAsync(r => r.Kind == "ServiceGet");
            if (world.Requests.Count(r => r.Kind == "ServiceGet") >= count) return;
            await next;
        }
    }
}
