using System.Globalization;
using System.Text.RegularExpressions;
using CrdrTools.Core.Lab;
using CrdrTools.IntegrationTests.Support;
using Npgsql;
using Xunit.Abstractions;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S30, S31: planned moves with something killed at a moment that chance picks. CRDR_ROUNDS for many; a seed that fails is in the message, and CRDR_SEED takes it.</summary>
public class ChanceTests(ITestOutputHelper output)
{
    [LongServerFact("initdb", "haproxy")]
    public async Task S30_S31_Whatever_dies_whenever_a_planned_move_ends_with_one_writer_that_has_all()
    {
        int first = First;
        await using PgRig rig = await PgRig.UpAsync();
        await using Clients clients = rig.Clients();
        string at = "a";
        for (int round = 0; round < PgRig.Rounds(2); round++)
        {
            int seed = first + round;
            try
            {
                at = await RoundAsync(rig, clients, at, new Random(seed));
            }
            catch (Exception e)
            {
                string log = Path.Combine(rig.StateFolder, "journals", "rig");
                string journal = File.ReadAllText(Directory.GetFiles(log).OrderBy(File.GetLastWriteTimeUtc).Last());
                throw new InvalidOperationException($"seed {seed}, round {round}: {e.Message}\n{journal[journal.IndexOf('\n', StringComparison.Ordinal)..]}", e);
            }
        }
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S30_Planned_moves_of_both_kinds_lose_no_acknowledged_row_whatever_the_load()
    {
        int first = First, rounds = PgRig.Rounds(2), moved = 0, checkedRows = 0;
        List<double> promotions = [];
        await using PgRig rig = await PgRig.UpAsync(DefaultInterval);
        CrdrPair quick = rig.Pair with { Settings = RuleTests.With(rig.Pair, "cutover", "handover") };
        Clients? clients = null;
        int from = 0;
        try
        {
            Side at = Side.Primary;
            for (int round = 0; round < rounds; round++)
            {
                int seed = first + round;
                Random chance = new(seed);
                if (round % 10 == 0)
                {
                    if (clients is not null) await AllThereAsync(rig, at, clients, 0, seed);
                    if (clients is not null) await clients.DisposeAsync();
                    (clients, from) = (rig.Clients(chance.Next(1, 13), seed), 0);
                }
                await clients!.WriteOnAsync(rig.Lab[at == Side.Primary ? "a" : "b"].Port);
                await Task.Delay(chance.Next(300));
                bool handover = chance.Next(2) == 0;
                at = at == Side.Primary ? Side.Recovery : Side.Primary;
                CrdrOperation done = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = at }, handover ? quick : null);
                Assert.True(done.Outcome == CrdrOutcome.Succeeded, $"seed {seed}, round {round}, {(handover ? "handover" : "clean")}: {PgRig.Words(done)}");
                promotions.Add(Promotion(done));
                await clients.WriteOnAsync(rig.Lab[at == Side.Primary ? "a" : "b"].Port);
                checkedRows += await AllThereAsync(rig, at, clients, from, seed);
                from = clients.Count;
                moved++;
            }
            await AllThereAsync(rig, at, clients!, 0, first + rounds);
        }
        finally
        {
            Tell("planned", first, moved, checkedRows, promotions);
            if (clients is not null) await clients.DisposeAsync();
        }
    }

    [LongServerFact("initdb", "haproxy")]
    public async Task S3_S20_A_killed_primary_with_a_synchronous_standby_loses_no_acknowledged_row_and_no_promotion_sleeps()
    {
        int first = First, rounds = PgRig.Rounds(2), killed = 0, checkedRows = 0;
        List<double> promotions = [];
        await using PgRig rig = await PgRig.UpAsync(o => DefaultInterval(o) with { Synchronous = true });
        Clients? clients = null;
        int from = 0;
        try
        {
            Side at = Side.Primary;
            for (int round = 0; round < rounds; round++)
            {
                int seed = first + round;
                Random chance = new(seed);
                string active = at == Side.Primary ? "a" : "b", other = active == "a" ? "b" : "a";
                if (round % 10 == 0)
                {
                    if (clients is not null) await AllThereAsync(rig, at, clients, 0, seed);
                    if (clients is not null) await clients.DisposeAsync();
                    (clients, from) = (rig.Clients(chance.Next(1, 13), seed), 0);
                }
                // A standby has no say: what it would ask for as a primary is taken away before it is one (safety rule S20).
                await rig.DoAsync(other, "ALTER SYSTEM SET synchronous_standby_names = ''");
                await rig.DoAsync(other, "SELECT pg_reload_conf()");
                await rig.DoAsync(active, $"ALTER SYSTEM SET synchronous_standby_names = '{other}'");
                await rig.DoAsync(active, "SELECT pg_reload_conf()");
                await Poll.UntilAsync(async () => await rig.Test.AskAsync<bool>(active, "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming')"), () => $"seed {seed}: {other} is not synchronous");
                await rig.CaughtUpAsync(active, other);
                await clients!.WriteOnAsync(rig.Lab[active].Port);
                await Task.Delay(chance.Next(500));
                await rig.Test.KillAsync(active);
                at = at == Side.Primary ? Side.Recovery : Side.Primary;
                CrdrOperation over = await rig.RunAsync(PgRig.Failover with { To = at });
                Assert.True(over.Outcome == CrdrOutcome.Succeeded, $"seed {seed}, round {round}: {PgRig.Words(over)}");
                promotions.Add(Promotion(over));
                await clients.WriteOnAsync(rig.Lab[other].Port);
                checkedRows += await AllThereAsync(rig, at, clients, from, seed);
                from = clients.Count;
                killed++;
                CrdrOperation back = await rig.RunAsync(at == Side.Recovery ? new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary } : new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery });
                Assert.True(back.Outcome == CrdrOutcome.Succeeded, $"seed {seed}, round {round}: {PgRig.Words(back)}");
            }
            await AllThereAsync(rig, at, clients!, 0, first + rounds);
        }
        finally
        {
            Tell("killed", first, killed, checkedRows, promotions);
            if (clients is not null) await clients.DisposeAsync();
        }
    }

    private static int First => int.TryParse(Environment.GetEnvironmentVariable("CRDR_SEED"), out int told) ? told : Environment.TickCount & 0xFFFFFF;

    /// <summary>As PostgreSQL has it by default: what sleeps once sleeps five seconds.</summary>
    private static LabOptions DefaultInterval(LabOptions usual) => usual with { ExtraSettings = new Dictionary<string, string> { ["wal_retrieve_retry_interval"] = "5s" } };

    /// <summary>Gives how many were looked for.</summary>
    private static async Task<int> AllThereAsync(PgRig rig, Side at, Clients clients, int from, int seed)
    {
        int count = clients.Count - from;
        IReadOnlyList<Acknowledged> lost = await rig.LostAsync(at == Side.Primary ? "a" : "b", clients, from);
        Assert.True(lost.Count == 0, $"seed {seed}: {lost.Count} acknowledged rows are missing: {string.Join(", ", lost.Take(5))}");
        return count;
    }

    /// <summary>How long the promotion itself took, in ms.</summary>
    private static double Promotion(CrdrOperation operation) =>
        double.Parse(Regex.Match(File.ReadAllText(operation.Journal!), "the promotion itself took ([0-9.]+) ms").Groups[1].Value, CultureInfo.InvariantCulture);

    private void Tell(string what, int seed, int rounds, int rows, List<double> promotions)
    {
        promotions.Sort();
        string words = $"{what}: {rounds} rounds from seed {seed}, {rows} acknowledged rows looked for; promotions: {promotions.Count(p => p > 1000)} over 1 s"
            + (promotions.Count == 0 ? "" : FormattableString.Invariant($", median {promotions[promotions.Count / 2]:0.0} ms, longest {promotions[^1]:0.0} ms"));
        output.WriteLine(words);
        if (Environment.GetEnvironmentVariable("CRDR_FIGURES") is { Length: > 0 } file) File.AppendAllText(file, words + Environment.NewLine);
    }

    private static async Task<string> RoundAsync(PgRig rig, Clients clients, string from, Random chance)
    {
        string to = from == "a" ? "b" : "a", side = to == "a" ? "primary" : "recovery";
        string folder = Path.Combine(rig.StateFolder, "journals", "rig");
        int journals = Directory.Exists(folder) ? Directory.GetFiles(folder).Length : 0;
        await clients.WriteOnAsync(rig.Lab[from].Port);
        string words = "", victim = new[] { "tool", from, to, "sessions", "tool and " + to }[chance.Next(5)];
        using (CrdrRun run = rig.Start("switchover", "rig", "--to", side, "--yes"))
        {
            await Poll.UntilAsync(() => run.HasExited || (Directory.Exists(folder) && Directory.GetFiles(folder).Length > journals), () => "it does not begin");
            await Task.Delay(chance.Next(600));
            if (victim.StartsWith("tool", StringComparison.Ordinal)) await run.KillAsync();
            foreach (string node in new[] { from, to }.Where(n => victim.EndsWith(n, StringComparison.Ordinal) && !victim.EndsWith("tool", StringComparison.Ordinal)))
            {
                try
                {
                    await rig.Test.KillAsync(node);
                }
                catch (Exception e) when (e is InvalidOperationException or Xunit.Sdk.XunitException)
                {
                    // It is stopped just now.
                }
            }
            if (victim == "sessions")
            {
                foreach (string node in new[] { from, to })
                {
                    try
                    {
                        await rig.DoAsync(node, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender', 'walreceiver')");
                    }
                    catch (NpgsqlException)
                    {
                        // It does not run.
                    }
                }
            }
            // The machine of the new side comes back by itself; the old one is the tool's to start or to leave.
            if (victim.EndsWith(to, StringComparison.Ordinal)) await rig.Test.StartAsync(to);
            (int code, string said, string err) = await run.EndAsync();
            words += $"{code}: {said}{err}\n";
        }
        words += victim;
        for (int i = 0; i < 3 && rig.OpenOperation is { } open; i++) words += $"\n{PgRig.Words(await rig.ResumeAsync(open))}";
        if (rig.OpenOperation is { } stuck) words += $"\n{await rig.CliAsync("operation", "stop", stuck, "--abandon", "--reason", "chance")}";

        IReadOnlyList<string> writers = await rig.WritersAsync();
        if (writers.Count == 0 && victim == from)
        {
            // Killed when the move was over for it: it is started as its machine would start it.
            await rig.Test.StartAsync(from);
            writers = await rig.WritersAsync();
        }
        Assert.True(writers.Count == 1, $"{words}: {writers.Count} write");
        CrdrStatus now = await rig.StatusAsync();
        Side active = writers[0] == "a" ? Side.Primary : Side.Recovery;
        if (now.Routes[0].Target != active) words += $"\n{PgRig.Words(await rig.RunAsync(new() { Verb = CrdrVerb.SwitchRoute, To = active }))}";
        await rig.OneWriterHasAllAsync(writers[0], clients);
        if (now.Phase is not (CrdrPhase.Protected or CrdrPhase.ReadyToFailBack))
        {
            CrdrOperation mended = await rig.RunAsync(active == Side.Primary ? new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery } : new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary });
            Assert.True(mended.Outcome == CrdrOutcome.Succeeded, $"{words}\n{PgRig.Words(mended)}");
        }
        await rig.OneWriterHasAllAsync(writers[0], clients);
        return writers[0];
    }
}
