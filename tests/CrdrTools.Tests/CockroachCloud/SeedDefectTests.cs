using CrdrTools.Core.Http;
using CrdrTools.Core.Sql;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.CockroachCloud;

/// <summary>What was seen to go wrong in the tool that went before, each named after what it protects. Numbers are those of the list of its weaknesses.</summary>
public class SeedDefectTests
{
    [Theory]
    [InlineData("LOCKED", null)]
    [InlineData("CREATED", "MAINTENANCE_RUNNING")]
    [InlineData("CREATED", "CRDB_SCALE_FAILED")]
    [InlineData("LOCKED", "CRDB_PATCH_RUNNING")]
    public async Task Defect_1_and_3_A_lock_or_a_maintenance_is_no_outage_and_no_healthy_looking_failure_either(string state, string? operation)
    {
        using CloudRig rig = new();
        rig.World.SetClusterState(CloudRig.Primary, state);
        rig.World.SetClusterOperation(CloudRig.Primary, operation);
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.Protected, MemberHealth.Healthy), (status.Phase, status.Primary.Health));
        if (operation is not null) Assert.Contains(status.Findings, f => f.Id is "OperationRunning" or "OperationFailed");
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident", 0), (failover.Outcome, failover.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task Defect_1_A_maintenance_that_takes_nodes_down_is_no_outage_either()
    {
        using CloudRig rig = new();
        rig.LoseRegion();
        rig.World.SetClusterOperation(CloudRig.Primary, "MAINTENANCE_RUNNING");
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover with { AllowDataLoss = true });
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident", 0), (failover.Outcome, failover.ErrorId, rig.Changing));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    [InlineData(503)]
    public async Task Defect_1_A_rate_limit_is_waited_out_whatever_its_status_and_is_no_outage(int status)
    {
        using CloudRig rig = new();
        rig.World.AddFault(new() { Kind = "ClusterGet", Action = SimulatorFaultAction.Status, Status = status, Body = """{"code":8,"message":"rate limit exceeded","details":[]}""", Times = 1 });
        Assert.Equal(CrdrPhase.Protected, (await rig.StatusAsync()).Phase);
        rig.World.AddFault(new() { Kind = "StreamUpdate", Action = SimulatorFaultAction.Status, Status = status, Body = """{"code":8,"message":"rate limit exceeded","details":[]}""", Times = 1 });
        CrdrOperation moved = await rig.RunAsync(CloudRig.ToRecovery);
        Assert.Equal((CrdrOutcome.Succeeded, 1), (moved.Outcome, rig.Completed));
    }

    [Fact]
    public async Task Defect_2_A_standby_far_behind_is_no_target_for_a_planned_move_and_a_bounded_loss_for_an_unplanned_one()
    {
        using CloudRig rig = new(s => s with { CockroachLagSeconds = 99_999 });
        Assert.Equal(CrdrPhase.Rebuilding, (await rig.StatusAsync()).Phase);
        Assert.Equal("LagWithinLimit", (await rig.RunAsync(CloudRig.ToRecovery)).ErrorId);
        rig.LoseRegion();
        CrdrOperation failover = await rig.RunAsync(CloudRig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "LossBound", 0), (failover.Outcome, failover.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task Defect_4_and_5_An_old_stream_hides_nothing_and_an_old_primary_that_answers_again_is_not_active()
    {
        using CloudRig rig = new(s => s with { CockroachShowsCompleted = true, CockroachStreamsNewestFirst = false });
        await rig.FailedOverAsync();
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.FailedOver, Side.Recovery, MemberRole.Failed, MemberHealth.Healthy), (status.Phase, status.ActiveMember, status.Primary.Role, status.Primary.Health));
        await rig.RunAsync(CloudRig.Restore);
        Assert.Equal(CrdrPhase.ReadyToFailBack, (await rig.StatusAsync()).Phase);
        await rig.RunAsync(new() { Verb = CrdrVerb.StopReplication });
        Assert.Equal((CrdrPhase.FailedOver, Side.Recovery), ((await rig.StatusAsync()).Phase, (await rig.StatusAsync()).ActiveMember));
    }

    [Fact]
    public async Task Defect_6_A_stream_that_somebody_stops_ends_the_waiting_at_once()
    {
        using CloudRig rig = new(s => s with { CockroachInitialScanSeconds = 3600 });
        await rig.FailedOverAsync();
        bool stopped = false;
        rig.Host.Progressed = p =>
        {
            if (stopped || p.Waited < TimeSpan.FromSeconds(30)) return;
            stopped = true;
            SimulatorStream live = rig.World.Streams.Last();
            using HttpClient http = new();
            using HttpRequestMessage patch = new(HttpMethod.Patch, new Uri(rig.Server.BaseAddress, $"/api/v1/physical-replication-streams/{live.Id}")) { Content = new StringContent("""{"status":"CANCELED"}""") };
            patch.Headers.Add("Authorization", "Bearer demo");
            Assert.True(http.Send(patch).IsSuccessStatusCode);
        };
        DateTimeOffset began = rig.Time.GetUtcNow();
        CrdrOperation restore = await rig.RunAsync(CloudRig.Restore);
        Assert.Equal(CrdrOutcome.Incomplete, restore.Outcome);
        Assert.InRange(rig.Time.GetUtcNow() - began, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
        Assert.Equal(1, rig.Created(CloudRig.Primary));
    }

    [Fact]
    public async Task Defect_7_and_8_Not_waiting_never_completes_a_stream_that_is_not_ready()
    {
        using CloudRig rig = new(s => s with { CockroachStartingSeconds = 300, CockroachInitialScanSeconds = 600 });
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(CloudRig.Restore with { NoWait = true });
        Assert.Equal(CrdrOutcome.Started, started.Outcome);
        rig.Crdr.Abandon(started.Id, "the test goes on by hand");
        foreach (int wait in new[] { 1, 400 })
        {
            rig.Time.Advance(TimeSpan.FromSeconds(wait));
            CrdrOperation early = await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Primary, NoWait = true, SkipQuietTime = true });
            Assert.Equal((CrdrOutcome.Refused, "TargetReady", 0), (early.Outcome, early.ErrorId, rig.Completed));
        }
        rig.Time.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(new() { Verb = CrdrVerb.Switchover, To = Side.Primary, NoWait = true, SkipQuietTime = true })).Outcome);
    }

    [Fact]
    public async Task Defect_9_A_failover_that_is_done_is_done_once()
    {
        using CloudRig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation again = await rig.RunAsync(CloudRig.Failover);
        Assert.Equal((CrdrOutcome.Succeeded, 0), (again.Outcome, rig.Changing));
        Assert.StartsWith("Nothing to do", again.Message);
    }

    [Fact]
    public async Task Defect_13_Sessions_of_the_old_side_write_nothing_after_the_fence()
    {
        using CloudRig rig = new();
        rig.World.AddClusterClient(CloudRig.Primary, 50, "proxy:app");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(CloudRig.ToRecovery)).Outcome);
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((0L, 0L), (rig.World.ClusterLoss(CloudRig.Primary), rig.World.ClusterDualWrites));
    }

    [Fact]
    public void Defect_15_A_password_with_any_characters_gets_through_a_connection_string()
    {
        string read = ConnectionText.Read("postgresql://maxroach:p%40ss%2Fw%3Ard%20%25@crdb.example:26257/defaultdb?sslmode=verify-full&options=--cluster%3Dc-1");
        Npgsql.NpgsqlConnectionStringBuilder builder = new(read);
        Assert.Equal(("crdb.example", 26257, "defaultdb", "maxroach", "p@ss/w:rd %", Npgsql.SslMode.VerifyFull, "--cluster=c-1"),
            (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password, builder.SslMode, builder.Options));
        CrdrException e = Assert.Throws<CrdrException>(() => ConnectionText.Read("nonsense=p@ss"));
        Assert.Equal("ConnectionStringInvalid", e.ErrorId);
        Assert.DoesNotContain("p@ss", e.ToString());
    }

    [Fact]
    public async Task Lists_are_read_to_their_last_page()
    {
        using CloudRig rig = new(s => s with { CockroachPageLimit = 1, CockroachMostPageLimit = 1, CockroachEmptyPageTokens = true });
        await rig.FailedOverAsync();
        await rig.RunAsync(CloudRig.Restore);
        CrdrStatus status = await rig.StatusAsync();
        Assert.Equal((CrdrPhase.ReadyToFailBack, 2, "3 of 3 LIVE"), (status.Phase, status.Streams.Count, status.Primary.Native["nodes"]));
    }

    [Fact]
    public async Task Every_request_names_the_version_of_the_api_that_it_knows()
    {
        using CloudRig rig = new();
        await rig.StatusAsync();
        Assert.NotEmpty(rig.World.Requests);
        CockroachVersion.AssertAll(rig);
    }

    [Fact]
    public async Task All_pairs_of_one_key_stay_within_the_vendors_rate_limit()
    {
        using CloudRig rig = new();
        Uri address = new("https://example.invalid");
        RequestPacer pacer = RequestPacer.Shared(address, "key", 9, rig.Time);
        Assert.Same(pacer, RequestPacer.Shared(address, "key", 9, rig.Time));
        Assert.NotSame(pacer, RequestPacer.Shared(address, "other", 9, rig.Time));
        List<DateTimeOffset> sent = [];
        for (int i = 0; i < 200; i++)
        {
            if (i % 17 == 0) pacer.Count();
            else await pacer.WaitAsync(default);
            sent.Add(rig.Time.GetUtcNow());
        }
        for (int i = 10; i < sent.Count; i++) Assert.True(sent[i] - sent[i - 10] >= TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1), $"eleven requests within {sent[i] - sent[i - 10]}");
        Assert.True(sent[^1] - sent[0] < TimeSpan.FromSeconds(200.0 / 9 + 2), "slower than the limit asks for");
    }
}

internal static class CockroachVersion
{
    /// <summary>The simulator refuses an unknown version, and answers one that is left out in older words; plan names tell which was asked for.</summary>
    public static void AssertAll(CloudRig rig) => Assert.Equal("ADVANCED", rig.StatusAsync().GetAwaiter().GetResult().Primary.Native["plan"]);
}
