using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>
/// A name that clients look up, moved by a dynamic update (RFC 2136) that bears a signature (RFC 8945) and takes effect only on what was
/// seen before. It never fences: who has looked the name up goes on until the answer's time is over, and that time is told.
/// </summary>
public sealed class DnsRoute : IRoute
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(50), s_slowestLook = TimeSpan.FromSeconds(1);

    private readonly CrdrRoute _route;
    private readonly IOperationHost _host;
    private readonly DnsSettings _settings;
    private readonly TimeProvider _time;

    /// <summary>Once it was found: a route lives for one call.</summary>
    private TsigKey? _key;

    /// <summary>Until when a client may hold an answer that was given, by what it says.</summary>
    private readonly Dictionary<string, DateTimeOffset> _held = [];

    /// <summary>Reads the route's settings; nothing is asked yet.</summary>
    public DnsRoute(CrdrRoute route, IOperationHost host, TimeProvider? time = null)
    {
        (DnsSettings? settings, string? complaint) = DnsSettings.Read(route);
        _settings = settings ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "RouteSettingsInvalid", $"{complaint}.");
        _route = route;
        _host = host;
        _time = time ?? TimeProvider.System;
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
        Task<CrdrFinding?> key = TryKeyAsync(ct);
        IReadOnlyList<Seen> seen = await AskAllAsync(ct).ConfigureAwait(false);
        List<Seen> answered = [.. seen.Where(s => s.Value is not null)];
        List<string> words = [.. answered.Select(s => s.Value!.Words).Distinct()];
        Side? target = words.Count == 1 ? _settings.SideOf(answered[0].Value!) : null;
        List<string> said = [];
        foreach (IGrouping<string, Seen> alike in answered.GroupBy(s => s.Value!.Words))
        {
            string side = _settings.SideOf(alike.First().Value!)?.ToString().ToLowerInvariant() ?? "neither side";
            string where = seen.Count == 1 || alike.Count() == seen.Count ? "" : $" on {string.Join(", ", alike.Select(s => s.Server))}";
            said.Add($"{_settings.Name} leads to {alike.Key} ({side}){where}{(alike.Max(s => s.Ttl) is { } ttl ? $", for {ttl} s at a time" : "")}");
        }
        said.AddRange(seen.Select(s => s.Trouble).OfType<string>());
        said.AddRange(Exposure(words, out DateTimeOffset? until));
        CrdrFinding? refused = await key.ConfigureAwait(false);
        if (refused is not null) said.Add(refused.Message);
        return new()
        {
            Name = Name, Type = "Dns", Target = target, Verified = words.Count == 1 && answered.Count == seen.Count, ExposedUntil = until,
            Unreached = [.. seen.Where(s => s.Value is null).Select(s => s.Server.ToString())], Detail = string.Join("; ", said), Findings = refused is null ? [] : [refused],
        };
    }

    /// <summary>
    /// Whether the server would take our signature: a server checks that of a question too. So a key that is missing or wrong, and a clock that is off, are
    /// found while everything is well, and not when the writes have moved. What the key may change, only a change tells.
    /// </summary>
    private async Task<CrdrFinding?> TryKeyAsync(CancellationToken ct)
    {
        try
        {
            TsigKey key = await KeyAsync().ConfigureAwait(false);
            DnsMessage query = DnsMessage.Query(DnsClient.NewId(), _settings.Name, _settings.Type);
            (byte[] message, byte[] mac) = Tsig.Sign(query, key, _time.GetUtcNow());
            (DnsMessage answer, byte[] bytes) = await DnsClient.AskAsync(_settings.Server, message, query, _settings.Limit, ct).ConfigureAwait(false);
            return SignatureRefusal(answer, bytes, key, mac) is { } refused ? NotPermitted(refused) : null;
        }
        catch (CrdrException e) when (e.ErrorId is "SecretMissing" or "DnsKeyInvalid")
        {
            return NotPermitted(e);
        }
        catch (CrdrException)
        {
            // A server that does not answer is told by the plain question.
            return null;
        }
    }

    private static CrdrFinding NotPermitted(CrdrException e) => new() { Severity = FindingSeverity.Error, Id = "RouteNotPermitted", Message = e.Message.TrimEnd('.') };

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
        TsigKey key = await KeyAsync().ConfigureAwait(false);
        DnsMessage update = DnsMessage.Replace(DnsClient.NewId(), _settings.Zone, _settings.Name, _settings.Type, expected.Data, wanted.Data, _settings.Ttl);
        (byte[] message, byte[] mac) = Tsig.Sign(update, key, _time.GetUtcNow());
        try
        {
            (DnsMessage answer, byte[] bytes) = await DnsClient.AskAsync(_settings.Server, message, update, _settings.Limit, CancellationToken.None).ConfigureAwait(false);
            if (Refusal(answer, bytes, key, mac) is { } refused) throw refused;
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
        if (behind.FirstOrDefault(s => s.Server == _settings.Server && s.Value is not null) is { } first)
        {
            return new(CrdrErrorKind.InvalidState, "DnsNotApplied", $"The DNS server {first.Server} accepted the update, and {_settings.Name} still leads to {first.Value!.Words}.",
                "Does a record of another type stand under the name? Beside a CNAME there can be none, and a server drops such an update without a word.");
        }
        string who = string.Join("; ", behind.Select(s => s.Trouble ?? $"{s.Server} still answers {s.Value!.Words}"));
        int fine = _settings.Servers.Count - behind.Count;
        return new(CrdrErrorKind.Timeout, "DnsNotEverywhere",
            $"{_settings.Name} leads to {wanted.Words} on {fine} of {_settings.Servers.Count} servers after {_settings.Verify.TotalSeconds:0.#} s. {who}.",
            "A server that lags gets it by notify or refresh; one that is gone is taken out of the route's 'servers'.");
    }

    /// <summary>What one server says; or why it cannot be told.</summary>
    private sealed record Seen(DnsServer Server, DnsValue? Value, uint? Ttl, string? Trouble);

    private async Task<IReadOnlyList<Seen>> AskAllAsync(CancellationToken ct) => await Task.WhenAll(_settings.Servers.Select(async server =>
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

    private async Task<DnsValue> ValueAsync() => (await LookUpAsync(_settings.Server, CancellationToken.None).ConfigureAwait(false)).Value;

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
        DnsMessage query = DnsMessage.Query(DnsClient.NewId(), _settings.Name, _settings.Type);
        DateTimeOffset asked = _time.GetUtcNow();
        (DnsMessage answer, _) = await DnsClient.AskAsync(server, query.ToWire(), query, _settings.Limit, ct).ConfigureAwait(false);
        if (answer.Code is not (DnsCode.NoError or DnsCode.NxDomain))
            throw new CrdrException(CrdrErrorKind.Unavailable, "DnsServerFailed", $"The DNS server {server} answers {Say(answer.Code)} for {_settings.Name}.");
        if (!answer.Authoritative)
            throw new CrdrException(CrdrErrorKind.InvalidState, "DnsNotAuthoritative", $"The DNS server {server} does not answer for {_settings.Zone} itself.", "Name the servers of the zone, no resolver.");
        List<DnsRecord> records = [.. answer.Answers.Where(r => r.Class == DnsClass.In && r.Name.Equals(_settings.Name))];
        if (_settings.Type != DnsType.Cname && records.FirstOrDefault(r => r.Type == DnsType.Cname) is { } alias)
            throw new CrdrException(CrdrErrorKind.InvalidState, "DnsOtherType", $"{_settings.Name} is an alias of {DnsRecord.Say(DnsType.Cname, alias.Data)} on {server}, and the route has addresses for it.");
        records = [.. records.Where(r => r.Type == _settings.Type)];
        DnsValue value = new(_settings.Type, [.. records.Select(r => r.Data)]);
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

    private async Task<TsigKey> KeyAsync()
    {
        if (_key is not null) return _key;
        string secret = await SecretReference.ResolveAsync(_settings.Key, $"The key of route '{Name}'", "Set it where the route's 'key' says.", _host).ConfigureAwait(false);
        try
        {
            byte[] bytes = Convert.FromBase64String(secret.Trim());
            if (bytes.Length > 0) return _key = new TsigKey(_settings.KeyName, _settings.KeyAlgorithm, bytes);
        }
        catch (FormatException)
        {
            // Said below; what it is instead is nobody's business.
        }
        throw new CrdrException(CrdrErrorKind.Authentication, "DnsKeyInvalid", $"The key of route '{Name}' is no base64, as tsig-keygen prints it after 'secret'.");
    }

    /// <summary>What is wrong with the signatures of a question and its answer, if anything is.</summary>
    private CrdrException? SignatureRefusal(DnsMessage answer, byte[] bytes, TsigKey key, byte[] mac)
    {
        string server = $"The DNS server {_settings.Server}";
        TsigData? signature;
        try
        {
            signature = Tsig.Of(answer);
        }
        catch (FormatException)
        {
            signature = null;
        }
        switch (signature?.Error)
        {
            case DnsCode.BadKey:
                return new(CrdrErrorKind.Authentication, "DnsUnknownKey", $"{server} does not know the key {_settings.KeyName} ({Tsig.Name(key.Algorithm)}).");
            case DnsCode.BadSig or DnsCode.BadTrunc:
                return new(CrdrErrorKind.Authentication, "DnsBadSignature", $"{server} has another secret for the key {_settings.KeyName}.");
            case DnsCode.BadTime:
                string theirs = signature.ServerTime is { } time ? $"it is {time:yyyy-MM-dd HH:mm:ss}Z there and {_time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z here" : "they may be 300 s apart";
                return new(CrdrErrorKind.InvalidState, "DnsClockApart", $"{server} refuses the signature's time: {theirs}.", "Set this machine's clock.");
        }
        return Tsig.Holds(bytes, answer, key, mac, _time.GetUtcNow()) || answer.Code != DnsCode.NoError ? null
            : new(CrdrErrorKind.BadReply, "DnsReplyNotSigned", $"What says it is {_settings.Server} answered without proving that it has the key.");
    }

    /// <summary>What an answer to an update means; <see langword="null"/> when it was done.</summary>
    private CrdrException? Refusal(DnsMessage answer, byte[] bytes, TsigKey key, byte[] mac)
    {
        string server = $"The DNS server {_settings.Server}";
        if (SignatureRefusal(answer, bytes, key, mac) is { } refused) return refused;
        return answer.Code switch
        {
            DnsCode.NoError => null,
            DnsCode.NxRrset or DnsCode.YxRrset or DnsCode.NxDomain or DnsCode.YxDomain => new(CrdrErrorKind.Refused, "DnsRecordChanged",
                $"{_settings.Name} was changed by somebody else just now ({Say(answer.Code)}): it was left as it is.", "Look at it, and switch the route again."),
            DnsCode.Refused => new(CrdrErrorKind.PermissionDenied, "DnsRefused", $"{server} lets nobody with the key {_settings.KeyName} change {_settings.Name} (REFUSED)."),
            DnsCode.NotAuth => new(CrdrErrorKind.Refused, "DnsNotAuthoritative", $"{server} takes no updates for {_settings.Zone} (NOTAUTH).", "The route's 'server' must be the zone's primary server."),
            DnsCode.NotZone => new(CrdrErrorKind.Refused, "DnsNotInZone", $"{_settings.Name} is not in the zone {_settings.Zone} on {_settings.Server} (NOTZONE)."),
            DnsCode.ServFail => new(CrdrErrorKind.Unavailable, "DnsServerFailed", $"{server} could not do the update (SERVFAIL); its log tells."),
            _ => new(CrdrErrorKind.Refused, "DnsNotSupported", $"{server} does not do the update ({Say(answer.Code)})."),
        };
    }

    private static string Say(DnsCode code) => code.ToString().ToUpperInvariant();
}
