using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr disrupt: only test pairs, only when asked for, and mended without asking.</summary>
public class CockroachDisruptTests
{
    private const string Pair = CloudCliRig.Primary;

    [Fact]
    public async Task A_test_pair_is_disrupted_seen_and_mended()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync(true, "--test-pair");
        (int code, JsonElement set) = await rig.JsonAsync("disrupt", "set", Pair, "--yes");
        Assert.Equal((0, true, "Primary"), (code, set.GetProperty("wholeRegion").GetBoolean(), set.GetProperty("side").GetString()));
        Assert.Equal(4, (await rig.RunAsync("status", Pair)).Code);
        (code, JsonElement both) = await rig.JsonAsync("disrupt", "status", Pair);
        Assert.Equal((0, true, false), (code, both[0].GetProperty("active").GetBoolean(), both[1].GetProperty("active").GetBoolean()));
        (code, string output, _) = await rig.RunAsync("disrupt", "status", Pair, "--side", "primary");
        Assert.Equal((0, "crdb-demo: all of europe-west1 is disrupted"), (code, output.Trim()));
        (code, output, _) = await rig.RunAsync("disrupt", "clear", Pair);
        Assert.Equal(0, code);
        Assert.Contains("crdb-demo: not disrupted", output);
        Assert.Equal(0, (await rig.RunAsync("status", Pair)).Code);
    }

    [Fact]
    public async Task Zones_and_nodes_are_named_one_by_one()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync(true, "--test-pair");
        (_, JsonElement nodes) = await rig.JsonAsync("disrupt", "set", Pair, "--side", "recovery", "--yes", "--zone", "europe-west4-a", "--zone", "europe-west4-b");
        Assert.Equal(["europe-west4-a", "europe-west4-b"], nodes.GetProperty("zones").EnumerateArray().Select(z => z.GetString()));
        Assert.False(nodes.GetProperty("wholeRegion").GetBoolean());
        (int code, _, string err) = await rig.RunAsync("disrupt", "set", Pair, "--yes", "--node", "nowhere");
        Assert.Equal(2, code);
        Assert.Contains("nowhere is not part of the cluster", err);
    }

    [Theory]
    [InlineData(3, "[NotATestPair]", false, "set", "--yes")]
    [InlineData(3, "[NotConfirmed]", true, "set")]
    [InlineData(2, "[SideInvalid]", true, "set", "--side", "both", "--yes")]
    [InlineData(0, "not disrupted", false, "clear")]
    public async Task What_is_no_rehearsal_is_refused(int ends, string says, bool test, string what, params string[] more)
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync(false, test ? ["--test-pair"] : []);
        (int code, string output, string err) = await rig.RunAsync(["disrupt", what, Pair, .. more]);
        Assert.True(code == ends, output + err);
        Assert.Contains(says, output + err);
        Assert.DoesNotContain(rig.World.Requests, r => r.Applied);
    }

    [Fact]
    public async Task An_account_without_the_right_is_told_so()
    {
        using CloudCliRig rig = await new CloudCliRig(s => s with { CockroachDisruptAllowed = false }).RegisteredAsync(false, "--test-pair");
        (int code, _, string err) = await rig.RunAsync("disrupt", "set", Pair, "--yes");
        Assert.Equal(4, code);
        Assert.Contains("[PermissionDenied]", err);
    }

    [Fact]
    public async Task A_vendor_without_such_a_thing_is_no_reason_to_crash()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        (int code, _, string err) = await rig.RunAsync("disrupt", "set", "pg-demo", "--yes");
        Assert.Equal(2, code);
        Assert.Contains("[DisruptionNotOffered]", err);
    }
}
