using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Providers.PostgreSql;
using CrdrTools.Core.ReplicaDns;
using Npgsql;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>Many read-only names in one process; and what a status of one says to do.</summary>
public class ManyNamesTests
{
    [Fact]
    public async Task One_that_ended_against_its_will_is_watched_again_while_another_one_is()
    {
        using ReadRig bad = new(), good = new();
        bad.Enable();
        good.Enable();
        ConcurrentQueue<CrdrReplicaDnsEvent> events = [];
        using CancellationTokenSource stop = new();
        Task watching = ReplicaWatch.RunAsync([bad.Endpoint(), good.Endpoint()], events.Enqueue, stop.Token);
        int Times(ReplicaDnsEventKind kind) => events.Count(e => e.Kind == kind);
        await UntilAsync(() => Times(ReplicaDnsEventKind.Watching) == 2);

        // Somebody with another state folder decides too: it ends, is told once, and is tried again in vain.
        bad.Publish(99, "10.9.9.9");
        await UntilAsync(() => Times(ReplicaDnsEventKind.Ended) == 1);
        Assert.Contains("It is tried again every 60 s", events.Single(e => e.Kind == ReplicaDnsEventKind.Ended).Message);
        await UntilAsync(() => Times(ReplicaDnsEventKind.Watching) >= 3);
        await UntilAsync(() => Times(ReplicaDnsEventKind.Watching) >= 4);
        Assert.Equal(1, Times(ReplicaDnsEventKind.Ended));
        // A person mends it, and the next try stays.
        bad.Enable();
        int before = Times(ReplicaDnsEventKind.Watching);
        await UntilAsync(() => Times(ReplicaDnsEventKind.Watching) > before || bad.Kept.Watcher() is not null);
        Assert.False(watching.IsCompleted);

        // The other one is switched off: none but this is left, and it is still watched.
        good.Disable();
        await UntilAsync(() => good.Kept.Watcher() is null);
        Assert.NotNull(bad.Kept.Watcher());
        await stop.CancelAsync();
        await watching;

        async Task UntilAsync(Func<bool> so)
        {
            for (int i = 0; i < 4000 && !so(); i++)
            {
                bad.Advance(1);
                good.Advance(1);
                await Task.Delay(1);
            }
            Assert.True(so(), string.Join("\n", events));
        }
    }

    [Fact]
    public async Task When_none_is_watched_any_more_what_ended_one_is_thrown()
    {
        using ReadRig bad = new(), good = new();
        bad.Enable();
        good.Enable();
        ConcurrentQueue<CrdrReplicaDnsEvent> events = [];
        Task watching = ReplicaWatch.RunAsync([bad.Endpoint(), good.Endpoint()], events.Enqueue, default);
        for (int i = 0; i < 4000 && events.Count(e => e.Kind == ReplicaDnsEventKind.Watching) < 2; i++) await Task.Delay(1);
        bad.Publish(99, "10.9.9.9");
        for (int i = 0; i < 4000 && events.All(e => e.Kind != ReplicaDnsEventKind.Ended); i++)
        {
            bad.Advance(1);
            await Task.Delay(1);
        }
        good.Disable();
        for (int i = 0; i < 4000 && !watching.IsCompleted; i++)
        {
            good.Advance(1);
            await Task.Delay(1);
        }
        Assert.Equal("ReplicaDnsOvertaken", (await Assert.ThrowsAnyAsync<CrdrException>(() => watching.WaitAsync(TimeSpan.FromSeconds(10)))).ErrorId);
    }

    [Theory]
    [InlineData("overtaken", "Stop whoever else decides. To go on from here, switch it on again: Enable-CrdrReplicaDns p (crdr replica-dns enable p)")]
    [InlineData("changed", "Watch it, which puts the records right: Watch-CrdrReplicaDns p (crdr replica-dns watch p)")]
    [InlineData("frozen and watched", "See what the pair lacks: Get-CrdrStatus p (crdr status p)")]
    [InlineData("well", "Watch it: Watch-CrdrReplicaDns p (crdr replica-dns watch p)")]
    public async Task What_is_wrong_with_a_name_has_a_way_on(string wrong, string next)
    {
        using ReadRig rig = new();
        rig.Enable();
        if (wrong == "overtaken") rig.Publish(99, "10.9.9.9");
        if (wrong == "changed") rig.Publish(rig.State.Number, "10.9.9.9");
        using ReadRig.Watched? watched = wrong == "frozen and watched" ? rig.Watch() : null;
        if (watched is not null) rig.Down("a");
        CrdrReplicaDns status = await new ReplicaDnsDesk(rig.Endpoint(), rig.Events.Add).StatusAsync(default);
        Assert.Equal([next], status.NextActions);
    }

    [Fact]
    public async Task A_server_that_is_not_looked_at_any_more_is_let_go_of_for_good()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        PostgresReadNode node = new(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "monitor", SslMode = SslMode.Disable }, null, new SenderNames());
        node.Dispose();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        CrdrException gone = await Assert.ThrowsAnyAsync<CrdrException>(() => node.LookAsync(limit.Token));
        Assert.IsType<ObjectDisposedException>(gone.InnerException);
    }
}
