using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>Asks the servers of a zone what they have, and its primary server for changes that bear our signature.</summary>
/// <param name="place">The name, its zone and servers.</param>
/// <param name="owner">What it is asked for, in words.</param>
/// <param name="host">Where the key is found.</param>
/// <param name="time">The clock that signatures bear.</param>
internal sealed class SignedDns(DnsPlace place, string owner, IOperationHost host, TimeProvider time)
{
    /// <summary>Once it was found.</summary>
    private TsigKey? _key;

    /// <summary>What a server of the zone itself has under a name: all records of it that are no aliases, unless an alias is asked for.</summary>
    public async Task<IReadOnlyList<DnsRecord>> LookUpAsync(DnsServer server, DnsName name, DnsType type, CancellationToken ct)
    {
        DnsMessage query = DnsMessage.Query(DnsClient.NewId(), name, type);
        (DnsMessage answer, _) = await DnsClient.AskAsync(server, query.ToWire(), query, place.Limit, ct).ConfigureAwait(false);
        if (answer.Code is not (DnsCode.NoError or DnsCode.NxDomain))
            throw new CrdrException(CrdrErrorKind.Unavailable, "DnsServerFailed", $"The DNS server {server} answers {Say(answer.Code)} for {name}.");
        if (!answer.Authoritative)
            throw new CrdrException(CrdrErrorKind.InvalidState, "DnsNotAuthoritative", $"The DNS server {server} does not answer for {place.Zone} itself.", "Name the servers of the zone, no resolver.");
        List<DnsRecord> records = [.. answer.Answers.Where(r => r.Class == DnsClass.In && r.Name.Equals(name))];
        if (type != DnsType.Cname && records.FirstOrDefault(r => r.Type == DnsType.Cname) is { } alias)
            throw new CrdrException(CrdrErrorKind.InvalidState, "DnsOtherType", $"{name} is an alias of {DnsRecord.Say(DnsType.Cname, alias.Data)} on {server}, and {owner} has addresses for it.");
        return [.. records.Where(r => r.Type == type)];
    }

    /// <summary>
    /// Whether the server would take our signature: a server checks that of a question too. So a key that is missing or wrong, and a clock that is off, are
    /// found while everything is well. What the key may change, only a change tells. <see langword="null"/>: it would, or it does not answer.
    /// </summary>
    public async Task<CrdrException?> TryKeyAsync(CancellationToken ct)
    {
        try
        {
            TsigKey key = await KeyAsync().ConfigureAwait(false);
            DnsMessage query = DnsMessage.Query(DnsClient.NewId(), place.Name, place.Type);
            (byte[] message, byte[] mac) = Tsig.Sign(query, key, time.GetUtcNow());
            (DnsMessage answer, byte[] bytes) = await DnsClient.AskAsync(place.Server, message, query, place.Limit, ct).ConfigureAwait(false);
            return SignatureRefusal(answer, bytes, key, mac);
        }
        catch (CrdrException e) when (e.ErrorId is "SecretMissing" or "DnsKeyInvalid")
        {
            return e;
        }
        catch (CrdrException)
        {
            // A server that does not answer is told by the plain question.
            return null;
        }
    }

    /// <summary>Asks for a change once. Throws what it was refused for.</summary>
    public async Task UpdateAsync(DnsMessage update, CancellationToken ct)
    {
        TsigKey key = await KeyAsync().ConfigureAwait(false);
        (byte[] message, byte[] mac) = Tsig.Sign(update, key, time.GetUtcNow());
        (DnsMessage answer, byte[] bytes) = await DnsClient.AskAsync(place.Server, message, update, place.Limit, ct).ConfigureAwait(false);
        if (Refusal(answer, bytes, key, mac) is { } refused) throw refused;
    }

    private async Task<TsigKey> KeyAsync()
    {
        if (_key is not null) return _key;
        string secret = await SecretReference.ResolveAsync(place.Key, $"The key of {owner}", "Set it where 'key' says.", host).ConfigureAwait(false);
        try
        {
            byte[] bytes = Convert.FromBase64String(secret.Trim());
            if (bytes.Length > 0) return _key = new TsigKey(place.KeyName, place.KeyAlgorithm, bytes);
        }
        catch (FormatException)
        {
            // Said below; what it is instead is nobody's business.
        }
        throw new CrdrException(CrdrErrorKind.Authentication, "DnsKeyInvalid", $"The key of {owner} is no base64, as tsig-keygen prints it after 'secret'.");
    }

    /// <summary>The key as people name it, without the dot at the end of a full name.</summary>
    private string Key => place.KeyName.ToString().TrimEnd('.');

    /// <summary>What is wrong with the signatures of a question and its answer, if anything is.</summary>
    private CrdrException? SignatureRefusal(DnsMessage answer, byte[] bytes, TsigKey key, byte[] mac)
    {
        string server = $"The DNS server {place.Server}";
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
                return new(CrdrErrorKind.Authentication, "DnsUnknownKey", $"{server} does not know the key {Key} ({Tsig.Name(key.Algorithm)}).");
            case DnsCode.BadSig or DnsCode.BadTrunc:
                return new(CrdrErrorKind.Authentication, "DnsBadSignature", $"{server} has another secret for the key {Key}.");
            case DnsCode.BadTime:
                string theirs = signature.ServerTime is { } said ? $"it is {said:yyyy-MM-dd HH:mm:ss}Z there and {time.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z here" : "they may be 300 s apart";
                return new(CrdrErrorKind.InvalidState, "DnsClockApart", $"{server} refuses the signature's time: {theirs}.", "Set this machine's clock.");
        }
        return Tsig.Holds(bytes, answer, key, mac, time.GetUtcNow()) || answer.Code != DnsCode.NoError ? null
            : new(CrdrErrorKind.BadReply, "DnsReplyNotSigned", $"What says it is {place.Server} answered without proving that it has the key.");
    }

    /// <summary>What an answer to an update means; <see langword="null"/> when it was done.</summary>
    private CrdrException? Refusal(DnsMessage answer, byte[] bytes, TsigKey key, byte[] mac)
    {
        string server = $"The DNS server {place.Server}";
        if (SignatureRefusal(answer, bytes, key, mac) is { } refused) return refused;
        return answer.Code switch
        {
            DnsCode.NoError => null,
            DnsCode.NxRrset or DnsCode.YxRrset or DnsCode.NxDomain or DnsCode.YxDomain => new(CrdrErrorKind.Refused, "DnsRecordChanged",
                $"{place.Name} was changed by somebody else just now ({Say(answer.Code)}): it was left as it is.", "Look at it, and try again."),
            DnsCode.Refused => new(CrdrErrorKind.PermissionDenied, "DnsRefused", $"{server} lets nobody with the key {Key} change {place.Name} (REFUSED)."),
            DnsCode.NotAuth => new(CrdrErrorKind.Refused, "DnsNotAuthoritative", $"{server} takes no updates for {place.Zone} (NOTAUTH).", "The 'server' must be the zone's primary server."),
            DnsCode.NotZone => new(CrdrErrorKind.Refused, "DnsNotInZone", $"{place.Name} is not in the zone {place.Zone} on {place.Server} (NOTZONE)."),
            DnsCode.ServFail => new(CrdrErrorKind.Unavailable, "DnsServerFailed", $"{server} could not do the update (SERVFAIL); its log tells."),
            _ => new(CrdrErrorKind.Refused, "DnsNotSupported", $"{server} does not do the update ({Say(answer.Code)})."),
        };
    }

    public static string Say(DnsCode code) => code.ToString().ToUpperInvariant();
}
