using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>Safety rules S1 to S4, as far as Aiven can show them.</summary>
public class EvidenceTests
{
    [Fact]
    public async Task S01_What_was_true_when_it_was_asked_is_judged_again_right_before_the_change()
    {
        using Rig rig = new();
        rig.LoseRegion();
        // The preview passes; while the operator reads it, a node of the recovery service dies.
        rig.Host.Asked = () => rig.World.SetNodes("demo", "pg-demo-dr", "running", "timing_out");
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "TargetReady"), (operation.Outcome, operation.ErrorId));
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S01_A_guard_that_fails_between_the_rebuild_and_the_take_over_stops_the_take_over()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        // The window is hours away; what was true when the rebuild ended is not any more when it opens.
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Wait", StringComparison.Ordinal)) rig.World.SetNodes("demo", "pg-demo", "running", "unknown");
        };
        CrdrOperation operation = await rig.RunAsync(Rig.TakeOver with { TakeOverWindow = "05:30-06:00" });
        Assert.Equal((CrdrOutcome.Incomplete, "TargetReady"), (operation.Outcome, operation.ErrorId));
        Assert.Equal((1, 0), (rig.Applied("passive"), rig.Applied("active")));
    }

    [Fact]
    public async Task S01_An_observation_that_grew_old_before_the_change_is_made_again()
    {
        using Rig rig = new();
        rig.LoseRegion();
        // The journal's disk takes ten seconds for the intent: what was seen before is no evidence any more.
        SlowStore store = new(rig.State, rig.Time);
        using Core.Crdr crdr = new(rig.State, rig.PairFile, rig.Time, store);
        store.Slow = () => rig.Time.Advance(TimeSpan.FromSeconds(10));
        CrdrOperation operation = await crdr.RunAsync(rig.Pair, Rig.Failover, "demo", rig.Host, default);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        List<SimulatorRequest> requests = [.. rig.World.Requests];
        SimulatorRequest change = requests.Single(r => r.Changing);
        SimulatorRequest look = requests.Last(r => r.Number < change.Number && r.Kind == "ServiceGet");
        Assert.True(change.At - look.At <= TimeSpan.FromSeconds(2), $"the look before the change was {change.At - look.At} old");
        Assert.True(store.Times >= 2);
    }

    [Fact]
    public async Task S02_An_accepted_change_whose_effect_is_never_seen_is_not_a_success()
    {
        using Rig rig = new(s => s with { FailoverHangs = true });
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Incomplete, "StepTimeout", CrdrPhase.NoWriter), (operation.Outcome, operation.ErrorId, operation.PhaseAfter));
        Assert.Equal(1, rig.Changing);
        // The hole is the vendor's: no second request is invented, and the words for its support are at hand.
        CrdrStatus status = await rig.StatusAsync();
        Assert.Contains(status.NextActions, a => a.Command == $"Resume-CrdrOperation -Id {operation.Id}");
        rig.Crdr.Abandon(operation.Id, "the vendor is at it");
        Assert.Contains("please promote pg-demo-dr", (await rig.StatusAsync()).NextActions[0].What);
    }

    [Fact]
    public async Task S02_A_member_that_cannot_be_seen_is_unknown_and_last_seen_never_a_guess()
    {
        using Rig rig = new();
        CrdrStatus before = await rig.StatusAsync();
        rig.World.AddFault(new() { PathContains = "/service/pg-demo-dr", Action = SimulatorFaultAction.Status, Status = 503 });
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((MemberRole.Unknown, MemberHealth.Unknown, CrdrPhase.Unknown), (status.Recovery.Role, status.Recovery.Health, status.Phase));
        Assert.Equal(before.ObservedAt, status.Recovery.LastSeen!.Value, TimeSpan.FromSeconds(1));
        Assert.Null(status.Recovery.NativeState);
    }

    [Fact]
    public async Task S02_Nobody_writing_is_a_phase_of_its_own()
    {
        using Rig rig = new();
        rig.LoseRegion();
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.NoWriter, null), (status.Phase, status.ActiveMember));
    }

    [Fact]
    public async Task S03_A_loss_that_cannot_be_bounded_refuses_with_the_figures_and_the_switch()
    {
        using Rig rig = new();
        await rig.StatusAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(90));
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover with { AllowDataLoss = false });
        Assert.Equal((CrdrOutcome.Refused, "LossBound"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("last seen protected", operation.Message);
        Assert.Contains("-AllowDataLoss", operation.Message);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S03_A_pair_may_decide_in_daylight_that_an_unknown_loss_is_accepted()
    {
        using Rig rig = new(pair: draft => draft with { UnknownLag = UnknownLag.Accept });
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover with { AllowDataLoss = false });
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.Empty(operation.Overrides);
    }

    [Theory]
    [InlineData(10, 5, null, "Block")]
    [InlineData(10, 20, null, "Pass")]
    [InlineData(10, 5, 12, "Pass")]
    [InlineData(10, null, null, "Block")]
    public void S03_A_bounded_loss_is_held_against_the_limit(int boundSeconds, int? rpoSeconds, int? maxSeconds, string result)
    {
        DateTimeOffset outage = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
        GuardFacts facts = Facts(
            new CrdrRequest { Verb = CrdrVerb.Failover, OutageSince = outage, MaxDataLoss = maxSeconds is { } m ? TimeSpan.FromSeconds(m) : null },
            rpoSeconds is { } r ? TimeSpan.FromSeconds(r) : null,
            [
                new Sample { At = outage.AddSeconds(-5), Phase = CrdrPhase.Protected, ReplicatedTo = outage.AddSeconds(-boundSeconds) },
                // Seen after the outage began: no evidence of what had arrived before it.
                new Sample { At = outage.AddSeconds(5), Phase = CrdrPhase.NoWriter, ReplicatedTo = outage },
            ]);
        CrdrCheck check = new Core.Operations.Guards.LossBound().Check(facts);
        Assert.Equal(result, check.Result.ToString());
        Assert.Contains($"At most {boundSeconds} s", check.Why);
    }

    /// <summary>In seconds from the outage's first sight: the last look at an idle pair that saw both sides equal, when the failover is asked for, how far the copy's log goes then.</summary>
    [Theory]
    [InlineData(-4, 600, "0/3000060", true, 5)]
    [InlineData(-4, 600, "0/3000028", true, 3601)]
    [InlineData(-4, 600, null, true, 3601)]
    [InlineData(-4, 600, "0/3000060", false, 605)]
    public void S03_The_loss_does_not_grow_while_somebody_thinks_and_a_look_at_an_idle_pair_tightens_it(int look, int asked, string? place, bool down, int bound)
    {
        DateTimeOffset outage = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero), now = outage.AddSeconds(asked), lastTransaction = outage.AddHours(-1);
        CrdrStatus seen = Standing(now, lastTransaction, place);
        GuardFacts facts = Facts(new() { Verb = CrdrVerb.Failover }, TimeSpan.FromSeconds(5),
        [
            new() { At = outage.AddSeconds(look), Phase = CrdrPhase.Protected, ReplicatedTo = outage.AddSeconds(look), To = Side.Recovery, Active = Side.Primary, Place = "0/3000060", Skew = TimeSpan.Zero },
            new() { At = outage, Phase = CrdrPhase.NoWriter, ReplicatedTo = lastTransaction, To = Side.Recovery, Place = "0/3000060", Skew = TimeSpan.Zero },
        ]) with { Now = seen, Clock = now, Outage = new() { Side = Side.Primary, At = outage, Down = down ? outage : null, By = "ops@admin1" } };
        CrdrLoss loss = Core.Operations.Guards.LossBound.Estimate(facts);
        Assert.Equal((LossKind.Bounded, TimeSpan.FromSeconds(bound)), (loss.Kind, loss.Bound));
        Assert.Equal(down, loss.Statement.Contains("when ops@admin1 first saw a down"));
        CrdrCheck check = new Core.Operations.Guards.LossBound().Check(facts);
        Assert.Equal(bound > 5, check.Result == CheckResult.Block);
        // One that was only not seen may have gone on: the loss counts until now, and whoever knows better is told what to say.
        Assert.Equal(!down, check.Why.Contains("-OutageSince 2026-01-31T03:00:00Z"));
    }

    [Fact]
    public void S03_What_was_told_of_the_outage_outweighs_what_was_seen_and_a_transaction_that_came_later_ends_it()
    {
        DateTimeOffset outage = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero), now = outage.AddMinutes(10);
        OutageSight sight = new() { Side = Side.Primary, At = outage, Down = outage, By = "ops@admin1" };
        GuardFacts facts = Facts(new() { Verb = CrdrVerb.Failover }, null, []) with { Clock = now, Outage = sight, Now = Standing(now, outage.AddSeconds(-30), "0/3000060") };
        Assert.Equal(31, Core.Operations.Guards.LossBound.Estimate(facts).Bound!.Value.TotalSeconds);
        Assert.Equal(151, Core.Operations.Guards.LossBound.Estimate(facts with { Request = new() { Verb = CrdrVerb.Failover, OutageSince = outage.AddMinutes(2) } }).Bound!.Value.TotalSeconds);
        // It came back unseen, and wrote: then it counts until now.
        Assert.Equal(301, Core.Operations.Guards.LossBound.Estimate(facts with { Now = Standing(now, outage.AddMinutes(5), "0/3000060") }).Bound!.Value.TotalSeconds);
        // The other side's outage is another one.
        Assert.Equal(631, Core.Operations.Guards.LossBound.Estimate(facts with { Outage = sight with { Side = Side.Recovery } }).Bound!.Value.TotalSeconds);
    }

    [Fact]
    public async Task S03_The_outage_begins_with_the_first_look_that_saw_it_and_ends_with_one_that_sees_the_member_answer()
    {
        using Rig rig = new();
        FileStateStore store = new(rig.State, rig.Time);
        await rig.StatusAsync();
        Assert.Null(store.Outage("pg-demo"));
        rig.LoseRegion();
        CrdrStatus first = await rig.StatusAsync();
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        await rig.StatusAsync();
        Assert.Equal((Side.Primary, first.ObservedAt, first.ObservedAt), (store.Outage("pg-demo")!.Side, store.Outage("pg-demo")!.At, store.Outage("pg-demo")!.Down));
        rig.RegionBack();
        await rig.StatusAsync();
        Assert.Null(store.Outage("pg-demo"));

        rig.LoseRegion();
        CrdrStatus second = await rig.StatusAsync();
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal(CrdrOutcome.Succeeded, operation.Outcome);
        Assert.True(operation.Rto > TimeSpan.FromMinutes(10), $"{operation.Rto}");
        Assert.Equal($"the outage, first seen by {Operator.Name} at {second.ObservedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z", operation.RtoFrom);
        Assert.Equal(operation.RtoFrom, rig.Crdr.Operation(operation.Id).RtoFrom);
        Assert.Null(store.Outage("pg-demo"));
    }

    [Theory]
    [InlineData(-30, false)]
    [InlineData(1, false)]
    [InlineData(600, true)]
    public void S03_An_outage_whose_end_nobody_saw_is_told_by_what_arrived_after_it(int arrived, bool ended)
    {
        DateTimeOffset outage = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
        OutageSight kept = new() { Side = Side.Primary, At = outage, Down = outage, By = "ops@admin1" };
        Assert.Equal(ended, kept.Ended(Standing(outage.AddHours(1), outage.AddSeconds(arrived), "0/3000060")));
        Assert.False((kept with { Side = Side.Recovery }).Ended(Standing(outage.AddHours(1), outage.AddSeconds(arrived), "0/3000060")));
    }

    [Fact]
    public void S03_A_monitor_tells_its_first_failure_by_the_same_call_and_the_earliest_stays()
    {
        DateTimeOffset at = new(2026, 1, 31, 3, 0, 0, TimeSpan.Zero);
        string folder = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        try
        {
            FileStateStore store = new(folder);
            store.TellOutage("p", new() { Side = Side.Primary, At = at, By = "monitor@b" });
            store.TellOutage("p", new() { Side = Side.Primary, At = at.AddSeconds(30), Down = at.AddSeconds(30), By = "ops@a" });
            Assert.Equal(new OutageSight { Side = Side.Primary, At = at, Down = at.AddSeconds(30), By = "monitor@b" }, new FileStateStore(folder).Outage("p"));
            store.TellOutage("p", new() { Side = Side.Recovery, At = at.AddHours(1), By = "ops@a" });
            Assert.Equal(Side.Recovery, store.Outage("p")!.Side);
            store.TellOutage("p", null);
            Assert.Null(store.Outage("p"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Two servers: the primary seen not to run, the standby at a place in its log.</summary>
    private static CrdrStatus Standing(DateTimeOffset now, DateTimeOffset arrived, string? place) => new()
    {
        Pair = "p", Provider = "PostgreSql", Phase = CrdrPhase.NoWriter, ObservedAt = now, ClockSkew = TimeSpan.Zero,
        Primary = new() { Side = Side.Primary, Name = "a", Health = MemberHealth.Down }, Replication = new() { From = Side.Primary, To = Side.Recovery, State = "no receiver", ReplicatedTo = arrived },
        Recovery = new() { Side = Side.Recovery, Name = "b", Reachable = true, Health = MemberHealth.Healthy, Native = place is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["end"] = place } },
    };

    [Fact]
    public async Task S04_A_service_that_was_recreated_under_its_name_blocks_without_override()
    {
        using Rig rig = new();
        rig.World.Recreate("demo", "pg-demo-dr");
        rig.LoseRegion();
        CrdrStatus status = await rig.StatusAsync();
        Assert.Contains(status.Findings, f => f.Id == "IdentityChanged");
        CrdrOperation operation = await rig.RunAsync(Rig.Failover with { GiveUpHealthyPrimary = true, AllowUnfenced = true, SkipQuietTime = true, SoleController = true });
        Assert.Equal((CrdrOutcome.Refused, "IdentityUnchanged"), (operation.Outcome, operation.ErrorId));
        Assert.Null(operation.Blocks.Single(b => b.Name == "IdentityUnchanged").Override);
        Assert.Equal(0, rig.Changing);
    }

    internal static GuardFacts Facts(CrdrRequest request, TimeSpan? rpo, IReadOnlyList<Sample> samples) => new()
    {
        Pair = new CrdrPair { Name = "p", Provider = "Aiven", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" }, Objectives = new() { Rpo = rpo } },
        Request = request, Samples = samples, Clock = new DateTimeOffset(2026, 1, 31, 3, 1, 0, TimeSpan.Zero),
        Now = new CrdrStatus
        {
            Pair = "p", Provider = "Aiven", Phase = CrdrPhase.NoWriter, ObservedAt = new DateTimeOffset(2026, 1, 31, 3, 1, 0, TimeSpan.Zero),
            Primary = new() { Side = Side.Primary, Name = "a" }, Recovery = new() { Side = Side.Recovery, Name = "b" },
        },
    };

    /// <summary>A store whose first lease renewal check, right before the intent, takes long.</summary>
    private sealed class SlowStore(string root, TimeProvider time) : IStateStore
    {
        private readonly FileStateStore _inner = new(root, time);
        public Action? Slow { get; set; }
        public int Times { get; private set; }
        public string LeaseScope => _inner.LeaseScope;
        public bool SharedAcrossHosts => _inner.SharedAcrossHosts;
        public ILease Acquire(string pair, string operation, CrdrVerb verb) => new SlowLease(_inner.Acquire(pair, operation, verb), this);
        public CrdrLease? Holder(string pair) => _inner.Holder(pair);
        public Journal CreateJournal(string pair, string operation, string? below = null) => _inner.CreateJournal(pair, operation, below);
        public IEnumerable<string> Journals(string? pair = null) => _inner.Journals(pair);
        public string? FindJournal(string operation) => _inner.FindJournal(operation);
        public string? OpenOperation(string pair) => _inner.OpenOperation(pair);
        public void AddSample(string pair, Sample sample) => _inner.AddSample(pair, sample);
        public IReadOnlyList<Sample> Samples(string pair) => _inner.Samples(pair);
        public OutageSight? Outage(string pair) => _inner.Outage(pair);
        public void TellOutage(string pair, OutageSight? seen) => _inner.TellOutage(pair, seen);
        public IReadOnlyList<CrdrObligation> Obligations(string pair) => _inner.Obligations(pair);
        public void SetObligations(string pair, IReadOnlyList<CrdrObligation> obligations) => _inner.SetObligations(pair, obligations);
        public void Request(string operation, ControlRequest request) => _inner.Request(operation, request);
        public ControlRequest? TakeRequest(string operation) => _inner.TakeRequest(operation);
        public IReplicaDnsStore ReplicaDns(string pair) => _inner.ReplicaDns(pair);
        public Core.Monitoring.Truth? Truth(string pair) => _inner.Truth(pair);
        public void SetTruth(string pair, Core.Monitoring.Truth truth) => _inner.SetTruth(pair, truth);
        public void Probe() => _inner.Probe();

        private sealed class SlowLease(ILease inner, SlowStore store) : ILease
        {
            public CrdrLease Holder => inner.Holder;

            public bool Reassert()
            {
                // The second call of a round is the last thing before the intent.
                if (++store.Times == 2) store.Slow?.Invoke();
                return inner.Reassert();
            }

            public void Dispose() => inner.Dispose();
        }
    }
}
