using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>The safety rules, where CockroachDB Cloud gives them a meaning of their own.</summary>
public class CloudSafetyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-25)]
    [InlineData(25)]
    public async Task S3_The_loss_of_a_failover_is_bounded_by_the_streams_own_time_and_over_the_limit_refused(double apiClock)
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 45, ClockSkewSeconds = apiClock });
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        DateTimeOffset outage = rig.Time.GetUtcNow();
        rig.LoseRegion();
        CrdrOperation refused = await rig.RunAsync(CloudRig.Failover with { OutageSince = outage });
        Assert.Equal((CrdrOutcome.Refused, "LossBound", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        // What does not grow any more is accepted by its figure, and the command carries what it is counted from.
        Assert.Matches($"^Invoke-CrdrFailover crdb-demo -OutageSince {outage.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} -MaxDataLoss [0-9]+$", refused.NextActions[0].Command);
        Assert.Contains("LossBound found (At most ", refused.NextActions[0].What);
        CrdrOperation done = await rig.RunAsync(CloudRig.Failover with { OutageSince = outage, MaxDataLoss = TimeSpan.FromSeconds(50 + Math.Max(0, apiClock)) });
        Assert.Equal(CrdrOutcome.Succeeded, done.Outcome);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.InRange(rig.World.ClusterLoss(CloudRig.Primary), 1, (long)(done.Loss!.Bound!.Value.TotalSeconds * 10) + 1);
    }

    [Fact]
    public async Task S3_A_planned_move_to_a_time_in_the_past_throws_writes_away_and_says_so_first()
    {
        using CloudRig rig = new();
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(-2) });
        Assert.Equal((CrdrOutcome.Refused, "FailoverAtKeepsAll", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        CrdrOperation done = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(-2), AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Succeeded, LossKind.Unknown), (done.Outcome, done.Loss!.Kind));
    }

    [Fact]
    public async Task S4_Ids_that_were_swapped_in_the_description_block_everything_but_status()
    {
        using CloudRig rig = new();
        rig.Pair = rig.Pair with { Primary = rig.Pair.Primary with { Identity = rig.Pair.Recovery.Identity }, Recovery = rig.Pair.Recovery with { Identity = rig.Pair.Primary.Identity } };
        Assert.Contains((await rig.StatusAsync()).Findings, f => f.Id == "IdentityChanged");
        foreach (CrdrRequest request in new[] { CloudRig.Failover with { AllowDataLoss = true, GiveUpHealthyPrimary = true }, CloudRig.ToRecovery, CloudRig.Restore, CloudRig.Protect with { DiscardWritesOn = Side.Recovery } })
        {
            CrdrOperation operation = await rig.RunAsync(request);
            Assert.Equal((CrdrOutcome.Refused, "IdentityUnchanged"), (operation.Outcome, operation.ErrorId));
        }
        Assert.Equal((0, CloudRig.Primary), (rig.Changing, rig.ProxyTarget));
    }

    [Fact]
    public async Task S4_A_cluster_that_was_made_anew_under_the_same_name_is_gone_and_not_that_one()
    {
        using CloudRig rig = new();
        rig.World.RecreateCluster(CloudRig.Recovery);
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.Unprotected, MemberRole.None), (status.Phase, status.Recovery.Role));
        Assert.Equal(CrdrOutcome.Refused, (await rig.RunAsync(CloudRig.Protect with { DiscardWritesOn = Side.Recovery })).Outcome);
        Assert.Equal(0, rig.Changing);
    }

    [Fact]
    public async Task S5_A_stream_whose_reply_was_lost_is_looked_for_and_not_asked_for_again()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        rig.World.AddFault(new() { Kind = "StreamCreate", Action = SimulatorFaultAction.DropAfter, Times = 1 });
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.Equal((CrdrOutcome.Succeeded, 1, 1), (restore.Outcome, rig.Created(CloudRig.Primary), rig.Changing));
    }

    [Fact]
    public async Task S5_A_stream_that_was_never_made_ends_incomplete_and_is_asked_for_again_only_on_resume()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        rig.World.AddFault(new() { Kind = "StreamCreate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen", 0), (restore.Outcome, restore.ErrorId, rig.Created(CloudRig.Primary)));
        CrdrOperation resumed = await rig.ResumeAsync(restore.Id);
        Assert.Equal((CrdrOutcome.Succeeded, 1), (resumed.Outcome, rig.Created(CloudRig.Primary)));
    }

    [Fact]
    public async Task S6_A_standby_that_does_not_catch_up_behind_the_fence_rolls_everything_back()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 10, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        // Right after the fence the standby's region is lost: replicated_time stands still.
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Read the time", StringComparison.Ordinal)) rig.World.SetOutage("europe-west4", true);
        };
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal((CrdrOutcome.RolledBack, CloudRig.Primary, 0), (moved.Outcome, rig.ProxyTarget, rig.Changing));
        rig.Host.Progressed = null;
        long before = rig.World.Clients[0].Acknowledged;
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(rig.World.Clients[0].Acknowledged > before, "clients do not write any more");
    }

    [Fact]
    public async Task S6_Ctrl_C_while_draining_takes_the_fence_back_and_after_the_promotion_only_goes_on()
    {
        foreach (string at in new[] { "Read the time", "PATCH the stream" })
        {
            using CloudRig rig = new(s => s with { CockroachFailoverSeconds = 60 });
            rig.Time.Advance(TimeSpan.FromSeconds(20));
            using CancellationTokenSource stop = new();
            rig.Host.Progressed = p =>
            {
                if (p.Effect.StartsWith(at, StringComparison.Ordinal) && p.Waited > TimeSpan.Zero) stop.Cancel();
            };
            CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery, stop.Token);
            Assert.Equal(at == "Read the time" ? (CrdrOutcome.RolledBack, CloudRig.Primary) : (CrdrOutcome.Incomplete, CloudRig.Recovery), (moved.Outcome, rig.ProxyTarget));
            if (moved.Outcome == CrdrOutcome.Incomplete) Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(moved.Id)).Outcome);
        }
    }

    [Fact]
    public async Task S6_A_standby_that_fell_behind_while_the_window_was_waited_for_is_found_out_before_clients_are_held_off()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        string at = rig.Time.GetUtcNow().AddMinutes(30).ToString("HH:mm", null), end = rig.Time.GetUtcNow().AddMinutes(90).ToString("HH:mm", null);
        bool fenced = false;
        rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Wait for the window", StringComparison.Ordinal)) rig.World.UpdateSettings(s => s with { CockroachLagSeconds = 600 });
            fenced |= rig.ProxyTarget is null;
        };
        CrdrOperation home = await rig.RunAsync(CloudRig.TakeOver with { TakeOverWindow = $"{at}-{end}" });
        Assert.Equal((CrdrOutcome.Refused, "LagWithinLimit", false), (home.Outcome, home.ErrorId, fenced));
    }

    [Fact]
    public async Task S8_A_stream_is_never_made_into_the_active_cluster_nor_into_one_that_a_route_leads_to()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation forward = await rig.RunAsync(CloudRig.Protect with { DiscardWritesOn = Side.Recovery });
        Assert.Equal((CrdrOutcome.Refused, 0), (forward.Outcome, rig.Changing));
        Assert.Contains(forward.Blocks, b => b.Name == "StandbyMayBeErased" && b.Override is null);

        rig.World.SetProxy("app", CloudRig.Primary);
        CrdrOperation reverse = await rig.RunAsync(CloudRig.Restore with { DiscardWritesOn = Side.Primary });
        Assert.Equal((CrdrOutcome.Refused, "StandbyMayBeErased", 0), (reverse.Outcome, reverse.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task S8_The_only_copy_is_never_erased()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        rig.LoseRegion("europe-west4");
        CrdrOperation reverse = await rig.RunAsync(CloudRig.Restore with { DiscardWritesOn = Side.Primary });
        Assert.Equal((CrdrOutcome.Refused, 0), (reverse.Outcome, rig.Changing));
        Assert.Contains(reverse.Blocks, b => b.Name == "NotTheOnlyCopy" && b.Override is null);
    }

    [Fact]
    public async Task S8_A_cluster_that_may_have_taken_writes_after_the_cutover_is_erased_only_when_somebody_says_so()
    {
        using CloudRig rig = new(route: false);
        rig.World.AddClusterClient(CloudRig.Primary, 10, $"direct:{CloudRig.Primary}");
        await rig.FailedOverAsync();
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        CrdrOperation refused = await rig.RunAsync(CloudRig.PlainRestore);
        Assert.Equal((CrdrOutcome.Refused, "NoWritesAfterCutover", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        Assert.Contains(refused.NextActions, a => a.Command == "Restore-CrdrPrimary crdb-demo -DiscardWritesOn Primary");
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore with { DiscardWritesOn = Side.Primary })).Outcome);
    }

    [Fact]
    public async Task S8_A_cluster_that_never_followed_is_erased_only_when_somebody_says_so()
    {
        using CloudRig rig = new(route: false,
            world: w =>
            {
                w.AddCluster("alone", new() { Regions = ["europe-north1"], CidrRange = "172.48.0.0/14" });
                w.AddCluster("spare", new() { Regions = ["europe-north2"], CidrRange = "172.52.0.0/14" });
            },
            pair: p => p with { Name = "alone", Primary = new() { Name = "alone" }, Recovery = new() { Name = "spare" } });
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.Unprotected, MemberRole.Apart), (status.Phase, status.Recovery.Role));
        CrdrOperation refused = await rig.RunAsync(CloudRig.Protect);
        Assert.Equal((CrdrOutcome.Refused, "NoWritesAfterCutover", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        CrdrOperation made = await rig.RunAsync(CloudRig.Protect with { DiscardWritesOn = Side.Recovery });
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Protected), (made.Outcome, made.PhaseAfter));
    }

    [Fact]
    public async Task S8_A_stream_is_stopped_only_while_its_primary_is_seen_healthy()
    {
        using CloudRig rig = new();
        rig.LoseRegion();
        CrdrOperation refused = await rig.RunAsync(new() { Verb = CrdrVerb.StopReplication });
        Assert.Equal((CrdrOutcome.Refused, "SourceHealthy", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        rig.RegionBack();
        CrdrOperation stopped = await rig.RunAsync(new() { Verb = CrdrVerb.StopReplication });
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.Unprotected), (stopped.Outcome, stopped.PhaseAfter));
    }

    [Fact]
    public async Task S9_A_failover_that_nothing_fences_is_refused_and_with_the_override_leaves_an_obligation()
    {
        using CloudRig rig = new(route: false);
        rig.LoseRegion();
        CrdrOperation refused = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Refused, "WritersFenced", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        CrdrOperation done = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true, AllowUnfenced = true });
        Assert.Equal((CrdrOutcome.Incomplete, "ObligationLeft", CrdrPhase.FailedOver), (done.Outcome, done.ErrorId, done.PhaseAfter));
        rig.RegionBack();
        rig.Time.Advance(TimeSpan.FromMinutes(6));
        CrdrStatus status = await rig.StatusAsync();
        Assert.Contains("keep every client away from crdb-demo", Assert.Single(status.Obligations).What);
        Assert.Contains(status.Findings, f => f.Id == "GivenUpAnswers");
        // The old side's end as a standby honours it.
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore with { DiscardWritesOn = Side.Primary })).Outcome);
        Assert.Empty((await rig.StatusAsync()).Obligations);
    }

    [Fact]
    public async Task S9_A_planned_move_that_nothing_fences_is_refused_too_and_never_called_lossless()
    {
        using CloudRig rig = new(route: false);
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "WritersFenced", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
        CrdrOperation done = await rig.RunAsync(CloudRig.ToRecovery with { AllowUnfenced = true });
        Assert.Equal((CrdrOutcome.Incomplete, "ObligationLeft", LossKind.Unknown), (done.Outcome, done.ErrorId, done.Loss!.Kind));
        Assert.NotEmpty(Assert.Single((await rig.StatusAsync()).Obligations).What);
    }

    [Fact]
    public async Task S9_The_fence_stays_on_a_side_that_goes_on_serving()
    {
        using CloudRig rig = new();
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal(CrdrOutcome.Succeeded, moved.Outcome);
        Assert.DoesNotContain(moved.Steps, s => s.Id.StartsWith("unfence", StringComparison.Ordinal));
        Assert.True(rig.World.Cluster(CloudRig.Primary).AcceptsWrites);
        Assert.Contains(Side.Primary, (await rig.StatusAsync()).Routes[0].Fenced);
    }

    [Fact]
    public async Task S10_Two_promotions_are_apart_by_the_quiet_time()
    {
        using CloudRig rig = new();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.Restore)).Outcome);
        CrdrOperation again = await rig.RunAsync(CloudRig.TakeOver with { SkipQuietTime = false });
        Assert.Equal((CrdrOutcome.Refused, "QuietTime"), (again.Outcome, again.ErrorId));
    }

    [Fact]
    public async Task S16_A_failover_asks_health_of_its_target_only_and_works_while_the_lost_cluster_cannot_even_be_read()
    {
        using CloudRig rig = new(s => s with { CockroachOutage = CockroachOutageView.ApiErrors });
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        rig.LoseRegion();
        Assert.Equal(CrdrPhase.Unknown, (await rig.StatusAsync()).Phase);
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Succeeded, CrdrPhase.FailedOver, CloudRig.Recovery), (failover.Outcome, failover.PhaseAfter, rig.ProxyTarget));
    }

    [Fact]
    public async Task S16_The_servers_time_decides_about_failover_at_and_not_the_operators()
    {
        using CloudRig rig = new();
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        // This machine's clock runs two hours ahead of everybody's: by it, an hour and a half ahead of the vendor would be in the past.
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { FailoverAt = rig.Time.GetUtcNow().AddMinutes(90), NoRoute = true, AllowUnfenced = true });
        Assert.Equal((CrdrOutcome.Refused, "FailoverAtWithinHour", 0), (refused.Outcome, refused.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task S27_The_printed_commands_lead_from_a_lost_region_back_to_a_protected_pair()
    {
        using CloudRig rig = new(route: false);
        rig.LoseRegion();
        CrdrStatus status = await rig.StatusAsync();
        List<string> ran = [];
        for (int i = 0; i < 12 && status.Phase != CrdrPhase.Protected; i++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(6));
            if (i == 2) rig.RegionBack();
            string? next = status.NextActions.Select(a => a.Crdr).OfType<string>().FirstOrDefault(CommandLine.Changes);
            // What is refused now, for its region is still lost, is looked at and waited for.
            if (next is null && status.NextActions.Any(a => a.Crdr?.StartsWith("crdr readiness", StringComparison.Ordinal) == true))
            {
                ran.Add($"{status.NextActions[0]}");
                status = await rig.StatusAsync();
                continue;
            }
            Assert.True(next is not null, $"{status.Phase}, {string.Join(", ", status.NextActions)}, {string.Join(" ", status.Findings.Select(f => f.Message))}: {string.Join(" | ", ran)}");
            CrdrOperation done = next.StartsWith("crdr operation resume ", StringComparison.Ordinal) ? await rig.ResumeAsync(next.Split(' ')[3], stale: true) : await rig.RunAsync(CommandLine.Read(next));
            ran.Add($"{next}: {done.Outcome} {done.ErrorId}");
            Assert.True(done.Outcome != CrdrOutcome.Refused, string.Join(" | ", ran));
            status = await rig.StatusAsync();
        }
        Assert.True(status.Phase == CrdrPhase.Protected, string.Join(" | ", ran));
    }

    [Fact]
    public async Task S28_A_planned_move_that_does_not_drain_is_not_forced_over_a_primary_that_runs()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 99_999 });
        CrdrOperation refused = await rig.RunAsync(CloudRig.ToRecovery with { ForceAfter = TimeSpan.FromMinutes(2), AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Refused, "LagWithinLimit", CrdrVerb.Switchover, 0), (refused.Outcome, refused.ErrorId, refused.Verb, rig.Changing));
        Assert.Contains("It does not become a failover: ", refused.Message);
        Assert.Contains("OutageEvident", refused.Message);
        Assert.Contains("LossBound", refused.Message);
    }
}

/// <summary>A printed command, as a request.</summary>
internal static class CommandLine
{
    /// <summary>Whether a printed command changes something.</summary>
    public static bool Changes(string command) => new[] { "status", "readiness", "route status" }.All(look => !command.StartsWith($"crdr {look}", StringComparison.Ordinal));

    public static CrdrRequest Read(string command)
    {
        string[] words = command.Split(' ');
        bool Has(string flag) => words.Contains(flag);
        TimeSpan? Seconds(string flag) => Array.IndexOf(words, flag) is var i and > 0 ? TimeSpan.FromSeconds(double.Parse(words[i + 1], System.Globalization.CultureInfo.InvariantCulture)) : null;
        Side? Of(string flag) => Array.IndexOf(words, flag) is var i and > 0 ? Enum.Parse<Side>(words[i + 1], ignoreCase: true) : null;
        return new()
        {
            Verb = words[1] switch { "failover" => CrdrVerb.Failover, "switchover" => CrdrVerb.Switchover, "restore" => CrdrVerb.Restore, "setup" => CrdrVerb.Setup, "route" => CrdrVerb.SwitchRoute, _ => throw new InvalidOperationException(command) },
            To = Of("--to"), TakeOver = Has("--take-over"), AllowDataLoss = Has("--allow-data-loss"), GiveUpHealthyPrimary = Has("--give-up-healthy-primary"),
            AllowUnfenced = Has("--allow-unfenced"), SkipQuietTime = Has("--skip-quiet-time"), DiscardWritesOn = Of("--discard-writes-on"), MaxDataLoss = Seconds("--max-data-loss"), NoRoute = Has("--no-route"),
        };
    }
}
