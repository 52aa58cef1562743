using System.Collections;
using CrdrTools.Core.Drills;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Providers;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Routes;

namespace CrdrTools.PowerShell.Common;

/// <summary>
/// The core, as cmdlets see it: the only class that holds one of its objects. Cmdlets use it in method bodies alone, for the core
/// cannot be found yet when PowerShell looks at their members.
/// </summary>
internal sealed partial class Engine(string? stateRoot, string? pairFile) : IDisposable
{
    private readonly Core.Crdr _crdr = new(stateRoot, pairFile);
    private IReadOnlyList<CrdrPair>? _registered;

    public string PairFile => _crdr.Pairs.Location;

    public IReadOnlyList<CrdrPair> Registered => _registered ??= _crdr.Pairs.Read();

    /// <summary>The pairs an argument means; a pattern may mean several.</summary>
    public IReadOnlyList<CrdrPair> Find(PairOrName argument, bool patterns)
    {
        if (argument.Pair is { } pair)
        {
            ProviderRegistry.Require(pair);
            return [pair];
        }
        if (argument.Description is { } description)
        {
            CrdrPair described = PairDescription.Read(description);
            ProviderRegistry.Require(described);
            return [described];
        }
        if (patterns && WildcardPattern.ContainsWildcardCharacters(argument.Name))
        {
            WildcardPattern pattern = WildcardPattern.Get(argument.Name, WildcardOptions.IgnoreCase);
            return [.. Registered.Where(p => pattern.IsMatch(p.Name))];
        }
        return [Registered.FirstOrDefault(p => string.Equals(p.Name, argument.Name, StringComparison.OrdinalIgnoreCase)) ?? _crdr.Pairs.Get(argument.Name)];
    }

    /// <summary>A pair described without its recovery side is looked up first; what is found so is not pinned.</summary>
    public async Task<CrdrPair> CompleteAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct)
    {
        if (pair.Recovery.Name.Length > 0) return pair;
        CrdrPair found = await _crdr.RegisterAsync(pair, token, replace: false, keep: false, Host(host), ct).ConfigureAwait(false);
        return found with { Primary = found.Primary with { Identity = pair.Primary.Identity }, Recovery = found.Recovery with { Identity = null } };
    }

    public void Check(CrdrPair pair) => ProviderRegistry.Require(pair);

    public IReadOnlyCollection<string> SettingNames(string provider) => [.. ProviderRegistry.Get(provider).Settings.Keys];

    /// <summary>The provider's name as it is written.</summary>
    public string ProviderKind(string provider) => ProviderRegistry.Get(provider).Kind;

    public Task<CrdrPair> RegisterAsync(CrdrPair draft, string? token, bool replace, PowerShellHost host, CancellationToken ct) =>
        _crdr.RegisterAsync(draft, token, replace, keep: true, Host(host, lendsRoutes: false), ct);

    public void Unregister(string name)
    {
        _crdr.Pairs.Remove(name);
        _registered = null;
    }

    public Task<CrdrStatus> StatusAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) => _crdr.StatusAsync(pair, token, Host(host), ct);

    /// <summary>Where the routes of a pair lead; with names, only those.</summary>
    public Task<IReadOnlyList<CrdrRouteStatus>> RoutesAsync(CrdrPair pair, string[]? names, PowerShellHost host, CancellationToken ct)
    {
        if (names is null) return _crdr.RoutesAsync(pair, Host(host), ct);
        if (names.FirstOrDefault(n => !WildcardPattern.ContainsWildcardCharacters(n) && !pair.Routes.Any(r => string.Equals(r.Name, n, StringComparison.OrdinalIgnoreCase))) is { } missing)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, "RouteNotFound", pair.Routes.Count == 0 ? $"The pair '{pair.Name}' has no routes."
                : $"The pair '{pair.Name}' has no route '{missing}'; it has: {string.Join(", ", pair.Routes.Select(r => r.Name))}.");
        }
        WildcardPattern[] patterns = [.. names.Select(n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase))];
        return _crdr.RoutesAsync(pair with { Routes = [.. pair.Routes.Where(r => patterns.Any(p => p.IsMatch(r.Name)))] }, Host(host), ct);
    }

    /// <summary>Where the stream leads that is meant: the named one, or the one under way, or the one that was being completed when that was left.</summary>
    public async Task<Side> TargetAsync(CrdrPair pair, string? stream, string? token, PowerShellHost host, CancellationToken ct)
    {
        IReadOnlyList<CrdrStream> streams = (await StatusAsync(pair, token, host, ct).ConfigureAwait(false)).Streams;
        CrdrStream? meant = stream is not null ? streams.FirstOrDefault(s => string.Equals(s.Id, stream, StringComparison.OrdinalIgnoreCase))
            : streams.FirstOrDefault(s => s.Live) ?? (Open(pair.Name)?.Verb == CrdrVerb.Switchover ? streams.FirstOrDefault() : null);
        return meant?.To ?? throw (stream is not null
            ? new CrdrException(CrdrErrorKind.InvalidInput, "StreamNotOfPair", $"The stream {stream} is none of {pair.Name}'s.", $"List them with: Get-CrdrStream {pair.Name}")
            : new CrdrException(CrdrErrorKind.InvalidState, "NoLiveStream", $"No stream of {pair.Name} is under way, so there is none to complete.",
                "New-CrdrStream begins one to the recovery side, New-FailbackStream one to the primary."));
    }

    public Task<CrdrPlan> PlanAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.PlanAsync(pair, request, token, Host(host), ct);

    public Task<IReadOnlyList<string>> ManualAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.ManualAsync(pair, request, token, Host(host), ct);

    public Task<IReadOnlyList<CrdrCheck>> ReadinessAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.ReadinessAsync(pair, request, token, Host(host), ct);

    public Task<CrdrOperation> RunAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.RunAsync(pair, request, token, Host(host), ct);

    public Task<CrdrOperation> ResumeAsync(string id, CrdrPair? described, CrdrRequest how, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.ResumeAsync(id, how, token, Host(host), ct, described);

    public Task<CrdrOperation> RollBackAsync(string id, CrdrPair? described, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.RollBackAsync(id, token, Host(host), ct, described);

    public Task<CrdrOperation> WaitAsync(string id, TimeSpan? limit, CancellationToken ct) => _crdr.WaitAsync(id, limit, ct);

    public Task<CrdrOperation> StopAsync(string id, bool rollBack, string? reason, TimeSpan? limit, CancellationToken ct) => _crdr.StopAsync(id, rollBack, reason, limit, ct);

    public Task<CrdrOperation> ForwardAsync(string id, CrdrPair? described, string? reason, CrdrRequest how, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.ForwardAsync(id, reason, how, token, Host(host), ct, described);

    public Task<CrdrOperation> PauseAsync(string id, string? reason, TimeSpan? limit, CancellationToken ct) => _crdr.PauseAsync(id, reason, limit, ct);

    public static string? WhyNotSkipped(CrdrOperation operation, string step, string? reason) => Core.Crdr.WhyNotSkipped(operation, step, reason);

    /// <summary>The side that is meant by a member's name.</summary>
    public static Side SideOf(CrdrPair pair, string member) => Core.Crdr.SideOf(pair, member);

    /// <summary>Whether somebody runs it, and has it paused.</summary>
    public bool IsPaused(string id) => _crdr.IsPaused(id);

    public Task<CrdrOperation> ContinueAsync(string id, CancellationToken ct) => _crdr.ContinueAsync(id, null, null, ct);

    public Task<CrdrOperation> SkipAsync(string id, string step, CrdrPair? described, string? reason, CrdrRequest how, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.SkipAsync(id, step, reason, how, token, Host(host), ct, described);

    public Task<CrdrOperation> RetryAsync(string id, string step, CrdrPair? described, string? reason, CrdrRequest how, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.RetryAsync(id, step, reason, how, token, Host(host), ct, described);

    public CrdrOperation Abandon(string id, string reason) => _crdr.Abandon(id, reason);

    public IEnumerable<CrdrOperation> Operations(string? pair) => _crdr.Operations(pair);

    public CrdrOperation Operation(string id) => _crdr.Operation(id);

    /// <summary>The report of one operation.</summary>
    public IEnumerable<ReportDraft> Reports(string id, string format) => [ReportDraft.Of(_crdr.Report(id), format)];

    /// <summary>The reports of a pair's newest operations, one at a time.</summary>
    public IEnumerable<ReportDraft> Reports(string pair, int last, string format) => _crdr.Reports(pair, last).Select(r => ReportDraft.Of(r, format));

    /// <summary>The pair's operation that has begun and not ended.</summary>
    public CrdrOperation? Open(string pair) => _crdr.Store.OpenOperation(pair) is { } id ? _crdr.Operation(id) : null;

    /// <summary>Whether an operation has begun and not ended.</summary>
    public bool IsOpen(CrdrOperation operation) => _crdr.Store.OpenOperation(operation.Pair) == operation.Id;

    /// <summary>Who holds the pair now.</summary>
    public CrdrLease? Holder(string pair) => _crdr.Store.Holder(pair);

    public Task<CrdrDisruption> DisruptionAsync(CrdrPair pair, Side side, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.DisruptionAsync(pair, side, token, Host(host), ct);

    /// <summary>Disrupts what is asked for; <see langword="null"/> ends it.</summary>
    public Task<CrdrDisruption> DisruptAsync(CrdrPair pair, Side side, CrdrDisruption? what, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.DisruptAsync(pair, side, what, token, Host(host), ct);

    public Task<IReadOnlyList<CrdrReplicaDns>> ReplicaDnsAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.ReplicaDnsAsync(pair, token, Host(host), ct);

    /// <summary>Until each name is switched off, or nobody wants to know any more.</summary>
    public Task WatchReplicaDnsAsync(IEnumerable<CrdrPair> pairs, string? token, Func<string, PowerShellHost> hostFor, Action<CrdrReplicaDnsEvent> tell, CancellationToken ct) =>
        _crdr.WatchReplicaDnsAsync([.. pairs.Select(p => (p, token, Host(hostFor(p.Name))))], tell, ct);

    /// <summary>Until nobody wants to know any more.</summary>
    public Task WatchAsync(IEnumerable<CrdrPair> pairs, CrdrWatchOptions options, string? token, Func<string, PowerShellHost> hostFor, Action<CrdrWatchEvent> tell, CancellationToken ct) =>
        _crdr.Watch([.. pairs.Select(p => (p, token, Host(hostFor(p.Name))))], options, tell).RunAsync(ct);

    public Task<CrdrReplicaDns> SetReplicaDnsAsync(CrdrPair pair, CrdrReplicaDnsRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        _crdr.SetReplicaDnsAsync(pair, request, token, Host(host), ct);

    public Task<string> CardAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) => _crdr.CardAsync(pair, token, Host(host), ct);

    /// <summary>A whole disaster and back on a simulator; the result is also written below the folder.</summary>
    public async Task<CrdrDrillResult> DrillAsync(CrdrSimulator simulator, string provider, CrdrObjectives objectives, string folder, string? rehearsedFor, string? note, PowerShellHost host, CancellationToken ct, Scenario? scenario = null)
    {
        DrillOptions options = new() { Endpoint = simulator.Endpoint, Token = simulator.TokenText, Provider = scenario?.Provider ?? provider, Project = simulator.Project, Scenario = scenario };
        using Drill drill = new(_crdr, options.Against(objectives), Host(host));
        return DrillReport.Save(await drill.RunAsync(ct).ConfigureAwait(false) with { For = rehearsedFor, Note = note }, folder);
    }

    /// <summary>Whether a provider is rehearsed on real servers.</summary>
    public static bool RehearsesOnLab(string provider) => !DrillStages.NeedsSimulator(provider);

    /// <summary>A whole disaster and back on a lab that is made for it; the result is also written below the folder.</summary>
    public async Task<CrdrDrillResult> LabDrillAsync(CrdrObjectives objectives, string outage, string folder, string? rehearsedFor, string? note, PowerShellHost host, CancellationToken ct) =>
        DrillReport.Save(await DrillStages.OnLabAsync(_crdr, objectives, (DrillBreak)Enum.Parse(typeof(DrillBreak), outage, ignoreCase: true), Host(host), ct).ConfigureAwait(false) with { For = rehearsedFor, Note = note }, folder);

    public void Dispose() => _crdr.Dispose();

    /// <param name="host">What the cmdlet lends.</param>
    /// <param name="lendsRoutes">Not to what is written into a file: a script block cannot be.</param>
    private static IOperationHost Host(PowerShellHost host, bool lendsRoutes = true) => new RelayHost
    {
        Unattended = host.Unattended,
        Progress = host.OnProgress,
        Notice = host.OnNotice,
        Trace = host.OnTrace,
        Confirm = host.Confirm,
        Secret = host.GetSecretAsync,
        Route = (pair, route) => lendsRoutes && route is CrdrScriptRoute scripted ? new InProcessRoute(pair, route, call => host.RunRouteAsync(scripted, call)) : null,
    };
}
