using System.Text.Json;

namespace CrdrTools.Tests.Cli;

/// <summary><c>crdr playbook</c> and <c>crdr schedule</c>: what needs no PowerShell, over the same records.</summary>
public sealed class PlaybookCommandTests : IDisposable
{
    private readonly CliRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Playbooks_are_listed_shown_checked_and_confirmed_and_run_elsewhere()
    {
        await _rig.RegisterAsync();
        (int code, string output, string err) = await _rig.RunAsync("playbook", "list", "--json");
        Assert.True(code == 0, output + err);
        Assert.Equal(["failback", "game-day", "planned-switchover", "post-recovery-tasks", "pre-flight-check", "read-replica-outage", "regional-failover", "scheduled-rotation"],
            JsonDocument.Parse(output).RootElement.EnumerateArray().Where(p => p.GetProperty("kind").GetString() == "Playbook").Select(p => p.GetProperty("name").GetString()!).Order());

        (code, output, _) = await _rig.RunAsync("playbook", "show", "failback");
        Assert.Equal(0, code);
        Assert.Contains("Restore-CrdrPrimary", output, StringComparison.Ordinal);
        Assert.Contains("pwsh -NoProfile -Command \"Import-Module CrdrTools; Invoke-CrdrPlaybook failback <pair>\"", output, StringComparison.Ordinal);

        (code, output, _) = await _rig.RunAsync("playbook", "check", "failback", "--pair", "pg-demo");
        Assert.Equal(4, code);
        Assert.Contains("[OwnerMissing]", output, StringComparison.Ordinal);
        Assert.Contains("Whether the commands in them exist was not looked at", output, StringComparison.Ordinal);

        (code, output, err) = await _rig.RunAsync("playbook", "confirm", "failback", "--owner", "the database team", "--reason", "read together");
        Assert.True(code == 0, output + err);
        Assert.Contains("for pg-demo. Due again on", output, StringComparison.Ordinal);
        (code, output, _) = await _rig.RunAsync("playbook", "check", "failback", "--pair", "pg-demo", "--json");
        Assert.Equal((0, "[]"), (code, output.Trim()));
        (code, _, err) = await _rig.RunAsync("playbook", "run", "failback", "pg-demo");
        Assert.Equal(3, code);
        Assert.Contains("Import-Module CrdrTools; Invoke-CrdrPlaybook failback pg-demo", err, StringComparison.Ordinal);
        Assert.Equal(2, (await _rig.RunAsync("playbook", "show", "none")).Code);
        Assert.Equal(2, (await _rig.RunAsync("playbook", "confirm", "failback")).Code);
    }

    [Fact]
    public async Task What_is_due_is_told_until_it_was_done_and_status_says_when_that_was()
    {
        await _rig.RegisterAsync();
        (_, string status, _) = await _rig.RunAsync("status", "pg-demo");
        Assert.Contains("Last proven: never", status, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_rig.Folder, "schedule.json"), """
            { "schedules": [ { "name": "quarterly", "kind": "rotation", "pairs": [ "pg-*" ], "every": "3 months", "from": "2020-01-01" },
                             { "name": "yearly", "kind": "drill", "pairs": [ "pg-demo" ], "every": "1 year", "from": "2020-01-01" } ] }
            """);
        Assert.Equal(["quarterly", "yearly"], await DueAsync());

        (int code, string output, string err) = await _rig.RunAsync("switchover", "pg-demo", "--to", "recovery", "--yes");
        Assert.True(code == 0, output + err);
        Assert.Equal(["yearly"], await DueAsync());
        Assert.Equal(["yearly"], await DueAsync("--at", DateTimeOffset.UtcNow.AddDays(80).ToString("O")));
        Assert.Equal(["quarterly", "yearly"], await DueAsync("--at", DateTimeOffset.UtcNow.AddDays(100).ToString("O")));
        (_, status, _) = await _rig.RunAsync("status", "pg-demo");
        Assert.Contains($"Last proven: {DateTime.UtcNow:yyyy-MM-dd} by Switchover (simulated)", status, StringComparison.Ordinal);

        (code, output, err) = await _rig.RunAsync("drill", "--report", Path.Combine(_rig.Folder, "drill"), "--rebuild-seconds", "0.2", "--for", "pg-demo", "--note", "went well");
        Assert.True(code == 0, output + err);
        Assert.Empty(await DueAsync());
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(_rig.Environment["CRDR_STATE"], "drills", "pg-demo")));
        Assert.Equal("went well", JsonDocument.Parse(File.ReadAllText(kept)).RootElement.GetProperty("note").GetString());
        (_, status, _) = await _rig.RunAsync("status", "pg-demo");
        Assert.Contains("by Drill (simulated)", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("schedule none")]
    [InlineData("schedule --at yesterday")]
    public async Task What_is_not_there_or_not_meant_is_a_usage_error(string line) => Assert.Equal(2, (await _rig.RunAsync(line.Split(' '))).Code);

    private async Task<IEnumerable<string>> DueAsync(params string[] more)
    {
        (int code, string output, string err) = await _rig.RunAsync(["schedule", "--due", "--json", .. more]);
        Assert.True(code == 0, output + err);
        return JsonDocument.Parse(output).RootElement.EnumerateArray().Select(r => r.GetProperty("name").GetString()!).Order();
    }
}
