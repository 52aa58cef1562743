using System.Diagnostics;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.PgBouncer;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql.Nodes;

public class StartStopTests
{
    [ServerFact("initdb")]
    public async Task A_server_is_stopped_cleanly_and_seen_so()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        await using NpgsqlConnection open = await a.OpenAsync();
        Assert.True((await a.Node.LookAsync(default)).Running);

        await a.StopAsync();

        NodeState state = await a.Node.LookAsync(default);
        Assert.Equal((false, true, false), (state.Running, state.Control!.ShutDownAsPrimary, state.StartsAsStandby));
        await a.StopAsync();
    }

    [ServerFact("initdb")]
    public async Task A_start_is_its_own_session_and_holds_no_files_of_ours()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        string[] status = (await File.ReadAllTextAsync($"/proc/{a.Process}/stat")).Split(") ")[1].Split(' ');
        Assert.Equal($"{a.Process}", status[3]);
        string log = a.Data + ".start.log";
        Assert.Equal("/dev/null", new FileInfo($"/proc/{a.Process}/fd/0").LinkTarget);
        Assert.Equal((log, log), (new FileInfo($"/proc/{a.Process}/fd/1").LinkTarget, new FileInfo($"/proc/{a.Process}/fd/2").LinkTarget));
        Assert.Equal(Posix.Stat(a.Data)!.Value.Owner, Posix.Stat($"/proc/{a.Process}")!.Value.Owner);
        await a.Node.StartAsync(default);
    }

    [ServerFact("initdb")]
    public async Task A_start_that_fails_tells_what_the_server_said()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.CreateAsync(settings: "no_such_setting = 1");
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => a.Node.StartAsync(default));
        Assert.Equal("NodeStartFailed", error.ErrorId);
        Assert.Contains("no_such_setting", error.Message);
    }

    [ServerFact("initdb")]
    public async Task A_stop_over_its_limit_says_so_and_a_stop_in_the_other_mode_still_works()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync();
        // A frozen server gets the signal and does nothing.
        Signal(a.Process, "STOP");
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => a.Node.StopAsync(StopMode.Fast, TimeSpan.FromMilliseconds(200), default));
        Assert.Equal(("NodeStopTimeout", CrdrErrorKind.Timeout), (error.ErrorId, error.Kind));
        Assert.True((await a.Node.LookAsync(default)).Running);
        Signal(a.Process, "CONT");
        await a.StopAsync(StopMode.Immediate);
        Assert.False((await a.Node.LookAsync(default)).Running);
    }

    [ServerFact("initdb", "pg_basebackup")]
    public async Task A_fast_stop_with_a_standby_attached_gives_it_the_last_record()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), b = await lab.StandbyAsync(a);
        await a.ExecuteAsync("CREATE TABLE t (n int)");

        await a.StopAsync();

        ControlFile ended = await a.Node.ControlAsync(default);
        Assert.True(ended.ShutDownAsPrimary);
        await Poll.UntilAsync(async () => await b.ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() > '{ended.Checkpoint}'"), () => "the shutdown record has not arrived");
    }

    [ServerFact("initdb", "setpriv")]
    public async Task Trap07_A_killed_server_that_nobody_has_reaped_counts_as_stopped_and_is_no_obstacle()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.CreateAsync();
        // The shell becomes a program that never asks how its child has ended.
        using ServerProcess parent = ServerProcess.StartAs(OwnedFolder.User, "sh", "-c", $"{Free.Program("postgres")} -D {a.Data} & exec sleep 600");
        await a.ReadyAsync();
        int killed = a.Process;
        string socket = Path.Combine(lab.Folder, $".s.PGSQL.{a.Port}.lock");
        Assert.True(File.Exists(socket));
        Signal(killed, "KILL");
        await Poll.UntilAsync(() => File.ReadAllText($"/proc/{killed}/stat").Contains(") Z "), () => "it is no zombie");

        Assert.False((await a.Node.LookAsync(default)).Running);
        await a.StopAsync();
        Assert.True(File.Exists(a.At("postmaster.pid")));
        await a.StartAsync();

        Assert.Contains(") Z ", File.ReadAllText($"/proc/{killed}/stat"));
        Assert.NotEqual(killed, a.Process);
    }

    [ServerFact("initdb", "setpriv")]
    public async Task A_lock_file_with_the_id_of_another_program_is_no_server_and_that_program_is_left_alone()
    {
        await using NodeLab lab = new();
        NodeServer a = await lab.PrimaryAsync(), other = await lab.PrimaryAsync("other");
        string left = a.Read("postmaster.pid");
        await a.StopAsync();
        // The same user's, or PostgreSQL would not mind it; once any program, once the server of another directory.
        using ServerProcess stranger = ServerProcess.StartAs(OwnedFolder.User, "sleep", "600");
        foreach (int pid in new[] { stranger.Pid, other.Process })
        {
            a.Write("postmaster.pid", string.Join('\n', left.Split('\n').Skip(1).Prepend($"{pid}")));
            Assert.False((await a.Node.LookAsync(default)).Running);
            await a.StopAsync();
            await a.StartAsync();
            Assert.NotEqual(pid, a.Process);
            await a.StopAsync();
        }
        Assert.False(stranger.HasExited);
        Assert.Equal(1, await other.ScalarAsync<int>("SELECT 1"));
    }

    private static void Signal(int process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
    }
}
