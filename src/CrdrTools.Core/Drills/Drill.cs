using CrdrTools.Core.Operations;
using CrdrTools.Core.Http;

namespace CrdrTools.Core.Drills;

/// <summary>What a drill on the simulator is given.</summary>
public sealed record DrillOptions
{
    /// <summary>The simulator's address.</summary>
    public required Uri Endpoint { get; init; }
    /// <summary>Its token.</summary>
    public string Token { get; init; } = "demo";
    /// <summary>The provider that is rehearsed: <c>Aiven</c> or <c>CockroachCloud</c>.</summary>
    public string Provider { get; init; } = "Aiven";
    /// <summary>Its project, for Aiven.</summary>
    public string Project { get; init; } = "demo";
    /// <summary>The pair's primary member: <c>pg-demo</c>, or <c>crdb-demo</c>, unless told.</summary>
    public string? Primary { get; init; }
    /// <summary>What the result is held against: 60 s to recover, 5 s of data, unless told.</summary>
    public CrdrObjectives Objectives { get; init; } = new() { Rto = TimeSpan.FromSeconds(60), Rpo = TimeSpan.FromSeconds(5) };
    /// <summary>How many writes a second the simulated clients make (1 to 1,000).</summary>
    public int WritesPerSecond { get; init; } = 50;
    /// <summary>What breaks when, and what must hold; the whole circle unless told.</summary>
    public Scenario? Scenario { get; init; }
    /// <summary>The most each verb may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Held against what was asked for, what the scenario says, or what is usual: the first of them that tells.</summary>
    public DrillOptions Against(CrdrObjectives wanted) =>
        this with { Objectives = new() { Rto = wanted.Rto ?? Scenario?.Objectives?.Rto ?? Objectives.Rto, Rpo = wanted.Rpo ?? Scenario?.Objectives?.Rpo ?? Objectives.Rpo } };
}

/// <summary>A whole disaster and back, on the simulator, with clients writing all the time; what they were promised is counted at the end.</summary>
public sealed partial class Drill : IDisposable
{
    private readonly Crdr _crdr;
    private readonly DrillOptions _options;
    private readonly IOperationHost _host;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http = HttpHandlers.Create();
    private readonly SimulatorControl _stage;
    private readonly DrillStage _play;
    private readonly List<CrdrStep> _steps = [];
    private readonly List<CrdrCheck> _assertions = [];
    private readonly List<CrdrOperation> _operations = [];

    /// <summary>Over a core of its own, so that nothing of the rehearsal gets among the real records unless the caller wants it.</summary>
    public Drill(Crdr crdr, DrillOptions options, IOperationHost host, TimeProvider? time = null)
    {
        _crdr = crdr;
        _options = options;
        _time = time ?? TimeProvider.System;
        _stage = new SimulatorControl(_http, options.Endpoint);
        _play = DrillStage.Of(options, _stage);
        _host = new RelayHost
        {
            Unattended = host.Unattended, Progress = host.OnProgress, Notice = host.OnNotice, Trace = host.OnTrace, Confirm = host.ConfirmAsync, Secret = host.GetSecretAsync,
            Route = _play.Route,
        };
    }

    /// <summary>Runs it. What does not hold is in the result; only a stage that cannot be used is thrown.</summary>
    public async Task<CrdrDrillResult> RunAsync(CancellationToken ct)
    {
        DateTimeOffset began = _time.GetUtcNow();
        CrdrPair pair = await StepAsync("set-up", "Find the pair and pin its members", async () =>
            await _crdr.RegisterAsync(_play.Draft, _options.Token, replace: true, keep: false, _host, ct).ConfigureAwait(false)).ConfigureAwait(false);
        if (_options.Scenario is { } scenario) return await PlayAsync(scenario, pair, began, ct).ConfigureAwait(false);

        SimulatedClient after = new(), home = new();
        try
        {
            await StepAsync("clients", $"Clients write {_options.WritesPerSecond} rows a second", async () =>
            {
                await _play.StartClientsAsync(pair, ct).ConfigureAwait(false);
                CrdrStatus before = await StatusAsync(pair, ct).ConfigureAwait(false);
                Hold("ProtectedBefore", before.Phase == CrdrPhase.Protected, $"the pair was {before.Phase} before");
                await UntilAsync(pair, async s => s.Phase == CrdrPhase.Protected && (await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged >= _options.WritesPerSecond, ct).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);

            DateTimeOffset outage = _time.GetUtcNow();
            await StepAsync("outage", $"Region {pair.Primary.Region} is lost", async () =>
            {
                await _stage.OutageAsync(pair.Primary.Region!, down: true, ct).ConfigureAwait(false);
                return await UntilAsync(pair, s => Task.FromResult(s.Phase == CrdrPhase.NoWriter), ct).ConfigureAwait(false);
            }).ConfigureAwait(false);

            if (!await RunAsync(pair, _play.Failover(outage), ct).ConfigureAwait(false)) return Result();
            await UntilWritingAsync(pair, ct).ConfigureAwait(false);
            after = await _stage.ClientAsync(ct).ConfigureAwait(false);

            await StepAsync("region-back", $"Region {pair.Primary.Region} is back", async () =>
            {
                await _stage.OutageAsync(pair.Primary.Region!, down: false, ct).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            foreach (CrdrRequest request in _play.Home)
                if (!await RunAsync(pair, request, ct).ConfigureAwait(false)) return Result();
            await UntilWritingAsync(pair, ct).ConfigureAwait(false);
            CrdrStatus end = await StatusAsync(pair, ct).ConfigureAwait(false);
            home = await _stage.ClientAsync(ct).ConfigureAwait(false);
            Hold("ProtectedAfter", end.Phase == CrdrPhase.Protected, $"the pair is {end.Phase} at the end");
            Hold("PlannedStepsLoseNothing", home.Lost == after.Lost, $"{home.Lost - after.Lost} acknowledged writes were lost while failing back");
            return Result();
        }
        finally
        {
            // Whatever happened, the stage is left as others expect it.
            await _stage.OutageAsync(pair.Primary.Region!, down: false, CancellationToken.None).ConfigureAwait(false);
            await _stage.StopClientsAsync(CancellationToken.None).ConfigureAwait(false);
        }

        CrdrDrillResult Result()
        {
            TimeSpan? rto = _operations.FirstOrDefault(o => o.Verb == CrdrVerb.Failover)?.Rto;
            TimeSpan? rpo = after.Lost is { } lost ? TimeSpan.FromSeconds((double)lost / _options.WritesPerSecond) : null;
            Hold("RecoveryTime", rto <= _options.Objectives.Rto, $"recovery time {Say(rto)}, objective {Say(_options.Objectives.Rto)}");
            Hold("DataLoss", rpo <= _options.Objectives.Rpo, $"{after.Lost?.ToString() ?? "unknown"} acknowledged writes lost in the failover, {Say(rpo)} of them; objective {Say(_options.Objectives.Rpo)}");
            return new CrdrDrillResult
            {
                Pair = pair.Name, Stage = "simulator", Simulated = true, Passed = _assertions.All(a => a.Result == CheckResult.Pass), Assertions = _assertions,
                Steps = _steps, Began = began, Ended = _time.GetUtcNow(), Rto = rto, Rpo = rpo, Objectives = _options.Objectives, Operations = _operations,
                WriteGap = (home.LongestGapSeconds ?? after.LongestGapSeconds) is { } gap ? TimeSpan.FromSeconds(gap) : null,
                Loss = after.Lost is { } writes
                    ? new() { Kind = LossKind.Measured, Writes = writes, Bound = rpo, Statement = $"{writes} of {home.Acknowledged ?? after.Acknowledged} acknowledged writes, counted in the clients' history." }
                    : null,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<bool> RunAsync(CrdrPair pair, CrdrRequest request, CancellationToken ct)
    {
        CrdrOperation operation = await _crdr.RunAsync(pair, request with { Rehearsal = true, Reason = "drill", Timeout = _options.Timeout }, _options.Token, _host, ct).ConfigureAwait(false);
        _operations.Add(operation);
        _steps.AddRange(operation.Steps.Where(s => s.State != StepProgress.Passed));
        bool succeeded = operation.Outcome == CrdrOutcome.Succeeded;
        Hold($"{request.Verb}{(request.TakeOver ? "TakeOver" : "")}Succeeds", succeeded, $"{operation.Outcome}: {operation.Message}");
        return succeeded;
    }

    private async Task<T> StepAsync<T>(string id, string effect, Func<Task<T>> act)
    {
        DateTimeOffset began = _time.GetUtcNow();
        _host.OnNotice(FindingSeverity.Info, effect);
        T result = await act().ConfigureAwait(false);
        _steps.Add(new() { Id = id, Effect = effect, State = StepProgress.Done, Began = began, Ended = _time.GetUtcNow() });
        return result;
    }

    private Task<CrdrStatus> StatusAsync(CrdrPair pair, CancellationToken ct) => _crdr.StatusAsync(pair, _options.Token, _host, ct);

    private async Task UntilWritingAsync(CrdrPair pair, CancellationToken ct)
    {
        long? before = (await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged;
        await UntilAsync(pair, async _ => (await _stage.ClientAsync(ct).ConfigureAwait(false)).Acknowledged > before, ct).ConfigureAwait(false);
    }

    private async Task<CrdrStatus> UntilAsync(CrdrPair pair, Func<CrdrStatus, Task<bool>> wanted, CancellationToken ct)
    {
        DateTimeOffset began = _time.GetUtcNow();
        for (; ; )
        {
            CrdrStatus status = await StatusAsync(pair, ct).ConfigureAwait(false);
            if (await wanted(status).ConfigureAwait(false)) return status;
            TimeSpan waited = _time.GetUtcNow() - began;
            if (waited > _options.Timeout) throw new CrdrException(CrdrErrorKind.Timeout, "DrillStageStuck", $"The stage did not come to what the drill needs within {_options.Timeout.TotalSeconds:0} s; the pair is {status.Phase}.");
            await _time.Delay(Pace.Next(waited), ct).ConfigureAwait(false);
        }
    }

    private void Hold(string name, bool holds, string why) =>
        _assertions.Add(new() { Name = name, Result = holds ? CheckResult.Pass : CheckResult.Block, Why = why });

    private static string Say(TimeSpan? span) => span is { } s ? $"{s.TotalSeconds:0.0##} s" : "unknown";
}
