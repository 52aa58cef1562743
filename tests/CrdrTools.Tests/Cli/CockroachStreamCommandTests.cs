using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr stream: each step by itself, and what it refuses.</summary>
public class CockroachStreamCommandTests
{
    private const string Pair = CloudCliRig.Primary;

    [Fact]
    public async Task There_and_back_stream_by_stream()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await SucceedsAsync("complete");
        Assert.Equal(("recovery", "primary"), rig.Route);
        await SucceedsAsync("new-failback");
        (int code, JsonElement live) = await rig.JsonAsync("stream", "list", Pair, "--live");
        Assert.Equal(0, code);
        Assert.Equal(("Recovery", "Primary"), (live[0].GetProperty("from").GetString(), live[0].GetProperty("to").GetString()));
        await SucceedsAsync("complete", "--id", rig.Live.Id, "--to", "primary");
        Assert.Equal(("primary", "recovery"), rig.Route);
        await SucceedsAsync("new");
        await SucceedsAsync("stop");
        (_, string output, _) = await rig.RunAsync("stream", "list", Pair);
        Assert.Equal(2, output.Split("COMPLETED at").Length - 1);
        Assert.Contains("CANCELED at", output);
        (code, output, _) = await rig.RunAsync("stream", "list", Pair, "--live");
        Assert.Equal(0, code);
        Assert.Contains("no stream under way", output);
        Assert.Equal((1, 1, 2, 5), (rig.Created(CloudCliRig.Primary), rig.Created(CloudCliRig.Recovery), rig.Completed, rig.Changing));

        async Task SucceedsAsync(string what, params string[] more)
        {
            (int ended, JsonElement operation) = await rig.JsonAsync(["stream", what, Pair, "--yes", .. more]);
            Assert.True(ended == 0, $"stream {what}: {ended} {operation.GetProperty("message")}");
            Assert.Equal("Succeeded", operation.GetProperty("outcome").GetString());
        }
    }

    [Fact]
    public async Task Without_a_stream_under_way_there_is_none_to_complete()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        await rig.StopByHandAsync();
        int before = rig.Changing;
        (int code, _, string err) = await rig.RunAsync("stream", "complete", Pair, "--yes");
        Assert.Equal(3, code);
        Assert.Contains("[NoLiveStream]", err);
        Assert.Contains($"crdr stream new {Pair}", err);
        Assert.Equal(before, rig.Changing);
    }

    [Theory]
    [InlineData(2, "[StreamNotOfPair]", "complete", "--id", "00000000-0000-0000-0000-000000000000")]
    [InlineData(2, "[StreamNotOfPair]", "stop", "--id", "00000000-0000-0000-0000-000000000000")]
    [InlineData(2, "[StreamLeadsElsewhere]", "complete", "--id", "LIVE", "--to", "primary")]
    [InlineData(0, "Nothing to do", "complete", "--to", "primary", "--what-if")]
    [InlineData(3, "[StandbyMayBeErased]", "new-failback", "--yes")]
    [InlineData(3, "[NotConfirmed]", "stop")]
    [InlineData(3, "[NotConfirmed]", "complete")]
    public async Task A_stream_that_is_not_meant_is_left_alone(int ends, string says, string what, params string[] more)
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        (int code, string output, string err) = await rig.RunAsync(["stream", what, Pair, .. more.Select(m => m == "LIVE" ? rig.Live.Id : m)]);
        Assert.True(code == ends, output + err);
        Assert.Contains(says, output + err);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task A_completion_whose_process_died_is_taken_up_by_the_same_command_although_the_stream_has_ended()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        rig.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.HangAfter });
        Task<SimulatorRequest> asked = rig.World.NextRequestAsync(r => r.Kind == "StreamUpdate");
        using (CrdrProcess process = rig.Start("stream", "complete", Pair, "--yes"))
        {
            await CloudCliRig.UntilAsync(process, asked);
            await process.KillAsync();
        }
        rig.World.ClearFaults();
        rig.World.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("COMPLETED", rig.World.Streams[^1].Status);
        (int code, string output, string err) = await rig.RunAsync("stream", "complete", Pair, "--yes");
        Assert.True(code == 0, output + err);
        Assert.Equal((1, ("recovery", "primary")), (rig.Completed, rig.Route));
        Assert.Null(rig.OpenOperation);
    }

    [Fact]
    public async Task A_stream_whose_source_is_lost_is_not_stopped()
    {
        using CloudCliRig rig = await new CloudCliRig().RegisteredAsync();
        rig.LoseRegion();
        (int code, string output, _) = await rig.RunAsync("stream", "stop", Pair, "--yes");
        Assert.Equal(3, code);
        Assert.Contains("[SourceHealthy]", output);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task Another_operator_at_the_same_time_ends_with_6()
    {
        using CloudCliRig rig = await new CloudCliRig(s => s with { CockroachInitialScanStuck = true }).RegisteredAsync();
        await rig.StopByHandAsync();
        Task<SimulatorRequest> asked = rig.World.NextRequestAsync(r => r.Kind == "StreamCreate");
        using CrdrProcess first = rig.Start("stream", "new", Pair, "--yes", "--discard-writes-on", "recovery");
        await CloudCliRig.UntilAsync(first, asked);
        (int code, string output, _) = await rig.RunAsync("stream", "new", Pair, "--yes", "--discard-writes-on", "recovery");
        Assert.Equal(6, code);
        Assert.Contains("[PairBusy]", output);
        Assert.Contains($"process {first.Id}", output);
    }
}
