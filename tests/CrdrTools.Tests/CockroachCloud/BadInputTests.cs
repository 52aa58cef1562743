using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>Bad input is refused before any change, each with its own id and words.</summary>
public class BadInputTests
{
    [Fact]
    public async Task A_failover_time_before_retention()
    {
        using CloudRig rig = new(s => s with { CockroachRetentionSeconds = 600 });
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddHours(-1), AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Refused, "FailoverAtRetained", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        Assert.Contains("the earliest time the stream can go back to", refused.Message);
    }

    [Fact]
    public async Task A_failover_time_more_than_an_hour_ahead()
    {
        using CloudRig rig = new(route: false);
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(61), AllowUnfenced = true });
        Assert.Equal((CrdrOutcome.Refused, "FailoverAtWithinHour", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        CrdrOperation done = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(59), AllowUnfenced = true });
        Assert.Equal(("ObligationLeft", CrdrPhase.FailedOver), (done.ErrorId, done.PhaseAfter));
        Assert.True(done.Ended - done.Began >= TimeSpan.FromMinutes(59));
    }

    [Fact]
    public async Task A_failover_time_ahead_while_routes_would_hold_clients_off_all_that_time()
    {
        using CloudRig rig = new();
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(30) });
        Assert.Equal((CrdrOutcome.Refused, "FailoverAtWithinHour", 0, CloudRig.Primary), (refused.Outcome, refused.ErrorId, rig.Changing, rig.ProxyTarget));
    }

    [Fact]
    public void Sides_that_were_swapped() => Assert.Equal("SidesSwapped", Register(d => d with { Primary = new() { Name = CloudRig.Recovery }, Recovery = new() { Name = CloudRig.Primary } }).ErrorId);

    [Fact]
    public void One_cluster_for_both_sides_by_name_and_by_id() =>
        Assert.Equal("PairInvalid", Register(d => d with { Recovery = new() { Name = "4020338f-0938-44b6-a1a3-5afd3b6f3af8" } }).ErrorId);

    [Fact]
    public void A_cluster_that_is_not_there()
    {
        CrdrException e = Register(d => d with { Recovery = new() { Name = "nowhere" } });
        Assert.Equal("ClusterNotFound", e.ErrorId);
        Assert.Contains("crdb-demo-dr", e.Message);
    }

    [Fact]
    public void An_id_that_is_not_there() => Assert.Equal("ClusterNotFound", Register(d => d with { Recovery = new() { Name = Guid.NewGuid().ToString() } }).ErrorId);

    [Theory]
    [InlineData("STANDARD", "GCP", "europe-north1", "v25.2.4", "ClusterPlanUnsupported")]
    [InlineData("ADVANCED", "AWS", "eu-north-1", "v25.2.4", "ClustersInTwoClouds")]
    [InlineData("ADVANCED", "GCP", "europe-north1,europe-west1", "v25.2.4", "ClusterMultiRegion")]
    [InlineData("ADVANCED", "GCP", "europe-north1", "v23.1.0", "ClusterVersionTooOld")]
    public void Clusters_that_no_stream_can_join(string plan, string cloud, string regions, string version, string errorId) =>
        Assert.Equal(errorId, Register(d => d with { Recovery = new() { Name = "other" } },
            w => w.AddCluster("other", new() { Plan = plan, Cloud = cloud, Regions = regions.Split(','), Version = version, CidrRange = "172.48.0.0/14" })).ErrorId);

    [Fact]
    public void A_key_without_rights_on_one_cluster()
    {
        CrdrException e = Register(d => d with { Recovery = new() { Name = "a9ce780e-2740-4352-ab22-dffc57302755" } }, w => w.AddClusterKey("half", CloudRig.Primary), "half");
        Assert.Equal("ClusterPermissionDenied", e.ErrorId);
    }

    [Fact]
    public async Task A_key_that_lost_its_rights_on_one_cluster_since()
    {
        using CloudRig rig = new(world: w => w.AddClusterKey("half", CloudRig.Primary));
        foreach (CrdrRequest request in new[] { CloudRig.Failover with { AllowDataLoss = true }, CloudRig.ToRecovery, CloudRig.Restore })
        {
            CrdrOperation refused = await rig.Crdr.RunAsync(rig.Pair, request, "half", rig.Host, default);
            Assert.Equal((CrdrOutcome.Refused, "ClusterPermissionDenied", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
            Assert.Contains(CloudRig.Recovery, refused.Message);
        }
    }

    [Fact]
    public async Task A_wrong_key()
    {
        using CloudRig rig = new();
        CrdrOperation refused = await rig.Crdr.RunAsync(rig.Pair, CloudRig.ToRecovery, "wrong", rig.Host, default);
        Assert.Equal((CrdrOutcome.Refused, "AuthenticationFailed", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task A_stream_of_another_pair_one_that_ended_and_one_that_leads_elsewhere()
    {
        using CloudRig rig = new(world: w =>
        {
            w.AddCluster("a", new() { Regions = ["europe-north1"], CidrRange = "172.48.0.0/14" });
            w.AddCluster("b", new() { Regions = ["europe-north2"], CidrRange = "172.52.0.0/14" });
            w.AddStream("a", "b");
        });
        string foreign = rig.World.Streams.Single(s => s.Primary == "a").Id;
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { Stream = foreign });
        Assert.Equal((CrdrOutcome.Refused, "StreamNotOfPair", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        string own = rig.World.Streams.Single(s => s.Primary == CloudRig.Primary).Id;
        Assert.Equal("StreamLeadsElsewhere", (await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Primary, Stream = own })).ErrorId);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery with { Stream = own })).Outcome);
        Assert.Equal("StreamEnded", (await rig.RunAsync(CloudRig.ToRecovery with { Stream = own })).ErrorId);
    }

    [Theory]
    [InlineData("lagLimit", "soon")]
    [InlineData("testPair", "yes")]
    [InlineData("endpoint", "nowhere")]
    [InlineData("primarySql", "postgresql://user:secret@host/db")]
    [InlineData("project", "demo")]
    public void Settings_that_make_no_sense(string name, string value)
    {
        CrdrException e = Register(d => d with { Settings = new Dictionary<string, string>(d.Settings.ToDictionary(s => s.Key, s => s.Value)) { [name] = value } });
        Assert.Equal("PairInvalid", e.ErrorId);
        Assert.DoesNotContain("secret@", e.Message);
    }

    [Fact]
    public async Task A_disruption_of_a_pair_that_is_no_test_pair_is_refused_and_of_one_that_is_can_be_ended()
    {
        using CloudRig rig = new();
        CrdrDisruption all = new() { Pair = rig.Pair.Name, Side = Side.Primary, Member = CloudRig.Primary };
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => rig.Crdr.DisruptAsync(rig.Pair, Side.Primary, all, rig.Token, rig.Host, default));
        Assert.Equal(("NotATestPair", 0), (e.ErrorId, rig.Changing));
        CrdrPair test = rig.Pair with { Settings = new Dictionary<string, string>(rig.Pair.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["testPair"] = "true" } };
        Assert.True((await rig.Crdr.DisruptAsync(test, Side.Primary, all, rig.Token, rig.Host, default)).WholeRegion);
        Assert.Equal(CrdrPhase.NoWriter, (await rig.StatusAsync()).Phase);
        Assert.True((await rig.Crdr.DisruptionAsync(test, Side.Primary, rig.Token, rig.Host, default)).Active);
        Assert.False((await rig.Crdr.DisruptAsync(rig.Pair, Side.Primary, null, rig.Token, rig.Host, default)).Active);
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    private static CrdrException Register(Func<CrdrPair, CrdrPair> change, Action<SimulatorWorld>? world = null, string token = "demo") =>
        Assert.ThrowsAny<CrdrException>(() => new CloudRig(pair: change, world: world, token: token, route: false).Dispose());
}
