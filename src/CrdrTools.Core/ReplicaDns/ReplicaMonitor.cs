using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>
/// Watches one read-only name: asks every server at a fixed beat, remembers since when standbys are healthy or not, decides by <see cref="TargetRule"/>, and has what
/// was decided published. Goes on where the store says that it was; time counts from this process's own looks alone (safety rules S25, S26).
/// </summary>
internal sealed class ReplicaMonitor(ReadEndpoint endpoint, Action<CrdrReplicaDnsEvent> tell)
{
    /// <summary>How long a round waits for who was unhealthy before: still no word is the same again.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_renew = TimeSpan.FromSeconds(5), s_check = TimeSpan.FromSeconds(30), s_clocksApart = TimeSpan.FromSeconds(2);

    /// <summary>What keeps it from deciding, where that is no operation.</summary>
    private const string StateFolder = "the state folder";

    private readonly TimeProvider _time = endpoint.Time;
    private readonly ReadEndpointSettings _settings = endpoint.Settings;
    private readonly Dictionary<string, StandbyMemory> _memory = [];
    private readonly Dictionary<string, Look> _looks = endpoint.Servers.ToDictionary(s => s, _ => new Look());
    private readonly long _began = endpoint.Time.GetTimestamp();
    private ReplicaDnsState _state = new();
    private long _stamp = -1;
    private Pairing? _pairing;
    private bool _nothingAnswers;
    private string? _held;
    private DateTimeOffset _wall;
    private Task _publishing = Task.CompletedTask;
    private TimeSpan _last, _renewed, _checked, _turned = TimeSpan.MinValue;
    private ILease? _lease;

    /// <summary>A server's newest look: under way, or what it came to.</summary>
    private sealed class Look
    {
        public Task<(ReadSight? Sight, string? Trouble)>? Underway;
        public TimeSpan Began;
        public (ReadSight? Sight, string? Trouble)? Came;
    }

    /// <summary>How late the latest round began, at most.</summary>
    public TimeSpan Lateness { get; private set; }

    /// <summary>What was late until now does not count.</summary>
    public void ForgetLateness() => Lateness = TimeSpan.Zero;

    private TimeSpan Now => _time.GetElapsedTime(_began);

    /// <summary>Watches until it is switched off, somebody else decides, or <paramref name="ct"/> ends it.</summary>
    /// <param name="offset">When the first round begins, so that many names are not all asked at once.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(TimeSpan offset, CancellationToken ct)
    {
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            using (_lease = endpoint.Store.Watch())
            {
                Refresh();
                // What a death left in the queue.
                Publish(ends.Token);
                do
                {
                    if (_state.Enabled) Say(ReplicaDnsEventKind.Watching, FindingSeverity.Info, $"watched: it shall lead to {Words(_state)} (decision {_state.Number})", _state);
                    await BeatAsync(offset, ends.Token).ConfigureAwait(false);
                    // What was decided is published, also when nothing more will be.
                    await _publishing.ConfigureAwait(false);
                    Publish(ends.Token);
                    await _publishing.ConfigureAwait(false);
                    Refresh();
                }
                // It may have been switched on again while that took its time.
                while (_state.Enabled);
                Say(ReplicaDnsEventKind.Ended, FindingSeverity.Info, $"switched off: it is watched no more. To have it back: Enable-CrdrReplicaDns {endpoint.Pair.Name} (crdr replica-dns enable {endpoint.Pair.Name})", _state);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Quietly(_publishing).ConfigureAwait(false);
            Say(ReplicaDnsEventKind.Ended, FindingSeverity.Info, $"stopped: it is watched no more, and leads where it does{(endpoint.Store.Work() is { } left ? $"; decision {left.Number} is still to be published" : "")}", _state);
        }
        catch (Exception e)
        {
            ends.Cancel();
            await Quietly(_publishing).ConfigureAwait(false);
            Say(ReplicaDnsEventKind.Ended, FindingSeverity.Error, $"watched no more: {e.Message}{(e is CrdrException { Advice: { } advice } ? $" {advice}" : "")}", _state);
            if (e is CrdrException) throw;
            throw new CrdrException(CrdrErrorKind.InvalidState, "ReplicaDnsWatchFailed", $"The read-only name of {endpoint.Pair.Name} is watched no more: {e.Message}", "Watch it again; what was decided is kept.", e);
        }
    }

    private async Task BeatAsync(TimeSpan offset, CancellationToken ct)
    {
        TimeSpan due = offset > Now ? offset : Now;
        (_wall, _last) = (_time.GetUtcNow(), Now);
        while (true)
        {
            TimeSpan wait = due - Now;
            if (wait > TimeSpan.Zero) await _time.Delay(wait, ct).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            TimeSpan now = Now, late = now - due;
            if (late > Lateness) Lateness = late;
            // Who slept, or whose clock was set, has seen nothing meanwhile: time is counted anew (safety rules S14, S26).
            if (Slept(due)) Forget();
            (_wall, _last) = (_time.GetUtcNow(), now);
            try
            {
                Refresh();
                if (!_state.Enabled) return;
                if (_held == StateFolder || now - _renewed >= s_renew) Renew(now);
                if (_held == StateFolder)
                {
                    // What can be read may still not be written.
                    endpoint.Store.Change(s => s);
                    Hold(null);
                }
                if (_publishing.IsFaulted) await _publishing.ConfigureAwait(false);
                // Counted by the beat, so that a moment of lateness does not make a limit of whole beats one beat longer.
                await RoundAsync(late < s_grace ? due : now, ct).ConfigureAwait(false);
                if (_publishing.IsCompleted && !_publishing.IsFaulted && now - _checked >= s_check) _publishing = CheckAsync(ct);
            }
            catch (Exception e) when (Passes(e))
            {
                Hold(StateFolder, $"the state folder cannot be used: {e.Message}", FindingSeverity.Error);
                Forget();
                if (_publishing.IsFaulted) _publishing = Task.CompletedTask;
            }
            due += _settings.Interval;
            // A beat that was missed is not made up for.
            if (Now - due > _settings.Interval) due = Now;
        }
    }

    /// <param name="at">When it began.</param>
    /// <param name="ct">Ends it.</param>
    private async Task RoundAsync(TimeSpan at, CancellationToken ct)
    {
        foreach (string server in endpoint.Servers)
        {
            Look look = _looks[server];
            if (look.Underway is not null) continue;
            look.Began = at;
            look.Underway = endpoint.LookAsync(server, ct);
        }
        Task all = Task.WhenAll(_looks.Values.Select(l => l.Underway!));
        if (!all.IsCompleted && Waited().Any(WasUnhealthy))
        {
            using CancellationTokenSource enough = new();
            await Task.WhenAny(all, _time.Delay(s_grace, enough.Token)).ConfigureAwait(false);
            enough.Cancel();
            if (!all.IsCompleted && Waited().All(WasUnhealthy)) Judge(ct);
        }
        await all.ConfigureAwait(false);
        Judge(ct);

        IEnumerable<string> Waited() => endpoint.Servers.Where(s => _looks[s].Underway is { IsCompleted: false });
        bool WasUnhealthy(string server) => _memory.TryGetValue(server, out StandbyMemory? memory) && memory.Health.Healthy == false;
    }

    /// <summary>Takes what has come in, and decides.</summary>
    private void Judge(CancellationToken ct)
    {
        foreach (Look look in _looks.Values)
        {
            if (look.Underway is not { IsCompleted: true } done) continue;
            look.Came = done.GetAwaiter().GetResult();
            look.Underway = null;
        }
        Look home = _looks[endpoint.Pair.Primary.Name], away = _looks[endpoint.Pair.Recovery.Name];
        if (home.Came is not { } primary || away.Came is not { } recovery) return;
        Pairing pairing = Pairing.Of(endpoint.Pair, primary.Sight, recovery.Sight, _state);
        Follow(pairing);
        Remember(pairing);
        Alarm(pairing);
        Decision? decision = pairing.Frozen is null ? Decision(pairing) : null;
        // Whether an operation runs is asked only where something is to be decided, or was.
        if ((decision is not null || _held is not null) && endpoint.Holder() is var holder)
        {
            Hold(holder?.Operation, $"{holder?.Verb} {holder?.Operation} runs on the pair");
            if (decision is not null && holder is null) Decide(decision, ct);
        }
        if (_publishing.IsCompleted && !_publishing.IsFaulted && _state.Published < _state.Number) Publish(ct);
    }

    /// <summary>Who takes the writes: told when it changes, and kept, so that a server that was left is known by its timeline.</summary>
    private void Follow(Pairing pairing)
    {
        Pairing? before = _pairing;
        _pairing = pairing;
        if (pairing.Frozen is { } why)
        {
            if (before?.Frozen != why) Say(ReplicaDnsEventKind.Frozen, FindingSeverity.Warning, $"nothing is decided while {why}");
            return;
        }
        if (before?.Frozen is not null) Say(ReplicaDnsEventKind.Thawed, FindingSeverity.Info, $"decisions are made again: {endpoint.Pair[pairing.Active!.Value].Name} takes the writes");
        (ulong system, uint timeline) = (pairing.Sight!.System, pairing.Sight.Timeline ?? 0);
        if (timeline == _state.Timeline && system == _state.System) return;
        if (_state.Timeline != 0 && (timeline != _state.Timeline || _state.System != 0))
        {
            Say(ReplicaDnsEventKind.ActiveChanged, FindingSeverity.Info, $"{endpoint.Pair[pairing.Active!.Value].Name} takes the writes, on timeline {timeline}");
            // What standbys were to the writer before says nothing of what they are to this one.
            Forget();
        }
        _state = endpoint.Store.Change(s => s.Timeline < timeline || s.System != system ? s with { Timeline = timeline, System = system } : null);
    }

    private void Remember(Pairing pairing)
    {
        foreach (ReadServer server in _settings.Servers)
        {
            Look look = _looks[server.Name];
            // What it was as a standby says nothing of who takes the writes.
            if (pairing.Active is { } active && server.Member == active) _memory.Remove(server.Name);
            if (look.Came is not { } came || (pairing.Active is not null && server.Member == pairing.Active)) continue;
            // While nobody is seen writing, only silence can be told.
            if (pairing.Frozen is not null && came.Sight is not null) continue;
            StandbyHealth health = pairing.Frozen is null ? endpoint.Health(came.Sight, came.Trouble, pairing) : new(false, came.Trouble ?? "does not answer");
            StandbyMemory? before = _memory.TryGetValue(server.Name, out StandbyMemory? known) ? known : null;
            _memory[server.Name] = before is null ? new(health, look.Began) : before.With(health, look.Began);
            if (health.Healthy != (before?.Health.Healthy ?? true))
                Say(health.Healthy == true ? ReplicaDnsEventKind.StandbyHealthy : ReplicaDnsEventKind.StandbyUnhealthy, health.Healthy == true ? FindingSeverity.Info : FindingSeverity.Warning,
                    health.Healthy == true ? $"{server.Name} can be read from" : $"{server.Name} cannot be read from: it {health.Why}", standby: server.Name);
        }
    }

    /// <summary>The name leads to nothing that answers, and nothing can be done about it here.</summary>
    private void Alarm(Pairing pairing)
    {
        bool nothing = pairing.Frozen is not null && _state.Servers.All(s => !_looks.TryGetValue(s, out Look? look) || look.Came is { Sight: null });
        if (nothing && !_nothingAnswers) Say(ReplicaDnsEventKind.NothingAnswers, FindingSeverity.Error, $"the name stays at {Words(_state)}, where nothing answers, while {pairing.Frozen}");
        _nothingAnswers = nothing;
    }

    private Decision? Decision(Pairing pairing)
    {
        Side active = pairing.Active!.Value;
        List<(string, StandbyMemory)> standbys = [.. endpoint.Standbys(active, _state).Select(s => (s.Name, _memory.TryGetValue(s.Name, out StandbyMemory? memory) ? memory : new(StandbyHealth.Unknown, Now)))];
        return TargetRule.Of(_settings, new(_state.Target, _state.Servers, ""), endpoint.Pair[active].Name, standbys, Now, UnchangedFor()) ?? Described();
    }

    /// <summary>The same servers under other addresses, where the description says so now.</summary>
    private Decision? Described() => _state.Enabled && _state.Servers.All(_settings.Values.ContainsKey) && !endpoint.Values(_state.Servers).SequenceEqual(_state.Values)
        ? new(_state.Target, _state.Servers, "its addresses are described anew") : null;

    /// <summary>By this process's own clock where it turned it itself; by the store's word after a restart.</summary>
    private TimeSpan UnchangedFor()
    {
        if (_turned != TimeSpan.MinValue) return Now - _turned;
        if (_state.Since is not { } since) return TimeSpan.MaxValue;
        TimeSpan passed = _time.GetUtcNow() - since;
        return passed >= TimeSpan.Zero ? passed : Now;
    }

    private void Decide(Decision decision, CancellationToken ct)
    {
        // Who slept until here has looked too long ago, and the lease may be another's.
        if (Renew(Now)) return;
        if (Slept(_last))
        {
            Forget();
            return;
        }
        bool turns = decision.Target != _state.Target;
        DateTimeOffset at = _time.GetUtcNow();
        ReplicaDnsState? decided = endpoint.Decide(_state.Number, 0, s => s.Enabled
            ? s with { Target = decision.Target, Servers = decision.Servers, Values = endpoint.Values(decision.Servers), Since = turns ? at : s.Since, Why = decision.Why }
            : null);
        _stamp = -1;
        if (decided is null) return;
        _state = decided;
        if (turns) _turned = Now;
        Say(ReplicaDnsEventKind.Decided, turns && decision.Target == ReplicaDnsTarget.Primary ? FindingSeverity.Warning : FindingSeverity.Info, $"it shall lead to {Words(_state)}: {decision.Why} (decision {_state.Number})", _state);
        Publish(ct);
    }

    private void Publish(CancellationToken ct)
    {
        if (_publishing.IsCompleted && !_publishing.IsFaulted) _publishing = endpoint.Executor(tell).DrainAsync(() => _lease!.Reassert(), ct);
    }

    /// <summary>What somebody else did to the records, or a server forgot, is put right.</summary>
    private async Task CheckAsync(CancellationToken ct)
    {
        _checked = Now;
        Executor executor = endpoint.Executor(tell);
        try
        {
            if (await executor.CheckAsync(ct).ConfigureAwait(false)) return;
        }
        catch (CrdrException e) when (e is not OvertakenException)
        {
            // A server that is away has nothing to be put right now.
            return;
        }
        await executor.DrainAsync(() => _lease!.Reassert(), ct).ConfigureAwait(false);
    }

    private void Refresh()
    {
        long stamp = endpoint.Store.Stamp();
        if (stamp == _stamp) return;
        ReplicaDnsState read = endpoint.Store.Read();
        if (read.Number < _state.Number)
            throw new CrdrException(CrdrErrorKind.Damaged, "ReplicaDnsStateLost", $"What is kept of the read-only name of {endpoint.Pair.Name} is gone, or older than decision {_state.Number}: somebody removed it, or put an old copy back.",
                $"The name leads where it did. To go on, switch it on again, then watch it: Enable-CrdrReplicaDns {endpoint.Pair.Name} (crdr replica-dns enable {endpoint.Pair.Name}).");
        _state = read;
        _stamp = stamp;
    }

    /// <summary>Nothing is decided while that lasts, which is told once; <see langword="null"/>: it is over.</summary>
    private void Hold(string? by, string why = "", FindingSeverity severity = FindingSeverity.Warning)
    {
        if (by == _held) return;
        if (by is null) Say(ReplicaDnsEventKind.Thawed, FindingSeverity.Info, "decisions are made again");
        else Say(ReplicaDnsEventKind.Frozen, severity, $"nothing is decided while {why}");
        _held = by;
    }

    /// <summary>What is wrong with the state folder may be over at the next beat: a full disk, a share that is away.</summary>
    private static bool Passes(Exception e) => e is IOException or UnauthorizedAccessException or CrdrException { ErrorId: "StateNotWritable" or "ReplicaDnsStateBusy" };

    /// <summary>Whether this process slept since then, or its clock was set.</summary>
    private bool Slept(TimeSpan since) => Now - since > _settings.Interval + _settings.Interval || ((_time.GetUtcNow() - _wall) - (Now - _last)).Duration() > s_clocksApart;

    /// <summary>True: it was not fresh, and what was seen before is no evidence any more.</summary>
    private bool Renew(TimeSpan now)
    {
        _renewed = now;
        // A change within the grain of the file's time is seen now and then, whatever the time says.
        _stamp = -1;
        if (!_lease!.Reassert()) return false;
        Forget();
        return true;
    }

    private void Forget()
    {
        _memory.Clear();
        foreach (Look look in _looks.Values) look.Came = null;
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was told, or it was ended; what is left is in the queue.
        }
    }

    private static string Words(ReplicaDnsState state) => state.Servers.Count == 0 ? "nothing" : $"{state.Target.ToString().ToLowerInvariant()} ({string.Join(", ", state.Servers)})";

    private void Say(ReplicaDnsEventKind kind, FindingSeverity severity, string message, ReplicaDnsState? state = null, string? standby = null) => tell(new()
    {
        At = _time.GetUtcNow(), Pair = endpoint.Pair.Name, Kind = kind, Severity = severity, Message = message, Standby = standby,
        Target = state?.Target, Number = state?.Number, Values = state?.Values,
    });
}
