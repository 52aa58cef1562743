using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Providers;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>What a head needs: everything the verbs do, over one store, one pair file and one connection pool. Lives for one call.</summary>
public sealed partial class Crdr : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly OperationRunner _runner;
    private readonly List<IDisposable> _held = [];

    /// <summary>Works on the given folders; the defaults are the user's own.</summary>
    public Crdr(string? stateRoot = null, string? pairFile = null, TimeProvider? time = null, IStateStore? store = null)
    {
        _time = time ?? TimeProvider.System;
        Store = store ?? new FileStateStore(stateRoot ?? FileStateStore.DefaultRoot, _time);
        Pairs = new PairFile(pairFile ?? PairFile.DefaultPath);
        _http = HttpHandlers.Create();
        _runner = new OperationRunner(Store, _time);
    }

    /// <summary>The registered pairs.</summary>
    public PairFile Pairs { get; }

    /// <summary>Journals, leases, samples.</summary>
    public IStateStore Store { get; }

    /// <summary>Finds out what was left out, pins identities, and keeps the pair. With <paramref name="keep"/> false it only describes it.</summary>
    public async Task<CrdrPair> RegisterAsync(CrdrPair draft, string? token, bool replace, bool keep, IOperationHost host, CancellationToken ct)
    {
        ProviderRegistry.Require(draft);
        if (keep && !replace && Pairs.Read().Any(p => string.Equals(p.Name, draft.Name, StringComparison.OrdinalIgnoreCase)))
            throw new CrdrException(CrdrErrorKind.InvalidInput, "PairExists", $"The pair '{draft.Name}' is registered already in {Pairs.Location}.", "Replace it with -Force (crdr: --force).");
        if (keep && draft.Routes.FirstOrDefault(r => r.Type == "InProcess" && host.InProcessRoute(draft, r) is null) is { } here)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "RouteNotStorable", $"The route '{here.Name}' lives in this process and cannot be kept in {Pairs.Location}.",
                "Give the pair itself (its hashtable, or the object made of it) to each command instead of its name.");
        IProvider provider = ProviderRegistry.Get(draft.Provider);
        CrdrPair pair = await provider.DiscoverAsync(draft, await ContextAsync(draft, token, host).ConfigureAwait(false), ct).ConfigureAwait(false);
        if (!keep) return pair;
        Pairs.Put(pair, replace);
        // A first look is evidence for the day on which the pair cannot be seen any more.
        if (pair.Recovery.Identity is not null) await StatusAsync(pair, token, host, ct).ConfigureAwait(false);
        return pair;
    }

    /// <summary>Looks at one pair.</summary>
    public async Task<CrdrStatus> StatusAsync(CrdrPair pair, string? token, IOperationHost host, CancellationToken ct)
    {
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return await StatusOverAsync(pair, session, host, ct).ConfigureAwait(false);
        }
        finally
        {
            Release(session);
        }
    }

    /// <summary>A pair that stays open between calls.</summary>
    public KeptPair Keep(CrdrPair pair, string? token, IOperationHost host) => new(this, pair, token, host);

    internal async Task<CrdrStatus> StatusOverAsync(CrdrPair pair, IPairSession session, IOperationHost host, CancellationToken ct, TimeSpan? routePatience = null)
    {
        Observer observer = new(pair, session, Store, RouteFactory.Create(pair, host, _time), _time);
        CrdrStatus status = await observer.ObserveAsync(withRoutes: true, ct, routePatience: routePatience).ConfigureAwait(false);
        return status with { NextActions = [.. WhilePaused(status), .. _runner.Next(pair, status, session, host)], LastProven = LastProven(pair.Name) };
    }

    internal Task<CrdrPlan> PlanOverAsync(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, CancellationToken ct) => _runner.PlanAsync(pair, request, session, host, ct);

    /// <summary>Where each route of a pair leads. Asks no vendor, and needs no token.</summary>
    public async Task<IReadOnlyList<CrdrRouteStatus>> RoutesAsync(CrdrPair pair, IOperationHost host, CancellationToken ct)
    {
        ProviderRegistry.Require(pair);
        CrdrRouteStatus[] seen = await Task.WhenAll(RouteFactory.Create(pair, host, _time).Select(r => r.ObserveAsync(ct))).ConfigureAwait(false);
        return [.. seen.Select(r => r with { Pair = pair.Name })];
    }

    /// <summary>The steps a verb would take now.</summary>
    public async Task<CrdrPlan> PlanAsync(CrdrPair pair, CrdrRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        RequireTarget(request);
        return await _runner.PlanAsync(pair, request, await OpenAsync(pair, token, host).ConfigureAwait(false), host, ct).ConfigureAwait(false);
    }

    /// <summary>Runs a verb. What goes wrong is in the operation; only cancellation before anything began is thrown.</summary>
    public async Task<CrdrOperation> RunAsync(CrdrPair pair, CrdrRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        IPairSession session;
        try
        {
            session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            DateTimeOffset now = _time.GetUtcNow();
            return new()
            {
                Id = request.OperationId ?? "(none)", Pair = pair.Name, Verb = request.Verb, Who = Operator.Name, Began = now, Ended = now, Outcome = CrdrOutcome.Refused,
                ErrorId = e.ErrorId, Message = e.Advice is null ? e.Message : $"{e.Message} {e.Advice}",
            };
        }
        try
        {
            return await RunOverAsync(pair, request, session, host, ct).ConfigureAwait(false);
        }
        finally
        {
            // What it holds at the members keeps others out, the next operation of this process among them.
            Release(session);
        }
    }

    internal async Task<CrdrOperation> RunOverAsync(CrdrPair pair, CrdrRequest request, IPairSession session, IOperationHost host, CancellationToken ct, bool ask = true, Func<CrdrStatus, string?>? objection = null)
    {
        CrdrOperation operation = request is { Verb: CrdrVerb.Switchover, ForceAfter: not null } ? await PlannedThenForcedAsync(pair, request, session, host, ct, ask).ConfigureAwait(false)
            : await _runner.RunAsync(pair, request, session, host, ct, ask, objection).ConfigureAwait(false);
        if (request.Verb == CrdrVerb.Setup && operation.Outcome == CrdrOutcome.Succeeded && pair.Recovery.Identity is null) await PinAsync(pair, session).ConfigureAwait(false);
        return operation;
    }

    /// <summary>Takes up an operation where it was left; with <paramref name="described"/> on the pair as this process describes it.</summary>
    public async Task<CrdrOperation> ResumeAsync(string operation, CrdrRequest how, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described = null)
    {
        (string journal, CrdrPair pair) = Find(operation, described);
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return await _runner.ResumeAsync(journal, pair, session, how, host, ct).ConfigureAwait(false);
        }
        finally
        {
            Release(session);
        }
    }

    /// <summary>Takes back what an operation that nobody runs left fenced, and closes it.</summary>
    public async Task<CrdrOperation> RollBackAsync(string operation, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described = null)
    {
        (string journal, CrdrPair pair) = Find(operation, described);
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return await _runner.RollBackAsync(journal, pair, session, host, ct).ConfigureAwait(false);
        }
        finally
        {
            Release(session);
        }
    }

    /// <summary>Closes an operation that nobody will take up again.</summary>
    public CrdrOperation Abandon(string operation, string reason) => _runner.Abandon(Store.FindJournal(operation) ?? throw NoOperation(operation), reason);

    /// <summary>Waits until an operation that another process runs has ended or was left, or nobody runs it any more.</summary>
    public async Task<CrdrOperation> WaitAsync(string operation, TimeSpan? limit, CancellationToken ct)
    {
        DateTimeOffset began = _time.GetUtcNow();
        for (; ; )
        {
            CrdrOperation now = Operation(operation);
            if (Store.Holder(now.Pair) is not { } holder || holder.Operation != operation) return Operation(operation);
            if (limit is { } most && _time.GetUtcNow() - began > most)
                throw new CrdrException(CrdrErrorKind.Timeout, "WaitTimeout", $"{operation} still runs after {most.TotalSeconds:0} s. It goes on; nothing was stopped.");
            await _time.Delay(Pace.Next(_time.GetUtcNow() - began), ct).ConfigureAwait(false);
        }
    }

    /// <summary>The operations on record, newest first.</summary>
    public IEnumerable<CrdrOperation> Operations(string? pair = null) =>
        Store.Journals(pair).Select(path => OperationRecord.Of(path, Journal.Read(path))).OfType<CrdrOperation>().Select(Running);

    /// <summary>One operation.</summary>
    public CrdrOperation Operation(string id) =>
        Store.FindJournal(id) is { } path ? Running(OperationRecord.Of(path, Journal.Read(path)) ?? OperationRunner.Unreadable(path)) : throw NoOperation(id);

    /// <summary>Judges the guards of a verb and proves that secret, lease, journal, API and clock work, without acting.</summary>
    public async Task<IReadOnlyList<CrdrCheck>> ReadinessAsync(CrdrPair pair, CrdrRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        RequireTarget(request);
        List<CrdrCheck> checks = [];
        IPairSession? session = null;
        await ProbeAsync("Secret", async () =>
        {
            session = await OpenAsync(pair, token, host).ConfigureAwait(false);
            return token is not null ? "given with the call" : pair.Secret is { } place ? $"found where the pair says ({place})" : "none is on record, and none is needed to ask";
        }).ConfigureAwait(false);
        await ProbeAsync("StateStore", () =>
        {
            Store.Probe();
            return Task.FromResult($"journals and leases can be written ({Store.LeaseScope})");
        }).ConfigureAwait(false);
        await ProbeAsync("Lease", () => Store.Holder(pair.Name) is { } holder ? throw new PairBusyException(holder) : Task.FromResult("nobody holds the pair")).ConfigureAwait(false);
        await ProbeAsync("OpenOperation", () => Store.OpenOperation(pair.Name) is { } open
            ? throw new CrdrException(CrdrErrorKind.InvalidState, "UnfinishedOperation", $"{open} has begun and not ended")
            : Task.FromResult("no operation was left open")).ConfigureAwait(false);
        if (session is null) return checks;
        await ProbeAsync("Api", async () =>
        {
            CrdrPlan plan = await _runner.PlanAsync(pair, request, session, host, ct).ConfigureAwait(false);
            checks.AddRange(plan.Checks);
            return plan.NothingToDo ? $"answered; {plan.Phase}: {request.Verb} has nothing to do" : $"answered; {plan.Phase}";
        }).ConfigureAwait(false);
        return checks;

        async Task ProbeAsync(string name, Func<Task<string>> probe)
        {
            int at = checks.Count;
            try
            {
                checks.Insert(at, new() { Name = name, Result = CheckResult.Pass, Why = await probe().ConfigureAwait(false) });
            }
            catch (CrdrException e) when (name != "Api" || e.Kind != CrdrErrorKind.InvalidInput)
            {
                // What was asked wrongly is no finding about the pair.
                checks.Insert(at, new() { Name = name, Result = CheckResult.Block, Why = e.Message });
            }
        }
    }

    /// <summary>A verb that goes to either side names it: told before anything is looked at.</summary>
    private static void RequireTarget(CrdrRequest request)
    {
        if (request is { Verb: CrdrVerb.Switchover, To: null }) throw new CrdrException(CrdrErrorKind.InvalidInput, "TargetMissing", "A switchover names its target: -To Recovery, or -To Primary.");
        if (request is { Verb: CrdrVerb.SwitchRoute, To: null }) throw new CrdrException(CrdrErrorKind.InvalidInput, "SideMissing", "Routes are switched to a side: -To Recovery, or -To Primary.");
    }

    /// <summary>How the vendor's own tools do a verb, step by step.</summary>
    public async Task<IReadOnlyList<string>> ManualAsync(CrdrPair pair, CrdrRequest request, string? token, IOperationHost host, CancellationToken ct)
    {
        CrdrPlan plan = await PlanAsync(pair, request, token, host, ct).ConfigureAwait(false);
        return [.. plan.Steps.SelectMany((s, i) => new[] { $"# {i + 1}. {s.Effect}" }.Concat(s.Manual))];
    }

    /// <summary>What of a member is disrupted on purpose.</summary>
    public async Task<CrdrDisruption> DisruptionAsync(CrdrPair pair, Side side, string? token, IOperationHost host, CancellationToken ct) =>
        await Rehearsable(pair, await OpenAsync(pair, token, host).ConfigureAwait(false)).DisruptionAsync(side, ct).ConfigureAwait(false);

    /// <summary>Disrupts a member's region on purpose, or with <see langword="null"/> ends that. Only pairs that are marked as test pairs.</summary>
    public async Task<CrdrDisruption> DisruptAsync(CrdrPair pair, Side side, CrdrDisruption? what, string? token, IOperationHost host, CancellationToken ct) =>
        await Rehearsable(pair, await OpenAsync(pair, token, host).ConfigureAwait(false)).DisruptAsync(side, what, ct).ConfigureAwait(false);

    /// <summary>A member's cluster setting over SQL: with a value it is set; what it is then comes back.</summary>
    public async Task<string> ClusterSettingAsync(CrdrPair pair, Side side, string name, string? value, string? token, IOperationHost host, CancellationToken ct) =>
        await OpenAsync(pair, token, host).ConfigureAwait(false) is ISettable settable
            ? await settable.ClusterSettingAsync(side, name, value, ct).ConfigureAwait(false)
            : throw new CrdrException(CrdrErrorKind.InvalidInput, "SettingsNotOffered", $"{pair.Provider} has no cluster settings.");

    /// <summary>The statement that does the same by hand.</summary>
    public static string ClusterSettingStatement(string name, string value) => Sql.ClusterSqlText.Set(name, value) + ";";

    private static IDisruptible Rehearsable(CrdrPair pair, IPairSession session) => session as IDisruptible
        ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "DisruptionNotOffered", $"{pair.Provider} offers no way to disrupt a region on purpose.");

    /// <summary>The offline page of a pair, as Markdown. What cannot be seen now is left open; nothing secret is in it.</summary>
    public async Task<string> CardAsync(CrdrPair pair, string? token, IOperationHost host, CancellationToken ct)
    {
        ProviderRegistry.Require(pair);
        CrdrStatus? seen = null;
        try
        {
            seen = await StatusAsync(pair, token, host, ct).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            host.OnNotice(FindingSeverity.Warning, $"The card is made without a look at the pair: {e.Message}");
        }
        IPairSession words = ProviderRegistry.Get(pair.Provider).Open(pair, new ProviderContext(_http, "", _time, null));
        CrdrOperation? proof = Operations(pair.Name).FirstOrDefault(o => o is { Outcome: CrdrOutcome.Succeeded, Rto: not null });
        return Card.Write(pair, words, seen, proof, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        foreach (IDisposable held in _held) held.Dispose();
    }

    internal async Task<IPairSession> OpenAsync(CrdrPair pair, string? token, IOperationHost host, Func<ProviderContext, IPairSession>? opens = null)
    {
        ProviderRegistry.Require(pair);
        ProviderContext context = await ContextAsync(pair, token, host).ConfigureAwait(false);
        IPairSession session = opens?.Invoke(context) ?? ProviderRegistry.Get(pair.Provider).Open(pair, context);
        if (session is IDisposable held) lock (_held) _held.Add(held);
        return session;
    }

    /// <summary>Lets go of the connections of one that is done with, and of the locks that they hold.</summary>
    internal void Release(IPairSession session)
    {
        if (session is not IDisposable held) return;
        lock (_held) _held.Remove(held);
        held.Dispose();
    }

    private async Task<ProviderContext> ContextAsync(CrdrPair pair, string? token, IOperationHost host)
    {
        bool spared = !ProviderRegistry.Get(pair.Provider).NeedsToken && token is null && pair.Secret is null;
        string secret = spared ? "" : (token ?? await SecretReference.ResolveAsync(pair, host).ConfigureAwait(false)).Trim();
        if ((secret.Length == 0 && !spared) || secret.Any(c => c is < ' ' or > '~'))
            throw new CrdrException(CrdrErrorKind.Authentication, "SecretInvalid", $"The token for '{pair.Name}' is empty or holds characters that no token has.");
        return new(_http, secret, _time, host.OnTrace) { Notice = text => host.OnNotice(FindingSeverity.Info, text), Secrets = await SecretsAsync(pair, host).ConfigureAwait(false) };
    }

    /// <summary>What a dead region took with it must not block (safety rule S16): a secret of less weight that is not there is told, and done without.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> SecretsAsync(CrdrPair pair, IOperationHost host)
    {
        Dictionary<string, string> found = [];
        foreach (string setting in ProviderRegistry.Get(pair.Provider).SecretSettings)
        {
            if (pair.Settings.Get(setting) is not { } reference) continue;
            try
            {
                found[setting] = await SecretReference.ResolveAsync(reference, $"The setting {setting} of '{pair.Name}'", null, host).ConfigureAwait(false);
            }
            catch (CrdrException e)
            {
                host.OnNotice(FindingSeverity.Warning, $"{e.Message} Going on without it.");
            }
        }
        return found;
    }

    private async Task PinAsync(CrdrPair pair, IPairSession session)
    {
        CrdrStatus now = await session.ObserveAsync(whole: true, CancellationToken.None).ConfigureAwait(false);
        if (Pairs.Read().Any(p => p.Name == pair.Name))
            Pairs.Put(pair with { Recovery = pair.Recovery with { Identity = now.Recovery.Identity, Region = now.Recovery.Region } }, replace: true);
    }

    private (string Journal, CrdrPair Pair) Find(string operation, CrdrPair? described)
    {
        string path = Store.FindJournal(operation) ?? throw NoOperation(operation);
        CrdrPair? pair = Journal.Read(path).Entries.FirstOrDefault()?.Pair
            ?? throw new CrdrException(CrdrErrorKind.Damaged, "JournalDamaged", $"The journal {path} has no first line that can be read.");
        if (described is not null && described.Name != pair.Name)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "OperationOfAnotherPair", $"{operation} is an operation of '{pair.Name}', and '{described.Name}' was given.");
        // What was mended in the description since counts; the plan's hash and the pinned identities see to it that it is the same pair.
        return (path, described ?? Pairs.Read().FirstOrDefault(p => p.Name == pair.Name) ?? pair);
    }

    private CrdrException NoOperation(string id) =>
        new(CrdrErrorKind.NotFound, "OperationNotFound", $"There is no operation '{id}' on record here.", "List them with: Get-CrdrOperation (crdr operation list)");
}
