using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr drill --provider CockroachCloud.</summary>
public class CockroachDrillTests
{
    [Fact]
    public async Task The_drill_goes_there_and_back_passes_and_leaves_its_reports()
    {
        using CloudCliRig rig = new();
        string reports = Path.Combine(Path.GetDirectoryName(rig.PairFile)!, "reports");
        (int code, JsonElement drill) = await rig.JsonAsync("drill", "--provider", "CockroachCloud", "--report", reports, "--rebuild-seconds", "0.5");
        Assert.True(code == 0, drill.ToString());
        Assert.Contains("POST a replication stream crdb-demo-dr -> crdb-demo", File.ReadAllText(Directory.GetFiles(reports, "*.md").Single()));
        Assert.True(drill.GetProperty("loss").GetProperty("writes").GetInt64() >= 0);
    }

    [Fact]
    public async Task A_drill_of_nobody_is_a_usage_error()
    {
        using CloudCliRig rig = new();
        (int code, _, string err) = await rig.RunAsync("drill", "--provider", "Nobody", "--report", Path.GetDirectoryName(rig.PairFile)!);
        Assert.Equal(2, code);
        Assert.Contains("[DrillNotOffered]", err);
    }
}
