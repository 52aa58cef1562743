using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using CrdrTools.Core.Lab;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>S17, S14: a pair of real servers that is watched, and what is made of what becomes of them and of the watcher.</summary>
public sealed class MonitorTests : IAsyncLifetime
{
    private const int SigStop = 19, SigCont = 18, SigTerm = 15;

    private static readonly CrdrWatchOptions s_quick = new() { AutoFailover = true, SoleController = true, Interval = TimeSpan.FromSeconds(1), Threshold = 2, Delay = TimeSpan.Zero };
    private static readonly string[] s_monitor = ["monitor", "rig", "--auto-failover", "--sole-controller", "--interval", "1", "--threshold", "2", "--delay", "0", "--json"];
    private PgRig _rig = null!;

    public async Task InitializeAsync() => _rig = await PgRig.UpAsync(null, p => p with { Objectives = new() { Rpo = TimeSpan.FromMinutes(5) } });

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [ServerFact("initdb", "haproxy")]
    public async Task S17_S30_A_killed_primary_is_left_once_clients_go_on_and_nothing_is_missing_but_what_was_stated()
    {
        await using Clients clients = _rig.Clients();
        await clients.WriteOnAsync(_rig.Lab["a"].Port);
        await using Watched watched = new(_rig, s_quick);
        await watched.SeesAsync(WatchEventKind.Armed);
        // A killed standby is no outage: nothing is done, and it is armed no more.
        await _rig.Test.KillAsync("b");
        await watched.SeesAsync(WatchEventKind.Disarmed);
        await _rig.Test.StartAsync("b");
        await watched.SeesAsync(WatchEventKind.Armed, 2);
        Assert.DoesNotContain(watched.Events, e => e.Kind is WatchEventKind.Outage or WatchEventKind.Acting);

        await _rig.Test.KillAsync("a");
        CrdrWatchEvent acted = await watched.SeesAsync(WatchEventKind.Acted);
        CrdrOperation operation = watched.Crdr.Operation(acted.Operation!);
        Assert.True(operation.Outcome == CrdrOutcome.Succeeded, PgRig.Words(operation));
        Assert.Equal((CrdrVerb.Failover, "the outage, as told"), (operation.Verb, operation.RtoFrom));
        Assert.StartsWith("automatic failover: a was found dead", operation.Reason);
        await clients.WriteOnAsync(_rig.Lab["b"].Port);
        IReadOnlyList<Acknowledged> lost = await _rig.LostAsync("b", clients);
        await _rig.OneWriterHasAllAsync("b", clients, lost.Count);
        CrdrPairSight sight = watched.Tower.Sights.Single();
        await Poll.UntilAsync(() => (sight = watched.Tower.Sights.Single()).Active == Side.Recovery, () => "the new writer is not named");
        Assert.Equal((false, _rig.Lab["b"].Port.ToString()), (sight.Armed, sight.Endpoint!.Split(':')[1]));

        // The old primary runs again, and the new one is out of sight: who was given up is not named, and nothing is done.
        await _rig.Test.StartAsync("a");
        await _rig.Test.KillAsync("b");
        DateTimeOffset since = DateTimeOffset.UtcNow;
        await Poll.UntilAsync(() => watched.Tower.Sights.Single() is { Status: { Primary.Reachable: true, Recovery.Reachable: false } seen } && seen.ObservedAt > since, () => "the old primary is not seen alone");
        Assert.Equal(Side.Recovery, watched.Tower.Sights.Single().Active);
        await using (Watched anew = new(_rig, s_quick))
        {
            await Poll.UntilAsync(() => anew.Tower.Sights.Single().Status is not null, () => "nothing is seen");
            Assert.Equal((Side.Recovery, false), (anew.Tower.Sights.Single().Active!.Value, anew.Tower.Sights.Single().Armed));
        }
        Assert.Single(watched.Events, e => e.Kind == WatchEventKind.Acted);
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S17_A_primary_that_hangs_is_not_left_while_its_standby_still_streams()
    {
        await using Watched watched = new(_rig, s_quick);
        CrdrWatchEvent armed = await watched.SeesAsync(WatchEventKind.Armed);
        await Poll.UntilAsync(() => watched.Tower.Sights.Single().LookedAt > armed.At, () => "nobody looks");
        // In daylight nothing would stand in its way.
        Assert.DoesNotContain(watched.Events, e => e.Kind == WatchEventKind.Vetoed);
        using (HeldServer.Of(_rig, "a"))
        {
            // Silent to whoever asks, and yet the standby's receiver does not know it for wal_receiver_timeout, a minute by default.
            await Poll.UntilAsync(() => watched.Says("sql") == WitnessWord.Dead && watched.Says("standby") == WitnessWord.Alive, () => $"not told apart: {string.Join("; ", watched.Tower.Sights.Single().Testimonies)}");
            DateTimeOffset from = DateTimeOffset.UtcNow;
            for (int looks = 0; looks < 3; looks++)
            {
                await Poll.UntilAsync(() => watched.Tower.Sights.Single().LookedAt > from, () => "nobody looks");
                from = DateTimeOffset.UtcNow;
            }
            Assert.DoesNotContain(watched.Events, e => e.Kind is WatchEventKind.Outage or WatchEventKind.Acting);
            Assert.True(watched.Tower.Sights.Single().Armed);
        }
        await Poll.UntilAsync(() => watched.Says("sql") == WitnessWord.Alive, () => "it is not seen again");
        Assert.Equal(["a"], await _rig.WritersAsync());
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S14_S17_A_monitor_that_was_stopped_while_the_primary_came_and_went_does_nothing_and_ends_at_once_when_it_is_told_to()
    {
        using LiveRun run = new(_rig, s_monitor);
        await run.SeesAsync("Armed");
        run.Signal(SigStop);
        await _rig.Test.KillAsync("a");
        // Longer than what was found counts, and than a look may take, for that is what it may have been stopped in.
        Stopwatch held = Stopwatch.StartNew();
        await Poll.UntilAsync(() => held.Elapsed > TimeSpan.FromSeconds(12), () => "");
        run.Signal(SigCont);
        await run.SeesAsync("Forgotten");
        // Still dead, and nobody has seen it well since the wake.
        await run.SeesAsync("Outage");
        Assert.Contains("was not seen protected", run.Lines.Last(l => l.Contains("\"Outage\"")));
        await _rig.Test.StartAsync("a");
        await run.SeesAsync("Armed", 2);
        Assert.Equal(["a"], await _rig.WritersAsync());
        Assert.DoesNotContain(run.Lines, l => l.Contains("\"kind\":\"Acting\""));
        run.Signal(SigTerm);
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("\"kind\":\"Ended\"", run.Lines.Last());
    }

    [ServerFact("initdb", "haproxy")]
    public async Task S5_S31_A_monitor_that_is_killed_in_the_middle_of_its_failover_leaves_an_operation_that_is_resumed_and_two_act_once()
    {
        await using Clients clients = _rig.Clients();
        await clients.WriteOnAsync(_rig.Lab["a"].Port);
        using LiveRun first = new(_rig, s_monitor), second = new(_rig, s_monitor);
        await first.SeesAsync("Armed");
        await second.SeesAsync("Armed");
        // What the standby has got it does not replay: whoever fails over waits for it, in the middle of it.
        using (await Frozen.ReplayAsync(_rig, "b"))
        {
            await _rig.Test.KillAsync("a");
            await Poll.UntilAsync(() => _rig.OpenOperation is not null && Journal.Contains("\"kind\":\"Intent\""), () => $"nobody acts: {string.Join("\n", first.Lines.Concat(second.Lines))}");
            first.Signal(ServerProcess.SigKill);
            second.Signal(ServerProcess.SigKill);
            await first.EndAsync();
            await second.EndAsync();
        }
        Assert.Single(Directory.GetFiles(Path.Combine(_rig.StateFolder, "journals", "rig")));
        (int code, string said, string err) = await _rig.CliAsync("operation", "resume", _rig.OpenOperation!, "--settle-time", "1");
        Assert.True(code == 0, said + err);
        await clients.WriteOnAsync(_rig.Lab["b"].Port);
        await _rig.OneWriterHasAllAsync("b", clients, (await _rig.LostAsync("b", clients)).Count);
    }

    private string Journal
    {
        get
        {
            try
            {
                return File.ReadAllText(Directory.GetFiles(Path.Combine(_rig.StateFolder, "journals", "rig")).Single());
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    /// <summary>A watch in this process.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly ConcurrentQueue<CrdrWatchEvent> _events = [];
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _work;

        public Watched(PgRig rig, CrdrWatchOptions options)
        {
            Crdr = rig.Open();
            Tower = Crdr.Watch([(rig.Pair, null, rig.Host)], options, _events.Enqueue);
            _work = Tower.RunAsync(_stop.Token);
        }

        public Core.Crdr Crdr { get; }
        public Core.Monitoring.Watchtower Tower { get; }
        public IReadOnlyList<CrdrWatchEvent> Events => [.. _events];

        public WitnessWord? Says(string witness) => Tower.Sights.Single().Testimonies.FirstOrDefault(t => t.Witness == witness)?.Says;

        public async Task<CrdrWatchEvent> SeesAsync(WatchEventKind kind, int times = 1)
        {
            await Poll.UntilAsync(() => _events.Count(e => e.Kind == kind) >= times, () => $"no {kind}: {string.Join("\n", _events.Select(e => $"{e.At:HH:mm:ss.fff} {e.Kind}: {e.Message}"))}");
            return _events.Last(e => e.Kind == kind);
        }

        public async ValueTask DisposeAsync()
        {
            _stop.Cancel();
            await _work;
            Crdr.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>A real <c>crdr</c> whose lines are read as they come.</summary>
    private sealed class LiveRun : IDisposable
    {
        private readonly Process _process;
        private readonly ConcurrentQueue<string> _lines = [];

        public LiveRun(PgRig rig, params string[] arguments)
        {
            ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "crdr.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["CRDR_PAIRS"] = rig.PairFile;
            start.Environment["CRDR_STATE"] = rig.StateFolder;
            _process = new() { StartInfo = start };
            DataReceivedEventHandler heard = (_, e) =>
            {
                if (e.Data is { } line) _lines.Enqueue(line);
            };
            _process.OutputDataReceived += heard;
            _process.ErrorDataReceived += heard;
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public IReadOnlyList<string> Lines => [.. _lines];

        public Task SeesAsync(string kind, int times = 1) => Poll.UntilAsync(() => _lines.Count(l => l.StartsWith('{') && JsonDocument.Parse(l).RootElement.GetProperty("kind").GetString() == kind) >= times, () => $"no {kind}: {string.Join("\n", _lines)}");

        public void Signal(int signal) => ServerProcess.Signal(_process.Id, signal);

        public async Task<int> EndAsync()
        {
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }
    }

    /// <summary>A server with all its processes, held in their tracks until this is disposed.</summary>
    private sealed class HeldServer : IDisposable
    {
        private readonly List<int> _processes;

        private HeldServer(List<int> processes)
        {
            _processes = processes;
            _processes.ForEach(p => ServerProcess.Signal(p, SigStop));
        }

        public static HeldServer Of(PgRig rig, string node)
        {
            int postmaster = LabProcesses.Postmaster(LabProcesses.In(rig.Lab.Folder), rig.Lab[node].Data)!.Id;
            return new([postmaster, .. Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out int id) ? id : 0).Where(id => id > 0 && Parent(id) == postmaster)]);
        }

        public void Dispose() => _processes.ForEach(p => ServerProcess.Signal(p, SigCont));

        private static int Parent(int process)
        {
            try
            {
                return int.Parse(File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[1]);
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }
}
