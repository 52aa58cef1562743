using CrdrTools.Core.Lab;
using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Drills;

/// <summary>What a drill on a lab is given.</summary>
public sealed record LabDrillOptions
{
    /// <summary>How the primary is lost.</summary>
    public DrillBreak Break { get; init; }
    /// <summary>What the result is held against: 60 s to recover, 5 s of data, unless told.</summary>
    public CrdrObjectives Objectives { get; init; } = new() { Rto = TimeSpan.FromSeconds(60), Rpo = TimeSpan.FromSeconds(5) };
    /// <summary>The most each verb may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>
/// A planned move and a whole disaster and back, on real servers that are set up for it on this machine and taken away again, with a client that
/// writes all the while; what it was promised is counted after each move.
/// </summary>
public sealed class LabDrill(Crdr crdr, LabDrillOptions options, IOperationHost host)
{
    /// <summary>How long the client writes undisturbed between two moves.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMilliseconds(500);

    private readonly List<CrdrStep> _steps = [];
    private readonly List<CrdrCheck> _assertions = [];
    private readonly List<CrdrOperation> _operations = [];
    private readonly List<CrdrDrillMove> _moves = [];
    // Of its own, and so is the pair's name: nothing of an earlier drill is in its way.
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"crdr-drill-{Guid.NewGuid().ToString("N")[..8]}");
    private CrdrPair _pair = null!;
    private LabDescription _lab = null!;
    private LabClient _client = null!;
    private long _lost;
    private TimeSpan? _rpo;

    /// <summary>Runs it. What does not hold is in the result; only a lab that cannot be made is thrown. Nothing is left running, whatever happens.</summary>
    public async Task<CrdrDrillResult> RunAsync(CancellationToken ct)
    {
        DateTimeOffset began = DateTimeOffset.UtcNow;
        try
        {
            await StepAsync("set-up", $"Set a lab up in {_folder}, and pin its members", async () =>
            {
                _lab = await PostgresLab.UpAsync(new() { Folder = _folder, PairName = Path.GetFileName(_folder)[5..], Proxies = LabProgram.Find("haproxy") is null ? LabProxies.None : LabProxies.HAProxy },
                    text => host.OnNotice(FindingSeverity.Info, text), ct).ConfigureAwait(false);
                _pair = await crdr.RegisterAsync(_lab.Pair! with { Objectives = options.Objectives }, null, replace: true, keep: false, host, ct).ConfigureAwait(false);
            }).ConfigureAwait(false);
            _client = await LabClient.StartAsync(_lab, ct).ConfigureAwait(false);
            return await PlayAsync(began, ct).ConfigureAwait(false);
        }
        finally
        {
            if (_client is not null) await _client.DisposeAsync().ConfigureAwait(false);
            await PostgresLab.DownAsync(_folder).ConfigureAwait(false);
        }
    }

    private async Task<CrdrDrillResult> PlayAsync(DateTimeOffset began, CancellationToken ct)
    {
        await StepAsync("clients", _lab.HAProxy is null ? "A client writes, and looks for the writer itself" : "A client writes through HAProxy", async () =>
        {
            await UntilAsync(s => s.Phase == CrdrPhase.Protected && _client.Acknowledged > 0, ct).ConfigureAwait(false);
            await Task.Delay(s_calm, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
        CrdrStatus before = await StatusAsync(ct).ConfigureAwait(false);
        Hold("ProtectedBefore", before.Phase == CrdrPhase.Protected, $"the pair was {before.Phase} before");

        if (!await MoveAsync("switchover to recovery", new() { Verb = CrdrVerb.Switchover, To = Side.Recovery }, null, ct).ConfigureAwait(false)) return Result(began, null, null);
        if (!await MoveAsync("switchover to primary", new() { Verb = CrdrVerb.Switchover, To = Side.Primary }, null, ct).ConfigureAwait(false)) return Result(began, null, null);
        // What the pair was like last is evidence for the bound of the loss.
        await UntilAsync(s => s.Phase == CrdrPhase.Protected, ct).ConfigureAwait(false);

        DateTimeOffset outage = default;
        bool hangs = options.Break == DrillBreak.Sigstop;
        await StepAsync("outage", hangs ? "All processes of a are stopped in their tracks (SIGSTOP)" : "All processes of a are killed at once (SIGKILL)", async () =>
        {
            outage = DateTimeOffset.UtcNow;
            LabProcesses.Break(_lab.Folder, _lab["a"].Data, hangs);
            await UntilAsync(s => !s.Primary.Reachable, ct).ConfigureAwait(false);
        }).ConfigureAwait(false);

        // A standby goes on for a while as if it heard from a sender that hangs, so that the primary is given up and the loss counted afterwards.
        CrdrRequest failover = new() { Verb = CrdrVerb.Failover, OutageSince = outage, GiveUpHealthyPrimary = hangs, AllowDataLoss = hangs };
        if (!await MoveAsync("failover", failover, outage, ct).ConfigureAwait(false)) return Result(began, null, null);
        if (hangs)
        {
            await StepAsync("wakes-up", "The processes of a go on", () =>
            {
                LabProcesses.Wake(_lab.Folder, _lab["a"].Data);
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        }
        bool rebuilt = await MoveAsync("restore", new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, null, ct).ConfigureAwait(false);
        TimeSpan? again = rebuilt ? DateTimeOffset.UtcNow - outage : null;
        if (!rebuilt || !await MoveAsync("take-over", new() { Verb = CrdrVerb.Restore, TakeOver = true }, null, ct).ConfigureAwait(false)) return Result(began, outage, again);
        CrdrStatus end = await StatusAsync(ct).ConfigureAwait(false);
        Hold("ProtectedAfter", end.Phase == CrdrPhase.Protected, $"the pair is {end.Phase} at the end");
        long planned = _moves.Where(m => m.Name != "failover").Sum(m => m.LostWrites);
        Hold("PlannedStepsLoseNothing", planned == 0, $"{planned} acknowledged writes were lost in planned moves");
        return Result(began, outage, again);
    }

    /// <summary>Runs one verb under the writing client, and counts what that cost it.</summary>
    private async Task<bool> MoveAsync(string name, CrdrRequest request, DateTimeOffset? outage, CancellationToken ct)
    {
        await Task.Delay(s_calm, ct).ConfigureAwait(false);
        LabClientSum before = _client.Sum();
        DateTimeOffset began = DateTimeOffset.UtcNow, from = outage ?? began;
        CrdrOperation operation = await crdr.RunAsync(_pair, request with { Reason = "drill", Timeout = options.Timeout }, null, host, ct).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        DateTimeOffset ended = DateTimeOffset.UtcNow;
        _operations.Add(operation);
        _steps.AddRange(operation.Steps.Where(s => s.State != StepProgress.Passed));
        bool succeeded = operation.Outcome == CrdrOutcome.Succeeded;
        string move = string.Concat(name.Split([' ', '-']).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
        Hold($"{move}Succeeds", succeeded, $"{operation.Outcome}: {operation.Message}");
        bool writes = succeeded && await _client.WritesAfterAsync(ended, TimeSpan.FromMinutes(1), ct).ConfigureAwait(false);
        if (succeeded) Hold($"{move}LeavesAWriter", writes, writes ? "the client wrote again" : "the client did not write any more");
        await Task.Delay(s_calm, ct).ConfigureAwait(false);
        CrdrStatus status = await StatusAsync(ct).ConfigureAwait(false);
        LabClientSum after = _client.Sum();
        long lost = status.ActiveMember is { } active ? await _client.LostAsync(_lab[_pair[active].Name], ct).ConfigureAwait(false) : _lost;
        _moves.Add(new()
        {
            Name = name, WriteGap = _client.LongestGap(from, DateTimeOffset.UtcNow), LostWrites = lost - _lost, ClientErrors = after.Errors - before.Errors + (outage is null ? 0 : _client.ErrorsBetween(from, began)),
            Acknowledged = after.Acknowledged - before.Acknowledged, Rto = operation.Rto, Stated = operation.Loss,
            Protected = succeeded && status.Phase is CrdrPhase.Protected or CrdrPhase.ReadyToFailBack ? ended - from : null,
        });
        if (outage is not null && succeeded) _rpo = _client.OldestLost is { } oldest ? outage > oldest ? outage - oldest : TimeSpan.Zero : TimeSpan.Zero;
        _lost = lost;
        return succeeded;
    }

    private CrdrDrillResult Result(DateTimeOffset began, DateTimeOffset? outage, TimeSpan? again)
    {
        CrdrDrillMove? failover = _moves.FirstOrDefault(m => m.Name == "failover");
        Hold("RecoveryTime", failover?.Rto <= options.Objectives.Rto, $"recovery time {Say(failover?.Rto)}, objective {Say(options.Objectives.Rto)}");
        Hold("DataLoss", _rpo <= options.Objectives.Rpo, $"{failover?.LostWrites.ToString() ?? "unknown"} acknowledged writes lost in the failover, the oldest {Say(_rpo)} before the outage; objective {Say(options.Objectives.Rpo)}");
        if (failover?.Stated is { } stated)
            Hold("LossWithinBound", stated.Bound is { } bound && _rpo <= bound, $"the failover stated at most {Say(stated.Bound)}; it was {Say(_rpo)}");
        LabClientSum sum = _client.Sum();
        return new()
        {
            Pair = _pair.Name, Stage = "lab", Simulated = false, Passed = _assertions.All(a => a.Result == CheckResult.Pass), Assertions = _assertions, Steps = _steps,
            Began = began, Ended = DateTimeOffset.UtcNow, Rto = failover?.Rto, Rpo = _rpo, Objectives = options.Objectives, Operations = _operations, Moves = _moves,
            WriteGap = _moves.Max(m => m.WriteGap), ProtectedAgain = outage is null ? null : again,
            Loss = failover is null ? null : new() { Kind = LossKind.Measured, Writes = failover.LostWrites, Bound = _rpo, Statement = $"{failover.LostWrites} of {sum.Acknowledged} acknowledged writes, looked for one by one." },
        };
    }

    private async Task StepAsync(string id, string effect, Func<Task> act)
    {
        DateTimeOffset began = DateTimeOffset.UtcNow;
        host.OnNotice(FindingSeverity.Info, effect);
        await act().ConfigureAwait(false);
        _steps.Add(new() { Id = id, Effect = effect, State = StepProgress.Done, Began = began, Ended = DateTimeOffset.UtcNow });
    }

    private Task<CrdrStatus> StatusAsync(CancellationToken ct) => crdr.StatusAsync(_pair, null, host, ct);

    private async Task UntilAsync(Func<CrdrStatus, bool> wanted, CancellationToken ct)
    {
        DateTimeOffset began = DateTimeOffset.UtcNow;
        for (; ; )
        {
            CrdrStatus status = await StatusAsync(ct).ConfigureAwait(false);
            if (wanted(status)) return;
            if (DateTimeOffset.UtcNow - began > options.Timeout)
                throw new CrdrException(CrdrErrorKind.Timeout, "DrillStageStuck", $"The lab did not come to what the drill needs within {options.Timeout.TotalSeconds:0} s; the pair is {status.Phase}.");
            await Task.Delay(100, ct).ConfigureAwait(false);
        }
    }

    private void Hold(string name, bool holds, string why) => _assertions.Add(new() { Name = name, Result = holds ? CheckResult.Pass : CheckResult.Block, Why = why });

    private static string Say(TimeSpan? span) => span is { } s ? $"{s.TotalSeconds:0.0##} s" : "unknown";
}
