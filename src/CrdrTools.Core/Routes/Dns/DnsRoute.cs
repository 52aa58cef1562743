using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>
/// A name that clients look up, moved by a dynamic update (RFC 2136) that bears a signature (RFC 8945) and takes effect only on what was
/// seen before. It never fences: who has looked the name up goes on until the answer's time is over, and that time is told.
/// </summary>
public sealed class DnsRoute : IRoute, IManualRoute
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(50), s_slowestLook = TimeSpan.FromSeconds(1);

    private readonly CrdrRoute _route;
    private readonly DnsSettings _settings;
    private readonly DnsPlace _place;
    private readonly SignedDns _dns;
    private readonly TimeProvider _time;

    /// <summary>Until when a client may hold an answer that was given, by what it says.</summary>
    private readonly Dictionary<string, DateTimeOffset> _held = [];

    /// <summary>Reads the route's settings; nothing is asked yet.</summary>
    public DnsRoute(CrdrRoute route, IOperationHost host, TimeProvider? time = null)
    {
        (DnsSettings? settings, string? complaint) = DnsSettings.Read(route);
        _settings = settings ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "RouteSettingsInvalid", $"{complaint}.");
        _route = route;
        _place = _settings.Place;
        _time = time ?? TimeProvider.System;
        _dns = new(_place, $"route '{route.Name}'", host, _time);
    }

    /// <inheritdoc/>
    public string Name => _route.Name;

    /// <inheritdoc/>
    public bool Switchable => true;

    /// <inheritdoc/>
    public bool CanFence => false;

    /// <summary>What is wrong with a description, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route) => DnsSettings.Read(route).Complaint;

    /// <inheritdoc/>
    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
    {
        Task<CrdrException?> key = _dns.TryKeyAsync(ct);
        IReadOnlyList<Seen> seen = await AskAllAsync(ct).ConfigureAwait(false);
        List<Seen> answered = [.. seen.Where(s => s.Value is not null)];
        List<string> words = [.. answered.Select(s => s.Value!.Words).Distinct()];
        Side? target = words.Count == 1 ? _settings.SideOf(answered[0].Value!) : null;
        List<string> said = [];
        foreach (IGrouping<string, Seen> alike in answered.GroupBy(s => s.Value!.Words))
        {
            string side = _settings.SideOf(alike.First().Value!)?.ToString().ToLowerInvariant() ?? "neither side";
            string where = seen.Count == 1 || alike.Count() == seen.Count ? "" : $" on {string.Join(", ", alike.Select(s => s.Server))}";
            said.Add($"{_place.Name} leads to {alike.Key} ({side}){where}{(alike.Max(s => s.Ttl) is { } ttl ? $", for {ttl} s at a time" : "")}");
        }
        said.AddRange(seen.Select(s => s.Trouble).OfType<string>());
        said.AddRange(Exposure(words, out DateTimeOffset? until));
        CrdrFinding? refused = await key.ConfigureAwait(false) is { } trouble ? NotPermitted(trouble) : null;
        if (refused is not null) said.Add(refused.Message);
        return new()
        {
            Name = Name, Type = "Dns", Target = target, Verified = words.Count == 1 && answered.Count == seen.Count, ExposedUntil = until, OutOfReach = answered.Count == 0,
            Unreached = [.. seen.Where(s => s.Value is null).Select(s => s.Server.ToString())], Detail = string.Join("; ", said), Findings = refused is null ? [] : [refused],
        };
    }

    private static CrdrFinding NotPermitted(CrdrException e) => new() { Severity = FindingSeverity.Error, Id = "RouteNotPermitted", Message = e.Message.TrimEnd('.') };

    /// <inheritdoc/>
    public IReadOnlyList<string> ByHand(RouteDeed deed, Side side)
    {
        if (deed != RouteDeed.Switch) return [];
        string type = _place.Type.ToString().ToUpperInvariant();
        return
        [
            $"nsupdate -k KEYFILE    # the key {_place.KeyName.ToString().TrimEnd('.')}, as tsig-keygen writes it; then, line by line:",
            $"server {_place.Server.Host} {_place.Server.Port}", $"zone {_place.Zone}", $"update delete {_place.Name} {type}",
            .. _settings[side].Words.Split([", "], StringSplitOptions.None).Select(value => $"update add {_place.Name} {_place.Ttl} {type} {value}"), "send",
            .. _place.Servers.Select(s => $"dig +short @{s.Host} -p {s.Port} {_place.Name} {type}    # on each, until it says so"),
        ];
    }

    /// <summary>Nothing: a name keeps nobody away.</summary>
    public Task FenceAsync(Side old, bool planned) => Task.CompletedTask;

    /// <summary>Nothing: there is no fence.</summary>
    public Task UnfenceAsync(Side old) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task SwitchAsync(Side to)
    {
        DnsValue wanted = _settings[to];
        DnsValue now = await ValueAsync().ConfigureAwait(false);
        if (!now.Is(wanted)) await ReplaceAsync(now, wanted).ConfigureAwait(false);
        await SeeEverywhereAsync(wanted).ConfigureAwait(false);
    }

    /// <summary>Puts a value in another's place, if that is what stands there.</summary>
    internal async Task ReplaceAsync(DnsValue expected, DnsValue wanted)
    {
        DnsMessage update = DnsMessage.Replace(DnsClient.NewId(), _place.Zone, _place.Name, _place.Type, expected.Data, wanted.Data, _place.Ttl);
        try
        {
            await _dns.UpdateAsync(update, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId is "DnsTimeout" or "DnsUnreachable" or "DnsRecordChanged")
        {
            // Its answer was lost, or it came to the repetition of what was done already: what stands there tells.
            DnsValue now = await ValueOrAsync(e).ConfigureAwait(false);
            if (now.Is(wanted)) return;
            if (e.ErrorId != "DnsRecordChanged") throw;
            throw new CrdrException(e.Kind, e.ErrorId, $"{e.Message} It led to {expected.Words} before, and leads to {now.Words} now.", e.Advice, e);
        }
    }

    private async Task SeeEverywhereAsync(DnsValue wanted)
    {
        DateTimeOffset began = _time.GetUtcNow();
        TimeSpan pace = s_firstLook;
        while (true)
        {
            List<Seen> behind = [.. (await AskAllAsync(CancellationToken.None).ConfigureAwait(false)).Where(s => s.Value is null || !s.Value.Is(wanted))];
            if (behind.Count == 0) return;
            if (_time.GetUtcNow() - began >= _settings.Verify) throw NotEverywhere(behind, wanted);
            await _time.Delay(pace, CancellationToken.None).ConfigureAwait(false);
            pace = TimeSpan.FromTicks(Math.Min(pace.Ticks * 2, s_slowestLook.Ticks));
        }
    }

    private CrdrException NotEverywhere(List<Seen> behind, DnsValue wanted)
    {
        if (behind.FirstOrDefault(s => s.Server == _place.Server && s.Value is not null) is { } first)
        {
            return new(CrdrErrorKind.InvalidState, "DnsNotApplied", $"The DNS server {first.Server} accepted the update, and {_place.Name} still leads to {first.Value!.Words}.",
                "Does a record of another type stand under the name? Beside a CNAME there can be none, and a server drops such an update without a word.");
        }
        string who = string.Join("; ", behind.Select(s => s.Trouble ?? $"{s.Server} still answers {s.Value!.Words}"));
        int fine = _place.Servers.Count - behind.Count;
        return new(CrdrErrorKind.Timeout, "DnsNotEverywhere",
            $"{_place.Name} leads to {wanted.Words} on {fine} of {_place.Servers.Count} servers after {_settings.Verify.TotalSeconds:0.#} s. {who}.",
            "A server that lags gets it by notify or refresh; one that is gone is taken out of the route's 'servers'.");
    }

    /// <summary>What one server says; or why it cannot be told.</summary>
    private sealed record Seen(DnsServer Server, DnsValue? Value, uint? Ttl, string? Trouble);

    private async Task<IReadOnlyList<Seen>> AskAllAsync(CancellationToken ct) => await Task.WhenAll(_place.Servers.Select(async server =>
    {
        try
        {
            (DnsValue value, uint? ttl) = await LookUpAsync(server, ct).ConfigureAwait(false);
            return new Seen(server, value, ttl, null);
        }
        catch (CrdrException e)
        {
            return new Seen(server, null, null, e.Message.TrimEnd('.'));
        }
    })).ConfigureAwait(false);

    private async Task<DnsValue> ValueAsync() => (await LookUpAsync(_place.Server, CancellationToken.None).ConfigureAwait(false)).Value;

    private async Task<DnsValue> ValueOrAsync(CrdrException trouble)
    {
        try
        {
            return await ValueAsync().ConfigureAwait(false);
        }
        catch (CrdrException)
        {
            throw trouble;
        }
    }

    private async Task<(DnsValue Value, uint? Ttl)> LookUpAsync(DnsServer server, CancellationToken ct)
    {
        DateTimeOffset asked = _time.GetUtcNow();
        IReadOnlyList<DnsRecord> records = await _dns.LookUpAsync(server, _place.Name, _place.Type, ct).ConfigureAwait(false);
        DnsValue value = new(_place.Type, [.. records.Select(r => r.Data)]);
        uint? ttl = records.Count == 0 ? null : records.Max(r => r.Ttl);
        if (ttl is { } seconds) Hold(value.Words, asked.AddSeconds(seconds));
        return (value, ttl);
    }

    private void Hold(string words, DateTimeOffset until)
    {
        lock (_held) _held[words] = _held.TryGetValue(words, out DateTimeOffset known) && known > until ? known : until;
    }

    /// <summary>What clients may still hold that the servers do not say any more.</summary>
    private List<string> Exposure(IReadOnlyList<string> now, out DateTimeOffset? until)
    {
        DateTimeOffset at = _time.GetUtcNow();
        lock (_held)
        {
            List<KeyValuePair<string, DateTimeOffset>> older = [.. _held.Where(h => h.Value > at && !now.Contains(h.Key))];
            until = older.Count == 0 ? null : older.Max(h => h.Value);
            return [.. older.Select(h =>
                $"who looked it up before may go to {h.Key} for another {Math.Ceiling((h.Value - at).TotalSeconds):0} s, until {h.Value:HH:mm:ss}Z")];
        }
    }
}
