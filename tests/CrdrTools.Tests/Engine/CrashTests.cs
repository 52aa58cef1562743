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
