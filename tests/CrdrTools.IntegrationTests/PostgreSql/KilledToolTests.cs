using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S31: our own process is killed, or put to sleep, anywhere; whoever resumes ends with one writer that has all that was acknowledged.</summary>
public class KilledToolTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    private const int SigStop = 19, SigCont = 18;

    [ServerTheory("initdb", "haproxy")]
    [InlineData("asked")]
    [InlineData("stopped")]
    [InlineData("promoted")]
    [InlineData("rejoining")]
    public async Task S31_A_switchover_that_is_killed_is_resumed_to_one_writer(string moment)
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await KillAndResumeAsync(rig, Moment(rig, "a", "b", moment, "move-to-recovery", "rejoin-primary"), "switchover", "rig", "--to", "recovery", "--yes");
        await rig.OneWriterHasAllAsync("b", clients);
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
        await rig.SwitchoverAsync(Side.Primary);
        await rig.OneWriterHasAllAsync("a", clients);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("asked")]
    [InlineData("promoted")]
    public async Task S31_A_failover_that_is_killed_is_resumed_to_one_writer(string moment)
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        await KillAndResumeAsync(rig, Moment(rig, "a", "b", moment, "fail-over-to-recovery", "none"), "failover", "rig", "--max-data-loss", "300", "--yes");
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        IReadOnlyList<Acknowledged> lost = await rig.LostAsync("b", clients);
        // What only the killed one had acknowledged may be lost, and nothing of the other's.
        Assert.All(lost, l => Assert.Equal(rig.Lab["a"].Port, l.Port));
        await rig.OneWriterHasAllAsync("b", clients, lost.Count);
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost.Count);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("kept")]
    [InlineData("rewinding")]
    [InlineData("rejoined")]
    [InlineData("stopped")]
    [InlineData("promoted")]
    public async Task S31_A_restore_with_take_over_that_is_killed_is_resumed_to_one_writer(string moment)
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        IReadOnlyList<Acknowledged> lost = await rig.LostAsync("b", clients);
        string at = Path.GetDirectoryName(rig.Lab["a"].Data)!;
        int kept = Directory.GetDirectories(at, "data.kept-*").Length;
        Func<bool> now = moment switch
        {
            "kept" => () => Directory.GetDirectories(at, "data.kept-*").Length > kept,
            "rewinding" => () => Directory.Exists(rig.Lab["a"].Data + ".crdr-unfinished"),
            "rejoined" => () => Lines(rig).Any(l => l.Contains("\"step\":\"rejoin-primary\"") && l.Contains("\"kind\":\"Done\"")),
            _ => Moment(rig, "b", "a", moment, "move-to-primary", "none"),
        };
        await KillAndResumeAsync(rig, now, "restore", "rig", "--take-over", "--discard-writes-on", "primary", "--yes");
        await rig.OneWriterHasAllAsync("a", clients, lost.Count);
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S31_Killed_at_each_line_of_its_journal_a_switchover_is_resumed_to_one_writer()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        for (int lines = 1, some = PgRig.Thorough ? 1 : 4; lines <= 14; lines += some)
        {
            Side to = (await rig.StatusAsync()).ActiveMember!.Value == Side.Primary ? Side.Recovery : Side.Primary;
            int count = lines;
            await KillAndResumeAsync(rig, () => Lines(rig).Length >= count, "switchover", "rig", "--to", to.ToString().ToLowerInvariant(), "--yes");
            await rig.OneWriterHasAllAsync(to == Side.Primary ? "a" : "b", clients);
        }
        if ((await rig.StatusAsync()).ActiveMember != Side.Primary) await rig.SwitchoverAsync(Side.Primary);
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S31_Killed_at_each_line_of_its_journal_a_failover_is_resumed_to_one_writer()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        for (int lines = 1; lines <= 14; lines++)
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            int count = lines;
            await rig.Test.KillAsync("a");
            int told = clients.Count;
            await KillAndResumeAsync(rig, () => Lines(rig).Length >= count, "failover", "rig", "--max-data-loss", "300", "--yes");
            await clients.WriteOnAsync(rig.Lab["b"].Port);
            IReadOnlyList<Acknowledged> missing = await rig.LostAsync("b", clients);
            HashSet<Acknowledged> early = [.. clients.Told().Take(told)];
            Assert.All(missing, l => Assert.True(early.Contains(l), $"line {count}: {l} was written after the kill"));
            int lost = missing.Count;
            await rig.OneWriterHasAllAsync("b", clients, lost);
            await rig.RestoreAsync(takeOver: true);
            await rig.OneWriterHasAllAsync("a", clients, lost);
        }
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S31_Killed_at_each_line_of_its_journal_a_restore_with_take_over_is_resumed_to_one_writer()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        for (int lines = 1; lines <= 26; lines++)
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            await rig.Test.KillAsync("a");
            await rig.SucceedAsync(PgRig.Failover);
            await clients.WriteOnAsync(rig.Lab["b"].Port);
            int lost = (await rig.LostAsync("b", clients)).Count, count = lines;
            await KillAndResumeAsync(rig, () => Lines(rig).Length >= count, "restore", "rig", "--take-over", "--discard-writes-on", "primary", "--yes");
            await rig.OneWriterHasAllAsync("a", clients, lost);
            Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
        }
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("stopping")]
    [InlineData("stopped")]
    public async Task S6_S28_A_switchover_that_is_killed_before_it_promotes_is_rolled_back_to_a_writer_with_open_doors(string moment)
    {
        PgRig rig = await fixture.AtHomeAsync();
        await CutAndRolledBackAsync(rig, moment);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("closed")]
    [InlineData("stopped")]
    public async Task S6_S28_A_handover_that_is_killed_before_it_promotes_is_rolled_back_to_a_writer_with_open_doors(string moment)
    {
        await using PgRig rig = await PgRig.UpAsync(null, p => p with { Settings = RuleTests.With(p, "cutover", "handover") });
        // Where something else may write it is stopped cleanly instead.
        if (moment == "stopped") await rig.DoAsync("a", "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false, slot_name = 's')");
        if (moment == "stopped") await rig.DoAsync("a", "ALTER SUBSCRIPTION s ENABLE");
        await CutAndRolledBackAsync(rig, moment);
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("clean")]
    [InlineData("handover")]
    public async Task S7_A_switchover_that_is_killed_once_it_has_promoted_is_not_rolled_back(string cutover)
    {
        await using PgRig rig = await PgRig.UpAsync(null, p => p with { Settings = RuleTests.With(p, "cutover", cutover) });
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        string open;
        using (CrdrRun run = rig.Start("switchover", "rig", "--to", "recovery", "--yes"))
        {
            await WhenAsync(run, Moment(rig, "a", "b", "promoted", "move-to-recovery", "rejoin-primary"), () => run.Signal(ServerProcess.SigKill));
            await run.EndAsync();
            open = rig.OpenOperation!;
        }
        (int code, string said, string err) = await rig.CliAsync("operation", "stop", open, "--rollback");
        Assert.True(code == 5, $"{code}: {said}{err}");
        Assert.Contains("PastPointOfNoReturn", said + err);
        (code, said, err) = await rig.CliAsync("operation", "resume", open, "--settle-time", "1");
        Assert.True(code == 0, said + err);
        await rig.OneWriterHasAllAsync("b", clients);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S6_S31_A_take_over_that_is_killed_with_nobody_writing_goes_on()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await rig.SwitchoverAsync(Side.Recovery);
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        string open = await CutAsync(rig, "b", "a", "stopped", "restore", "rig", "--take-over", "--yes");
        Assert.Empty(await rig.WritersAsync());
        (int code, string said, string err) = await rig.CliAsync("operation", "resume", open, "--settle-time", "1");
        Assert.True(code == 0, said + err);
        await rig.OneWriterHasAllAsync("a", clients);
    }

    private static async Task CutAndRolledBackAsync(PgRig rig, string moment)
    {
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        string hba = Path.Combine(rig.Lab["a"].Data, "pg_hba.conf"), doors = File.ReadAllText(hba);
        string open = await CutAsync(rig, "a", "b", moment, "switchover", "rig", "--to", "recovery", "--yes");
        Assert.Equal(moment == "closed", File.ReadAllText(hba) != doors);
        Assert.Equal(moment == "closed", (await rig.WritersAsync()).Count == 1);

        (int code, string said, string err) = await rig.CliAsync("operation", "stop", open, "--rollback");

        Assert.True(code is 0 or 3, $"{code}: {said}{err}");
        Assert.Contains("RolledBack", said + err);
        Assert.Null(rig.OpenOperation);
        Assert.Equal(doors, File.ReadAllText(hba));
        // By the proxy, and past it.
        await rig.OneWriterHasAllAsync("a", clients);
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "SELECT 1");
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
        await rig.SwitchoverAsync(Side.Recovery);
        await rig.OneWriterHasAllAsync("b", clients);
        await rig.SwitchoverAsync(Side.Primary);
    }

    /// <summary>Kills it for certain before the promotion. Gives the operation it leaves.</summary>
    private static async Task<string> CutAsync(PgRig rig, string old, string to, string moment, params string[] command)
    {
        using CrdrRun run = rig.Start(command);
        await BeforePromotionAsync(rig, run, old, to, moment, run.KillAsync);
        return rig.OpenOperation!;
    }

    /// <summary>Does something for certain with the doors of the old side closed, with that on its way down, or with it stopped: always before the promotion, which is held up.</summary>
    private static async Task BeforePromotionAsync(PgRig rig, CrdrRun run, string old, string to, string moment, Func<Task> then)
    {
        string hba = Path.Combine(rig.Lab[old].Data, "pg_hba.conf");
        using Frozen session = await Frozen.SessionAsync(rig, old);
        Frozen? replay = null;
        try
        {
            await Poll.UntilAsync(() => run.HasExited || (moment == "closed" ? File.ReadAllText(hba).Contains("crdr closed the doors", StringComparison.Ordinal) : rig.Stopping(old)), () => $"it does not come to where {old} is {moment}");
            if (moment == "stopped")
            {
                replay = await Frozen.ReplayAsync(rig, to);
                session.Dispose();
                await Poll.UntilAsync(() => run.HasExited || Postmaster.Of(rig.Lab[old].Data) is null, () => $"{old} does not stop");
            }
            Assert.False(run.HasExited, "it has ended by itself");
            await then();
        }
        finally
        {
            replay?.Dispose();
        }
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S14_One_that_slept_while_somebody_started_the_old_primary_again_does_not_promote()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        Task byHand = Task.CompletedTask;
        HookRoute hook = new() { Fencing = async () =>
        {
            // What keeps it from going on stands for a sleep: it waits, and the world goes on.
            await rig.DoAsync("b", "SELECT pg_wal_replay_pause()");
            byHand = Task.Run(async () =>
            {
                await Poll.UntilAsync(() => Postmaster.Of(rig.Lab["a"].Data) is null, () => "a is not stopped");
                await Poll.UntilAsync(() => CrdrTools.Core.Lab.LabProcesses.In(rig.Lab.Folder).All(p => p.Folder != rig.Lab["a"].Data), () => "a has not ended");
                await rig.Test.StartAsync("a");
                await rig.DoAsync("a", "CREATE TABLE IF NOT EXISTS by_hand (n int)");
                await rig.DoAsync("b", "SELECT pg_wal_replay_resume()");
            });
        } };
        CrdrOperation back = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, hook.On(rig));
        Exception? trouble = await Record.ExceptionAsync(() => byHand);
        Assert.True(back is { Outcome: CrdrOutcome.RolledBack, ErrorId: "OldSideStartedAgain" }, $"{PgRig.Words(back)}\n{File.ReadAllText(back.Journal!)}\n{trouble}");
        await rig.OneWriterHasAllAsync("a", clients);
        Assert.True(await rig.Test.AskAsync<bool>("a", "SELECT to_regclass('by_hand') IS NOT NULL"));
        await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
    }

    [ServerTheory("initdb", "haproxy")]
    [InlineData("stopped")]
    [InlineData("promoted")]
    public async Task S13_S14_While_one_sleeps_no_other_takes_over_and_it_ends_what_it_began(string moment)
    {
        PgRig rig = await fixture.AtHomeAsync();
        using TempFolder elsewhere = new();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        uint before = (await rig.Test.StatusAsync())["b"].Timeline!.Value;
        using CrdrRun run = rig.Start("switchover", "rig", "--to", "recovery", "--yes");
        if (moment == "stopped") await BeforePromotionAsync(rig, run, "a", "b", moment, SleepAsync);
        else await WhenAsync(run, Moment(rig, "a", "b", moment, "move-to-recovery", "rejoin-primary"), () => run.Signal(SigStop));
        string open = rig.OpenOperation!;
        Assert.NotNull(open);
        Assert.Equal(6, (await rig.CliAsync("operation", "resume", open)).Code);
        CrdrOperation other = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, state: elsewhere.Path);
        // Where it has promoted already, the other one finds nothing left to move.
        Assert.True(moment == "stopped" ? other.ErrorId == "PairBusy" : other.Steps.All(s => !s.MovesWrites || s.State == StepProgress.Passed) || other.Outcome == CrdrOutcome.Refused, PgRig.Words(other));
        run.Signal(SigCont);
        (int code, string said, string err) = await run.EndAsync();
        if (code != 0) (code, said, err) = await rig.CliAsync("operation", "resume", open, "--settle-time", "1");
        Assert.True(code == 0, said + err);
        await rig.OneWriterHasAllAsync("b", clients);
        Assert.Equal(before + 1, (await rig.Test.StatusAsync())["b"].Timeline);
        await rig.SwitchoverAsync(Side.Primary);

        Task SleepAsync()
        {
            run.Signal(SigStop);
            return Task.CompletedTask;
        }
    }

    /// <summary>Whether it has come that far, as files tell.</summary>
    private static Func<bool> Moment(PgRig rig, string old, string to, string moment, string move, string rejoin)
    {
        string log = Path.Combine(rig.Lab[to].Data, "pg_wal");
        return moment switch
        {
            "asked" => () => Lines(rig).Any(l => l.Contains($"\"step\":\"{move}\"") && l.Contains("\"kind\":\"Intent\"")),
            "stopped" => () => Lines(rig).Any(l => l.Contains($"\"step\":\"{move}\"") && l.Contains("\"kind\":\"Intent\"")) && !File.Exists(Path.Combine(rig.Lab[old].Data, "postmaster.pid")),
            // One that was rewound brings the other's histories along: counted from when it is told to move.
            "promoted" => () => Lines(rig).Any(l => l.Contains($"\"step\":\"{move}\"") && l.Contains("\"kind\":\"Intent\"")) && string.CompareOrdinal(Newest(log), Newest(Path.Combine(rig.Lab[old].Data, "pg_wal"))) > 0,
            "rejoining" => () => Lines(rig).Any(l => l.Contains($"\"step\":\"{rejoin}\"") && l.Contains("\"kind\":\"Intent\"")),
            _ => throw new ArgumentOutOfRangeException(nameof(moment)),
        };
    }

    private static string Newest(string log) => Directory.Exists(log) ? Directory.GetFiles(log, "*.history").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).LastOrDefault() ?? "" : "";

    /// <summary>The lines of the newest journal, while it is open.</summary>
    private static string[] Lines(PgRig rig)
    {
        try
        {
            string folder = Path.Combine(rig.StateFolder, "journals", "rig");
            if (!Directory.Exists(folder)) return [];
            string? newest = Directory.GetFiles(folder, "*.jsonl").OrderBy(File.GetLastWriteTimeUtc).LastOrDefault();
            if (newest is null || s_ended.Contains(newest)) return [];
            using FileStream file = new(newest, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(file);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static readonly HashSet<string> s_ended = [];

    private static async Task WhenAsync(CrdrRun run, Func<bool> so, Action then)
    {
        await Task.Factory.StartNew(() =>
        {
            while (!run.HasExited && !so()) Thread.Yield();
            then();
        }, TaskCreationOptions.LongRunning);
    }

    private static async Task KillAndResumeAsync(PgRig rig, Func<bool> moment, params string[] command)
    {
        string folder = Path.Combine(rig.StateFolder, "journals", "rig");
        if (Directory.Exists(folder)) s_ended.UnionWith(Directory.GetFiles(folder, "*.jsonl"));
        using (CrdrRun run = rig.Start(command))
        {
            await WhenAsync(run, moment, () => run.Signal(ServerProcess.SigKill));
            await run.EndAsync();
        }
        for (int again = 0; again < 3; again++)
        {
            (int code, string said, string err) = rig.OpenOperation is { } open ? await rig.CliAsync("operation", "resume", open, "--settle-time", "1") : await rig.CliAsync(command);
            if (code == 0 && rig.OpenOperation is null) return;
            Assert.True(again < 2, $"{string.Join(' ', command)}: {code}\n{said}\n{err}");
        }
    }
}
