using System.Net;
using System.Net.Sockets;
using System.Text;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Engine;

/// <summary>Sequences of events that a careful reader thought of, each of which went wrong once.</summary>
public class HardCaseTests
{
    [Fact]
    public async Task S05_A_reply_that_stalls_after_its_headers_ends_with_the_cancellation()
    {
        using Listener vendor = new("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"service\":");
        using HttpMessageInvoker http = new(new SocketsHttpHandler());
        using CancellationTokenSource stop = new();
        Task look = vendor.Session(http).ObserveAsync(whole: true, stop.Token);
        await vendor.Answered;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task S30_A_reply_that_is_not_JSON_is_not_repeated_in_any_message()
    {
        const string body = "{\"service\":{\"pg\":[\"postgres://avnadmin:AVNS_topsecret\",\"password\":\"AVNS_topsecret";
        using Listener vendor = new($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        using HttpMessageInvoker http = new(new SocketsHttpHandler());
        VendorException e = await Assert.ThrowsAsync<VendorException>(() => vendor.Session(http).ObserveAsync(whole: true, default));
        Assert.Equal("VendorReplyUnreadable", e.ErrorId);
        Assert.DoesNotContain("AVNS", e.ToString());
        Assert.Equal("x ***@h, postgres://u:*** http://127.0.0.1:8080/v1, \"password\": \"***\"",
            new Core.Http.Redactor("tok-1234").Clean("x tok-1234@h, postgres://u:p4ss, http://127.0.0.1:8080/v1, \"password\": \"abc\""));
    }

    [Fact]
    public async Task S06_A_route_command_that_leaves_a_daemon_behind_does_not_hold_the_switch()
    {
        string[] command = ["/bin/sh", "-c", "echo target=primary; sleep 60 & exit 0"];
        CrdrRoute route = new() { Name = "r", Type = "Command", Observe = command, Fence = command, Unfence = command, Switch = command };
        CommandRoute daemon = new(new CrdrPair { Name = "p", Provider = "Aiven", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" } }, route);
        Assert.Equal(Side.Primary, (await daemon.ObserveAsync(default).WaitAsync(TimeSpan.FromSeconds(30))).Target);
    }

    [Fact]
    public async Task S06_Two_routes_of_one_name_are_refused()
    {
        CrdrRoute route = new() { Name = "app", Type = "VendorManaged", Host = "example.invalid" };
        using Rig rig = new(after: p => p with { Routes = [route, route with { Host = "other.invalid" }] });
        CrdrOperation operation = await rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "PairInvalid"), (operation.Outcome, operation.ErrorId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S06_A_disk_that_fails_inside_the_critical_section_leaves_no_client_cut_off(bool afterPromotion)
    {
        using RouteRig rig = new();
        FailingStore store = new(new FileStateStore(rig.Rig.State, rig.Rig.Time));
        using Core.Crdr core = new(rig.Rig.State, rig.Rig.PairFile, rig.Rig.Time, store);
        TestHost host = new()
        {
            Progressed = p =>
            {
                if (afterPromotion ? p.Effect.StartsWith("PUT", StringComparison.Ordinal) && rig.Rig.Applied("active") == 1 : p.Effect.StartsWith("Fence", StringComparison.Ordinal)) store.Fails = true;
            },
        };
        CrdrOperation operation = await core.RunAsync(rig.Rig.Pair, Rig.ToRecovery, "demo", host, default);
        Assert.Equal("JournalNotWritable", operation.ErrorId);
        Assert.Contains("No space left", operation.Message);
        Assert.Equal(afterPromotion ? ("recovery", "") : ("primary", ""), rig.Route);
        Assert.Equal(afterPromotion ? 1 : 0, rig.Rig.Applied("active"));
    }

    [Fact]
    public async Task S07_A_promotion_that_was_sent_and_looks_absent_is_never_rolled_back()
    {
        using RouteRig rig = new();
        rig.Rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.LateApply, DelayMs = 600_000, Times = 1 });
        CrdrOperation left = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Incomplete, "ChangeNotSeen"), (left.Outcome, left.ErrorId));
        Assert.Contains("fence-app", left.Message);
        rig.Rig.World.ClearFaults();
        rig.Rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = 409, Times = 1 });
        CrdrOperation resumed = await rig.Rig.ResumeAsync(left.Id);
        Assert.Equal(CrdrOutcome.Incomplete, resumed.Outcome);
        Assert.Contains("fence-app", resumed.Message);
        // The first one comes after all: the next resume sees it, and the route follows.
        rig.Rig.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(left.Id)).Outcome);
        Assert.Equal(("recovery", ""), rig.Route);
    }

    [Fact]
    public async Task S06_Rolling_back_does_not_claim_that_a_rebuild_was_undone()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        CrdrOperation back = await rig.Crdr.RollBackAsync(started.Id, "demo", new TestHost(), default);
        Assert.Equal(CrdrOutcome.Incomplete, back.Outcome);
        Assert.Contains("stands: PUT role=passive on pg-demo", back.Message);
    }

    [Fact]
    public async Task S06_Clients_are_not_cut_off_while_the_quiet_time_is_waited_out()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.RunAsync(Rig.Failover)).Outcome);
        rig.Rig.RegionBack();
        bool fencedWhileWaiting = false;
        rig.Rig.Host.Progressed = p => fencedWhileWaiting |= p.Detail.Contains("quiet time") && rig.Route.Fenced == "recovery";
        CrdrOperation home = await rig.Rig.RunAsync(Rig.TakeOver with { SkipQuietTime = false });
        Assert.Equal((CrdrOutcome.Succeeded, "primary"), (home.Outcome, rig.Route.Target));
        Assert.False(fencedWhileWaiting);
        Assert.True(home.Took > TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task S01_The_guards_of_the_move_are_judged_before_clients_are_cut_off()
    {
        using RouteRig rig = new();
        rig.Rig.Host.Asked = () => rig.Rig.World.SetNodes("demo", "pg-demo-dr", "running", "unknown");
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal((CrdrOutcome.Refused, "TargetReady"), (operation.Outcome, operation.ErrorId));
        Assert.Empty(rig.Log);
    }

    [Fact]
    public async Task S06_A_fence_that_an_abandoned_operation_left_is_told()
    {
        using RouteRig rig = new();
        rig.Rig.Host.Progressed = _ =>
        {
            if (rig.Log.Count > 0) throw new Crash();
        };
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.RunAsync(Rig.ToRecovery));
        Assert.Equal("primary", rig.Route.Fenced);
        // Whoever lets go of it has tried to go on first (safety rule S28).
        Assert.Equal("WouldLeaveNobodyWriting", Assert.Throws<CrdrException>(() => rig.Rig.Crdr.Abandon(rig.Rig.OpenOperation, "somebody else does it")).ErrorId);
        await Assert.ThrowsAsync<Crash>(() => rig.Rig.ResumeAsync(rig.Rig.OpenOperation, host: rig.Rig.Host));
        CrdrOperation abandoned = rig.Rig.Crdr.Abandon(rig.Rig.OpenOperation, "somebody else does it");
        Assert.Contains("fence-app", abandoned.Message);
        CrdrStatus status = await rig.Rig.StatusAsync();
        Assert.Contains(status.Findings, f => f is { Id: "RouteOffWriter", Severity: FindingSeverity.Error });
        Assert.Contains(status.NextActions, a => a.What.Contains("app"));
    }

    [Fact]
    public async Task S14_A_lease_lost_inside_the_critical_section_names_the_fences_that_stand_and_writes_nothing_more()
    {
        using RouteRig rig = new();
        string holder = Path.Combine(rig.Rig.State, "leases", "pg-demo.json");
        TestHost host = new();
        long length = 0;
        host.Progressed = p =>
        {
            if (length > 0 || !p.Effect.StartsWith("PUT", StringComparison.Ordinal)) return;
            length = new FileInfo(rig.Rig.Crdr.Store.FindJournal(p.Operation)!).Length;
            File.WriteAllText(holder, File.ReadAllText(holder).Replace("\"counter\":1", "\"counter\":2"));
            rig.Rig.Time.Advance(TimeSpan.FromMinutes(5));
        };
        CrdrOperation operation = await rig.Rig.RunAsync(Rig.ToRecovery, host: host);
        Assert.Equal((CrdrOutcome.Incomplete, "LeaseLost"), (operation.Outcome, operation.ErrorId));
        Assert.Contains("fence-app", operation.Message);
        Assert.DoesNotContain(Journal.Read(rig.Rig.Crdr.Store.FindJournal(operation.Id)!).Entries, e => e.Kind is JournalKind.Left or JournalKind.End);
    }

    [Fact]
    public void S14_A_sleeper_does_not_write_over_what_its_successor_has_written()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        string path = Path.Combine(root, "o.jsonl");
        static JournalEntry Line(JournalKind kind) => new() { Seq = 0, At = default, Counter = 0, Kind = kind };
        using (Journal sleeper = Journal.Create(path, TimeProvider.System))
        {
            sleeper.Write(Line(JournalKind.Begin));
            using (FileStream successor = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) successor.Write("{\"x\":1}\n"u8);
            Assert.Throws<LeaseLostException>(() => sleeper.Write(Line(JournalKind.Left)));
        }
        Assert.EndsWith("{\"x\":1}\n", File.ReadAllText(path));
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task S08_Nodes_that_were_not_told_are_not_nodes_that_run()
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.SetNodes("demo", "pg-demo-dr");
        CrdrOperation operation = await rig.RunAsync(Rig.Failover with { GiveUpHealthyPrimary = true });
        Assert.Equal((CrdrOutcome.Refused, "TargetReady", 0), (operation.Outcome, operation.ErrorId, rig.Changing));
        Assert.Contains("not told", operation.Message);
    }

    [Fact]
    public async Task S08_A_primary_that_answers_in_words_unknown_here_is_not_taken_for_dead()
    {
        using Rig rig = new();
        rig.World.SetNodes("demo", "pg-demo");
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident", 0), (operation.Outcome, operation.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task S02_A_failover_whose_old_side_could_not_be_seen_at_the_end_is_no_success_yet()
    {
        using Rig rig = new(s => s with { Outage = OutageView.ApiErrors });
        rig.LoseRegion();
        CrdrOperation operation = await rig.RunAsync(Rig.Failover);
        Assert.Equal((CrdrOutcome.Incomplete, "OldSideNotSeen", Side.Recovery), (operation.Outcome, operation.ErrorId, (await rig.StatusAsync()).ActiveMember!.Value));
        rig.RegionBack();
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(operation.Id)).Outcome);
        Assert.Equal(1, rig.Changing);
    }

    [Fact]
    public async Task S05_Running_the_verb_again_asks_first_and_takes_the_new_overrides()
    {
        using Rig rig = new();
        rig.LoseRegion();
        rig.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.DropBefore, Times = 1 });
        CrdrOperation left = await rig.RunAsync(Rig.Failover);
        Assert.Equal("ChangeNotSeen", left.ErrorId);
        TestHost no = new() { Confirms = false };
        CrdrOperation again = await rig.RunAsync(Rig.Failover, host: no);
        Assert.Equal((CrdrOutcome.Incomplete, "NotConfirmed", 0), (again.Outcome, again.ErrorId, rig.Applied("failed")));
        Assert.NotNull(no.Shown);

        // The primary answers again meanwhile: refused, and the override that is named works.
        rig.RegionBack();
        CrdrOperation refused = await rig.RunAsync(Rig.Failover);
        Assert.Equal("OutageEvident", refused.ErrorId);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.Failover with { GiveUpHealthyPrimary = true })).Outcome);
        Assert.Equal(1, rig.Applied("failed"));
    }

    [Fact]
    public async Task S15_A_resume_does_not_undo_what_a_colleague_did_after_finishing_it()
    {
        using Rig rig = new(s => s with { RebuildSeconds = 60 });
        await rig.FailedOverAsync();
        CrdrOperation left = await rig.RunAsync(Rig.TakeOver with { NoWait = true });
        using Core.Crdr colleague = rig.NewCore(Path.Combine(rig.Folder, "elsewhere"));
        Assert.Equal(CrdrOutcome.Succeeded, (await colleague.RunAsync(rig.Pair, Rig.TakeOver, "demo", new TestHost(), default)).Outcome);
        Assert.Equal(CrdrOutcome.Succeeded, (await colleague.RunAsync(rig.Pair, Rig.ToRecovery with { SkipQuietTime = true }, "demo", new TestHost(), default)).Outcome);
        rig.World.ClearRequests();
        CrdrOperation resumed = await rig.ResumeAsync(left.Id);
        Assert.Equal((CrdrOutcome.Incomplete, "EpochMoved", 0), (resumed.Outcome, resumed.ErrorId, rig.Changing));
    }

    [Fact]
    public async Task S27_Where_resuming_is_no_help_the_printed_command_lets_go()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        TestHost host = new()
        {
            Progressed = p =>
            {
                if (p.Effect.StartsWith("PUT role=active", StringComparison.Ordinal)) throw new Crash();
            },
        };
        await Assert.ThrowsAsync<Crash>(() => rig.RunAsync(Rig.TakeOver, host: host));
        string id = rig.OpenOperation;
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        rig.World.SetNodes("demo", "pg-demo-dr", "running", "running", "running");
        CrdrOperation resumed = await rig.ResumeAsync(id);
        Assert.Equal("EpochMoved", resumed.ErrorId);
        Assert.StartsWith($"crdr operation stop {id} --abandon", resumed.NextActions[0].Crdr);
        rig.Crdr.Abandon(id, "the pair has moved on");
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.TakeOver)).Outcome);
    }

    [Fact]
    public async Task A_description_mended_since_counts_on_resume()
    {
        using RouteRig rig = new();
        rig.BreakSwitch();
        CrdrOperation left = await rig.Rig.RunAsync(Rig.ToRecovery);
        Assert.Equal(CrdrOutcome.Incomplete, left.Outcome);
        CrdrRoute old = rig.Rig.Pair.Routes[0];
        rig.Rig.Crdr.Pairs.Put(rig.Rig.Pair with
        {
            Routes = [old with { Switch = ["/bin/sh", "-c", $"rm -f \"$(dirname {old.Switch![1]})/broken-switch\"; exec {string.Join(" ", old.Switch)}"] }],
        }, replace: true);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.ResumeAsync(left.Id)).Outcome);
    }

    [Fact]
    public async Task S09_An_obligation_of_a_route_that_the_pair_has_no_more_blocks_nothing()
    {
        using RouteRig rig = new();
        rig.Rig.LoseRegion();
        rig.BreakFence();
        rig.BreakSwitch();
        CrdrOperation failover = await rig.Rig.RunAsync(Rig.Failover with { AllowUnfenced = true });
        rig.Rig.Crdr.Abandon(failover.Id, "the proxy died with the region");
        rig.Rig.RegionBack();
        Assert.Equal("ObligationsHonoured", (await rig.Rig.RunAsync(Rig.Restore with { NoRoute = true })).ErrorId);
        rig.Rig.Pair = rig.Rig.Pair with { Routes = [] };
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.Rig.RunAsync(Rig.Restore)).Outcome);
    }

    [Fact]
    public async Task A_journal_whose_first_line_is_damaged_is_told_and_can_be_let_go()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true });
        string text = File.ReadAllText(started.Journal!);
        File.WriteAllText(started.Journal!, "X" + text[1..]);
        foreach (CrdrRequest request in new[] { Rig.Restore, Rig.ToPrimary })
        {
            CrdrOperation refused = await rig.RunAsync(request);
            Assert.Equal(CrdrOutcome.Refused, refused.Outcome);
            Assert.Contains(refused.ErrorId, new[] { "JournalDamaged", "UnfinishedOperation" });
            Assert.Contains("-Abandon", refused.Message);
        }
        rig.Crdr.Abandon(started.Id, "damaged");
        Assert.Null((await rig.StatusAsync()).OpenOperation);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.Restore)).Outcome);
    }

    [Fact]
    public async Task A_runbooks_own_id_whose_journal_was_torn_in_its_first_line_begins_anew()
    {
        using Rig rig = new();
        string folder = Path.Combine(rig.State, "journals", "pg-demo");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "job-1.jsonl"), "{\"seq\":1,");
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync(Rig.ToRecovery with { OperationId = "job-1" })).Outcome);
        Assert.Single(Directory.GetFiles(folder, "job-1.jsonl.torn-*"));
    }

    [Fact]
    public async Task An_operation_whose_journal_is_kept_elsewhere_is_found_and_resumed()
    {
        using Rig rig = new();
        await rig.FailedOverAsync();
        CrdrOperation started = await rig.RunAsync(Rig.Restore with { NoWait = true, JournalTo = Path.Combine(rig.Folder, "usb") });
        Assert.Equal(started.Id, (await rig.StatusAsync()).OpenOperation);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.ResumeAsync(started.Id)).Outcome);
        Assert.Null((await rig.StatusAsync()).OpenOperation);
    }

    [Fact]
    public void S13_A_lock_file_that_cannot_be_opened_is_not_taken_for_a_busy_pair()
    {
        string root = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "leases"));
        string loop = Path.Combine(root, "leases", "p.lock");
        File.CreateSymbolicLink(loop, loop);
        CrdrException e = Assert.Throws<CrdrException>(() => new FileStateStore(root).Acquire("p", "o", CrdrVerb.Failover));
        Assert.Equal("StateNotWritable", e.ErrorId);
    }

    [Fact]
    public async Task A_token_with_a_line_end_works_and_one_with_odd_characters_is_refused()
    {
        using Rig rig = new();
        Assert.Equal(CrdrPhase.Protected, (await rig.Crdr.StatusAsync(rig.Pair, "demo\n", rig.Host, default)).Phase);
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => rig.Crdr.StatusAsync(rig.Pair, "de\nmo", rig.Host, default));
        Assert.Equal("SecretInvalid", e.ErrorId);
    }

    [Fact]
    public async Task S01_A_head_that_holds_everything_up_for_ten_minutes_makes_the_look_worthless()
    {
        using Rig rig = new();
        rig.LoseRegion();
        TestHost host = new()
        {
            Progressed = p =>
            {
                if (p.Detail != "asking") return;
                rig.Time.Advance(TimeSpan.FromMinutes(10));
                rig.RegionBack();
            },
        };
        CrdrOperation operation = await rig.RunAsync(Rig.Failover, host: host);
        Assert.Equal((CrdrOutcome.Refused, "OutageEvident", 0), (operation.Outcome, operation.ErrorId, rig.Changing));
    }

    /// <summary>A vendor that gives every connection one reply, and then is silent.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Listener(string reply)
        {
            _listener.Start();
            _ = ServeAsync(reply);
        }

        public Task Answered => _answered.Task;

        public IPairSession Session(HttpMessageInvoker http) => Core.Providers.ProviderRegistry.Get("Aiven").Open(
            new CrdrPair
            {
                Name = "p", Provider = "Aiven", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" },
                Settings = new Dictionary<string, string> { ["project"] = "x", ["endpoint"] = $"http://{_listener.LocalEndpoint}" },
            },
            new ProviderContext(http, "tokn", TimeProvider.System, null));

        public void Dispose() => _listener.Stop();

        private async Task ServeAsync(string reply)
        {
            List<TcpClient> held = [];
            try
            {
                for (; ; )
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    held.Add(client);
                    byte[] request = new byte[65536];
                    _ = await client.GetStream().ReadAsync(request);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(reply));
                    _answered.TrySetResult();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                held.ForEach(c => c.Dispose());
            }
        }
    }

    /// <summary>A store on a disk that fills up.</summary>
    private sealed class FailingStore(IStateStore inner) : IStateStore
    {
        public bool Fails { get; set; }
        public string LeaseScope => inner.LeaseScope;
        public bool SharedAcrossHosts => inner.SharedAcrossHosts;
        public ILease Acquire(string pair, string operation, CrdrVerb verb) => new FailingLease(inner.Acquire(pair, operation, verb), this);
        public CrdrLease? Holder(string pair) => inner.Holder(pair);
        public Journal CreateJournal(string pair, string operation, string? below = null) => inner.CreateJournal(pair, operation, below);
        public IEnumerable<string> Journals(string? pair = null) => inner.Journals(pair);
        public string? FindJournal(string operation) => inner.FindJournal(operation);
        public string? OpenOperation(string pair) => inner.OpenOperation(pair);
        public void AddSample(string pair, Sample sample) => inner.AddSample(pair, sample);
        public IReadOnlyList<Sample> Samples(string pair) => inner.Samples(pair);
        public OutageSight? Outage(string pair) => inner.Outage(pair);
        public void TellOutage(string pair, OutageSight? seen) => inner.TellOutage(pair, seen);
        public IReadOnlyList<CrdrObligation> Obligations(string pair) => inner.Obligations(pair);
        public void SetObligations(string pair, IReadOnlyList<CrdrObligation> obligations) => inner.SetObligations(pair, obligations);
        public void Request(string operation, ControlRequest request) => inner.Request(operation, request);
        public ControlRequest? TakeRequest(string operation) => inner.TakeRequest(operation);
        public IReplicaDnsStore ReplicaDns(string pair) => inner.ReplicaDns(pair);
        public Core.Monitoring.Truth? Truth(string pair) => inner.Truth(pair);
        public void SetTruth(string pair, Core.Monitoring.Truth truth) => inner.SetTruth(pair, truth);
        public void Probe() => inner.Probe();

        private sealed class FailingLease(ILease lease, FailingStore store) : ILease
        {
            public CrdrLease Holder => lease.Holder;
            public bool Reassert() => store.Fails ? throw new IOException("No space left on device") : lease.Reassert();
            public void Dispose() => lease.Dispose();
        }
    }
}
