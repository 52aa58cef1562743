using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Switches a read-only name on and off, and says how it stands. Watching it is another's work.</summary>
internal sealed class ReplicaDnsDesk(ReadEndpoint endpoint, Action<CrdrReplicaDnsEvent> tell)
{
    private readonly ReadEndpointSettings _settings = endpoint.Settings;
    private readonly string _pair = endpoint.Pair.Name;

    /// <summary>How it stands: what was decided, what the server answers, and how each standby is now.</summary>
    public async Task<CrdrReplicaDns> StatusAsync(CancellationToken ct)
    {
        Task<IReadOnlyDictionary<string, (ReadSight? Sight, string? Trouble)>> looking = endpoint.LookAsync(ct);
        (Publication? stands, CrdrException? trouble) = await AnswerAsync(ct).ConfigureAwait(false);
        CrdrException? key = await endpoint.Dns.TryAsync(ct).ConfigureAwait(false);
        IReadOnlyDictionary<string, (ReadSight? Sight, string? Trouble)> looks = await looking.ConfigureAwait(false);
        ReplicaDnsState state = endpoint.Store.Read();
        ReplicaDnsWork? work = endpoint.Store.Work() is { } waits && waits.Number >= state.Number ? waits : null;
        Pairing pairing = PairingOf(looks, state);
        List<CrdrFinding> findings = [];
        void Find(FindingSeverity severity, string id, string message) => findings.Add(new() { Severity = severity, Id = id, Message = message });

        CrdrLease? watcher = endpoint.Store.Watcher();
        if (state is { Enabled: true, Target: ReplicaDnsTarget.Primary }) Find(FindingSeverity.Warning, "ReplicaDnsOnPrimary", $"Reads go to {string.Join(", ", state.Servers)}, which takes the writes, since {state.Since:yyyy-MM-dd HH:mm:ss}Z: {state.Why}");
        if (state.Enabled && watcher is null) Find(FindingSeverity.Warning, "ReplicaDnsNotWatched", "Nobody watches it: when the standbys fail, the name stays where it is");
        if (state.Enabled && pairing.Frozen is { } why) Find(FindingSeverity.Warning, "ReplicaDnsFrozen", $"Nothing is decided while {why}");
        if (trouble is not null) Find(FindingSeverity.Error, trouble.ErrorId, trouble.Message);
        if (key is not null) Find(FindingSeverity.Error, "ReplicaDnsNotPermitted", key.Message);
        if (stands is not null && stands.Number > state.Number) Find(FindingSeverity.Error, "ReplicaDnsOvertaken", new OvertakenException(_pair, stands.Number, state.Number).Message);
        else if (stands is not null && state.Published == state.Number && state.Number > 0 && !Names(stands).SequenceEqual(state.Values.OrderBy(v => v, StringComparer.Ordinal)))
            Find(FindingSeverity.Error, "ReplicaDnsChanged", $"It leads to {stands.Value.Words}, and decision {state.Number} was {Words(state.Values)}: somebody changed the records by hand");
        foreach (string forgotten in state.Forgotten.Where(f => HealthOf(f) is { Healthy: true })) Find(FindingSeverity.Info, "ReplicaDnsForgottenIsBack", $"{forgotten} was forgotten, and is healthy: remember it, so that reads are sent there again");

        bool watchable = state.Enabled && watcher is null;
        return new()
        {
            Pair = _pair, Provider = endpoint.Pair.Provider, Enabled = state.Enabled, Host = _settings.Place.Name.ToString().TrimEnd('.'), Target = state.Enabled ? state.Target : null, Since = state.Enabled ? state.Since : null,
            Number = state.Number == 0 ? null : state.Number, Values = state.Values, Answer = stands is null ? null : Names(stands), Watcher = watcher is null ? null : $"{watcher.Who} (process {watcher.ProcessId})",
            Pending = work is not null || state.Published < state.Number ? $"decision {state.Number} ({Words(state.Values)}) waits to be published{(work is null ? "" : $" since {work.Since:yyyy-MM-dd HH:mm:ss}Z")}" : null,
            Standbys = [.. _settings.Servers.Where(s => pairing.Active is null || s.Member != pairing.Active).Select(Row)],
            Findings = findings, ObservedAt = endpoint.Time.GetUtcNow(),
            NextActions = findings.Any(f => f.Id == "ReplicaDnsOvertaken") ? [$"Stop whoever else decides. To go on from here, switch it on again: Enable-CrdrReplicaDns {_pair} (crdr replica-dns enable {_pair})"]
                : findings.Any(f => f.Id == "ReplicaDnsChanged") 
                    ? [watchable ? $"Watch it, which puts the records right: Watch-CrdrReplicaDns {_pair} (crdr replica-dns watch {_pair})" : $"Whoever watches it puts the records right. Look again: Get-CrdrReplicaDns {_pair} (crdr replica-dns status {_pair})"]
                : state.Enabled && pairing.Frozen is not null && !watchable ? [$"See what the pair lacks: Get-CrdrStatus {_pair} (crdr status {_pair})"]
                : watchable ? [$"Watch it: Watch-CrdrReplicaDns {_pair} (crdr replica-dns watch {_pair})"]
                : !state.Enabled && state.Published < state.Number ? [$"Publish that it is off: Disable-CrdrReplicaDns {_pair} (crdr replica-dns disable {_pair})"] : [],
        };

        StandbyHealth? HealthOf(string server) => pairing.Frozen is null && looks.Get(server) is { } came ? endpoint.Health(came.Sight, came.Trouble, pairing) : null;

        CrdrReadStandby Row(ReadServer server)
        {
            (ReadSight? sight, string? silence) = looks[server.Name];
            StandbyHealth health = HealthOf(server.Name) ?? (sight is null ? new(false, silence ?? "does not answer") : new(null, $"answers; {pairing.Frozen}"));
            return new() { Name = server.Name, Healthy = health.Healthy, Why = health.Why, Lag = health.Lag, Value = string.Join(", ", endpoint.Values([server.Name])), Forgotten = state.Forgotten.Contains(server.Name) };
        }
    }

    /// <summary>Switches it on, or says which standbys it waits for. Where it is so already nothing changes. What could not be published at once stays in the queue.</summary>
    public async Task<CrdrReplicaDns> EnableAsync(CrdrReplicaDnsRequest request, CancellationToken ct)
    {
        foreach (string name in request.Forget.Concat(request.Remember))
            if (!_settings.Servers.Any(s => s.Name == name))
                throw new CrdrException(CrdrErrorKind.InvalidInput, "StandbyNotFound", $"The read-only name of '{_pair}' has no standby '{name}'; it has: {string.Join(", ", _settings.Servers.Select(s => s.Name))}.");
        if (await endpoint.Dns.TryAsync(ct).ConfigureAwait(false) is { } refused) throw refused;
        Publication stands = await endpoint.Dns.ReadAsync(ct).ConfigureAwait(false);
        ReplicaDnsState state = endpoint.Store.Read();
        IReadOnlyList<string> forgotten = [.. state.Forgotten.Union(request.Forget).Except(request.Remember)];
        if (state.Enabled && forgotten.SequenceEqual(state.Forgotten) && stands.Number <= state.Number) return await FinishAsync(ct).ConfigureAwait(false);

        if (endpoint.Holder() is { } holder) throw new PairBusyException(holder);

        IReadOnlyDictionary<string, (ReadSight? Sight, string? Trouble)> looks = await endpoint.LookAsync(ct).ConfigureAwait(false);
        Pairing pairing = PairingOf(looks, state);
        if (pairing.Frozen is { } why) throw new CrdrException(CrdrErrorKind.Refused, "ReplicaDnsFrozen", $"The read-only name of '{_pair}' was left as it is, for {why}.", $"Look at the pair first: Get-CrdrStatus {_pair}");
        string active = endpoint.Pair[pairing.Active!.Value].Name;
        List<string> waitedFor = [.. endpoint.Standbys(pairing.Active.Value, state with { Forgotten = forgotten }).Select(s => s.Name)];
        List<string> healthy = [.. waitedFor.Where(s => endpoint.Health(looks[s].Sight, looks[s].Trouble, pairing).Healthy == true)], kept = [.. waitedFor.Where(state.Servers.Contains)];
        // A name that is on turns only by the rule, and on no single look; one that was off begins where it can be read from.
        bool on = state.Enabled && stands.Number <= state.Number, primary = state.Enabled && state.Target == ReplicaDnsTarget.Primary || (!on && healthy.Count == 0);
        IReadOnlyList<string> servers = primary ? [active] : !on || (healthy.Count > 0 && !kept.Intersect(healthy).Any()) ? healthy : kept.Count > 0 ? kept : state.Servers;
        DateTimeOffset at = endpoint.Time.GetUtcNow();
        ReplicaDnsTarget target = primary ? ReplicaDnsTarget.Primary : ReplicaDnsTarget.Replica;
        ReplicaDnsState? decided = endpoint.Decide(state.Number, stands.Number, s => s with
        {
            Enabled = true, Target = target, Servers = servers, Values = servers == state.Servers ? state.Values : endpoint.Values(servers), Forgotten = forgotten,
            Timeline = pairing.Sight!.Timeline ?? s.Timeline, System = pairing.Sight.System,
            Since = s.Enabled && s.Target == target ? s.Since : at, Why = on ? "other standbys are waited for" : healthy.Count == 0 ? "switched on: no standby can be read from" : "switched on",
        });
        if (decided is null) throw Meanwhile();
        return await FinishAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Switches it off: the name leads to nothing, and whoever watches it stops. It outranks whatever waits in the queue (safety rule S26).</summary>
    public async Task<CrdrReplicaDns> DisableAsync(CancellationToken ct)
    {
        ReplicaDnsState state = endpoint.Store.Read();
        if (state is { Enabled: false, Number: 0 }) return await StatusAsync(ct).ConfigureAwait(false);
        (Publication? stands, _) = await AnswerAsync(ct).ConfigureAwait(false);
        if (state.Enabled || stands?.Number > state.Number)
        {
            // Whoever decided meanwhile is outranked too.
            ReplicaDnsState now = state;
            while (endpoint.Decide(now.Number, stands?.Number ?? 0, s => s with { Enabled = false, Servers = [], Values = [], Since = endpoint.Time.GetUtcNow(), Why = "switched off" }) is null && (now = endpoint.Store.Read()).Enabled);
        }
        return await FinishAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Publishes what waits, for as long as a server may take to answer twice; what is left stays in the queue, and is told.</summary>
    private async Task<CrdrReplicaDns> FinishAsync(CancellationToken ct)
    {
        using CancellationTokenSource limit = endpoint.Time.Limit(_settings.Place.Limit + _settings.Place.Limit);
        using CancellationTokenRegistration stop = ct.Register(limit.Cancel);
        try
        {
            await endpoint.Executor(tell).DrainAsync(() => { }, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Told below, as what waits.
        }
        return await StatusAsync(ct).ConfigureAwait(false);
    }

    private Pairing PairingOf(IReadOnlyDictionary<string, (ReadSight? Sight, string? Trouble)> looks, ReplicaDnsState state) =>
        Pairing.Of(endpoint.Pair, looks[endpoint.Pair.Primary.Name].Sight, looks[endpoint.Pair.Recovery.Name].Sight, state);

    private async Task<(Publication? Stands, CrdrException? Trouble)> AnswerAsync(CancellationToken ct)
    {
        try
        {
            return (await endpoint.Dns.ReadAsync(ct).ConfigureAwait(false), null);
        }
        catch (CrdrException e)
        {
            return (null, e);
        }
    }

    private static IReadOnlyList<string> Names(Publication stands) => [.. stands.Value.Data.Select(d => DnsRecord.Say(stands.Value.Type, d)).OrderBy(v => v, StringComparer.Ordinal)];

    private static string Words(IReadOnlyList<string> values) => values.Count == 0 ? "nothing" : string.Join(", ", values);

    private CrdrException Meanwhile() => new(CrdrErrorKind.Busy, "ReplicaDnsDecidedMeanwhile", $"Whoever watches the read-only name of '{_pair}' decided just now: nothing was changed.", "Ask again.");
}
