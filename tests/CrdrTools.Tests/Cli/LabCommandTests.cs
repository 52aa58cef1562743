using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr lab: what it takes, and what it refuses before a server is started.</summary>
public class LabCommandTests
{
    [Fact]
    public async Task Usage_errors_end_with_2_and_make_nothing()
    {
        using CliRig rig = new();
        string folder = Path.Combine(rig.Folder, "lab");
        foreach (string[] arguments in new[]
        {
            ["lab"], ["lab", "sideways"], ["lab", "up", "--nodes", "4"], ["lab", "up", "--nodes", "two"], ["lab", "up", "--with", "nginx"], ["lab", "up", "--with", "haproxy,nginx"],
            ["lab", "up", "--wal-segment-size", "3"], ["lab", "up", "--base-port", "80"], ["lab", "up", "--register", "../out"], new[] { "lab", "status" },
        })
        {
            (int code, _, string err) = await rig.RunAsync(arguments.Length > 1 ? [.. arguments, "--folder", folder] : arguments);
            Assert.True(code == 2, $"{string.Join(' ', arguments)}: {code} {err}");
            Assert.Contains("crdr: ", err);
            Assert.False(Directory.Exists(folder));
        }
    }

    [Fact]
    public async Task The_folder_comes_from_the_option_or_else_from_the_environment()
    {
        using CliRig rig = new();
        rig.Environment["CRDR_LAB"] = Path.Combine(rig.Folder, "usual");
        (int code, string output, _) = await rig.RunAsync("lab", "down");
        Assert.Equal(0, code);
        Assert.Contains(rig.Environment["CRDR_LAB"], output);
        (code, output, _) = await rig.RunAsync("lab", "down", "--folder", Path.Combine(rig.Folder, "other"), "--json");
        Assert.Equal(0, code);
        using JsonDocument parsed = JsonDocument.Parse(output);
        Assert.False(parsed.RootElement.GetProperty("existed").GetBoolean());
        Assert.EndsWith("other", parsed.RootElement.GetProperty("folder").GetString());
        (code, _, string err) = await rig.RunAsync("lab", "status");
        Assert.Equal(2, code);
        Assert.Contains("[LabNotFound]", err);
        Assert.Contains("crdr lab up", err);
    }

    [Fact]
    public async Task A_folder_that_is_no_lab_is_refused_with_3_and_left_as_it_is()
    {
        using CliRig rig = new();
        string folder = Directory.CreateDirectory(Path.Combine(rig.Folder, "mine")).FullName;
        File.WriteAllText(Path.Combine(folder, "kept"), "");
        (int code, _, string err) = await rig.RunAsync("lab", "down", "--folder", folder);
        Assert.Equal(3, code);
        Assert.Contains("[LabFolderForeign]", err);
        Assert.True(File.Exists(Path.Combine(folder, "kept")));
    }

    [Fact]
    public async Task Remains_of_a_lab_are_taken_down_whatever_they_are()
    {
        using CliRig rig = new();
        string folder = Directory.CreateDirectory(Path.Combine(rig.Folder, "rest")).FullName;
        File.WriteAllText(Path.Combine(folder, ".crdr-lab"), "");
        File.WriteAllText(Path.Combine(folder, "lab.json"), "{ torn");
        (int code, _, string err) = await rig.RunAsync("lab", "status", "--folder", folder);
        Assert.Equal(3, code);
        Assert.Contains($"crdr lab down --folder {folder}", err);
        Assert.Equal(0, (await rig.RunAsync("lab", "down", "--folder", folder)).Code);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Another_pair_of_that_name_is_not_replaced_and_no_lab_is_made_for_it()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        string folder = Path.Combine(rig.Folder, "lab"), before = File.ReadAllText(rig.PairFile);
        (int code, _, string err) = await rig.RunAsync("lab", "up", "--folder", folder, "--register", "pg-demo");
        Assert.Equal(2, code);
        Assert.Contains("[PairExists]", err);
        Assert.Equal(before, File.ReadAllText(rig.PairFile));
        Assert.False(Directory.Exists(folder));
    }
}
