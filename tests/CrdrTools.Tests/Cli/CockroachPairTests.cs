using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>Registering a pair of clusters, and what is no description of one.</summary>
public class CockroachPairTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Clusters_are_registered_by_name_or_id_and_the_other_one_is_found(bool byId, bool both)
    {
        using CloudCliRig rig = new();
        string primary = rig.World.Cluster(CloudCliRig.Primary).Id, recovery = rig.World.Cluster(CloudCliRig.Recovery).Id;
        string[] command =
        [
            "pair", "register", byId ? primary : CloudCliRig.Primary, "--provider", "cockroachcloud", "--endpoint", rig.Endpoint, "--secret", "env:COCKROACH_API_KEY", "--test-pair",
            "--setting", "lagLimit=30", "--setting", "primarySql=env:PRIMARY_SQL", .. both ? (string[])["--recovery", byId ? recovery : CloudCliRig.Recovery] : [],
        ];
        (int code, JsonElement pair) = await rig.JsonAsync(command);
        Assert.Equal(0, code);
        Assert.Equal(("crdb-demo", "CockroachCloud"), (pair.GetProperty("name").GetString(), pair.GetProperty("provider").GetString()));
        Assert.Equal((primary, recovery), (pair.GetProperty("primary").GetProperty("identity").GetString(), pair.GetProperty("recovery").GetProperty("identity").GetString()));
        JsonElement settings = pair.GetProperty("settings");
        Assert.Equal(("true", "30", "env:PRIMARY_SQL"), (settings.GetProperty("testPair").GetString(), settings.GetProperty("lagLimit").GetString(), settings.GetProperty("primarySql").GetString()));
        Assert.False(settings.TryGetProperty("project", out _));
        Assert.Equal(0, (await rig.RunAsync("status", "crdb-demo")).Code);
    }

    [Theory]
    [InlineData("--project", "pg-demo")]
    [InlineData("--project", "pg-demo", "--provider", "Aiven")]
    [InlineData("--project", "crdb-demo", "--provider", "CockroachCloud", "--project", "demo")]
    [InlineData("Known: Aiven, CockroachCloud, PostgreSql. [UnknownProvider]", "crdb-demo", "--provider", "Cockroach")]
    [InlineData("'colour' is no setting of CockroachCloud", "crdb-demo", "--provider", "CockroachCloud", "--setting", "colour=blue")]
    [InlineData("[SettingInvalid]", "crdb-demo", "--provider", "CockroachCloud", "--setting", "lagLimit")]
    [InlineData("[SettingGivenTwice]", "crdb-demo", "--provider", "CockroachCloud", "--setting", "lagLimit=1", "--setting", "lagLimit=2")]
    [InlineData("'testPair' is no setting of Aiven", "pg-demo", "--project", "demo", "--test-pair")]
    public async Task What_does_not_fit_the_provider_is_a_usage_error_before_anything_is_asked(string says, params string[] arguments)
    {
        using CloudCliRig rig = new();
        (int code, _, string err) = await rig.RunAsync(["pair", "register", "--endpoint", rig.Endpoint, "--secret", "env:COCKROACH_API_KEY", .. arguments]);
        Assert.Equal(2, code);
        Assert.Contains(says, err);
        Assert.Empty(rig.World.Requests);
        Assert.False(File.Exists(rig.PairFile));
    }

    [Fact]
    public async Task A_connection_string_is_never_kept_and_never_repeated()
    {
        using CloudCliRig rig = new();
        (int code, string output, string err) = await rig.RunAsync("pair", "register", "crdb-demo", "--provider", "CockroachCloud", "--endpoint", rig.Endpoint, "--secret", "env:COCKROACH_API_KEY",
            "--setting", "primarySql=postgresql://me:Tr0ub4dor@host/db");
        Assert.Equal(2, code);
        Assert.Contains("[PairInvalid]", err);
        Assert.DoesNotContain("Tr0ub4dor", output + err);
        Assert.False(File.Exists(rig.PairFile));
    }

    [Fact]
    public async Task Without_a_stream_the_other_cluster_must_be_named()
    {
        using CloudCliRig rig = new();
        await rig.StopByHandAsync();
        string[] command = ["pair", "register", "crdb-demo", "--provider", "CockroachCloud", "--endpoint", rig.Endpoint, "--secret", "env:COCKROACH_API_KEY"];
        (int code, _, string err) = await rig.RunAsync(command);
        Assert.Equal(2, code);
        Assert.Contains("[NoRecoveryCluster]", err);
        Assert.Contains("--recovery", err);
        Assert.Equal(0, (await rig.RunAsync([.. command, "--recovery", "crdb-demo-dr"])).Code);
        (code, _, err) = await rig.RunAsync("pair", "register", "crdb-demmo", "--name", "other", "--provider", "CockroachCloud", "--endpoint", rig.Endpoint, "--secret", "env:COCKROACH_API_KEY");
        Assert.Equal(2, code);
        Assert.Contains("The key sees: crdb-demo, crdb-demo-dr", err);
    }
}
