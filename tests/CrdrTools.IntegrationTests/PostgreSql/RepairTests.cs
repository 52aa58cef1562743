using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S28, S12: the way out of a split. One of two writers is kept; what only the other has is kept aside and listed before it is overwritten.</summary>
public class RepairTests(PgFixture fixture) : IClassFixture<PgFixture>
{
    [ServerFact("initdb", "haproxy")]
    public async Task S12_S28_Of_two_writers_the_promoted_one_is_kept_by_the_printed_command_and_what_the_old_one_wrote_astray_is_listed()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        await rig.SucceedAsync(PgRig.Failover);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.Test.StartAsync("a");
        CrdrStatus split;
        await using (Clients astray = new(rig.Lab["a"].App, 1))
        {
            await astray.WriteOnAsync(rig.Lab["a"].Port);
            split = await rig.StatusAsync();
        }
        Assert.Equal(CrdrPhase.SplitBrain, split.Phase);
        string command = split.NextActions[0].Crdr!;
        Assert.Equal("crdr repair rig --keep-writer recovery", command);
        Assert.Contains("--keep-writer primary", split.NextActions[1].Crdr);

        (int code, string said, string err) = await rig.CliAsync([.. command.Split(' ').Skip(1), "--yes"]);

        Assert.True(code == 0, said + err);
        await rig.OneWriterHasAllAsync("b", clients, lost);
        CrdrStatus now = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.ReadyToFailBack, null), (now.Phase, now.OpenOperation));
        Assert.True(Commits(rig, "a") > 0, "what was written astray is not listed");
        Assert.Contains(".kept-", said + err + File.ReadAllText(Newest(rig)));
        // Once more finds nothing to do, and the other way round there are no two writers.
        Assert.Equal(0, (await rig.CliAsync("repair", "rig", "--keep-writer", "b", "--yes")).Code);
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.Repair, To = Side.Primary });
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "NotTheOnlyCopy" }, PgRig.Words(refused));
        await rig.SwitchoverAsync(Side.Primary);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S12_S28_S31_A_standby_that_somebody_promoted_by_mistake_is_made_a_copy_again_though_the_tool_is_killed_on_the_way()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        // The lines are: begun; the stop asked for, accepted, seen; the copy asked for; …
        foreach (int lines in PgRig.Thorough ? [1, 2, 3, 4, 5, 6, 7, 8] : new[] { 5 })
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            await rig.DoAsync("b", "SELECT pg_promote()");
            await PgRig.ExecuteAsync(rig.Lab["b"].App, $"CREATE TABLE astray{lines} AS SELECT g FROM generate_series(1, 1000) g");
            foreach (string folder in Kept(rig, "b")) Directory.Delete(folder, recursive: true);
            using (CrdrRun run = rig.Start("repair", "rig", "--keep-writer", "a", "--yes"))
            {
                await Poll.UntilAsync(() => run.HasExited || (Newest(rig) is { Length: > 0 } journal && Lines(journal) >= lines && journal.Contains("-repair-", StringComparison.Ordinal) && rig.OpenOperation is not null), () => "it does not come that far");
                await run.KillAsync();
            }
            if (rig.OpenOperation is { } open)
            {
                Assert.Contains((await rig.StatusAsync()).NextActions, n => n.Crdr == $"crdr operation resume {open}");
                (int code, string said, string err) = await rig.CliAsync("operation", "resume", open, "--settle-time", "1");
                Assert.True(code == 0, $"after {lines} lines: {said}{err}\n{File.ReadAllText(Newest(rig))}");
            }
            await rig.OneWriterHasAllAsync("a", clients);
            await Poll.UntilAsync(async () => (await rig.StatusAsync()).Phase == CrdrPhase.Protected, () => "not protected again");
            Assert.True(Commits(rig, "b") > 0, "what was written astray is not listed");
            Assert.NotEmpty(Directory.GetDirectories(Path.GetDirectoryName(rig.Lab["b"].Data)!, "data.old-*"));
            Assert.False(await rig.Test.AskAsync<bool>("b", $"SELECT to_regclass('astray{lines}') IS NOT NULL"));
        }
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S9_S22_Of_two_that_were_promoted_to_the_same_timeline_one_is_copied_anew_and_one_whose_machine_is_not_reached_is_not_given_up()
    {
        // One whose timelines nobody has used before.
        await using PgRig rig = await PgRig.UpAsync();
        await rig.Test.KillAsync("b");
        await PgRig.ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE apart AS SELECT g FROM generate_series(1, 1000) g");
        await rig.Test.KillAsync("a");
        await rig.Test.StartAsync("b");
        await rig.SucceedAsync(PgRig.Failover with { AllowDataLoss = true });
        File.WriteAllText(Path.Combine(rig.Lab["a"].Data, "standby.signal"), "");
        await rig.Test.StartAsync("a");
        await rig.DoAsync("a", "SELECT pg_promote()");
        await rig.DoAsync("a", "CREATE TABLE apart_too AS SELECT g FROM generate_series(1, 1000) g");
        Assert.Equal(CrdrPhase.SplitBrain, (await rig.StatusAsync()).Phase);
        CrdrRequest keep = new() { Verb = CrdrVerb.Repair, To = Side.Recovery };

        CrdrPair blind = rig.Pair with { Settings = RuleTests.With(rig.Pair, "primaryNode", "none") };
        CrdrOperation refused = await rig.RunAsync(keep, blind);
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, ErrorId: "LoserInReach" }, PgRig.Words(refused));
        Assert.Equal(["a", "b"], (await rig.WritersAsync()).Order());

        CrdrOperation done = await rig.SucceedAsync(keep);
        Assert.Contains("promoted to timeline", File.ReadAllText(done.Journal!));
        Assert.True(Commits(rig, "a") > 0, "what was written apart is not listed");
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
        Assert.Equal(Side.Recovery, (await rig.StatusAsync()).Routes.Single().Target);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S28_A_planned_move_whose_primary_is_dead_becomes_a_failover_by_its_own_guards_and_is_linked_to_it()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        await rig.Test.KillAsync("a");
        CrdrRequest planned = new() { Verb = CrdrVerb.Switchover, To = Side.Recovery, ForceAfter = TimeSpan.FromSeconds(1) };
        // A pair without an objective has no bound that a loss could be held against: the failover refuses, and says why.
        CrdrOperation refused = await rig.RunAsync(planned, rig.Pair with { Objectives = new() });
        Assert.True(refused is { Outcome: CrdrOutcome.Refused, Verb: CrdrVerb.Switchover }, PgRig.Words(refused));
        Assert.Contains("does not become a failover: LossBound", refused.Message);
        Assert.Empty(await rig.WritersAsync());

        CrdrOperation forced = await rig.RunAsync(planned with { OperationId = "move-17" }, rig.Pair with { Objectives = new() { Rpo = TimeSpan.FromMinutes(5) } });

        Assert.True(forced is { Outcome: CrdrOutcome.Succeeded, Verb: CrdrVerb.Failover, Id: "move-17-forced", InsteadOf: "move-17" }, PgRig.Words(forced));
        Assert.Contains("\"insteadOf\":\"move-17\"", File.ReadAllText(forced.Journal!));
        Assert.Equal("the outage, as told", forced.RtoFrom);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S28_A_move_whose_old_primary_can_go_neither_on_nor_back_becomes_a_failover()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        string config = Path.Combine(rig.Lab["a"].Data, "postgresql.conf");
        HookRoute hook = new() { Fencing = async () =>
        {
            if (!File.Exists(config)) return;
            File.Move(config, config + ".away");
            await rig.Test.KillAsync("a");
        } };
        CrdrPair hooked = hook.On(rig);
        CrdrOperation forced = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery, ForceAfter = TimeSpan.FromSeconds(1) }, hooked with { Objectives = new() { Rpo = TimeSpan.FromMinutes(5) } });
        hook.Fencing = null;
        Assert.True(forced is { Outcome: CrdrOutcome.Succeeded, Verb: CrdrVerb.Failover }, PgRig.Words(forced));
        CrdrOperation planned;
        using (Core.Crdr crdr = rig.Open()) planned = crdr.Operation(forced.InsteadOf!);
        Assert.Equal((CrdrVerb.Switchover, "Abandoned"), (planned.Verb, planned.ErrorId));
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        int lost = (await rig.LostAsync("b", clients)).Count;
        File.Move(config + ".away", config);
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients, lost);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S28_The_rejoin_of_a_move_is_left_out_with_a_reason_and_can_be_had_later()
    {
        PgRig rig = await fixture.AtHomeAsync();
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);
        bool asked = false;
        QuietHost host = new() { Progressed = p =>
        {
            if (asked || !p.Effect.StartsWith("Hold clients off", StringComparison.Ordinal)) return;
            asked = true;
            // Between fence and switch nothing is left where it is: this ends it right after.
            using Core.Crdr other = rig.Open();
            other.Store.Request(p.Operation, new() { Action = ControlAction.Forward, Who = "somebody else", Reason = "the disk" });
        } };
        CrdrOperation left = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, host: host);
        Assert.True(left is { Outcome: CrdrOutcome.Incomplete, ErrorId: "Stopped" }, PgRig.Words(left));
        using (Core.Crdr crdr = rig.Open())
        {
            CrdrRequest how = new() { Verb = CrdrVerb.Switchover };
            Assert.Equal("StepDone", (await Assert.ThrowsAsync<CrdrException>(() => crdr.SkipAsync(left.Id, "move-to-recovery", "no", how, null, rig.Host, default))).ErrorId);
            Assert.Equal("StepNeeded", (await Assert.ThrowsAsync<CrdrException>(() => crdr.SkipAsync(left.Id, "read-on-primary", "no", how, null, rig.Host, default))).ErrorId);
            CrdrOperation done = await crdr.SkipAsync(left.Id, "rejoin-primary", "its disk is replaced tonight", how, null, rig.Host, default);
            Assert.True(done.Outcome == CrdrOutcome.Succeeded, PgRig.Words(done));
            Assert.Contains("Left out: rejoin-primary, read-on-primary", done.Message);
            Assert.Contains(done.NextActions, a => a.Crdr == "crdr restore rig");
        }
        Assert.Null(rig.OpenOperation);
        await clients.WriteOnAsync(rig.Lab["b"].Port);
        await rig.RestoreAsync(takeOver: true);
        await rig.OneWriterHasAllAsync("a", clients);
    }

    private static IEnumerable<string> Kept(PgRig rig, string node) => Directory.GetDirectories(Path.GetDirectoryName(rig.Lab[node].Data)!, $"{Path.GetFileName(rig.Lab[node].Data)}.kept-*");

    /// <summary>How many commits the lists that were kept of a node's own log count.</summary>
    private static int Commits(PgRig rig, string node) => Kept(rig, node).Select(f => Path.Combine(f, "summary.txt")).Where(File.Exists)
        .SelectMany(File.ReadAllLines).Where(l => l.StartsWith("commits: ", StringComparison.Ordinal)).Sum(l => int.TryParse(l["commits: ".Length..], out int n) ? n : 0);

    private static string Newest(PgRig rig)
    {
        string folder = Path.Combine(rig.StateFolder, "journals", "rig");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl").OrderBy(File.GetCreationTimeUtc).LastOrDefault() ?? "" : "";
    }

    private static int Lines(string journal)
    {
        using FileStream file = new(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return reader.ReadToEnd().Count(c => c == '\n');
    }
}
