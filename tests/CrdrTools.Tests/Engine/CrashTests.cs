using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>S31: the process is gone at every moment at which the engine tells anything; whoever resumes finishes it, and nothing is asked twice.</summary>
public class CrashTests
{
    [Theory]
    [InlineData("failover")]
    [InlineData("takeover")]
    [InlineData("switchover")]
    public async Task S31_A_crash_at_every_step_resumes_to_the_right_end_and_each_change_took_effect_once(string verb)
    {
        int moments = await CrashAtAsync(verb, int.MaxValue);
        Assert.True(moments >= 3);
        for (int moment = 1; moment <= moments; moment++) await CrashAtAsync(verb, moment);
    }

    [Fact]
    public async Task S31_A_crash_at_every_step_with_routes_ends_with_the_route_on_the_writer()
    {
        int moments = int.MaxValue;
        for (int moment = 1; moment <= moments; moment++)
        {
            using RouteRig rig = new();
            int told = 0;
            rig.Rig.Host.Progressed = _ =>
            {
                if (++told == moment) throw new Crash();
            };
            try
            {
                await rig.Rig.RunAsync(Rig.ToRecovery);
                moments = moment;
            }
            catch (Crash)
            {
                if ((await rig.Rig.StatusAsync()).OpenOperation is { } open) Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(open)).Outcome);
            }
            CrdrStatus end = await rig.Rig.StatusAsync();
            Assert.Equal((CrdrPhase.ReadyToFailBack, "recovery", ""), (end.Phase, rig.Route.Target, rig.Route.Fenced));
            Assert.Equal(1, rig.Rig.Applied("active"));
        }
    }

    [Theory]
    [InlineData("failover")]
    [InlineData("takeover")]
    [InlineData("switchover")]
    public async Task S31_The_tool_stopped_for_ten_minutes_at_every_step_while_another_finishes_asks_for_nothing_twice(string verb)
    {
        int moments = int.MaxValue;
        for (int moment = 1; moment <= moments; moment++)
        {
            using Rig rig = new();
            if (verb == "takeover") await rig.FailedOverAsync();
            if (verb == "failover") rig.LoseRegion();
            CrdrRequest request = verb switch { "failover" => Rig.Failover, "takeover" => Rig.TakeOver, _ => Rig.ToRecovery };
            using Core.Crdr another = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
            int told = 0;
            TestHost host = new();
            host.Progressed = _ =>
            {
                if (++told != moment) return;
                CrdrOperation finished = another.RunAsync(rig.Pair, request, "demo", new TestHost(), default).GetAwaiter().GetResult();
                Assert.Equal(CrdrOutcome.Succeeded, finished.Outcome);
                rig.Time.Advance(TimeSpan.FromMinutes(10));
            };
            CrdrOperation operation = await rig.RunAsync(request, host: host);
            if (told < moment) moments = moment;
            Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"stopped at {moment} of {verb}: {operation.Outcome} {operation.ErrorId}: {operation.Message}");
            Assert.Equal(verb switch { "failover" => (1, 0, 0), "takeover" => (0, 1, 1), _ => (0, 0, 1) }, (rig.Applied("failed"), rig.Applied("passive"), rig.Applied("active")));
            Assert.Equal(verb switch { "failover" => CrdrPhase.FailedOver, "takeover" => CrdrPhase.Protected, _ => CrdrPhase.ReadyToFailBack }, (await rig.StatusAsync()).Phase);
            Assert.Equal(0, rig.World.DualWrites);
        }
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task S31_A_clock_set_by_an_hour_at_every_step_changes_nothing_but_the_times(int seconds)
    {
        int moments = int.MaxValue;
        for (int moment = 1; moment <= moments; moment++)
        {
            using Rig rig = new();
            rig.LoseRegion();
            int told = 0;
            TestHost host = new();
            host.Progressed = _ =>
            {
                if (++told == moment) rig.Time.SetWallClock(TimeSpan.FromSeconds(seconds));
            };
            CrdrOperation operation = await rig.RunAsync(Rig.Failover, host: host);
            if (told < moment) moments = moment;
            if (operation.Outcome != CrdrOutcome.Succeeded) operation = await rig.ResumeAsync(operation.Id, stale: true);
            Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"clock set at {moment}: {operation.Outcome} {operation.ErrorId}: {operation.Message}");
            Assert.Equal(1, rig.Changing);
        }
    }

    private static async Task<int> CrashAtAsync(string verb, int moment)
    {
        using Rig rig = new();
        if (verb == "takeover") await rig.FailedOverAsync();
        if (verb == "failover") rig.LoseRegion();
        CrdrRequest request = verb switch { "failover" => Rig.Failover, "takeover" => Rig.TakeOver, _ => Rig.ToRecovery };
        int told = 0;
        TestHost host = new();
        host.Progressed = _ =>
        {
            if (++told == moment) throw new Crash();
        };
        try
        {
            Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(request, host: host)).Outcome);
            Assert.Equal(int.MaxValue, moment);
        }
        catch (Crash)
        {
            CrdrOperation resumed = await rig.ResumeAsync(rig.OpenOperation);
            Assert.True(resumed.Outcome == CrdrOutcome.Succeeded, $"crash at {moment} of {verb}: {resumed.Outcome}: {resumed.Message}");
            Assert.Equal("intact", rig.Crdr.Operation(resumed.Id).Chain);
        }
        (int failed, int passive, int active) = (rig.Applied("failed"), rig.Applied("passive"), rig.Applied("active"));
        Assert.Equal(verb switch { "failover" => (1, 0, 0), "takeover" => (0, 1, 1), _ => (0, 0, 1) }, (failed, passive, active));
        Assert.Equal(verb switch { "failover" => CrdrPhase.FailedOver, "takeover" => CrdrPhase.Protected, _ => CrdrPhase.ReadyToFailBack }, (await rig.StatusAsync()).Phase);
        return told;
    }
}
