using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Drills;

/// <summary>A drill whose course is told by a file.</summary>
public sealed partial class Drill
{
    private readonly List<(Side Side, string Region)> _down = [];
    private readonly List<(ScenarioFault Fault, long After)> _faults = [];
    private readonly List<(CrdrOperation Operation, long? Lost, long From, long To)> _done = [];
    private DateTimeOffset? _outage;
    private long? _lost = 0;

    /// <summary>Each step in order, until one does not end as expected; then what must hold. The stage is left as others expect it, whatever happens.</summary>
    private async Task<CrdrDrillResult> PlayAsync(Scenario scenario, CrdrPair pair, DateTimeOffset began, CancellationToken ct)
    {
        try
        {
            await StepAsync("clients", $"Clients write {_options.WritesPerSecond} rows a second", async () =>
            {
                await _play.StartClientsAsync(pair, ct).ConfigureAwait(false);
                return await UntilAsync(pair, async s => s.Phase == CrdrPhase.Protected && (await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged >= _options.WritesPerSecond, ct).ConfigureAwait(false);
            }).ConfigureAwait(false);
            long dual = await _stage.DualAsync(ct).ConfigureAwait(false);
            for (int i = 0; i < scenario.Steps.Count; i++)
                if (!await DoAsync(scenario.Steps[i], i + 1, pair, ct).ConfigureAwait(false)) break;
            ct.ThrowIfCancellationRequested();
            return await JudgeAsync(scenario, pair, began, dual, ct).ConfigureAwait(false);
        }
        finally
        {
            await CleanAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One step; what the stage refuses, or what does not come to be, is a missed expectation in words.</summary>
    private async Task<bool> DoAsync(ScenarioStep step, int number, CrdrPair pair, CancellationToken ct)
    {
        try
        {
            if (step.Verb is { } verb) return await AskAsync(step, number, verb, pair, ct).ConfigureAwait(false);
            Side of = step.Of ?? Side.Primary;
            (string id, string effect, Func<Task> act) = step.Do switch
            {
                ScenarioAction.Outage => ("outage", $"Region {pair[of].Region} is lost", () => LoseAsync(pair, of, ct)),
                ScenarioAction.RegionBack => ("region-back", $"Region {pair[of].Region} is back", () => BackAsync(pair, of, ct)),
                ScenarioAction.Fault => ("fault", $"The vendor's API: {Say(step.Fault!)}", () => BreakAsync(step.Fault!, ct)),
                ScenarioAction.ClearFaults => ("clear-faults", "The vendor's API does as it should again", () => _stage.ClearFaultsAsync(ct)),
                _ => ("wait", $"{step.Seconds:0.###} s pass", (Func<Task>)(() => _time.Delay(TimeSpan.FromSeconds(step.Seconds!.Value), ct))),
            };
            await StepAsync(id, effect, async () =>
            {
                await act().ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            return true;
        }
        catch (CrdrException e) when (!ct.IsCancellationRequested)
        {
            Hold($"Step{number}", false, $"step {number} ({step.Do}): {e.Message}");
            return false;
        }
    }

    private async Task LoseAsync(CrdrPair pair, Side of, CancellationToken ct)
    {
        bool writing = (await StatusAsync(pair, ct).ConfigureAwait(false)).ActiveMember == of;
        _outage ??= _time.GetUtcNow();
        // Told before it is asked: a reply that is lost, or Ctrl+C, leaves no region down.
        _down.Add((of, pair[of].Region!));
        await _stage.OutageAsync(pair[of].Region!, down: true, ct).ConfigureAwait(false);
        if (writing) await UntilAsync(pair, s => Task.FromResult(s.Phase == CrdrPhase.NoWriter), ct).ConfigureAwait(false);
    }

    private async Task BackAsync(CrdrPair pair, Side of, CancellationToken ct)
    {
        await _stage.OutageAsync(pair[of].Region!, down: false, ct).ConfigureAwait(false);
        _down.RemoveAll(d => d.Side == of);
    }

    private async Task BreakAsync(ScenarioFault fault, CancellationToken ct)
    {
        _faults.Add((fault, await LastRequestAsync(ct).ConfigureAwait(false)));
        await _stage.AddFaultAsync(fault, ct).ConfigureAwait(false);
    }

    /// <summary>An operation through the real engine, and what it cost the clients.</summary>
    private async Task<bool> AskAsync(ScenarioStep step, int number, CrdrVerb verb, CrdrPair pair, CancellationToken ct)
    {
        CrdrRequest request = verb == CrdrVerb.Failover ? _play.Failover(_outage ?? _time.GetUtcNow()) with { OutageSince = _outage }
            : _play.Home.FirstOrDefault(h => h.Verb == verb && h.TakeOver == (step.TakeOver ?? false)) ?? new() { Verb = verb, TakeOver = step.TakeOver ?? false };
        request = request with { To = step.To ?? request.To, AllowDataLoss = step.AllowDataLoss ?? request.AllowDataLoss, Rehearsal = true, Reason = "drill: " + _options.Scenario!.Title, Timeout = _options.Timeout };
        long from = await LastRequestAsync(ct).ConfigureAwait(false);
        CrdrOperation operation = await _crdr.RunAsync(pair, request, _options.Token, _host, ct).ConfigureAwait(false);
        _operations.Add(operation);
        _steps.AddRange(operation.Steps.Where(s => s.State != StepProgress.Passed));
        ct.ThrowIfCancellationRequested();

        ScenarioExpectation expected = step.Expect ?? new();
        CrdrOutcome outcome = expected.Outcome ?? CrdrOutcome.Succeeded;
        bool met = operation.Outcome == outcome && (expected.Phase is null || operation.PhaseAfter == expected.Phase)
            && (expected.ErrorId is null || string.Equals(operation.ErrorId, expected.ErrorId, StringComparison.OrdinalIgnoreCase));
        string wanted = string.Join(", ", new[] { outcome.ToString(), expected.Phase?.ToString(), expected.ErrorId }.Where(w => w is not null));
        string came = string.Join(", ", new[] { operation.Outcome.ToString(), operation.PhaseAfter.ToString(), operation.ErrorId }.Where(w => w is not null));
        Hold($"Step{number}{verb}{(request.TakeOver ? "TakeOver" : "")}", met, met ? $"{operation.Outcome}: {operation.Message}" : $"step {number} ({verb}): expected {wanted}; it ended {came}: {operation.Message}");

        long? lost = null;
        if (operation.Outcome == CrdrOutcome.Succeeded)
        {
            await UntilClientsWriteAsync(pair, ct).ConfigureAwait(false);
            long? after = (await _stage.ClientAsync(ct).ConfigureAwait(false)).Lost;
            (lost, _lost) = (after - _lost, after);
        }
        _done.Add((operation, lost, from, await LastRequestAsync(ct).ConfigureAwait(false)));
        return met;
    }

    private async Task<CrdrDrillResult> JudgeAsync(Scenario scenario, CrdrPair pair, DateTimeOffset began, long dual, CancellationToken ct)
    {
        IReadOnlyList<SimulatedRequest> asked = await _stage.RequestsAsync(ct).ConfigureAwait(false);
        foreach ((ScenarioFault fault, long after) in _faults)
            Hold("FaultHit", asked.Count(r => r.Number > after && Hits(fault, r)) > (fault.Skip ?? 0), $"the vendor's API was asked for what {Say(fault)} is about");
        SimulatedClient client = await _stage.ClientAsync(ct).ConfigureAwait(false);
        (CrdrOperation? failover, long? given, _, _) = _done.FirstOrDefault(d => d.Operation.Verb == CrdrVerb.Failover);
        TimeSpan? rto = failover?.Rto, rpo = given is { } writes ? Time(writes) : null;
        foreach (ScenarioClaim claim in scenario.MustHold.Distinct())
            switch (claim)
            {
                case ScenarioClaim.OneWriter:
                    long both = await _stage.DualAsync(ct).ConfigureAwait(false) - dual;
                    Hold("OneWriter", both == 0, $"{both} writes were taken by two sides at once");
                    break;
                case ScenarioClaim.LossWithinStated:
                    foreach ((CrdrOperation operation, long? lost, _, _) in _done.Where(d => d.Operation.Outcome == CrdrOutcome.Succeeded))
                        Hold("LossWithinStated", Within(operation, lost), $"{operation.Verb}: {lost?.ToString() ?? "an unknown number of"} acknowledged writes lost, stated: {operation.Loss?.Statement ?? "none"}");
                    if (_done.TrueForAll(d => d.Operation.Outcome != CrdrOutcome.Succeeded)) Hold("LossWithinStated", false, "no operation succeeded");
                    break;
                case ScenarioClaim.Rto:
                    Hold("RecoveryTime", rto <= _options.Objectives.Rto, $"recovery time {Say(rto)}, objective {Say(_options.Objectives.Rto)}");
                    break;
                case ScenarioClaim.Rpo:
                    Hold("DataLoss", rpo <= _options.Objectives.Rpo, $"{given?.ToString() ?? "unknown"} acknowledged writes lost in the failover, {Say(rpo)} of them; objective {Say(_options.Objectives.Rpo)}");
                    break;
                case ScenarioClaim.NothingAskedTwice:
                    string[] twice = [.. _done.SelectMany(d => asked.Where(r => r.Number > d.From && r.Number <= d.To && r.Changing && r.Status is null or < 300)
                        .GroupBy(r => (r.Method, r.Path, r.Body)).Where(g => g.Count() > 1).Select(g => $"{d.Operation.Verb}: {g.Key.Method} {g.Key.Path}, {g.Count()} times"))];
                    Hold("NothingAskedTwice", twice.Length == 0, twice.Length == 0 ? "no change was asked for again after it may have been done" : string.Join("; ", twice));
                    break;
                default:
                    CrdrPhase end = (await StatusAsync(pair, ct).ConfigureAwait(false)).Phase;
                    Hold("ProtectedAtTheEnd", end == CrdrPhase.Protected, $"the pair is {end} at the end");
                    break;
            }
        return new CrdrDrillResult
        {
            Pair = pair.Name, Stage = "simulator", Simulated = true, Passed = _assertions.TrueForAll(a => a.Result == CheckResult.Pass), Assertions = _assertions, Steps = _steps, Began = began,
            Ended = _time.GetUtcNow(), Rto = rto, Rpo = rpo, Objectives = _options.Objectives, Operations = _operations, WriteGap = client.LongestGapSeconds is { } gap ? TimeSpan.FromSeconds(gap) : null,
            Loss = given is { } gone ? new() { Kind = LossKind.Measured, Writes = gone, Bound = rpo, Statement = $"{gone} of {client.Acknowledged} acknowledged writes, counted in the clients' history." } : null,
        };
    }

    /// <summary>What could not be bounded was said so; nothing stated is nothing lost.</summary>
    private bool Within(CrdrOperation operation, long? lost) => lost is { } writes && (operation.Loss switch
    {
        { Kind: LossKind.Unknown } => true,
        { Bound: { } bound } => Time(writes) <= bound,
        { Writes: { } stated } => writes <= stated,
        _ => writes <= 0,
    });

    private TimeSpan Time(long writes) => TimeSpan.FromSeconds((double)writes / _options.WritesPerSecond);

    private async Task<long> LastRequestAsync(CancellationToken ct) => (await _stage.RequestsAsync(ct).ConfigureAwait(false)).LastOrDefault()?.Number ?? 0;

    /// <summary>Asks the clients only: the vendor's API may be what is broken.</summary>
    private async Task UntilClientsWriteAsync(CrdrPair pair, CancellationToken ct)
    {
        DateTimeOffset began = _time.GetUtcNow();
        long? before = (await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged;
        while ((await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged <= before)
        {
            TimeSpan waited = _time.GetUtcNow() - began;
            if (waited > _options.Timeout) throw new CrdrException(CrdrErrorKind.Timeout, "DrillStageStuck", $"The clients of {pair.Name} did not write again within {_options.Timeout.TotalSeconds:0} s.");
            await _time.Delay(Pace.Next(waited), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Faults first, so that nothing is held; each although another could not be cleaned.</summary>
    private async Task CleanAsync()
    {
        List<Exception> left = [];
        List<Func<Task>> all = [() => _stage.ClearFaultsAsync(CancellationToken.None), .. _down.Select(d => (Func<Task>)(() => _stage.OutageAsync(d.Region, down: false, CancellationToken.None))),
            () => _stage.StopClientsAsync(CancellationToken.None)];
        foreach (Func<Task> clean in all)
            try
            {
                await clean().ConfigureAwait(false);
            }
            catch (Exception e) when (e is CrdrException or HttpRequestException)
            {
                left.Add(e);
            }
        if (left.Count > 0) _host.OnNotice(FindingSeverity.Warning, $"The simulator is not as it was: {string.Join(" ", left.Select(e => e.Message))}");
    }

    private static bool Hits(ScenarioFault fault, SimulatedRequest request) =>
        (fault.Method is null || string.Equals(fault.Method, request.Method, StringComparison.OrdinalIgnoreCase)) && (fault.Kind is null || string.Equals(fault.Kind, request.Kind, StringComparison.OrdinalIgnoreCase))
        && (fault.PathContains is null || request.Path.Contains(fault.PathContains)) && (fault.BodyContains is null || request.Body.Contains(fault.BodyContains));

    private static string Say(ScenarioFault fault) =>
        string.Join(" ", new[] { fault.Action.ToString(), fault.Status?.ToString(), fault.DelayMs is { } ms ? $"{ms} ms" : null, "on", fault.Method, fault.Kind, fault.PathContains, fault.BodyContains,
            fault is { Method: null, Kind: null, PathContains: null, BodyContains: null } ? "every request" : null, fault.Times is { } times ? $"({times} of them)" : null }.Where(w => w is not null));
}
