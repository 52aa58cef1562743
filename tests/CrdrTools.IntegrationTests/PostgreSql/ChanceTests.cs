using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S30, S31: planned moves with something killed at a moment that chance picks. CRDR_ROUNDS for many; a seed that fails is in the message, and CRDR_SEED takes it.</summary>
public class ChanceTests
{
    [LongServerFact("initdb", "haproxy")]
    public async Task S30_S31_Whatever_dies_whenever_a_planned_move_ends_with_one_writer_that_has_all()
    {
        int first = int.TryParse(Environment.GetEnvironmentVariable("CRDR_SEED"), out int told) ? told : Environment.TickCount & 0xFFFFFF;
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
