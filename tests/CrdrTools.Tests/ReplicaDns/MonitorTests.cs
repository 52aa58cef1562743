using CrdrTools.Core.Stores;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>The read-only name through its four phases, and what must not move it.</summary>
public class MonitorTests
{
    [Fact]
    public void All_standbys_gone_for_longer_than_the_limit_reads_go_to_the_primary_and_return_after_the_hold_down()
    {
        using ReadRig rig = new();
        Assert.Equal("10.0.0.11, 10.0.0.12", Assert.IsType<string>(string.Join(", ", rig.Enable().Answer!)));
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(60);
        Assert.Equal(1, rig.State.Number);
        rig.Down("s1", "s2");
        rig.Advance(30);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Advance(1);
        Assert.Equal("10.0.0.1", rig.Answer);
        Assert.Equal(ReplicaDnsTarget.Primary, rig.State.Target);
        rig.Up("s1");
        rig.Advance(120);
        Assert.Equal("10.0.0.1", rig.Answer);
        rig.Up("s2");
        rig.Advance(30);
        Assert.Equal("10.0.0.1", rig.Answer);
        rig.Advance(1.5);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Equal(ReplicaDnsTarget.Replica, rig.State.Target);
        rig.Disable();
        rig.Advance(1);
        Assert.True(watched.Work.IsCompletedSuccessfully);
        Assert.Equal("nothing", rig.Answer);
        int asked = rig.Nodes["s1"].Asked;
        rig.Advance(60);
        Assert.Equal(asked, rig.Nodes["s1"].Asked);
    }

    [Fact]
    public void With_the_rule_any_one_standby_is_enough_to_return()
    {
        using ReadRig rig = new(("return", "any"));
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Down("s1", "s2");
        rig.Advance(32);
        Assert.Equal("10.0.0.1", rig.Answer);
        rig.Up("s2");
        rig.Advance(32);
        Assert.Equal("10.0.0.12", rig.Answer);
    }

    [Fact]
    public void A_server_that_takes_the_question_and_says_nothing_counts_as_one_that_is_gone()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(5.5);
        rig.Nodes["s1"].Hangs = rig.Nodes["s2"].Hangs = true;
        // The first look that gets no answer begins half a second later: the limit counts from there.
        rig.Advance(0.5 + 30);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Advance(0.1);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void One_of_two_standbys_that_fails_is_left_out_and_named_again_when_it_has_been_healthy_for_the_hold_down()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1");
        rig.Advance(4);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Advance(2);
        Assert.Equal("10.0.0.12", rig.Answer);
        rig.Up("s1");
        rig.Advance(29);
        Assert.Equal("10.0.0.12", rig.Answer);
        rig.Advance(3);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Equal(ReplicaDnsTarget.Replica, rig.State.Target);
    }

    [Theory]
    [InlineData("behind")]
    [InlineData("diverged")]
    [InlineData("elsewhere")]
    [InlineData("alone")]
    [InlineData("promoted")]
    [InlineData("stranger")]
    public void S25_A_standby_that_does_not_follow_the_writer_is_not_healthy(string how)
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Nodes["s1"].Says = rig.Nodes["s2"].Says = how switch
        {
            "behind" => ReadRig.Standby(lag: 61),
            "diverged" => ReadRig.Standby(timeline: 2),
            "elsewhere" => ReadRig.Standby(from: "c"),
            "alone" => ReadRig.Standby() with { Streaming = false, Timeline = null, SenderHost = null },
            "promoted" => ReadRig.Writer(2),
            _ => ReadRig.Standby() with { System = 1 },
        };
        rig.Advance(32);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S25_Never_to_a_primary_that_does_not_answer_the_last_answer_stays_and_somebody_is_told()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("a", "b", "s1", "s2");
        rig.Advance(600);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Single(rig.Events, e => e.Kind == ReplicaDnsEventKind.NothingAnswers);
        rig.Nodes["a"].Says = ReadRig.Writer();
        rig.Advance(2);
        // That they did not answer was seen all the while.
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S25_While_both_members_write_or_an_operation_runs_nothing_is_decided()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Nodes["b"].Says = ReadRig.Writer();
        rig.Down("s1", "s2");
        rig.Advance(60);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Frozen && e.Message.Contains("both take writes"));
        rig.Nodes["b"].Says = ReadRig.Standby();
        using (rig.Store.Acquire("p", "op-1", CrdrVerb.Switchover))
        {
            rig.Advance(40);
            Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
            Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Frozen && e.Message.Contains("op-1"));
        }
        rig.Advance(2);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S25_An_old_primary_that_writes_again_is_not_followed()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Nodes["b"].Says = ReadRig.Writer(2);
        rig.Down("a");
        rig.Advance(2);
        Assert.Equal(2u, rig.State.Timeline);
        rig.Nodes["a"].Says = ReadRig.Writer(1);
        rig.Down("b");
        rig.Down("s1", "s2");
        rig.Advance(120);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Contains(rig.Events, e => e.Message.Contains("it was left"));
    }

    [Fact]
    public void After_a_failover_reads_follow_the_new_active_member()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Down("s1", "s2");
        rig.Advance(32);
        Assert.Equal("10.0.0.1", rig.Answer);
        rig.Down("a");
        rig.Nodes["b"].Says = ReadRig.Writer(2);
        rig.Advance(3);
        Assert.Equal("10.0.1.1", rig.Answer);
        rig.Nodes["s1"].Says = rig.Nodes["s2"].Says = ReadRig.Standby(2, "b");
        rig.Advance(32);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
    }

    [Fact]
    public void S26_After_a_restart_it_goes_on_where_it_was_and_counts_anew()
    {
        using ReadRig rig = new();
        rig.Enable();
        using (rig.Watch())
        {
            rig.Advance(2);
            rig.Down("s1", "s2");
            rig.Advance(25);
        }
        using ReadRig.Watched again = rig.Watch();
        rig.Advance(29);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Advance(2);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S26_Who_slept_or_whose_clock_was_set_counts_anew()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        rig.Advance(20);
        rig.Time.Sleep(TimeSpan.FromMinutes(10));
        rig.Advance(29);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Time.SetWallClock(TimeSpan.FromHours(-1));
        rig.Advance(29);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Advance(3);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S26_One_watcher_a_name_the_second_is_told_who_has_it()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched first = rig.Watch(), second = rig.Watch();
        Assert.Equal("ReplicaDnsWatched", Assert.IsType<CrdrException>(second.Work.Exception!.InnerException).ErrorId);
        Assert.False(first.Work.IsCompleted);
    }

    [Fact]
    public void S26_Switched_off_while_decisions_wait_to_be_published_it_leads_to_nothing()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Dns.Before = () => throw new CrdrException(CrdrErrorKind.Timeout, "DnsTimeout", "The DNS server does not answer.");
        rig.Down("s1", "s2");
        rig.Advance(40);
        Assert.Equal(2, rig.Kept.Work()!.Number);
        ReplicaDnsState off = rig.Kept.Change(s => s with { Enabled = false, Number = s.Number + 1, Values = [], Servers = [] });
        rig.Kept.Put(new() { Number = off.Number, Values = [], Since = rig.Time.GetUtcNow() });
        rig.Advance(10);
        rig.Dns.Before = null;
        rig.Advance(6);
        Assert.True(watched.Work.IsCompletedSuccessfully);
        Assert.Equal("nothing", rig.Answer);
        Assert.Equal(3, rig.Dns.Stands.Number);
    }

    [Fact]
    public void A_standby_that_is_forgotten_is_not_waited_for_and_one_that_is_remembered_is()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Down("s1", "s2");
        rig.Advance(32);
        rig.Up("s1");
        rig.Advance(60);
        Assert.Equal("10.0.0.1", rig.Answer);
        rig.Enable("s2");
        rig.Advance(2);
        Assert.Equal("10.0.0.11", rig.Answer);
        Assert.Equal(["s2"], rig.State.Forgotten);
    }

    [Fact]
    public void A_server_that_forgot_what_it_was_told_is_told_again()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(5);
        rig.Publish(0);
        Assert.Equal("nothing", rig.Answer);
        rig.Advance(35);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
    }

    [Fact]
    public void S26_Somebody_with_another_store_who_decides_too_ends_it_loudly()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(5);
        rig.Publish(57, "10.9.9.9");
        rig.Advance(40);
        Assert.Equal("ReplicaDnsOvertaken", Assert.IsAssignableFrom<CrdrException>(watched.Work.Exception!.InnerException).ErrorId);
        Assert.Equal("10.9.9.9", rig.Answer);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Ended && e.Severity == FindingSeverity.Error && e.Message.Contains("crdr replica-dns enable p"));
        rig.Enable();
        Assert.Equal(58, rig.Dns.Stands.Number);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
    }

    [Fact]
    public void With_the_name_server_away_for_ten_minutes_the_record_is_right_within_one_retry_of_its_return()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Dns.Before = () => throw new CrdrException(CrdrErrorKind.Timeout, "DnsTimeout", "The DNS server does not answer.");
        rig.Down("s1", "s2");
        rig.Advance(600);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Equal(ReplicaDnsTarget.Primary, rig.State.Target);
        rig.Dns.Before = null;
        rig.Advance(5);
        Assert.Equal("10.0.0.1", rig.Answer);
        Assert.Null(rig.Kept.Work());
    }

    [Theory]
    [InlineData("decided, and not in the queue yet")]
    [InlineData("in the queue")]
    [InlineData("published, and not known to be")]
    [InlineData("known to be published, and in the queue still")]
    public void S26_What_a_death_left_half_done_is_done_by_the_next_watcher(string left)
    {
        using ReadRig rig = new();
        rig.Enable();
        rig.Down("s1", "s2");
        ReplicaDnsState decided = rig.Kept.Change(s => s with { Number = 2, Target = ReplicaDnsTarget.Primary, Servers = ["a"], Values = ["10.0.0.1"], Since = rig.Time.GetUtcNow() });
        if (left != "decided, and not in the queue yet") rig.Kept.Put(new() { Number = 2, Values = decided.Values, Since = rig.Time.GetUtcNow() });
        if (left.Contains("published")) rig.Publish(2, "10.0.0.1");
        if (left.StartsWith("known", StringComparison.Ordinal)) rig.Kept.Change(s => s with { Published = 2 });
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        Assert.Equal("10.0.0.1", rig.Answer);
        Assert.Equal(2, rig.Dns.Stands.Number);
        Assert.Equal(2, rig.State.Published);
        Assert.Null(rig.Kept.Work());
    }

    [Fact]
    public async Task S26_An_executor_that_slept_between_looking_and_writing_undoes_nothing()
    {
        using ReadRig rig = new();
        rig.Enable();
        int asked = 0;
        // Between the look of the one who sleeps and its write, another decides and publishes.
        rig.Dns.Before = () =>
        {
            if (++asked != 2) return;
            rig.Dns.Before = null;
            rig.Kept.Change(s => s with { Number = 3, Values = ["10.0.0.12"], Servers = ["s2"] });
            rig.Publish(3, "10.0.0.12");
        };
        rig.Kept.Change(s => s with { Number = 2, Values = ["10.0.0.1"], Servers = ["a"] });
        Task sleeper = rig.Endpoint().Executor(rig.Events.Add).DrainAsync(() => { }, default);
        rig.Advance(10);
        await sleeper;
        Assert.Equal(3, rig.Dns.Stands.Number);
        Assert.Equal("10.0.0.12", rig.Answer);
        Assert.DoesNotContain(rig.Events, e => e.Kind == ReplicaDnsEventKind.Published && e.Number == 2);
    }
}
