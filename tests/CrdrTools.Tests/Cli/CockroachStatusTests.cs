using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>What a pair of clusters looks like to somebody who was woken.</summary>
public class CockroachStatusTests
{
    [Fact]
    public async Task The_stream_its_direction_and_its_lag_are_told()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        (int code, string output, _) = await rig.RunAsync("status", "crdb-demo");
        Assert.Equal(0, code);
        Assert.Contains($"Stream {rig.Live.Id} crdb-demo -> crdb-demo-dr: REPLICATING", output);
        Assert.Matches("Replication: crdb-demo -> crdb-demo-dr, lag .* everything up to .*Z has arrived", output);
        (_, JsonElement json) = await rig.JsonAsync("status", "crdb-demo");
        Assert.Equal(rig.Live.Id, json[0].GetProperty("streams")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Of_many_streams_the_newest_are_shown_and_the_rest_counted()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        for (int i = 0; i < 4; i++)
        {
            await rig.StopByHandAsync();
            await rig.CreateByHandAsync(CloudCliRig.Primary, CloudCliRig.Recovery);
            rig.World.Advance(TimeSpan.FromSeconds(10));
        }
        (_, string output, _) = await rig.RunAsync("status", "crdb-demo");
        Assert.Equal(3, output.Split("\nStream ").Length - 1);
        Assert.Contains("2 older: crdr stream list crdb-demo", output);
        Assert.Contains(rig.Live.Id, output);
    }

    [Fact]
    public async Task A_lost_region_ends_with_4_and_the_command_to_leave_it()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        rig.LoseRegion();
        (int code, string output, _) = await rig.RunAsync("status", "crdb-demo");
        Assert.Equal(4, code);
        Assert.Contains("NoWriter, nobody is seen taking writes", output);
        Assert.Contains("0 of 3 LIVE", output);
        Assert.Contains("crdr failover crdb-demo", output);
    }

    [Fact]
    public async Task Without_a_stream_it_says_that_nothing_follows()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await rig.StopByHandAsync();
        (int code, string output, _) = await rig.RunAsync("status", "crdb-demo");
        Assert.Equal(0, code);
        Assert.Contains("Unprotected", output);
        Assert.Contains("Replication: none, no stream is under way", output);
        Assert.Contains("CANCELED at", output);
    }

    [Fact]
    public async Task A_wrong_key_is_told_and_never_shown()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        rig.Environment["COCKROACH_API_KEY"] = "secret-token-9d7f";
        (int code, string output, string err) = await rig.RunAsync("status", "crdb-demo", "--verbose");
        Assert.Equal(4, code);
        Assert.Contains("[AuthenticationFailed]", err);
        (int changing, string answer, string said) = await rig.RunAsync("failback", "full", "crdb-demo", "--yes", "--verbose");
        Assert.Equal(3, changing);
        Assert.Contains("[AuthenticationFailed]", answer);
        Assert.DoesNotContain("secret-token", output + err + answer + said);
    }
}
