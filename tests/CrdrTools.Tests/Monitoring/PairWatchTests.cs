using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Monitoring;

/// <summary>S17, S14: one pair, watched by a clock that the test moves: when it acts, and above all when it does not.</summary>
public class PairWatchTests
{
    private static readonly CrdrWatchOptions s_usual = new() { AutoFailover = true, SoleController = true };

    public static TheoryData<double, int, double> Beats => new() { { 10, 3, 30 }, { 1, 2, 0 }, { 5, 4, 7 }, { 30, 2, 1 }, { 2, 3, 0.5 }, { 10, 2, 0 } };

    [Theory]
    [MemberData(nameof(Beats))]
    public void S17_A_true_outage_is_acted_on_once_within_the_threshold_the_delay_and_one_interval_whenever_it_begins(double interval, int threshold, double delay)
    {
        CrdrWatchOptions options = s_usual with { Interval = TimeSpan.FromSeconds(interval), Threshold = threshold, Delay = TimeSpan.FromSeconds(delay) };
        TimeSpan least = TimeSpan.FromSeconds(((threshold - 1) * interval) + delay), most = TimeSpan.FromSeconds((threshold * interval) + delay + interval);
        for (double phase = 0; phase <= interval; phase += interval / 8)
        {
            using WatchRig rig = new(options);
            (_, Task work, FakeEyes eyes) = rig.Start();
            rig.Advance(60 + phase);
            TimeSpan outage = rig.Time.Now;
            rig.World.Lives = false;
            rig.Advance(most.TotalSeconds + (10 * interval));
            TimeSpan acted = Assert.Single(rig.World.Acted) - outage;
            Assert.True(acted >= least && acted <= most, $"phase {phase}: {acted} is not within {least} and {most}");
            CrdrRequest request = Assert.Single(eyes.Requests);
            Assert.Equal((CrdrVerb.Failover, (Side?)Side.Recovery, true), (request.Verb, request.To, request.SoleController));
            Assert.True((rig.Time.GetUtcNow() - (rig.Time.Now - outage) - request.OutageSince!.Value).Duration() <= options.Interval);
            // Nothing of what an unplanned failover may be given is given.
            Assert.Equal((false, false, false, (TimeSpan?)null), (request.AllowDataLoss, request.AllowUnfenced, request.GiveUpHealthyPrimary, request.MaxDataLoss));
            Assert.False(work.IsCompleted);
            Assert.Equal([1, 1, 1, 1], new[] { WatchEventKind.Suspected, WatchEventKind.Outage, WatchEventKind.Acting, WatchEventKind.Acted }.Select(rig.Told));
        }
    }

    [Fact]
    public void S03_A_primary_that_only_stays_silent_may_go_on_taking_writes_so_that_no_end_of_them_is_told()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        (rig.World.Reached, rig.World.Joined) = (false, false);
        rig.Advance(120);
        Assert.Null(Assert.Single(eyes.Requests).OutageSince);
    }

    [Fact]
    public void S17_One_witness_alone_is_not_acted_on_and_that_is_told_when_it_would_have_been()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        (rig.World.Lives, rig.World.RecoveryAnswers) = (false, false);
        rig.Advance(300);
        Assert.Empty(eyes.Requests);
        Assert.Contains("two witnesses must agree", Assert.Single(rig.Events, e => e.Kind == WatchEventKind.Vetoed).Message);
    }

    [Fact]
    public void S17_Without_being_asked_to_it_tells_the_outage_and_does_nothing()
    {
        using WatchRig rig = new(new());
        (PairWatch watch, _, FakeEyes eyes) = rig.Start();
        rig.Advance(60);
        rig.World.Lives = false;
        rig.Advance(600);
        Assert.Empty(eyes.Requests);
        Assert.Equal((1, 1, 0), (rig.Told(WatchEventKind.Suspected), rig.Told(WatchEventKind.Outage), rig.Told(WatchEventKind.Armed)));
        Assert.Contains("nothing is done about it here", rig.Events.Single(e => e.Kind == WatchEventKind.Outage).Message);
        Assert.False(watch.Sight.Armed);
        rig.World.Lives = true;
        rig.Advance(10);
        Assert.Equal(1, rig.Told(WatchEventKind.Cleared));
    }

    [Fact]
    public void S17_Who_begins_in_the_middle_of_an_outage_does_nothing_about_it()
    {
        using WatchRig rig = new();
        rig.World.Lives = false;
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(600);
        Assert.Empty(eyes.Requests);
        // Those whom nobody has heard say that it lives are told, and are no witnesses.
        Assert.Equal((1, 0), (rig.Told(WatchEventKind.Suspected), rig.Told(WatchEventKind.Outage)));
        // One good look arms it; the next outage is acted on.
        rig.World.Lives = true;
        rig.Advance(15);
        rig.World.Lives = false;
        rig.Advance(80);
        Assert.Single(eyes.Requests);
    }

    [Fact]
    public void S17_While_the_recovery_side_receives_nothing_is_done_however_dead_the_primary_looks_from_here()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(60);
        rig.World.Reached = false;
        rig.Advance(3600);
        Assert.Empty(eyes.Requests);
        Assert.Equal(0, rig.Told(WatchEventKind.Outage));
        // The outage is one now: it is still armed, for what was last well was that it is protected.
        rig.World.Lives = false;
        rig.Advance(80);
        Assert.Single(eyes.Requests);
    }

    [Fact]
    public void S17_A_recovery_side_that_cannot_be_seen_or_a_pair_that_was_not_protected_is_left_alone()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(60);
        rig.World.RecoveryAnswers = false;
        rig.Advance(20);
        Assert.Equal(1, rig.Told(WatchEventKind.Disarmed));
        rig.World.Lives = false;
        rig.Advance(600);
        Assert.Empty(eyes.Requests);
        Assert.Equal(1, rig.Told(WatchEventKind.Blind));
        rig.World.RecoveryAnswers = true;
        rig.Advance(600);
        Assert.Empty(eyes.Requests);
    }

    [Fact]
    public void S17_A_primary_that_comes_and_goes_is_not_left()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        for (int i = 0; i < 40; i++)
        {
            rig.World.Lives = i % 3 == 0;
            rig.Advance(10);
        }
        Assert.Empty(eyes.Requests);
    }

    [Fact]
    public void S17_One_that_comes_back_during_the_delay_is_not_left()
    {
        for (double back = 0; back <= 29; back += 0.5)
        {
            using WatchRig rig = new();
            (_, _, FakeEyes eyes) = rig.Start();
            rig.Advance(65);
            rig.World.Lives = false;
            rig.Advance(25 + back);
            rig.World.Lives = true;
            rig.Advance(300);
            Assert.True(eyes.Requests.Count == 0, $"back after {back} s of the delay");
        }
    }

    [Theory]
    [InlineData(600.0, 0.0)]
    [InlineData(0.0, 3600.0)]
    [InlineData(0.0, -3600.0)]
    public void S14_S17_Stopped_for_ten_minutes_or_with_the_clock_moved_an_hour_at_any_moment_nothing_is_done_on_old_counts(double stopped, double clock)
    {
        const double Step = 1.25;
        int forgotten = 0;
        // The outage is acted on 55 s after it began: any moment before that.
        for (double at = 0; at < 55; at += Step)
        {
            using WatchRig rig = new();
            (_, _, FakeEyes eyes) = rig.Start();
            rig.Advance(65);
            rig.World.Lives = false;
            rig.Advance(at);
            rig.Time.Sleep(TimeSpan.FromSeconds(stopped));
            rig.Time.SetWallClock(TimeSpan.FromSeconds(clock));
            rig.Advance(600);
            Assert.True(eyes.Requests.Count == 0, $"after {at} s");
            forgotten += rig.Told(WatchEventKind.Forgotten);
            // One good look, and the next outage is acted on.
            rig.World.Lives = true;
            rig.Advance(20);
            rig.World.Lives = false;
            rig.Advance(80);
            Assert.Single(rig.World.Acted);
        }
        Assert.Equal(55 / Step, forgotten);
    }

    [Theory]
    [InlineData(600.0, 0.0)]
    [InlineData(0.0, 3600.0)]
    [InlineData(0.0, -3600.0)]
    public void S14_S17_Stopped_between_looking_and_telling_between_deciding_and_acting_and_before_the_last_word_nothing_is_done(double stopped, double clock)
    {
        void Sleep(WatchRig rig)
        {
            rig.Time.Sleep(TimeSpan.FromSeconds(stopped));
            rig.Time.SetWallClock(TimeSpan.FromSeconds(clock));
        }

        // Which look it is that is held up: the three that find it dead, those of the delay, the last one before the act, and the engine's own two moments.
        for (int look = 1; look <= 12; look++)
        {
            using WatchRig rig = new();
            (_, _, FakeEyes eyes) = rig.Start();
            rig.Advance(65);
            rig.World.Lives = false;
            int seen = 0;
            bool slept = false;
            void Once()
            {
                if (slept) return;
                slept = true;
                Sleep(rig);
            }

            if (look <= 7)
            {
                eyes.Seen = () =>
                {
                    if (++seen == look) Once();
                };
            }
            else if (look == 8) eyes.Acting = Once;
            else if (look == 9) eyes.Judged = Once;
            // Whoever tells may be kept waiting too: a console that nobody reads from.
            else rig.Telling = kind => { if (kind == new[] { WatchEventKind.Suspected, WatchEventKind.Outage, WatchEventKind.Acting }[look - 10]) Once(); };
            rig.Advance(55);
            rig.Advance(600);
            Assert.True(slept, $"look {look} was not come to");
            Assert.True(rig.World.Acted.Count == 0, $"held up at {look}");
            Assert.Equal(1, rig.Told(WatchEventKind.Forgotten));
        }
    }

    [Fact]
    public void S14_S17_Stopped_between_a_good_look_and_the_next_beat_it_must_be_armed_anew()
    {
        foreach (bool reminding in new[] { true, false })
        {
            using WatchRig rig = new();
            (PairWatch watch, _, FakeEyes eyes) = rig.Start(offset: 5);
            void Sleep()
            {
                (eyes.Reminded, rig.Telling) = (null, null);
                rig.Time.Sleep(TimeSpan.FromMinutes(1));
                rig.World.Lives = false;
            }

            if (reminding) eyes.Reminded = Sleep;
            else rig.Telling = kind => { if (kind == WatchEventKind.Armed) Sleep(); };
            rig.Advance(400);
            Assert.Equal((0, 1, false), (eyes.Requests.Count, rig.Told(WatchEventKind.Forgotten), watch.Sight.Armed));
        }
    }

    [Fact]
    public void S14_S17_Stopped_while_the_engine_refuses_for_another_reason_it_must_be_armed_anew_too()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        rig.World.Refuses = "LossBound";
        eyes.Acting = () => rig.Time.Sleep(TimeSpan.FromMinutes(10));
        rig.Advance(100);
        (eyes.Acting, rig.World.Refuses) = (null, null);
        rig.Advance(1200);
        Assert.Single(eyes.Requests);
    }

    [Fact]
    public void S14_A_primary_that_was_back_while_the_watcher_slept_in_the_middle_of_a_look_is_not_left_for_one_dead_look()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        int seen = 0;
        eyes.Seen = () =>
        {
            if (++seen != 3) return;
            rig.World.Lives = true;
            rig.Time.Sleep(TimeSpan.FromMinutes(10));
            rig.World.Lives = false;
        };
        rig.Advance(600);
        Assert.Empty(eyes.Requests);
    }

    [Fact]
    public void S17_What_the_engine_sees_right_before_the_change_may_still_say_no()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        // It answers again between the last look and the engine's own.
        eyes.Acting = () => rig.World.Lives = true;
        rig.Advance(100);
        Assert.Single(eyes.Requests);
        Assert.Empty(rig.World.Acted);
        Assert.Equal(1, rig.Told(WatchEventKind.Refused));
        // The same of a sender that lives where the primary itself cannot be seen.
        eyes.Acting = () => (rig.World.Lives, rig.World.Reached) = (true, false);
        rig.World.Lives = false;
        rig.Advance(100);
        Assert.Equal(2, eyes.Requests.Count);
        Assert.Empty(rig.World.Acted);
    }

    [Fact]
    public void S17_A_refusal_is_told_once_and_tried_again_and_another_one_is_told_too()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        rig.World.Refuses = "LossBound";
        rig.Advance(300);
        Assert.InRange(eyes.Requests.Count, 6, 9);
        Assert.Equal((1, 1), (rig.Told(WatchEventKind.Refused), rig.Told(WatchEventKind.Acting)));
        rig.World.Refuses = "TargetReady";
        rig.Advance(100);
        Assert.Equal(2, rig.Told(WatchEventKind.Refused));
        rig.World.Refuses = null;
        rig.Advance(40);
        Assert.Single(rig.World.Acted);
        Assert.Equal(1, rig.Told(WatchEventKind.Acted));
    }

    [Fact]
    public void S17_After_one_action_it_does_nothing_more_and_never_fails_back()
    {
        using WatchRig rig = new();
        (PairWatch watch, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        rig.Advance(80);
        Assert.Single(rig.World.Acted);
        // Somebody brings it home again, and it dies again.
        (rig.World.Lives, rig.World.Active) = (true, Side.Primary);
        rig.Advance(100);
        Assert.False(watch.Sight.Armed);
        rig.World.Lives = false;
        rig.Advance(600);
        Assert.Single(eyes.Requests);
        Assert.Contains("acted once", rig.Events.Last(e => e.Kind == WatchEventKind.Outage).Message);
        // Whoever is started anew is armed by a good look.
        (rig.World.Lives, rig.World.Active) = (true, Side.Primary);
        rig.Start();
        rig.Advance(30);
        rig.World.Lives = false;
        rig.Advance(80);
        Assert.Equal(2, rig.World.Acted.Count);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(3.0)]
    [InlineData(9.999)]
    public void S13_Of_two_watchers_over_one_store_one_acts(double apart)
    {
        using WatchRig rig = new();
        List<CrdrWatchEvent> others = [];
        (PairWatch first, _, _) = rig.Start();
        (PairWatch second, _, _) = rig.Start(apart, others);
        rig.Advance(65);
        rig.World.Lives = false;
        rig.Advance(600);
        Assert.Single(rig.World.Acted);
        Assert.Single(rig.Events.Concat(others), e => e.Kind == WatchEventKind.Acted);
        Assert.Equal((false, false), (first.Sight.Armed, second.Sight.Armed));
        Assert.Equal((Side.Recovery, Side.Recovery), (first.Sight.Active!.Value, second.Sight.Active!.Value));
    }

    [Fact]
    public void S13_While_one_acts_the_other_is_refused_and_stands_down_when_it_is_done()
    {
        using WatchRig rig = new();
        List<CrdrWatchEvent> others = [];
        rig.Start();
        rig.Start(1, others);
        rig.Advance(65);
        rig.World.Lives = false;
        rig.World.Holds = true;
        rig.Advance(300);
        Assert.Empty(rig.World.Acted);
        Assert.Single(others, e => e.Kind == WatchEventKind.Refused);
        rig.Release();
        rig.Advance(100);
        Assert.Single(rig.World.Acted);
        Assert.DoesNotContain(others, e => e.Kind == WatchEventKind.Acted);
        Assert.Contains(others, e => e.Kind == WatchEventKind.Disarmed);
    }

    [Fact]
    public void An_operation_of_others_counts_neither_way_and_what_it_leads_to_disarms()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Operation = "switchover-1";
        rig.World.Lives = false;
        rig.Advance(300);
        Assert.Empty(eyes.Requests);
        (rig.World.Operation, rig.World.Active) = (null, Side.Recovery);
        rig.Advance(10);
        Assert.Equal((1, 0), (rig.Told(WatchEventKind.Disarmed), rig.Told(WatchEventKind.Outage)));
    }

    [Fact]
    public void A_look_that_hangs_is_none_and_none_is_begun_beside_it()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        eyes.Hangs = true;
        rig.World.Lives = false;
        rig.Advance(300);
        Assert.Equal((0, 1, 1), (eyes.Requests.Count, eyes.AtOnce, rig.Told(WatchEventKind.Blind)));
        Assert.Contains("no answer within 10 s", rig.Events.Single(e => e.Kind == WatchEventKind.Blind).Message);
        // What it comes back with, after so long, is not taken for what is.
        int looks = eyes.Looks;
        eyes.Hangs = false;
        WatchRig.Here(() => eyes.Hung.ForEach(h => h.SetResult()));
        rig.Advance(20);
        Assert.True(eyes.Looks > looks);
        Assert.Equal((1, 1), (eyes.AtOnce, rig.Told(WatchEventKind.Seeing)));
        rig.Advance(100);
        // It was armed by the last good look, and the outage goes on: it is counted from now.
        Assert.Single(rig.World.Acted);
    }

    [Fact]
    public void A_sleep_while_a_look_hangs_begins_no_second_one_beside_it()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        eyes.Hangs = true;
        rig.Advance(25);
        rig.Time.Sleep(TimeSpan.FromMinutes(10));
        rig.Advance(120);
        Assert.Equal(1, eyes.AtOnce);
    }

    [Fact]
    public void One_that_is_slow_tells_what_it_has_heard_when_its_time_is_over()
    {
        using WatchRig rig = new();
        (PairWatch watch, _, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        eyes.Slow = true;
        rig.Advance(30);
        Assert.Equal(("too slow", 1), (watch.Sight.Trouble, rig.Told(WatchEventKind.Suspected)));
        Assert.Equal(2, watch.Sight.Testimonies.Count);
        rig.Advance(300);
        Assert.Empty(eyes.Requests);
    }

    [Fact]
    public void Whatever_goes_wrong_in_a_look_ends_no_watch()
    {
        foreach (Exception wrong in new Exception[] { new CrdrException(CrdrErrorKind.RateLimited, "x", "429"), new InvalidOperationException("a bug"), new IOException("the disk"), new OperationCanceledException(), new Crash() })
        {
            using WatchRig rig = new();
            (PairWatch watch, Task work, FakeEyes eyes) = rig.Start();
            rig.Advance(65);
            eyes.Throws = wrong;
            rig.World.Lives = false;
            rig.Advance(300);
            Assert.False(work.IsCompleted);
            Assert.Equal((0, 1), (eyes.Requests.Count, rig.Told(WatchEventKind.Blind)));
            Assert.NotNull(watch.Sight.Trouble);
            eyes.Throws = null;
            rig.Advance(80);
            Assert.Single(rig.World.Acted);
        }
    }

    private sealed class Crash : Exception;

    [Fact]
    public async Task Who_listens_and_fails_keeps_nobody_from_acting()
    {
        using WatchRig rig = new();
        FakeEyes eyes = new(rig.World);
        PairWatch watch = new(WatchRig.Pair, rig.Options, eyes, rig.Store, () => null, rig.Time, _ => throw new IOException("the console is gone"));
        using CancellationTokenSource stop = new();
        Task work = watch.RunAsync(default, stop.Token);
        rig.Advance(65);
        rig.World.Lives = false;
        rig.Advance(100);
        Assert.Single(rig.World.Acted);
        stop.Cancel();
        await work;
    }

    [Fact]
    public void S5_A_failover_that_ends_in_a_way_that_nobody_foresaw_is_not_begun_again_and_one_that_never_began_is()
    {
        using WatchRig rig = new();
        (PairWatch watch, Task work, FakeEyes eyes) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        eyes.ActThrows = new CrdrException(CrdrErrorKind.NotFound, "SecretNotFound", "no secret.");
        rig.Advance(120);
        eyes.ActThrows = new IOException("no space");
        rig.Advance(60);
        Assert.Equal(2, rig.Told(WatchEventKind.Refused));
        int asked = eyes.Requests.Count;
        Assert.True(asked > 2);
        eyes.ActThrows = new InvalidOperationException("a bug");
        rig.Advance(600);
        Assert.Equal(asked + 1, eyes.Requests.Count);
        Assert.Equal((1, false, false), (rig.Told(WatchEventKind.Acted), watch.Sight.Armed, work.IsCompleted));
    }

    [Fact]
    public async Task It_ends_cleanly_in_the_middle_of_a_wait_and_in_the_middle_of_a_look()
    {
        foreach (bool hangs in new[] { false, true })
        {
            using WatchRig rig = new();
            (_, Task work, FakeEyes eyes) = rig.Start();
            rig.Advance(15);
            eyes.Hangs = hangs;
            rig.Advance(7);
            rig.Stop();
            await work;
            Assert.Equal((1, true), (rig.Told(WatchEventKind.Ended), eyes.Disposed));
        }
    }

    [Fact]
    public async Task One_pair_that_fails_keeps_no_other_from_being_watched()
    {
        using WatchRig rig = new();
        CrdrWatchOptions quick = new() { Interval = TimeSpan.FromMilliseconds(20) };
        FakeEyes broken = new(rig.World) { Throws = new InvalidOperationException("a bug") }, well = new(rig.World);
        using CancellationTokenSource stop = new();
        int[] looks = [0, 0];
        TaskCompletionSource enough = new();
        well.Seen = () =>
        {
            if (++looks[1] == 10) enough.SetResult();
        };
        List<CrdrWatchEvent> told = [];
        void Tell(CrdrWatchEvent happened)
        {
            lock (told) told.Add(happened);
        }

        using HttpMessageInvoker http = new(new SocketsHttpHandler());
        Watchtower tower = new([.. new[] { broken, well }.Select(e => new PairWatch(WatchRig.Pair, quick, e, rig.Store, () => null, TimeProvider.System, Tell))], quick,
            new Alerts(quick, http, new Core.Operations.RelayHost(), TimeProvider.System, Tell), TimeProvider.System);
        Task work = tower.RunAsync(stop.Token);
        await enough.Task;
        Assert.False(work.IsCompleted);
        Assert.True(broken.Looks > 1);
        Assert.Equal([true, false], tower.Sights.Select(s => s.Trouble is not null));
        stop.Cancel();
        await work;
        Assert.Equal(2, told.Count(e => e.Kind == WatchEventKind.Ended));
    }

    [Fact]
    public void S17_Armed_with_one_witness_alone_or_with_a_guard_in_the_way_somebody_is_told_in_daylight_and_every_hour_again()
    {
        using WatchRig rig = new();
        (_, _, FakeEyes eyes) = rig.Start();
        rig.Advance(1);
        Assert.Equal(0, rig.Told(WatchEventKind.Vetoed));
        eyes.Blocks = [new() { Name = "WritersFenced", Result = CheckResult.Block, Why = "no route" }];
        rig.Advance(3600);
        Assert.Contains("WritersFenced: no route", rig.Events.Single(e => e.Kind == WatchEventKind.Vetoed).Message);
        rig.Advance(7200);
        Assert.Equal(3, rig.Told(WatchEventKind.Vetoed));
    }

    [Fact]
    public void The_endpoint_never_names_a_primary_that_was_given_up_and_answers_again()
    {
        using WatchRig rig = new();
        (PairWatch watch, _, _) = rig.Start();
        rig.Advance(65);
        rig.World.Lives = false;
        rig.Advance(80);
        Assert.Equal((Side.Recovery, "b:5432"), (watch.Sight.Active, watch.Sight.Endpoint));
        // The recovery side is out of sight, and the old primary runs again.
        (rig.World.Lives, rig.World.RecoveryAnswers) = (true, false);
        rig.Advance(300);
        Assert.Equal((Side.Recovery, "b:5432"), (watch.Sight.Active, watch.Sight.Endpoint));
        // The same for a watcher that knows it from the store alone.
        (PairWatch again, _, _) = rig.Start();
        rig.Advance(30);
        Assert.Equal((Side.Recovery, "b:5432"), (again.Sight.Active, again.Sight.Endpoint));
        // And brought home: named at once.
        (rig.World.RecoveryAnswers, rig.World.Active) = (true, Side.Primary);
        rig.Advance(10);
        Assert.Equal((Side.Primary, "a:5432"), (watch.Sight.Active, again.Sight.Endpoint));
    }

    [Fact]
    public void A_failover_that_nobody_saw_is_known_from_the_record_and_from_what_others_saw()
    {
        using WatchRig rig = new();
        (PairWatch watch, _, _) = rig.Start();
        rig.Advance(30);
        Assert.Equal(Side.Primary, watch.Sight.Active);
        // While this one sees nothing, another machine fails over; then the recovery side is out of sight, and the old primary answers.
        (rig.World.Lives, rig.World.RecoveryAnswers) = (false, false);
        rig.Advance(60);
        rig.Record = new(Side.Recovery, rig.Time.GetUtcNow());
        rig.Advance(60);
        rig.World.Lives = true;
        rig.Advance(60);
        Assert.Equal((Side.Recovery, null), (watch.Sight.Active, watch.Sight.Endpoint));

        using WatchRig other = new();
        (PairWatch blind, _, _) = other.Start();
        other.Advance(30);
        (other.World.Lives, other.World.RecoveryAnswers) = (false, false);
        other.Advance(30);
        other.Store.SetTruth("p", new() { Active = Side.Recovery, Seen = other.Time.GetUtcNow(), Endpoint = "b:5432", Timeline = 2 });
        other.World.Lives = true;
        other.Advance(30);
        Assert.Equal((Side.Recovery, "b:5432"), (blind.Sight.Active, blind.Sight.Endpoint));
        Assert.Equal(Side.Recovery, other.Store.Truth("p")!.Active);
    }

    [Fact]
    public void What_was_known_and_cannot_be_read_is_told_and_ends_nothing()
    {
        using WatchRig rig = new();
        rig.Store.SetTruth("p", new() { Active = Side.Recovery, Seen = rig.Time.GetUtcNow() });
        string file = Directory.GetFiles(rig.Folder, "p.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, "{ torn");
        (PairWatch watch, Task work, _) = rig.Start();
        rig.Advance(30);
        Assert.Equal((1, false, Side.Primary), (rig.Told(WatchEventKind.Blind), work.IsCompleted, watch.Sight.Active!.Value));
    }
}
