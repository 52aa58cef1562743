using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary><c>crdr report</c>: where it goes, what it ends with, and that it is written whatever the journal is like.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private readonly CliRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_report_goes_where_it_is_told_and_is_not_written_over()
    {
        string id = await SwitchedOverAsync();
        string folder = Path.Combine(_rig.Folder, "reports") + "/", page = Path.Combine(folder, $"crdr-{id}.html");
        (int code, string output, string err) = await _rig.RunAsync("report", id, "--out", folder);
        Assert.True((code, output.Trim()) == (0, page), output + err);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(page), StringComparison.Ordinal);
        (code, _, err) = await _rig.RunAsync("report", id, "--out", folder);
        Assert.Equal(2, code);
        Assert.Contains("[ReportExists]", err, StringComparison.Ordinal);
        (code, output, _) = await _rig.RunAsync("report", "--pair", "pg-demo", "--out", folder, "--force", "--json");
        Assert.Equal(0, code);
        JsonElement written = JsonDocument.Parse(output).RootElement.EnumerateArray().Single();
        Assert.Equal((id, page, "Html", "Intact"), (written.GetProperty("operation").GetString(), written.GetProperty("file").GetString(), written.GetProperty("format").GetString(), written.GetProperty("chain").GetString()));
        (code, output, _) = await _rig.RunAsync("report", id, "--format", "junit", "--out", "-");
        Assert.Equal(0, code);
        Assert.Equal("testsuites", System.Xml.Linq.XDocument.Parse(output).Root!.Name.LocalName);
    }

    [Fact]
    public async Task A_journal_that_was_altered_ends_with_4_and_the_report_is_written_and_names_the_line()
    {
        string id = await SwitchedOverAsync();
        string journal = Directory.GetFiles(_rig.Environment["CRDR_STATE"], id + ".jsonl", SearchOption.AllDirectories).Single();
        string[] lines = File.ReadAllLines(journal);
        lines[1] = lines[1].Replace("take-over", "give-over", StringComparison.Ordinal);
        File.WriteAllText(journal, string.Join("\n", lines) + "\n");
        string file = Path.Combine(_rig.Folder, "report.md");
        (int code, _, string err) = await _rig.RunAsync("report", id, "--format", "markdown", "--out", file);
        Assert.Equal(4, code);
        Assert.Contains("line 2 was altered", err, StringComparison.Ordinal);
        Assert.Contains("[JournalDamaged]", err, StringComparison.Ordinal);
        Assert.Contains("Broken: line 2 was altered after it was written.", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report")]
    [InlineData("report none")]
    [InlineData("report none --pair pg-demo")]
    [InlineData("report --pair pg-demo")]
    [InlineData("report --pair pg-demo --last 0")]
    [InlineData("report none --last 2")]
    [InlineData("report none --format pdf")]
    public async Task What_is_not_there_or_not_meant_is_a_usage_error(string line) => Assert.Equal(2, (await _rig.RunAsync(line.Split(' '))).Code);

    private async Task<string> SwitchedOverAsync()
    {
        await _rig.RegisterAsync();
        (int code, string output, string err) = await _rig.RunAsync("switchover", "pg-demo", "--to", "recovery", "--yes", "--json");
        Assert.True(code == 0, output + err);
        return JsonDocument.Parse(output).RootElement.GetProperty("id").GetString()!;
    }
}
