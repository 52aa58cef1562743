namespace CrdrTools.Tests.Cli;

/// <summary>S28: one process controls what another one runs; killed while it is paused, a third one takes it up.</summary>
public class ControlCommandTests
{
    [Fact]
    public async Task S28_S31_What_one_process_runs_others_pause_skip_and_take_up_when_it_was_killed()
    {
        using CliRig rig = new(s => s with { RebuildSeconds = 100_000 });
        await rig.RegisterAsync();
        Assert.Equal(0, (await rig.RunAsync("failover", "pg-demo", "--yes", "--allow-data-loss", "--give-up-healthy-primary")).Code);
        string id;
        Task asked = rig.Server.World.NextRequestAsync(r => r.Kind == "ServiceUpdate" && r.Body.Contains("passive"));
        using (CrdrProcess process = rig.Start("restore", "pg-demo", "--yes", "--take-over", "--take-over-window", "00:00-00:01"))
        {
            Task<(int Code, string Out, string Err)> ended = process.EndAsync();
            Assert.True(await Task.WhenAny(asked, ended) == asked, "it ended by itself");
            id = rig.OpenOperation!;
            (int code, string said, string err) = await rig.RunAsync("operation", "pause", id, "--reason", "the storage team is at it");
            Assert.True(code == 0, said + err);
            Assert.Contains($"crdr operation resume {id}", said);
            Assert.DoesNotContain("Resume-CrdrOperation", said);
            Assert.Contains("paused", (await rig.RunAsync("operation", "list")).Out);
            // It keeps the pair, and is told what to do without being taken up.
            Assert.Equal(6, (await rig.RunAsync("switchover", "pg-demo", "--to", "primary", "--yes")).Code);
            Assert.Equal(2, (await rig.RunAsync("operation", "skip", id, "--step", "await-window")).Code);
            (code, said, err) = await rig.RunAsync("operation", "skip", id, "--step", "take-over-primary", "--reason", "in a hurry");
            Assert.True(code == 3 && err.Contains("[StepNeeded]") && err.Contains("S7"), said + err);
            Assert.Equal(0, (await rig.RunAsync("operation", "skip", id, "--step", "await-window", "--reason", "CHG 17")).Code);
            Assert.Equal(0, (await rig.RunAsync("operation", "resume", id)).Code);
            Assert.Equal(0, (await rig.RunAsync("operation", "pause", id)).Code);
            await process.KillAsync();
        }
        Assert.Contains("Not ended", (await rig.RunAsync("operation", "show", id)).Out);
        rig.Server.World.Advance(TimeSpan.FromSeconds(100_001));
        (int last, string told, string trouble) = await rig.RunAsync("operation", "resume", id);
        Assert.True(last == 0, told + trouble);
        Assert.Contains("Left out: await-window", told);
        Assert.Equal(("active", "passive"), (rig.Role("pg-demo"), rig.Role("pg-demo-dr")));
    }
}
