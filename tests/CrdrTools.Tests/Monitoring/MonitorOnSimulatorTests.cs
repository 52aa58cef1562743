using CrdrTools.Core;
using CrdrTools.Core.Monitoring;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Monitoring;

/// <summary>S17, S31: a watched pair on the simulator, through the real engine: partitions, the vendor's own trouble, outages, sleep.</summary>
public sealed class MonitorOnSimulatorTests : IDisposable
{
    private static readonly CrdrWatchOptions s_usual = new() { AutoFailover = true, SoleController = true };

    /// <summary>Half as many looks: what is proven with them does not hang on how many there are.</summary>
    private static readonly CrdrWatchOptions s_few = s_usual with { Interval = TimeSpan.FromSeconds(20), Threshold = 2, Delay = TimeSpan.FromSeconds(20) };
    private readonly string _name = $"CRDR_TEST_WATCH_{Guid.NewGuid():N}";

    public void Dispose()
    {
        foreach (string side in new[] { "_P", "_R" }) Environment.SetEnvironmentVariable(_name + side, null);
    }

    [Fact]
    public async Task S17_S2_S30_A_lost_region_is_failed_over_once_and_the_record_says_why_since_when_and_what_it_cost()
    {
        using CloudRig rig = Clusters();
        rig.Time.At(TimeSpan.FromSeconds(83), () => rig.World.SetOutage("europe-west1", true));
        List<CrdrWatchEvent> told = await WatchAsync(rig, s_usual, TimeSpan.FromSeconds(300));
        Assert.DoesNotContain(told, e => e.Kind == WatchEventKind.Vetoed);
        CrdrWatchEvent acted = Assert.Single(told, e => e.Kind == WatchEventKind.Acted);
        CrdrOperation operation = rig.Crdr.Operation(acted.Operation!);
        Assert.Equal((CrdrOutcome.Succeeded, "the outage, as told"), (operation.Outcome, operation.RtoFrom));
        Assert.StartsWith("automatic failover: crdb-demo was found dead", operation.Reason);
        DateTimeOffset first = told.Single(e => e.Kind == WatchEventKind.Suspected).At;
        Assert.True((operation.Rto!.Value - (operation.Ended!.Value - first)).Duration() < TimeSpan.FromSeconds(2), $"{operation.Rto} since {first:HH:mm:ss}");
        // The promise: three looks, the delay, and one interval more; what the engine then needs is its own.
        Assert.InRange(operation.Began, Began(rig).AddSeconds(83 + 20 + 30), Began(rig).AddSeconds(83 + 30 + 30 + 10));
        Assert.Equal((1, CloudRig.Recovery), (rig.Completed, rig.ProxyTarget));
        CrdrStatus after = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.FailedOver, Side.Recovery), (after.Phase, after.ActiveMember!.Value));
        // Every write that was acknowledged and is not there was written within the bound that was stated.
        Assert.Equal(LossKind.Bounded, operation.Loss!.Kind);
        DateTimeOffset safe = Began(rig).AddSeconds(83) - operation.Loss.Bound!.Value;
        Assert.All(rig.World.ClusterLostWrites(CloudRig.Primary), w => Assert.True(w.At >= safe, $"{w.At:HH:mm:ss} is before {safe:HH:mm:ss}"));
        Assert.Equal(0, rig.World.ClusterDualWrites);
    }

    /// <summary>What the vendor's API does when it happens, and whether the primary's end is one that may be acted on then.</summary>
    public static TheoryData<string, bool> Apis => new() { { "answers", true }, { "429", false }, { "503", false }, { "unreachable", false }, { "LOCKED", false }, { "maintenance", false }, { "late", false } };

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task S17_S31_Of_every_partition_and_every_trouble_of_the_vendors_only_a_true_outage_that_two_have_seen_is_acted_on(string api, bool may)
    {
        foreach (bool lives in new[] { true, false })
        foreach (string sql in new[] { "ok", "cut", "nameless" })
        {
            using CloudRig rig = Clusters(nameless: sql == "nameless", view: api == "late" ? CockroachOutageView.StillLive : CockroachOutageView.NodesNotReady);
            rig.Time.At(TimeSpan.FromSeconds(65), () =>
            {
                if (!lives) rig.World.SetOutage("europe-west1", true);
                if (sql == "cut") _door!.Cut();
                switch (api)
                {
                    case "429": rig.World.AddFault(new() { Action = SimulatorFaultAction.Status, Status = 429, RetryAfterSeconds = 2 }); break;
                    case "503": rig.World.AddFault(new() { Action = SimulatorFaultAction.Status, Status = 503 }); break;
                    case "unreachable": rig.World.AddFault(new() { Action = SimulatorFaultAction.DropBefore }); break;
                    case "LOCKED": rig.World.SetClusterState(CloudRig.Primary, "LOCKED"); break;
                    case "maintenance": rig.World.SetClusterOperation(CloudRig.Primary, "CRDB_MAJOR_UPGRADE_RUNNING"); break;
                }
            });
            List<CrdrWatchEvent> told = await WatchAsync(rig, s_few, TimeSpan.FromSeconds(170));
            string what = $"API {api}, primary {(lives ? "lives" : "dead")}, SQL {sql}: {string.Join(" | ", told.Select(e => $"{e.Kind}: {e.Message}"))}";
            bool acts = may && !lives && sql != "nameless";
            Assert.True(rig.Completed == (acts ? 1 : 0), what);
            Assert.True(rig.ProxyTarget == (acts ? CloudRig.Recovery : CloudRig.Primary), what);
            Assert.True(told.Count(e => e.Kind == WatchEventKind.Acted) == (acts ? 1 : 0), what);
            Assert.True(acts || rig.Changing == 0, what);
            if (lives && api is "answers") Assert.True(rig.World.ClusterLoss(CloudRig.Primary) == 0, what);
        }
    }

    [Fact]
    public async Task S17_A_vendor_that_is_late_to_tell_keeps_it_armed_while_the_standby_falls_behind()
    {
        // What may have been written until the vendor told is more than the pair may lose, or it is not.
        foreach (double rpo in new[] { 30, 600 })
        {
            using CloudRig rig = Clusters(change: s => s with { OutageDetectedSeconds = 300 }, rpo: rpo);
            rig.Time.At(TimeSpan.FromSeconds(65), () => rig.World.SetOutage("europe-west1", true));
            List<CrdrWatchEvent> told = await WatchAsync(rig, s_usual, TimeSpan.FromSeconds(600));
            Assert.DoesNotContain(told.TakeWhile(e => e.Kind != WatchEventKind.Acting), e => e.Kind == WatchEventKind.Disarmed);
            CrdrWatchEvent acting = Assert.Single(told, e => e.Kind == WatchEventKind.Acting);
            Assert.InRange(acting.At, Began(rig).AddSeconds(365 + 20 + 30), Began(rig).AddSeconds(365 + 30 + 30 + 10));
            Assert.Equal(rpo > 300 ? 1 : 0, rig.Completed);
            Assert.True(rpo > 300 || told.Single(e => e.Kind == WatchEventKind.Refused).Message.Contains("LossBound"));
        }
    }

    // The vendor's clock is the same one here: set back by an hour, it would take an hour to complete a stream.
    [Theory]
    [InlineData(600, 0)]
    [InlineData(0, 3600)]
    [InlineData(0, -300)]
    public async Task S14_Stopped_or_with_the_clock_moved_at_any_moment_of_the_engine_before_the_change_was_asked_for_nothing_is_changed(int stopped, int clock)
    {
        for (int moment = 1; ; moment += 4)
        {
            using CloudRig rig = Clusters();
            int moments = 0, at = moment;
            int? before = null;
            bool acting = false;
            rig.Host.Traced = () =>
            {
                if (!acting || ++moments != at) return;
                before = rig.Completed;
                rig.Time.Advance(TimeSpan.FromSeconds(stopped));
                rig.Time.SetWallClock(TimeSpan.FromSeconds(clock));
            };
            rig.Time.At(TimeSpan.FromSeconds(65), () => rig.World.SetOutage("europe-west1", true));
            List<CrdrWatchEvent> told = await WatchAsync(rig, s_few, TimeSpan.FromSeconds(200 + stopped), e => acting |= e.Kind == WatchEventKind.Acting);
            if (before is null) return;
            string what = $"moment {moment}: {string.Join(" | ", told.Select(e => $"{e.At:HH:mm:ss} {e.Kind}: {e.Message}"))}";
            Assert.True(before == 1 || rig.Completed == 0, what);
            Assert.True(rig.Completed <= 1, what);
            // Either it was done to its end, or nothing of it stands: clients are led to where they were, or to the new side.
            if (rig.Completed == 0) Assert.True(rig.ProxyTarget == CloudRig.Primary, what);
            // From here on it was asked for before: that is the engine's, and proven there.
            if (before == 1) return;
        }
    }

    [Fact]
    public async Task S17_Despite_a_vendor_that_says_it_runs_two_others_who_agree_are_enough_where_it_was_asked_for()
    {
        foreach (bool agrees in new[] { false, true })
        {
            // By the vendor's word it runs, so that what it may have taken until now counts as lost.
            using CloudRig rig = Clusters(view: CockroachOutageView.StillLive, rpo: 300);
            string word = Path.Combine(rig.Folder, "word");
            File.WriteAllText(word, "0");
            rig.Time.At(TimeSpan.FromSeconds(65), () =>
            {
                rig.World.SetOutage("europe-west1", true);
                if (agrees) File.WriteAllText(word, "1");
            });
            List<CrdrWatchEvent> told = await WatchAsync(rig, s_usual with { DespiteVendor = true, Witness = ["/bin/sh", "-c", $"exit $(cat '{word}')"] }, TimeSpan.FromSeconds(200));
            Assert.True(rig.Completed == (agrees ? 1 : 0), string.Join(" | ", told.Select(e => $"{e.Kind}: {e.Message}")));
        }
    }

    [Fact]
    public async Task S17_S3_S9_What_would_refuse_is_told_in_daylight_and_refuses_in_the_night()
    {
        // Nothing fences the old side.
        using CloudRig rig = Clusters(route: false);
        rig.Time.At(TimeSpan.FromSeconds(65), () => rig.World.SetOutage("europe-west1", true));
        List<CrdrWatchEvent> told = await WatchAsync(rig, s_usual, TimeSpan.FromSeconds(300));
        Assert.Contains("WritersFenced", told.First(e => e.Kind == WatchEventKind.Vetoed).Message);
        CrdrWatchEvent refused = Assert.Single(told, e => e.Kind == WatchEventKind.Refused);
        Assert.Contains("WritersFenced", refused.Message);
        Assert.NotEmpty(refused.NextActions);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S17_S3_Of_Aiven_two_witnesses_and_a_pair_that_accepts_a_loss_nobody_can_bound()
    {
        foreach (UnknownLag says in new[] { UnknownLag.Refuse, UnknownLag.Accept })
        {
            // What it is asked over SQL answers until it does not; whose it is makes no difference to that.
            using CloudRig sql = new();
            using Door door = new(sql.Server.SqlPort);
            Environment.SetEnvironmentVariable(_name + "_P", $"postgresql://anybody:demo@127.0.0.1:{door.Port}/{CloudRig.Primary}.defaultdb?sslmode=disable");
            using Rig rig = new(pair: d => d with { UnknownLag = says, Settings = new Dictionary<string, string>(d.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["primarySql"] = $"env:{_name}_P" } });
            rig.Time.At(TimeSpan.FromSeconds(65), () =>
            {
                rig.LoseRegion();
                door.Cut();
            });
            List<CrdrWatchEvent> told = await WatchAsync(rig.Crdr, rig.Pair, rig.Time, rig.Host, s_usual, TimeSpan.FromSeconds(200));
            string what = $"{says}: {string.Join(" | ", told.Select(e => $"{e.Kind}: {e.Message}"))}";
            Assert.True(rig.Applied("failed") == (says == UnknownLag.Accept ? 1 : 0), what);
            Assert.True(told.Any(e => e.Kind == WatchEventKind.Vetoed && e.Message.Contains("LossBound")) == (says == UnknownLag.Refuse), what);
            if (says == UnknownLag.Accept) Assert.Equal(CrdrPhase.FailedOver, (await rig.StatusAsync()).Phase);
        }
    }

    [Fact]
    public async Task S17_Of_Aiven_one_witness_alone_is_not_enough_and_that_is_told_in_daylight()
    {
        using Rig rig = new(pair: d => d with { UnknownLag = UnknownLag.Accept });
        rig.Time.At(TimeSpan.FromSeconds(65), rig.LoseRegion);
        List<CrdrWatchEvent> told = await WatchAsync(rig.Crdr, rig.Pair, rig.Time, rig.Host, s_usual, TimeSpan.FromSeconds(300));
        Assert.Equal(0, rig.Changing);
        Assert.Contains("two must", told.First(e => e.Kind == WatchEventKind.Vetoed).Message);
    }

    [Fact]
    public void S13_Without_the_word_that_nobody_else_acts_it_does_not_begin()
    {
        using CloudRig rig = Clusters();
        CrdrException refused = Assert.Throws<CrdrException>(() => rig.Crdr.Watch([(rig.Pair, rig.Token, rig.Host)], new() { AutoFailover = true }, _ => { }));
        Assert.Equal(("SoleController", CrdrErrorKind.Refused), (refused.ErrorId, refused.Kind));
        foreach (CrdrWatchOptions wrong in new CrdrWatchOptions[]
            {
                new() { Interval = TimeSpan.FromMilliseconds(999) }, new() { Interval = TimeSpan.FromHours(2) }, new() { Threshold = 1 }, new() { Threshold = 101 }, new() { Delay = TimeSpan.FromSeconds(-1) },
                new() { Delay = TimeSpan.FromDays(2) }, new() { Hook = [] }, new() { Witness = [] }, new() { Webhook = "http://example.com/x" }, new() { Webhook = "nonsense" }, new() { DespiteVendor = true },
            })
            Assert.Equal("WatchOptionsInvalid", Assert.Throws<CrdrException>(() => rig.Crdr.Watch([(rig.Pair, rig.Token, rig.Host)], wrong, _ => { })).ErrorId);
    }

    private Door? _door;

    /// <summary>Clusters behind a proxy that can fence, with clients that write through it, and SQL through a door.</summary>
    private CloudRig Clusters(bool nameless = false, CockroachOutageView view = CockroachOutageView.NodesNotReady, bool route = true, Func<SimulatorSettings, SimulatorSettings>? change = null, double rpo = 30)
    {
        CloudRig rig = new(s => (change?.Invoke(s) ?? s) with { CockroachOutage = view }, p => p with
        {
            Objectives = new() { Rpo = TimeSpan.FromSeconds(rpo) },
            Settings = new Dictionary<string, string>(p.Settings.ToDictionary(s => s.Key, s => s.Value)) { ["primarySql"] = $"env:{_name}_P", ["recoverySql"] = $"env:{_name}_R" },
        }, route);
        _door?.Dispose();
        _door = new(rig.Server.SqlPort);
        // A label that is too long for a name: that is found out here, and no name server is waited for.
        string host = nameless ? $"{new string('a', 64)}.invalid" : "127.0.0.1";
        Environment.SetEnvironmentVariable(_name + "_P", $"postgresql://anybody:demo@{host}:{_door.Port}/{CloudRig.Primary}.defaultdb?sslmode=disable");
        Environment.SetEnvironmentVariable(_name + "_R", $"postgresql://anybody:demo@127.0.0.1:{rig.Server.SqlPort}/{CloudRig.Recovery}.defaultdb?sslmode=disable");
        rig.World.AddClusterClient(CloudRig.Primary, 5, "proxy:app");
        return rig;
    }

    /// <summary>When the rig's clock began.</summary>
    private static DateTimeOffset Began(CloudRig rig) => rig.Time.GetUtcNow() - TimeSpan.FromTicks(rig.Time.GetTimestamp());

    private static Task<List<CrdrWatchEvent>> WatchAsync(CloudRig rig, CrdrWatchOptions options, TimeSpan until, Action<CrdrWatchEvent>? also = null) => WatchAsync(rig.Crdr, rig.Pair, rig.Time, rig.Host, options, until, also);

    /// <summary>Watches from now until the clock has come to that.</summary>
    private static async Task<List<CrdrWatchEvent>> WatchAsync(Crdr crdr, CrdrPair pair, AutoTime time, TestHost host, CrdrWatchOptions options, TimeSpan until, Action<CrdrWatchEvent>? also = null)
    {
        List<CrdrWatchEvent> told = [];
        using CancellationTokenSource stop = new();
        // Servers are real ones and need real time, of which the clock that jumps has none.
        crdr.WatchPatience = TimeProvider.System;
        Watchtower tower = crdr.Watch([(pair, "demo", host)], options, e =>
        {
            told.Add(e);
            also?.Invoke(e);
        });
        time.At(until, stop.Cancel);
        await tower.RunAsync(stop.Token);
        Assert.Equal(WatchEventKind.Ended, told[^1].Kind);
        return told;
    }
}
