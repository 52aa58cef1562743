using System.Text;
using CrdrTools.Core.ReplicaDns;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>What goes wrong around the read-only name: other hands at the same moment, a state folder in trouble, descriptions that change, servers that answer nonsense.</summary>
public class TroubleTests
{
    [Fact]
    public void S26_Who_switches_it_on_while_another_decides_is_told_that_nothing_was_changed()
    {
        using ReadRig rig = new();
        rig.Enable();
        rig.Nodes["s1"].WhenAsked = () => rig.Kept.Change(s => s with { Number = 2 });
        Assert.Equal("ReplicaDnsDecidedMeanwhile", Assert.Throws<CrdrException>(() => rig.Enable("s2")).ErrorId);
        Assert.Empty(rig.State.Forgotten);
    }

    [Fact]
    public void S26_Switched_off_in_the_very_round_of_a_decision_nothing_else_is_told_to_be_decided()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        rig.Advance(30.5);
        rig.Nodes["s2"].WhenAsked = () => rig.Kept.Change(s => s.Enabled ? s with { Enabled = false, Number = s.Number + 1, Values = [], Servers = [] } : null);
        rig.Advance(3);
        Assert.True(watched.Work.IsCompletedSuccessfully);
        Assert.Equal("nothing", rig.Answer);
        Assert.DoesNotContain(rig.Events, e => e.Kind == ReplicaDnsEventKind.Decided);
    }

    [Fact]
    public async Task A_server_that_accepts_updates_and_goes_on_answering_as_before_is_told_and_not_asked_in_a_loop()
    {
        using ReadRig rig = new();
        Deaf deaf = new();
        rig.Kept.Change(s => s with { Enabled = true, Number = 1, Servers = ["s1"], Values = ["10.0.0.11"] });
        using CancellationTokenSource stop = new();
        Task draining = rig.Endpoint(deaf).Executor(rig.Events.Add).DrainAsync(() => { }, stop.Token);
        rig.Advance(10);
        Assert.InRange(deaf.Asked, 2, 40);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.PublishFailed && e.Message.Contains("accepted the update"));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => draining);
    }

    [Fact]
    public void S25_That_an_operation_runs_is_told_once_and_its_end_too()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        using (rig.Store.Acquire("p", "op-1", CrdrVerb.Switchover)) rig.Advance(60);
        Assert.Single(rig.Events, e => e.Kind == ReplicaDnsEventKind.Frozen);
        Assert.DoesNotContain(rig.Events, e => e.Kind == ReplicaDnsEventKind.Thawed);
        rig.Advance(2);
        Assert.Single(rig.Events, e => e.Kind == ReplicaDnsEventKind.Thawed);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void While_an_operation_runs_it_is_not_switched_on()
    {
        using ReadRig rig = new();
        using (rig.Store.Acquire("p", "op-1", CrdrVerb.Switchover)) Assert.Throws<PairBusyException>(() => rig.Enable());
        Assert.True(rig.Enable().Enabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S25_A_region_that_is_lost_with_all_that_the_name_leads_to_is_told_though_the_passive_member_answers(bool fromPrimary)
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        if (fromPrimary)
        {
            rig.Down("s1", "s2");
            rig.Advance(32);
            Assert.Equal("10.0.0.1", rig.Answer);
            rig.Up("s1");
            rig.Advance(3);
        }
        Assert.DoesNotContain(rig.Events, e => e.Kind == ReplicaDnsEventKind.NothingAnswers);
        rig.Down(fromPrimary ? ["a"] : ["a", "s1", "s2"]);
        rig.Advance(60);
        Assert.Single(rig.Events, e => e.Kind == ReplicaDnsEventKind.NothingAnswers && e.Severity == FindingSeverity.Error);
    }

    [Fact]
    public void An_address_that_is_described_anew_is_published_by_the_next_watcher()
    {
        using ReadRig rig = new();
        rig.Enable();
        using (rig.Watch()) rig.Advance(2);
        rig.Standbys[0] = rig.Standbys[0] with { Value = "10.0.0.21" };
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        Assert.Equal("10.0.0.12, 10.0.0.21", rig.Answer);
        rig.Advance(60);
        Assert.Equal(2, rig.State.Number);
    }

    [Fact]
    public void Another_type_of_record_that_is_described_is_published_by_the_next_watcher()
    {
        using ReadRig rig = new();
        rig.Enable();
        using (rig.Watch()) rig.Advance(2);
        foreach (string setting in new[] { "primaryValue", "recoveryValue" }) rig.Describe(setting, "fd00::1");
        rig.Describe("type", "AAAA");
        (rig.Standbys[0], rig.Standbys[1]) = (rig.Standbys[0] with { Value = "fd00::11" }, rig.Standbys[1] with { Value = "fd00::12" });
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(60);
        Assert.False(watched.Work.IsCompleted);
        Assert.Equal("fd00::11, fd00::12", rig.Answer);
    }

    [Fact]
    public void A_standby_with_another_name_in_the_description_takes_the_place_of_the_old_one()
    {
        using ReadRig rig = new();
        rig.Enable();
        using (rig.Watch()) rig.Advance(2);
        rig.Nodes["s3"] = new() { Says = ReadRig.Standby() };
        rig.Standbys[0] = new() { Name = "s3", Connection = "Host=s3", Value = "10.0.0.13" };
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(40);
        Assert.Equal("10.0.0.12, 10.0.0.13", rig.Answer);
    }

    [Fact]
    public void S25_A_cluster_that_was_built_anew_is_not_held_to_the_timelines_of_the_old_one()
    {
        using ReadRig rig = new();
        rig.Nodes["a"].Says = ReadRig.Writer(5);
        foreach (string name in new[] { "b", "s1", "s2" }) rig.Nodes[name].Says = ReadRig.Standby(5);
        rig.Enable();
        using (rig.Watch()) rig.Advance(2);
        rig.Registered = 42;
        rig.Nodes["a"].Says = ReadRig.Writer(1) with { System = 42 };
        foreach (string name in new[] { "b", "s1", "s2" }) rig.Nodes[name].Says = ReadRig.Standby(1) with { System = 42 };
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        Assert.DoesNotContain(rig.Events, e => e.Kind == ReplicaDnsEventKind.Frozen);
        Assert.Equal(1u, rig.State.Timeline);
        // Within the new one the rule holds as ever.
        rig.Nodes["b"].Says = ReadRig.Writer(2) with { System = 42 };
        rig.Down("a");
        rig.Advance(2);
        (rig.Nodes["a"].Says, rig.Nodes["b"].Says) = (ReadRig.Writer(1) with { System = 42 }, null);
        rig.Advance(2);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Frozen && e.Message.Contains("it was left"));
    }

    [Theory]
    [InlineData("state.lock")]
    [InlineData("watch.json")]
    public void A_state_folder_in_trouble_is_told_and_the_watcher_goes_on_when_that_is_over(string file)
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        string path = rig.PathOf(file), aside = $"{path}.aside";
        File.Move(path, aside);
        Directory.CreateDirectory(path);
        rig.Advance(40);
        Assert.Single(rig.Events, e => e.Severity == FindingSeverity.Error);
        Assert.False(watched.Work.IsCompleted);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Directory.Delete(path);
        File.Move(aside, path);
        rig.Advance(34);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void A_state_that_is_gone_ends_it_loudly_and_is_not_taken_for_switched_off()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        File.Delete(rig.PathOf("state.json"));
        rig.Advance(2);
        Assert.Equal("ReplicaDnsStateLost", Assert.IsType<CrdrException>(watched.Work.Exception?.InnerException).ErrorId);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Ended && e.Severity == FindingSeverity.Error);
    }

    [Fact]
    public void What_nobody_thought_of_ends_it_loudly_too()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Dns.Before = () => throw new FormatException("a name that ends too early");
        rig.Advance(60);
        Assert.IsType<CrdrException>(watched.Work.Exception?.InnerException);
        Assert.Contains(rig.Events, e => e.Kind == ReplicaDnsEventKind.Ended && e.Severity == FindingSeverity.Error && e.Message.Contains("ends too early"));
    }

    [Fact]
    public void A_server_that_answers_nonsense_is_not_healthy_and_ends_nothing()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Nodes["s1"].WhenAsked = () => throw new FormatException("no number");
        rig.Advance(10);
        Assert.False(watched.Work.IsCompleted);
        Assert.Equal("10.0.0.12", rig.Answer);
        Assert.Contains(rig.Events, e => e.Standby == "s1" && e.Message.Contains("no number"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void S26_What_a_lost_state_left_in_the_queue_is_not_published(long number)
    {
        using ReadRig rig = new();
        rig.Kept.Put(new() { Number = number, Values = ["10.0.0.1"], Since = rig.Time.GetUtcNow() });
        rig.Enable();
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        Assert.Null(rig.Kept.Work());
        Assert.Equal(1, rig.State.Published);
    }

    [Fact]
    public void S26_To_forget_a_standby_moves_no_reads_to_the_primary_on_a_single_look()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        rig.Enable("s2");
        Assert.Equal(ReplicaDnsTarget.Replica, rig.State.Target);
        Assert.Equal("10.0.0.11", rig.Answer);
        rig.Advance(20);
        Assert.Equal("10.0.0.11", rig.Answer);
        rig.Advance(12);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S14_Who_slept_between_looking_and_deciding_decides_nothing()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Down("s1", "s2");
        rig.Advance(29.5);
        rig.Nodes["s2"].WhenAsked = () =>
        {
            rig.Nodes["s2"].WhenAsked = null;
            rig.Time.Sleep(TimeSpan.FromSeconds(50));
        };
        rig.Advance(29);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        // It woke at the end of the round, and looked again a beat later.
        rig.Advance(60);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void Switched_off_and_on_again_while_the_name_server_is_away_it_is_watched_still()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        rig.Dns.Before = () => throw new CrdrException(CrdrErrorKind.Timeout, "DnsTimeout", "The DNS server does not answer.");
        rig.Kept.Change(s => s with { Enabled = false, Number = 2, Servers = [], Values = [] });
        rig.Advance(20);
        rig.Kept.Change(s => s with { Enabled = true, Number = 3, Servers = ["s1", "s2"], Values = ["10.0.0.11", "10.0.0.12"] });
        rig.Advance(20);
        rig.Dns.Before = null;
        rig.Advance(10);
        Assert.False(watched.Work.IsCompleted);
        Assert.Equal("10.0.0.11, 10.0.0.12", rig.Answer);
        rig.Down("s1", "s2");
        rig.Advance(32);
        Assert.Equal("10.0.0.1", rig.Answer);
    }

    [Fact]
    public void S25_A_member_that_was_silent_and_writes_again_is_waited_for_before_reads_go_there()
    {
        using ReadRig rig = new();
        rig.Standbys.Clear();
        rig.Standbys.AddRange([new() { Name = "a" }, new() { Name = "b" }]);
        rig.Enable();
        Assert.Equal("10.0.1.1", rig.Answer);
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2.5);
        rig.Down("a", "b");
        rig.Advance(2);
        rig.Nodes["a"].Says = ReadRig.Writer();
        rig.Advance(28);
        Assert.Equal("10.0.1.1", rig.Answer);
        // In the round in which the limit is over the writer says nothing any more.
        rig.Nodes["a"].Hangs = rig.Nodes["b"].Hangs = true;
        rig.Advance(10);
        Assert.Equal("10.0.1.1", rig.Answer);
    }

    [Fact]
    public void A_change_that_left_the_time_of_the_file_as_it_was_is_seen_within_seconds()
    {
        using ReadRig rig = new();
        rig.Enable();
        using ReadRig.Watched watched = rig.Watch();
        rig.Advance(2);
        string path = rig.PathOf("state.json");
        DateTime written = File.GetLastWriteTimeUtc(path);
        rig.Disable();
        File.SetLastWriteTimeUtc(path, written);
        rig.Advance(6);
        Assert.True(watched.Work.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_number_is_read_from_one_record_of_ours_and_what_else_stands_there_is_told()
    {
        Assert.Equal(0, Rfc2136Provider.NumberOf([]));
        Assert.Equal(12, Rfc2136Provider.NumberOf([Text("crdr decision=12")]));
        foreach (DnsRecord[] foreign in new[] { [Text("crdr decision=12"), Text("crdr decision=13")], [Text("crdr decision=12"), Text("v=1")], [Text("v=1")], [Text("crdr decision=9223372036854775807")], new[] { Text("crdr decision=-1") } })
            Assert.Equal("ReplicaDnsMarkForeign", Assert.Throws<CrdrException>(() => Rfc2136Provider.NumberOf(foreign)).ErrorId);
    }

    private static DnsRecord Text(string text) => new(DnsName.Read("_crdr.read.example.test")!, DnsType.Txt, DnsClass.In, 5, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);

    /// <summary>Takes every update, and goes on as before.</summary>
    private sealed class Deaf : IDnsProvider
    {
        public int Asked { get; private set; }

        public Task<Publication> ReadAsync(CancellationToken ct) =>
            ++Asked > 1000 ? Task.FromException<Publication>(new InvalidOperationException("asked in a loop")) : Task.FromResult(new Publication(0, new DnsValue(DnsType.A, [])));

        public Task WriteAsync(long seen, Publication wanted, CancellationToken ct) => Task.CompletedTask;

        public Task<CrdrException?> TryAsync(CancellationToken ct) => Task.FromResult<CrdrException?>(null);
    }
}
