using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr settings: prints a statement, and runs it only when told and confirmed.</summary>
public class CockroachSettingsTests
{
    private const string Pair = CloudCliRig.Primary, Name = "server.time_until_store_dead";

    [Theory]
    [InlineData("SET CLUSTER SETTING server.time_until_store_dead = '15m0s';", "--value", "15m0s")]
    [InlineData("SET CLUSTER SETTING server.time_until_store_dead = 'it''s';", "--value", "it's")]
    [InlineData("SHOW CLUSTER SETTING server.time_until_store_dead;")]
    public async Task The_statement_is_printed_and_nothing_is_asked_of_anybody(string statement, params string[] more)
    {
        using CloudCliRig rig = await WithSqlAsync();
        (int code, string output, _) = await rig.RunAsync(["settings", Pair, "--setting", Name, .. more]);
        Assert.Equal((0, statement), (code, output.Trim()));
        (_, JsonElement json) = await rig.JsonAsync(["settings", Pair, "--setting", Name, .. more]);
        Assert.Equal(statement, json.GetProperty("statement").GetString());
        Assert.Empty(rig.World.SqlStatements);
        Assert.Empty(rig.World.Requests);
    }

    [Theory]
    [InlineData("primary", CloudCliRig.Primary)]
    [InlineData("recovery", CloudCliRig.Recovery)]
    public async Task Executed_it_is_set_on_the_side_that_was_named_and_read_back(string side, string cluster)
    {
        using CloudCliRig rig = await WithSqlAsync();
        if (side == "recovery") await rig.FailedOverAsync();
        (int code, JsonElement json) = await rig.JsonAsync("settings", Pair, "--side", side, "--setting", Name, "--value", "15m0s", "--execute", "--yes");
        Assert.Equal((0, "5m0s", "15m0s"), (code, json.GetProperty("before").GetString(), json.GetProperty("value").GetString()));
        Assert.Equal("15m0s", rig.World.ClusterSetting(cluster, Name));
        (code, string output, _) = await rig.RunAsync("settings", Pair, "--side", side, "--setting", Name, "--execute");
        Assert.Equal((0, $"{cluster}: {Name} is 15m0s"), (code, output.Trim()));
    }

    [Theory]
    [InlineData(3, "[NotConfirmed]", Name, "--value", "15m0s", "--execute")]
    [InlineData(3, "unknown cluster setting 'server.nope'", "server.nope", "--value", "1", "--execute", "--yes")]
    [InlineData(2, "[SettingNameInvalid]", "a = 'b'; DROP DATABASE app; --", "--value", "1", "--execute", "--yes")]
    [InlineData(2, "[SettingNameInvalid]", "SERVER.X", "--execute")]
    [InlineData(2, "[SettingValueInvalid]", Name, "--value", "1\n2")]
    [InlineData(3, "[SqlRefused]", Name, "--side", "recovery", "--value", "15m0s", "--execute", "--yes")]
    public async Task What_cannot_be_set_is_told_and_nothing_is_changed(int ends, string says, string name, params string[] more)
    {
        using CloudCliRig rig = await WithSqlAsync();
        (int code, string output, string err) = await rig.RunAsync(["settings", Pair, "--setting", name, .. more]);
        Assert.True(code == ends, $"{code} {output}{err}");
        Assert.Contains(says, err);
        Assert.DoesNotContain(rig.World.SqlStatements, s => !s.Text.StartsWith("SHOW", StringComparison.Ordinal));
        Assert.Equal("5m0s", rig.World.ClusterSetting(CloudCliRig.Primary, Name));
    }

    [Fact]
    public async Task Without_a_connection_the_setting_to_give_is_named()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync(route: false);
        (int code, _, string err) = await rig.RunAsync("settings", Pair, "--setting", Name, "--value", "15m0s", "--execute", "--yes");
        Assert.Equal(2, code);
        Assert.Contains("[SqlNotConfigured]", err);
        Assert.Contains("primarySql", err);
    }

    private static Task<CloudCliRig> WithSqlAsync() => new CloudCliRig().RegisteredAsync(true, "--setting", "primarySql=env:PRIMARY_SQL", "--setting", "recoverySql=env:RECOVERY_SQL");
}
