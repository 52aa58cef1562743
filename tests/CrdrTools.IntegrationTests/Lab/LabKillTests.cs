using System.Diagnostics;
using CrdrTools.Core.Lab;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Lab;

/// <summary>A set-up that is killed anywhere can be taken down.</summary>
public class LabKillTests
{
    [ServerTheory("initdb")]
    [InlineData(".crdr-lab")]
    [InlineData("lab.json")]
    [InlineData("a/data/pg_wal")]
    [InlineData("a/data/base/1/PG_VERSION")]
    [InlineData("a/data/postmaster.pid")]
    [InlineData("a/postgresql.log")]
    [InlineData("b/data")]
    [InlineData("b/data/postmaster.pid")]
    public async Task Killed_when_this_is_there_down_leaves_nothing(string there)
    {
        string folder = TestLab.NewFolder();
        using (Process up = Up(folder))
        {
            await Poll.UntilAsync(() => up.HasExited || File.Exists(Path.Combine(folder, there)) || Directory.Exists(Path.Combine(folder, there)),
                () => $"{there} never came");
            up.Kill();
            await up.WaitForExitAsync();
            Assert.NotEqual(0, up.ExitCode);
        }
        CrdrException rest = await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.UpAsync(new() { Folder = folder }));
        Assert.Equal("LabExists", rest.ErrorId);
        Assert.Contains($"crdr lab down --folder {folder}", rest.Advice);

        await PostgresLab.DownAsync(folder);

        Assert.Empty(LabProcesses.In(folder));
        Assert.False(Directory.Exists(folder));
    }

    [ServerFact("initdb")]
    public async Task While_it_is_being_set_up_down_leaves_it_alone()
    {
        string folder = TestLab.NewFolder();
        using Process up = Up(folder);
        try
        {
            await Poll.UntilAsync(() => Directory.Exists(Path.Combine(folder, "a/data")), () => "it is not begun");
            Assert.Equal("LabBusy", (await Assert.ThrowsAsync<CrdrException>(() => PostgresLab.DownAsync(folder))).ErrorId);
            await up.WaitForExitAsync();
            Assert.Equal(0, up.ExitCode);
            Assert.True((await PostgresLab.StatusAsync(folder)).Healthy);
        }
        finally
        {
            if (!up.HasExited) up.Kill();
            await up.WaitForExitAsync();
            await PostgresLab.DownAsync(folder);
        }
    }

    private static Process Up(string folder) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "crdr.dll"), "lab", "up", "--folder", folder])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
