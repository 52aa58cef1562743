using System.Diagnostics;
using System.Text.Json;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Pairs;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Lab;

/// <summary>crdr lab, from up to down.</summary>
public class LabCommandTests
{
    [ServerFact("initdb", "psql", "haproxy")]
    public async Task The_printed_lines_lead_to_the_servers_the_pair_comes_and_goes_with_the_lab()
    {
        using TempFolder state = new();
        string folder = TestLab.NewFolder();
        try
        {
            (int code, string said, string err) = await RunAsync(state, "lab", "up", "--folder", folder, "--with", "haproxy", "--wal-segment-size", "1",
                "--register", "rehearsal");
            Assert.True(code == 0, err);
            string psql = said.Split('\n').Single(l => l.StartsWith("Applications:", StringComparison.Ordinal)).Split('\'')[1];
            using (ServerProcess asked = ServerProcess.Start("psql", psql, "-Atc", "SELECT current_user || ' on ' || inet_server_port()"))
            {
                await asked.SucceedAsync();
                Assert.Equal($"app on {PostgresLab.Read(folder)["a"].Port}", asked.Said.Trim());
            }
            Assert.Contains($"crdr lab down --folder {folder}", said);
            Assert.Equal("haproxy", new PairFile(state.At("pairs.json")).Get("rehearsal").Routes.Single().Name);

            (code, said, _) = await RunAsync(state, "lab", "status", "--folder", folder, "--json");
            Assert.Equal(0, code);
            using (JsonDocument status = JsonDocument.Parse(said))
                Assert.Equal("a", status.RootElement.GetProperty("nodes")[1].GetProperty("follows").GetString());

            ServerProcess.Signal((await PostgresLab.StatusAsync(folder))["b"].ProcessId!.Value, ServerProcess.SigKill);
            await Poll.UntilAsync(async () => !(await PostgresLab.StatusAsync(folder))["b"].Running, () => "b still runs");
            (code, said, _) = await RunAsync(state, "lab", "status", "--folder", folder);
            Assert.Equal(4, code);
            Assert.Contains("does not run", said);

            (code, _, err) = await RunAsync(state, "lab", "up", "--folder", folder);
            Assert.Equal(3, code);
            Assert.Contains("[LabExists]", err);

            (code, said, _) = await RunAsync(state, "lab", "down", "--folder", folder);
            Assert.Equal(0, code);
            Assert.Contains("the pair rehearsal", said);
            Assert.Empty(new PairFile(state.At("pairs.json")).Read());
            Assert.False(Directory.Exists(folder));
        }
        finally
        {
            await PostgresLab.DownAsync(folder);
        }
    }

    [ServerFact("initdb")]
    public async Task Stopped_in_the_middle_it_ends_with_5_and_leaves_nothing()
    {
        using TempFolder state = new();
        string folder = TestLab.NewFolder();
        using Process up = Start(state, "lab", "up", "--folder", folder);
        await Poll.UntilAsync(() => Directory.Exists(Path.Combine(folder, "b")), () => "it is not begun");
        ServerProcess.Signal(up.Id, ServerProcess.SigTerm);
        string err = await up.StandardError.ReadToEndAsync();
        await up.WaitForExitAsync();
        Assert.Equal(5, up.ExitCode);
        Assert.Contains("stopped", err);
        Assert.Empty(LabProcesses.In(folder));
        Assert.False(Directory.Exists(folder));
    }

    [ServerFact("initdb")]
    public async Task Root_believes_no_lab_that_somebody_else_has_laid_out()
    {
        if (!Environment.IsPrivilegedProcess) return;
        string folder = Directory.CreateDirectory(TestLab.NewFolder()).FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ".crdr-lab"), "");
            await ServerProcess.RunAsync("chown", "-R", "65534", folder);
            Assert.Equal("LabNotYours", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.DownAsync(folder))).ErrorId);
            Assert.Equal("LabNotYours", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.StatusAsync(folder))).ErrorId);
            Assert.True(Directory.Exists(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Out, string Err)> RunAsync(TempFolder state, params string[] arguments)
    {
        using Process process = Start(state, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    private static Process Start(TempFolder state, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "crdr.dll"), .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CRDR_PAIRS"] = state.At("pairs.json");
        start.Environment["CRDR_STATE"] = state.At("state");
        return Process.Start(start)!;
    }
}
