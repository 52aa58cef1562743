using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CrdrTools.Tests.Cli;

/// <summary>crdr simulator: what it prints can be pasted.</summary>
public class CockroachSimulatorTests
{
    [Fact]
    public async Task The_printed_lines_register_the_pair_lose_its_region_and_show_it()
    {
        string folder = Directory.CreateTempSubdirectory("crdr-sim-").FullName;
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[] { Path.Combine(AppContext.BaseDirectory, "crdr.dll"), "simulator", "--sql-port", "0" }) start.ArgumentList.Add(argument);
        using Process simulator = Process.Start(start)!;
        try
        {
            List<string> lines = [];
            while (await simulator.StandardOutput.ReadLineAsync() is { } line)
            {
                lines.Add(line.Trim());
                if (line.StartsWith("All of it:", StringComparison.Ordinal)) break;
            }
            string text = string.Join("\n", lines);
            int sqlPort = int.Parse(Regex.Match(text, @"^sqlPort: (\d+)", RegexOptions.Multiline).Groups[1].Value);
            string sql = Regex.Match(text, "export CRDB_DEMO_SQL='([^']+)'").Groups[1].Value;
            Assert.Contains($"Port={sqlPort};", sql);
            Dictionary<string, string> environment = new()
            {
                ["CRDR_STATE"] = Path.Combine(folder, "state"), ["CRDR_PAIRS"] = Path.Combine(folder, "pairs.json"), ["COCKROACH_API_KEY"] = "demo", ["CRDB_DEMO_SQL"] = sql,
            };
            string[] register = [.. lines.Single(l => l.StartsWith("crdr pair register crdb-demo", StringComparison.Ordinal)).Split(' ')[1..], "--setting", "primarySql=env:CRDB_DEMO_SQL"];
            (int code, _, string err) = await CrdrProcess.RunAsync(environment, register);
            Assert.True(code == 0, err);
            Assert.Contains("crdr status crdb-demo", lines);
            Assert.Equal(0, (await CrdrProcess.RunAsync(environment, "status", "crdb-demo")).Code);
            (code, string output, err) = await CrdrProcess.RunAsync(environment, "settings", "crdb-demo", "--setting", "server.time_until_store_dead", "--execute");
            Assert.True(code == 0, output + err);

            Match disaster = Regex.Match(lines.Last(l => l.StartsWith("A disaster:", StringComparison.Ordinal)), "curl -X POST (\\S+) -d '(.+)'");
            using HttpClient http = new();
            using HttpResponseMessage lost = await http.PostAsync(new Uri(disaster.Groups[1].Value), new StringContent(disaster.Groups[2].Value));
            Assert.True(lost.IsSuccessStatusCode);
            (code, output, _) = await CrdrProcess.RunAsync(environment, "status", "crdb-demo");
            Assert.Equal(4, code);
            Assert.Contains("crdr failover crdb-demo", output);
        }
        finally
        {
            simulator.Kill();
            await simulator.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using CloudCliRig rig = new();
        (int code, _, string err) = await rig.RunAsync("simulator", "--sql-port", rig.Server.SqlPort.ToString());
        Assert.Equal(2, code);
        Assert.Contains("[PortTaken]", err);
    }
}
