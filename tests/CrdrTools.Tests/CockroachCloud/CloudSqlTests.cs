using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>What is asked of the clusters themselves: their clock, a write as proof, their settings.</summary>
public sealed class CloudSqlTests : IDisposable
{
    private readonly string _name = $"CRDR_TEST_SQL_{Guid.NewGuid():N}";

    [Theory]
    [InlineData(-20)]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Without_SQL_nothing_is_lost_either_however_far_the_vendors_clock_is_off(double skew)
    {
        using CloudRig rig = new(s => s with { ClockSkewSeconds = skew });
        rig.World.AddClusterClient(CloudRig.Primary, 20, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, rig.World.ClusterLoss(CloudRig.Primary));
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(0)]
    [InlineData(20)]
    public async Task The_clusters_own_clock_decides_up_to_when_everything_must_have_arrived(double skew)
    {
        using CloudRig rig = Rig(skew);
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal(CrdrOutcome.Succeeded, moved.Outcome);
        Assert.Contains("the cluster's own clock", moved.Steps.Single(s => s.Id == "drain-to-recovery").Detail);
        Assert.Contains(rig.World.SqlStatements, s => s.Cluster == CloudRig.Primary && s.Text.Contains("cluster_logical_timestamp"));
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, rig.World.ClusterLoss(CloudRig.Primary));
    }

    [Fact]
    public async Task S2_Before_clients_are_sent_there_the_new_side_takes_a_write()
    {
        using CloudRig rig = Rig();
        string? targetAtProbe = "not probed";
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Write a row", StringComparison.Ordinal)) targetAtProbe = rig.ProxyTarget;
        };
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal(CrdrOutcome.Succeeded, moved.Outcome);
        Assert.Equal(["fence-app", "drain-to-recovery", "complete-to-recovery", "probe-recovery", "switch-app"], moved.Steps.Select(s => s.Id));
        Assert.Equal((1L, (string?)null), (rig.World.ProbeWrites(CloudRig.Recovery), targetAtProbe));
        Assert.Contains("took a write", moved.Steps.Single(s => s.Id == "probe-recovery").Detail);
    }

    [Fact]
    public async Task S16_A_wall_before_SQL_does_not_keep_clients_off_and_the_record_says_that_no_write_was_tried()
    {
        using CloudRig rig = Rig(reachable: false);
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Succeeded, CloudRig.Recovery), (failover.Outcome, rig.ProxyTarget));
        Assert.Contains("no write was tried", failover.Steps.Single(s => s.Id == "probe-recovery").Detail);
    }

    [Fact]
    public async Task S16_A_secret_of_a_lost_region_is_done_without()
    {
        using CloudRig rig = Rig();
        Environment.SetEnvironmentVariable(_name + "_P", null);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        Assert.Contains(rig.Host.Said, s => s.Contains("Going on without it"));
    }

    [Fact]
    public async Task Cluster_settings_are_set_and_read_back_over_SQL()
    {
        using CloudRig rig = Rig();
        Assert.Equal("15m0s", await rig.Crdr.ClusterSettingAsync(rig.Pair, Side.Primary, "server.time_until_store_dead", "15m0s", rig.Token, rig.Host, default));
        Assert.Equal("15m0s", rig.World.ClusterSetting(CloudRig.Primary, "server.time_until_store_dead"));
        foreach ((string name, string id) in new[] { ("no.such_setting", "SqlRefused"), ("x'; DROP DATABASE y", "SettingNameInvalid"), ("", "SettingNameInvalid") })
            Assert.Equal(id, (await Assert.ThrowsAsync<CrdrException>(() => rig.Crdr.ClusterSettingAsync(rig.Pair, Side.Primary, name, "1", rig.Token, rig.Host, default))).ErrorId);
        using CloudRig without = new();
        Assert.Equal("SqlNotConfigured", (await Assert.ThrowsAsync<CrdrException>(() => without.Crdr.ClusterSettingAsync(without.Pair, Side.Primary, "a.b", null, "demo", without.Host, default))).ErrorId);
    }

    [Fact]
    public async Task No_password_gets_into_a_file_or_a_message()
    {
        using CloudRig rig = Rig(password: "pa55-w0rd-of-nobody");
        await rig.RunAsync(CloudRig.ToRecovery);
        foreach (string file in Directory.GetFiles(rig.Folder, "*", SearchOption.AllDirectories)) Assert.DoesNotContain("pa55", File.ReadAllText(file));
        Assert.DoesNotContain(rig.Host.Said, s => s.Contains("pa55"));
    }

    public void Dispose()
    {
        foreach (string side in new[] { "_P", "_R" }) Environment.SetEnvironmentVariable(_name + side, null);
    }

    private CloudRig Rig(double skew = 0, bool reachable = true, string password = "demo")
    {
        CloudRig rig = new(s => s with { ClockSkewSeconds = skew }, p => p with
        {
            Settings = new Dictionary<string, string>(p.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["primarySql"] = $"env:{_name}_P", ["recoverySql"] = $"env:{_name}_R" },
        });
        int port = reachable ? rig.Server.SqlPort : 1;
        foreach ((string side, string cluster) in new[] { ("_P", CloudRig.Primary), ("_R", CloudRig.Recovery) })
            Environment.SetEnvironmentVariable(_name + side, $"postgresql://anybody:{password}@127.0.0.1:{port}/{cluster}.defaultdb?sslmode=disable");
        rig.World.AddClusterClient(CloudRig.Primary, 20, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        return rig;
    }
}
