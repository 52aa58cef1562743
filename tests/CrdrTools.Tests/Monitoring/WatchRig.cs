using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Stores;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Monitoring;

/// <summary>A pair that is what the test says, eyes that see it, a real store, and a clock that the test moves.</summary>
internal sealed class WatchRig : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crdr-watch-");
    private readonly CancellationTokenSource _stop = new();

    public WatchRig(CrdrWatchOptions? options = null)
    {
        Options = options ?? new() { AutoFailover = true, SoleController = true };
        Store = new FileStateStore(_folder.FullName, Time);
        World = new(Time);
    }

    public static CrdrPair Pair { get; } = new() { Name = "p", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" } };

    public CrdrWatchOptions Options { get; }
    public ManualTime Time { get; } = new();
    public FileStateStore Store { get; }
    public FakePair World { get; }
    public string Folder => _folder.FullName;
    public List<CrdrWatchEvent> Events { get; } = [];

    /// <summary>Happens when somebody is told.</summary>
    public Action<WatchEventKind>? Telling { get; set; }

    /// <summary>The newest promotion on record.</summary>
    public Promotion? Record { get; set; }

    /// <summary>Begins to watch; all of it happens while the clock is moved.</summary>
    public (PairWatch Watch, Task Work, FakeEyes Eyes) Start(double offset = 0, List<CrdrWatchEvent>? told = null)
    {
        FakeEyes eyes = new(World);
        PairWatch watch = new(Pair, Options, eyes, Store, () => Record, Time, e =>
        {
            (told ?? Events).Add(e);
            Telling?.Invoke(e.Kind);
        });
        return (watch, watch.RunAsync(TimeSpan.FromSeconds(offset), _stop.Token), eyes);
    }

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public int Told(WatchEventKind kind) => Events.Count(e => e.Kind == kind);

    public void Stop() => _stop.Cancel();

    /// <summary>A failover that was held goes on, here and now.</summary>
    public void Release() => Here(World.Release);

    /// <summary>What goes on because of it goes on here, and not on a thread of its own.</summary>
    public static void Here(Action what)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        what();
        SynchronizationContext.SetSynchronizationContext(context);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Two servers with streaming replication, as a monitor sees them.</summary>
internal sealed class FakePair(ManualTime time)
{
    private TaskCompletionSource? _held;

    /// <summary>Whether the primary's server runs.</summary>
    public bool Lives { get; set; } = true;

    /// <summary>Whether the monitor gets to it.</summary>
    public bool Reached { get; set; } = true;

    /// <summary>Whether the standby does.</summary>
    public bool Joined { get; set; } = true;

    /// <summary>Whether the recovery side answers.</summary>
    public bool RecoveryAnswers { get; set; } = true;

    /// <summary>Who was promoted last.</summary>
    public Side Active { get; set; } = Side.Primary;

    /// <summary>When it was failed over.</summary>
    public List<TimeSpan> Acted { get; } = [];

    /// <summary>An operation that somebody has begun.</summary>
    public string? Operation { get; set; }

    /// <summary>What a failover is refused for.</summary>
    public string? Refuses { get; set; }

    /// <summary>A failover that has begun goes on only when <see cref="Release"/> says so.</summary>
    public bool Holds { get; set; }

    public TimeSpan Now => time.Now;

    private bool Seen => Lives && Reached;

    private bool Follows => Lives && Joined && RecoveryAnswers && Active == Side.Primary;

    public IReadOnlyList<CrdrTestimony> Witnesses =>
    [
        new() { Witness = "sql", Says = Seen ? WitnessWord.Alive : WitnessWord.Dead, Why = "" },
        new() { Witness = "standby", Says = !RecoveryAnswers || Active == Side.Recovery ? WitnessWord.NoWord : Follows ? WitnessWord.Alive : WitnessWord.Dead, Why = "" },
    ];

    public CrdrStatus? Status
    {
        get
        {
            if (!Seen && !RecoveryAnswers) return null;
            bool writer = Active == Side.Recovery && RecoveryAnswers;
            (CrdrPhase phase, Side? active) = writer ? (CrdrPhase.FailedOver, Side.Recovery)
                : Seen ? (Follows ? CrdrPhase.Protected : CrdrPhase.Unprotected, Side.Primary)
                : Follows ? (CrdrPhase.Unknown, null) : (CrdrPhase.NoWriter, (Side?)null);
            return new()
            {
                Pair = "p", Provider = "PostgreSql", Phase = phase, ActiveMember = active, ObservedAt = time.GetUtcNow(), OpenOperation = Operation,
                Primary = Member(Side.Primary, "a", Seen, Active == Side.Primary ? MemberRole.Active : MemberRole.Failed, 1) with { Health = Seen ? MemberHealth.Healthy : Lives ? MemberHealth.Unknown : MemberHealth.Down },
                Recovery = Member(Side.Recovery, "b", RecoveryAnswers, Active == Side.Recovery ? MemberRole.Active : MemberRole.Passive, Active == Side.Recovery ? 2 : 1),
            };
        }
    }

    public static CrdrMemberStatus Member(Side side, string name, bool seen, MemberRole role, int timeline) => new()
    {
        Side = side, Name = name, Reachable = seen, Role = seen ? role : MemberRole.Unknown, Endpoint = $"{name}:5432", NativeState = seen ? "in production" : null,
        Native = seen ? new Dictionary<string, string> { ["timeline"] = timeline.ToString() } : new Dictionary<string, string>(),
    };

    /// <summary>What the engine does: one at a time; looks; asks whether it is still wanted; acts.</summary>
    public async Task<CrdrOperation> FailOverAsync(CrdrRequest request, Func<CrdrStatus, string?> objection, Action? looked)
    {
        CrdrOperation operation = new() { Id = "op", Pair = "p", Verb = CrdrVerb.Failover, Who = "w", Began = time.GetUtcNow(), Reason = request.Reason };
        if (_held is not null) return operation with { Outcome = CrdrOutcome.Refused, ErrorId = "PairBusy", Message = "another one acts" };
        if (Active == Side.Recovery) return operation with { Outcome = CrdrOutcome.Succeeded, Message = "Nothing to do." };
        if (Refuses is { } no) return operation with { Outcome = CrdrOutcome.Refused, ErrorId = no, Message = no };
        CrdrStatus now = Status!;
        looked?.Invoke();
        if (objection(now) is { } why) return operation with { Outcome = CrdrOutcome.Refused, ErrorId = "DecisionStands", Message = why };
        if (Holds)
        {
            _held = new();
            await _held.Task;
            _held = null;
        }
        Active = Side.Recovery;
        Acted.Add(time.Now);
        return operation with { Outcome = CrdrOutcome.Succeeded, Journal = "j", Message = "b takes the writes" };
    }

    public void Release() => _held!.SetResult();
}

/// <summary>Eyes of one watcher.</summary>
internal sealed class FakeEyes(FakePair world) : IPairEyes
{
    public int Looks { get; private set; }
    public int Evidence { get; private set; }
    public bool Disposed { get; private set; }
    public List<CrdrRequest> Requests { get; } = [];

    /// <summary>Happens when something was seen and was not told yet: what is told is as old as that takes.</summary>
    public Action? Seen { get; set; }

    /// <summary>Happens when a failover is asked for.</summary>
    public Action? Acting { get; set; }

    /// <summary>Happens when the engine has looked, and before it asks whether the decision stands.</summary>
    public Action? Judged { get; set; }

    /// <summary>The look does not come back, whatever it is told.</summary>
    public bool Hangs { get; set; }

    /// <summary>The look comes back when it is told that nobody waits for it any more.</summary>
    public bool Slow { get; set; }

    public Exception? Throws { get; set; }
    public Exception? ActThrows { get; set; }
    public IReadOnlyList<CrdrCheck> Blocks { get; set; } = [];

    /// <summary>Looks that hang, to let them go.</summary>
    public List<TaskCompletionSource> Hung { get; } = [];

    /// <summary>How many looks were under way at once, at most.</summary>
    public int AtOnce { get; private set; }
    private int _now;

    public async Task<PairLook> LookAsync(CrdrStatus? before, bool evidence, bool everybody, CancellationToken ct)
    {
        Looks++;
        if (evidence) Evidence++;
        AtOnce = Math.Max(AtOnce, ++_now);
        try
        {
            if (Throws is { } wrong) throw wrong;
            if (Hangs)
            {
                TaskCompletionSource never = new();
                Hung.Add(never);
                await never.Task;
            }
            if (Slow)
            {
                TaskCompletionSource slow = new();
                using CancellationTokenRegistration told = ct.Register(slow.SetResult);
                await slow.Task;
                return new(null, "too slow", world.Witnesses);
            }
            PairLook look = new(world.Status, world.Status is null ? "nobody answers" : null, world.Witnesses);
            Seen?.Invoke();
            return look;
        }
        finally
        {
            _now--;
        }
    }

    public IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before) => world.Witnesses;

    public Task<CrdrOperation> FailOverAsync(CrdrRequest request, Func<CrdrStatus, string?> objection, CancellationToken ct)
    {
        Requests.Add(request);
        Acting?.Invoke();
        if (ActThrows is { } wrong) return Task.FromException<CrdrOperation>(wrong);
        return world.FailOverAsync(request, objection, Judged);
    }

    /// <summary>Happens when it is asked what would stand in the way.</summary>
    public Action? Reminded { get; set; }

    public Task<IReadOnlyList<CrdrCheck>> WouldBlockAsync(CrdrRequest request, CancellationToken ct)
    {
        Reminded?.Invoke();
        return Task.FromResult(Blocks);
    }

    public void Dispose() => Disposed = true;
}
