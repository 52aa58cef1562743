using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>S31: the process is gone at every moment at which the engine tells anything; whoever resumes finishes it, and every stream is made and completed once.</summary>
public class CloudCrashTests
{
    [Theory]
    [InlineData("failover")]
    [InlineData("restore")]
    [InlineData("full")]
    [InlineData("switchover")]
    [InlineData("protect")]
    public async Task S31_A_crash_at_every_step_resumes_to_the_right_end_and_each_stream_was_made_and_completed_once(string verb)
    {
        int moments = await CrashAtAsync(verb, int.MaxValue);
        Assert.True(moments >= 2);
        for (int moment = 1; moment <= moments; moment++) await CrashAtAsync(verb, moment);
    }

    [Theory]
    [InlineData("failover")]
    [InlineData("full")]
    [InlineData("switchover")]
    public async Task S31_The_tool_stopped_for_ten_minutes_at_every_step_while_another_finishes_asks_for_nothing_twice(string verb)
    {
        int moments = int.MaxValue;
        for (int moment = 1; moment <= moments; moment++)
        {
            using CloudRig rig = await ReadyAsync(verb);
            using Core.Crdr another = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
            int told = 0;
            TestHost host = rig.NewHost();
            host.Progressed = _ =>
            {
                if (++told != moment) return;
                // The other's own journals know of no fence: whoever runs it says what it may throw away.
                CrdrOperation finished = another.RunAsync(rig.Pair, Request(verb) with { DiscardWritesOn = verb == "full" ? Side.Primary : null }, rig.Token, rig.NewHost(), default).GetAwaiter().GetResult();
                Assert.True(finished.Outcome == CrdrOutcome.Succeeded, $"the other, at {moment} of {verb}: {finished.Outcome} {finished.Message}");
                rig.Time.Advance(TimeSpan.FromMinutes(10));
            };
            CrdrOperation operation = await rig.RunAsync(Request(verb), host: host);
            if (told < moment) moments = moment;
            Assert.True(operation.Outcome == CrdrOutcome.Succeeded, $"stopped at {moment} of {verb}: {operation.Outcome} {operation.ErrorId}: {operation.Message}");
            AssertEnd(rig, verb, $"stopped at {moment} of {verb}");
        }
    }

    private static async Task<int> CrashAtAsync(string verb, int moment)
    {
        using CloudRig rig = await ReadyAsync(verb);
        int told = 0;
        TestHost host = rig.NewHost();
        host.Progressed = _ =>
        {
            if (++told == moment) throw new Crash();
        };
        try
        {
            CrdrOperation whole = await rig.RunAsync(Request(verb), host: host);
            Assert.True(whole.Outcome == CrdrOutcome.Succeeded, $"{verb}: {whole.Outcome} {whole.ErrorId} {whole.Message}");
            Assert.Equal(int.MaxValue, moment);
        }
        catch (Crash)
        {
            CrdrOperation resumed = await rig.ResumeAsync(rig.OpenOperation);
            Assert.True(resumed.Outcome == CrdrOutcome.Succeeded, $"crash at {moment} of {verb}: {resumed.Outcome}: {resumed.Message}");
            Assert.Equal("intact", rig.Crdr.Operation(resumed.Id).Chain);
        }
        AssertEnd(rig, verb, $"crash at {moment} of {verb}");
        return told;
    }

    private static async Task<CloudRig> ReadyAsync(string verb)
    {
        CloudRig rig = new(s => s with { CockroachStartingSeconds = 0.6, CockroachInitialScanSeconds = 0.6, CockroachFailoverSeconds = 0.6 });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        if (verb == "failover") rig.LoseRegion();
        if (verb is "restore" or "full" or "protect") await rig.FailedOverAsync();
        if (verb == "protect") Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.TakeOver)).Outcome);
        rig.World.ClearRequests();
        return rig;
    }

    private static CrdrRequest Request(string verb) => verb switch
    {
        "failover" => CloudRig.Failover with { AllowDataLoss = true }, "restore" => CloudRig.Restore, "full" => CloudRig.TakeOver, "protect" => CloudRig.Protect, _ => CloudRig.ToRecovery,
    };

    private static void AssertEnd(CloudRig rig, string verb, string context)
    {
        (int back, int forth, int completed) = (rig.Created(CloudRig.Primary), rig.Created(CloudRig.Recovery), rig.Completed);
        Assert.True(verb switch { "failover" or "switchover" => (0, 0, 1), "restore" => (1, 0, 0), "full" => (1, 0, 1), _ => (0, 1, 0) } == (back, forth, completed), $"{context}: {back} reverse, {forth} forward, {completed} completed");
        Assert.True(verb is "failover" or "switchover" or "restore" ? rig.ProxyTarget == CloudRig.Recovery : rig.ProxyTarget == CloudRig.Primary, $"{context}: the route leads to {rig.ProxyTarget}");
        Assert.True(rig.World.ClusterDualWrites == 0, context);
    }
}
