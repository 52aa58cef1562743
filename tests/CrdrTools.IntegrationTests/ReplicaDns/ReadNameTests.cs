using CrdrTools.Core.ReplicaDns;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.IntegrationTests.PostgreSql;
using CrdrTools.IntegrationTests.Rfc2136;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.ReplicaDns;

/// <summary>The read-only name over real servers: all four phases, with servers that die and servers that are stopped in their tracks.</summary>
public class ReadNameTests
{
    private const int SigStop = 19, SigCont = 18;

    [ServerTheory("initdb", "named")]
    [InlineData("killed")]
    [InlineData("stopped in their tracks")]
    public async Task With_both_standbys_gone_reads_go_to_the_primary_and_return(string how)
    {
        await using ReadNameRig rig = await ReadNameRig.UpAsync();
        CrdrReplicaDns on = await rig.EnableAsync();
        Assert.True(on is { Enabled: true, Target: ReplicaDnsTarget.Replica, Pending: null, Host: ReadNameRig.Name }, $"{on} {string.Join("; ", on.Standbys)}");
        Assert.Equal(["b", "c"], await rig.LeadsAsync());
        await using ReadNameRig.Watching watching = rig.Watch();
        await using Reader reader = new(rig);
        await reader.ReadOnAsync();

        foreach (string node in new[] { "b", "c" })
        {
            if (how == "killed") await rig.Servers.Test.KillAsync(node);
            // Its main process alone: whoever is connected is still answered, and nobody new is.
            else rig.Servers.Test.Signal(node, SigStop);
        }
        DateTimeOffset gone = DateTimeOffset.UtcNow;
        await rig.LeadToAsync("a");
        Assert.True(DateTimeOffset.UtcNow - gone >= TimeSpan.FromSeconds(3), "it turned before the limit was over");
        await reader.ReadOnAsync();
        CrdrReplicaDns now = await rig.StatusAsync();
        Assert.True(now is { Target: ReplicaDnsTarget.Primary, Watcher: not null } && now.Standbys.All(s => s.Healthy == false), $"{now} {string.Join("; ", now.Standbys)}");

        foreach (string node in new[] { "b", "c" })
        {
            if (how == "killed") await rig.Servers.Test.StartAsync(node);
            else rig.Servers.Test.Signal(node, SigCont);
        }
        await rig.LeadToAsync("b", "c");
        await reader.ReadOnAsync();

        CrdrReplicaDns off = await rig.SetAsync(new() { Enable = false });
        Assert.True(off is { Enabled: false, Target: null, Pending: null } && off.Answer!.Count == 0, off.ToString());
        await watching.Work;
        Assert.Equal(ReplicaDnsEventKind.Ended, watching.Told()[^1].Kind);
    }

    [ServerFact("initdb", "named")]
    public async Task S25_After_a_failover_the_name_follows_the_new_active_member()
    {
        await using ReadNameRig rig = await ReadNameRig.UpAsync();
        await rig.EnableAsync();
        await using ReadNameRig.Watching watching = rig.Watch();
        await rig.Servers.SwitchoverAsync(Side.Recovery, rig.Pair);
        // c streams from a, which is a standby now: it does not follow the writer, and nobody else does.
        await rig.LeadToAsync("b");
        Assert.Equal(ReplicaDnsTarget.Primary, (await rig.StatusAsync()).Target);
        await rig.Servers.SwitchoverAsync(Side.Primary, rig.Pair);
        await rig.LeadToAsync("b", "c");
    }

    [ServerFact("initdb", "named")]
    public async Task S25_With_the_primary_dead_too_the_name_stays_and_somebody_is_told()
    {
        await using ReadNameRig rig = await ReadNameRig.UpAsync();
        await rig.EnableAsync();
        await using ReadNameRig.Watching watching = rig.Watch();
        foreach (string node in new[] { "a", "b", "c" }) await rig.Servers.Test.KillAsync(node);
        await Poll.UntilAsync(() => watching.Told().Any(e => e.Kind == ReplicaDnsEventKind.NothingAnswers), () => string.Join("\n", watching.Told()));
        await Poll.UntilAsync(() => watching.Told()[^1].At < DateTimeOffset.UtcNow - TimeSpan.FromSeconds(6), () => string.Join("\n", watching.Told()));
        Assert.Equal(["b", "c"], await rig.LeadsAsync());
        await rig.Servers.Test.StartAsync("a");
        await rig.LeadToAsync("a");
    }

    [ServerFact("initdb", "named")]
    public async Task A_role_that_may_not_see_the_receiver_is_told_what_it_lacks()
    {
        await using ReadNameRig rig = await ReadNameRig.UpAsync();
        await rig.Servers.DoAsync("a", "CREATE ROLE watcher LOGIN");
        await rig.Servers.CaughtUpAsync("a", "b");
        CrdrPair blind = rig.Pair with
        {
            ReplicaDns = rig.Pair.ReplicaDns! with { Standbys = [new() { Name = "c", Connection = System.Text.RegularExpressions.Regex.Replace(rig.Servers.Lab["c"].Operator, "(?i)user(name| id)?=[^;]*", "Username=watcher"), Value = "10.0.0.3" }] },
        };
        using Core.Crdr crdr = rig.Servers.Open();
        await Poll.UntilAsync(async () => (await crdr.ReplicaDnsAsync(blind, null, rig.Servers.Host, default)).Single().Standbys.Single() is { Healthy: false } c && c.Why!.Contains("pg_monitor"), () => "the right that it lacks is not told");
    }

    [ServerFact("initdb", "named")]
    public async Task With_the_name_server_away_during_the_turn_the_record_is_right_when_it_is_back()
    {
        await using ReadNameRig rig = await ReadNameRig.UpAsync();
        await rig.EnableAsync();
        await using ReadNameRig.Watching watching = rig.Watch();
        await Poll.UntilAsync(() => watching.Told().Any(e => e.Kind == ReplicaDnsEventKind.Watching), () => "nobody watches");
        rig.Dns.Stop();
        foreach (string node in new[] { "b", "c" }) await rig.Servers.Test.KillAsync(node);
        await Poll.UntilAsync(() => watching.Told().Count(e => e.Kind == ReplicaDnsEventKind.PublishFailed) > 1, () => string.Join("\n", watching.Told()));
        rig.Dns.Restart();
        await rig.LeadToAsync("a");
    }

    [ServerFact("initdb", "named")]
    public async Task S26_A_real_name_server_refuses_a_write_on_a_number_that_stands_there_no_more()
    {
        using NameServer dns = NameServer.Primary();
        Environment.SetEnvironmentVariable("CRDR_TEST_READ_KEY", NameServer.Secret);
        (DnsPlace? place, string? complaint) = DnsPlace.Read(new Dictionary<string, string>
        {
            ["server"] = dns.Address, ["zone"] = "example.test", ["name"] = "stale.example.test", ["type"] = "A", ["keyName"] = "crdr", ["key"] = "env:CRDR_TEST_READ_KEY",
        }, ttl: 5);
        Assert.Null(complaint);
        Rfc2136Provider provider = new(place!, new SignedDns(place!, "the read-only name", new QuietHost(), TimeProvider.System));
        DnsValue one = DnsValue.Read(DnsType.A, "10.0.0.1")!, two = DnsValue.Read(DnsType.A, "10.0.0.2,10.0.0.3")!;
        await provider.WriteAsync(0, new(1, one), default);
        await provider.WriteAsync(1, new(2, two), default);
        CrdrException stale = await Assert.ThrowsAsync<CrdrException>(() => provider.WriteAsync(1, new(3, one), default));
        Assert.Equal("DnsRecordChanged", stale.ErrorId);
        CrdrException first = await Assert.ThrowsAsync<CrdrException>(() => provider.WriteAsync(0, new(1, one), default));
        Assert.Equal("DnsRecordChanged", first.ErrorId);
        Assert.True((await provider.ReadAsync(default)).Is(new(2, two)));
        await provider.WriteAsync(2, new(3, new(DnsType.A, [])), default);
        Assert.True((await provider.ReadAsync(default)).Is(new(3, new(DnsType.A, []))));
    }
}
