using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>Round and round under clients that write: what they were told is kept, is kept.</summary>
public class CircleTests
{
    [ServerFact("initdb", "haproxy")]
    public async Task S30_Around_the_circle_nothing_acknowledged_is_lost_but_what_the_kill_was_said_to_cost()
    {
        await using PgRig rig = await PgRig.UpAsync();
        await using Clients clients = rig.Clients();
        int knownLost = 0;
        for (int round = 0; round < PgRig.Rounds(1); round++)
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            await rig.SwitchoverAsync(Side.Recovery);
            await rig.OneWriterHasAllAsync("b", clients, knownLost);
            Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
            await rig.SwitchoverAsync(Side.Primary);
            await rig.OneWriterHasAllAsync("a", clients, knownLost);
            Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);

            await Task.Delay(Random.Shared.Next(100));
            await rig.Test.KillAsync("a");
            CrdrOperation left = await rig.SucceedAsync(PgRig.Failover);
            Assert.Equal(LossKind.Bounded, left.Loss!.Kind);
            await clients.WriteOnAsync(rig.Lab["b"].Port);
            IReadOnlyList<Acknowledged> lost = await rig.LostAsync("b", clients);
            Assert.All(lost.Skip(knownLost), l => Assert.True(l.At >= left.Began - left.Loss.Bound, $"{l} is before {left.Loss}"));
            knownLost = lost.Count;
            await rig.OneWriterHasAllAsync("b", clients, knownLost);
            Assert.Equal(CrdrPhase.FailedOver, (await rig.StatusAsync()).Phase);

            await rig.RestoreAsync();
            Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
            await rig.OneWriterHasAllAsync("b", clients, knownLost);
            await rig.RestoreAsync(takeOver: true);
            await rig.OneWriterHasAllAsync("a", clients, knownLost);

            await rig.Test.KillAsync("b");
            await rig.SucceedAsync(new() { Verb = CrdrVerb.Setup, DiscardWritesOn = Side.Recovery });
            Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
            await rig.OneWriterHasAllAsync("a", clients, knownLost);
        }
    }

    [ServerFact("initdb", "haproxy")]
    public async Task With_a_synchronous_standby_not_even_the_kill_costs_a_row_and_S20_the_setting_is_left_alone()
    {
        await using PgRig rig = await PgRig.UpAsync(o => o with { Synchronous = true });
        await using Clients clients = rig.Clients();
        for (int round = 0; round < PgRig.Rounds(1); round++)
        {
            await clients.WriteOnAsync(rig.Lab["a"].Port);
            await rig.Test.KillAsync("a");
            await rig.SucceedAsync(PgRig.Failover);
            await rig.OneWriterHasAllAsync("b", clients);
            await rig.RestoreAsync(takeOver: true);
            await rig.OneWriterHasAllAsync("a", clients);
            Assert.Equal("b", await rig.Test.AskAsync<string>("a", "SHOW synchronous_standby_names"));
            Assert.Equal("", await rig.Test.AskAsync<string>("b", "SHOW synchronous_standby_names"));
            Assert.Equal("sync", await rig.Test.AskAsync<string>("a", "SELECT sync_state FROM pg_stat_replication WHERE application_name = 'b'"));
        }
    }

    [ServerFact("initdb", "haproxy", "pg_receivewal")]
    public async Task S19_Whoever_else_takes_the_log_does_not_hold_up_the_stop()
    {
        await using PgRig rig = await PgRig.UpAsync(o => o with { Nodes = 3 });
        using TempFolder received = new();
        using ServerProcess receiver = ServerProcess.Start("pg_receivewal", "-D", received.Path, "-d", $"host=127.0.0.1 port={rig.Lab["a"].Port} user=replicator application_name=archive");
        await Poll.UntilAsync(() => rig.Test.AskAsync<bool>("a", "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = 'archive' AND state = 'streaming')"), () => receiver.Said);
        await using Clients clients = rig.Clients();
        await clients.WriteOnAsync(rig.Lab["a"].Port);

        await rig.SwitchoverAsync(Side.Recovery);

        await rig.OneWriterHasAllAsync("b", clients);
        await rig.SwitchoverAsync(Side.Primary);
        await rig.OneWriterHasAllAsync("a", clients);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task A_standby_that_waits_5_s_between_attempts_is_promoted_by_a_request_that_is_repeated()
    {
        await using PgRig rig = await PgRig.UpAsync(o => o with { ExtraSettings = new Dictionary<string, string> { ["wal_retrieve_retry_interval"] = "5s", ["log_statement"] = "all" } });
        for (int round = 0; round < PgRig.Rounds(2); round++)
        {
            await rig.Test.KillAsync("a");
            // Who is started by the tool speaks to a log of his own.
            string log = rig.Lab["b"].Data + ".start.log" is { } own && File.Exists(own) ? own : rig.Lab["b"].Log;
            long before = new FileInfo(log).Length;
            await rig.SucceedAsync(PgRig.Failover);
            string said = File.ReadAllText(log)[(int)before..];
            Assert.Contains("received promote request", said);
            // A request that was taken while the standby went round would wait for the 5 s alone: until it is a primary it is asked again and again.
            string[] lines = said.Split('\n');
            int asked = Array.FindIndex(lines, l => l.Contains("SELECT pg_promote(false)")), done = Array.FindIndex(lines, l => l.Contains("selected new timeline ID"));
            Assert.True(asked >= 0 && done > asked, said);
            double waited = (At(lines[done]) - At(lines[asked])).TotalMilliseconds;
            int requests = lines.Take(done).Count(l => l.Contains("SELECT pg_promote(false)"));
            Assert.True(requests >= 2 || waited < 50, $"{requests} requests in {waited:0} ms");
            await rig.RestoreAsync(takeOver: true);
        }

        static DateTime At(string line) => DateTime.Parse(string.Join(' ', line.Split(' ').Take(2)), System.Globalization.CultureInfo.InvariantCulture);
    }
}
