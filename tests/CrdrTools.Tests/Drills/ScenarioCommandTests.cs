using System.Text.Json;
using CrdrTools.Tests.Cli;
using CrdrTools.Tests.Conventions;

namespace CrdrTools.Tests.Drills;

/// <summary>crdr drill --scenario.</summary>
public class ScenarioCommandTests
{
    private static readonly string s_shipped = Path.Combine(Repository.Module, "playbooks", "scenarios", "region-lost.json");

    [Fact]
    public async Task A_scenario_whose_expectation_is_wrong_ends_with_4_and_the_words_and_the_verdict_is_kept()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        string wrong = Path.Combine(rig.Folder, "wrong.json");
        File.WriteAllText(wrong, File.ReadAllText(s_shipped).Replace("\"FailedOver\"", "\"Protected\""));
        string reports = Path.Combine(rig.Folder, "reports");
        (int code, string output, string err) = await rig.RunAsync("drill", "--scenario", wrong, "--report", reports, "--rebuild-seconds", "0.4", "--for", "pg-demo", "--note", "wrongly expected", "--json");
        Assert.True(code == 4, output + err);
        using JsonDocument verdict = JsonDocument.Parse(output);
        Assert.False(verdict.RootElement.GetProperty("passed").GetBoolean());
        Assert.Contains("step 2 (Failover): expected Succeeded, Protected; it ended Succeeded, FailedOver: ", File.ReadAllText(Directory.GetFiles(reports, "*.md").Single()));
        Assert.Contains("wrongly expected", File.ReadAllText(Directory.GetFiles(Path.Combine(rig.Environment["CRDR_STATE"], "drills"), "*.json", SearchOption.AllDirectories).Single()));
    }

    [Fact]
    public async Task A_misspelt_scenario_is_a_usage_error_with_its_place()
    {
        using CliRig rig = new();
        string wrong = Path.Combine(rig.Folder, "wrong.json");
        File.WriteAllText(wrong, File.ReadAllText(s_shipped).Replace("\"region-back\"", "\"region-home\""));
        (int code, _, string err) = await rig.RunAsync("drill", "--scenario", wrong, "--report", Path.Combine(rig.Folder, "reports"));
        Assert.Equal(2, code);
        Assert.Contains("[ScenarioInvalid]", err);
        Assert.Contains("wrong.json cannot be read: line 9, ", err);
    }
}
