using CrdrTools.Core.Drills;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

public class CloudDrillTests
{
    [Fact]
    public async Task The_drill_runs_the_whole_circle_and_holds_what_was_lost_against_the_objective()
    {
        using CloudRig rig = new();
        using Drill drill = new(rig.Crdr, new DrillOptions { Endpoint = rig.Server.BaseAddress, Provider = "CockroachCloud" }, rig.Host, rig.Time);
        CrdrDrillResult result = await drill.RunAsync(default);
        Assert.True(result.Passed, string.Join("; ", result.Assertions.Where(a => a.Result != CheckResult.Pass).Select(a => $"{a.Name}: {a.Why}")));
        Assert.Equal([CrdrVerb.Failover, CrdrVerb.Restore, CrdrVerb.Restore, CrdrVerb.Setup], result.Operations.Select(o => o.Verb));
        Assert.InRange(result.Loss!.Writes!.Value, 1, 50 * 5);
        Assert.True(result.Rpo <= result.Operations[0].Loss!.Bound, "more was lost than was stated");
    }

    [Fact]
    public void A_drill_of_a_provider_that_has_none_is_refused() =>
        Assert.Equal("DrillNotOffered", Assert.Throws<CrdrException>(() => new Drill(null!, new DrillOptions { Endpoint = new("http://127.0.0.1:1"), Provider = "Oracle" }, new TestHost())).ErrorId);
}
