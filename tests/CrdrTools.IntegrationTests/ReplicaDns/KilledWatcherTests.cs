using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.PostgreSql;
using CrdrTools.IntegrationTests.Rfc2136;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.ReplicaDns;

/// <summary>S26: whoever watches is killed between the decision and its publication, at each point of the way; the next one brings it to its end, and nothing older ever stands there.</summary>
public class KilledWatcherTests
{
    [ServerTheory("initdb", "named")]
    [InlineData("decided")]
    [InlineData("asked")]
    [InlineData("applied")]
    [InlineData("answered")]
    public async Task S26_A_watcher_killed_anywhere_loses_no_decision(string point)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool armed = false;
        int port = 0;
        using UdpRelay relay = new(async (asked, _) =>
        {
            bool update = ((asked[2] >> 3) & 0xF) == 5;
            if (!armed) return [await UdpRelay.ForwardAsync(asked, port)];
            if (point == "decided") return [];
            if (!update) return [await UdpRelay.ForwardAsync(asked, port)];
            if (point == "asked")
            {
                reached.TrySetResult();
                return [];
            }
            byte[] answer = await UdpRelay.ForwardAsync(asked, port);
            reached.TrySetResult();
            return point == "answered" ? [answer] : [];
        });
        await using ReadNameRig rig = await ReadNameRig.UpAsync(relay.Address, ("limitSeconds", "1.5"));
        port = rig.Dns.Port;
        await rig.EnableAsync();
        using (CrdrRun watcher = rig.Servers.Start("replica-dns", "watch", rig.Pair.Name))
        {
            await Poll.UntilAsync(async () => (await rig.StatusAsync()).Watcher is not null, () => "nobody watches");
            armed = true;
            foreach (string node in new[] { "b", "c" }) await rig.Servers.Test.KillAsync(node);
            if (point == "decided") await Poll.UntilAsync(() => Kept(rig).Work() is { Number: 2 }, () => "nothing was decided");
            else await reached.Task.WaitAsync(TimeSpan.FromMinutes(2));
            await watcher.KillAsync();
        }
        armed = false;
        Assert.Equal(point is "applied" or "answered" ? ["a"] : ["b", "c"], await rig.LeadsAsync());

        await using ReadNameRig.Watching again = rig.Watch();
        await rig.LeadToAsync("a");
        await Poll.UntilAsync(() => Kept(rig).Read() is { Number: var number, Published: var published } && number == published && Kept(rig).Work() is null, () => $"{Kept(rig).Read()} {Kept(rig).Work()}");
        Assert.Equal(ReplicaDnsTarget.Primary, Kept(rig).Read().Target);
    }

    private static IReplicaDnsStore Kept(ReadNameRig rig) => new FileStateStore(rig.Servers.StateFolder).ReplicaDns(rig.Pair.Name);
}
