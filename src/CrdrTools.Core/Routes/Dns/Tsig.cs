using System.Security.Cryptography;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>A key that two parties share (RFC 8945).</summary>
internal sealed record TsigKey(DnsName Name, TsigAlgorithm Algorithm, byte[] Secret);

internal enum TsigAlgorithm
{
    HmacSha256,
    HmacSha512,
}

/// <summary>The data of a signature.</summary>
internal sealed record TsigData(DnsName Algorithm, long Time, int Fudge, byte[] Mac, ushort OriginalId, DnsCode Error, byte[] Other)
{
    /// <exception cref="FormatException">It is none.</exception>
    public static TsigData Read(byte[] data)
    {
        DnsReader wire = new(data);
        DnsName algorithm = wire.Name();
        long time = wire.Int48();
        int fudge = wire.Int16();
        byte[] mac = wire.Bytes(wire.Int16());
        ushort id = wire.Int16();
        DnsCode error = (DnsCode)wire.Int16();
        return new TsigData(algorithm, time, fudge, mac, id, error, wire.Bytes(wire.Int16()));
    }

    public byte[] ToWire()
    {
        DnsWriter wire = new();
        wire.Bytes(Algorithm.ToWire());
        wire.Int48(Time);
        wire.Int16(Fudge);
        wire.Int16(Mac.Length);
        wire.Bytes(Mac);
        wire.Int16(OriginalId);
        wire.Int16((int)Error);
        wire.Int16(Other.Length);
        wire.Bytes(Other);
        return wire.ToArray();
    }

    /// <summary>The server's time, which it tells when ours is too far off.</summary>
    public DateTimeOffset? ServerTime => Error == DnsCode.BadTime && Other.Length == 6 ? DateTimeOffset.FromUnixTimeSeconds(new DnsReader(Other).Int48()) : null;
}

/// <summary>Pure: signs requests, and checks what is answered to them.</summary>
internal static class Tsig
{
    /// <summary>How far two clocks may be apart, in seconds.</summary>
    public const int Fudge = 300;

    public static string Name(TsigAlgorithm algorithm) => algorithm == TsigAlgorithm.HmacSha512 ? "hmac-sha512" : "hmac-sha256";

    public static TsigAlgorithm? Algorithm(string name) => name.Trim().TrimEnd('.').ToLowerInvariant() switch
    {
        "hmac-sha256" => TsigAlgorithm.HmacSha256,
        "hmac-sha512" => TsigAlgorithm.HmacSha512,
        _ => null,
    };

    /// <summary>The message with its signature, and the signature, which the answer's must cover.</summary>
    public static (byte[] Message, byte[] Mac) Sign(DnsMessage message, TsigKey key, DateTimeOffset now)
    {
        TsigData unsigned = new(DnsName.Read(Name(key.Algorithm))!, now.ToUnixTimeSeconds(), Fudge, [], message.Id, DnsCode.NoError, []);
        byte[] mac = Mac(key, [], message.ToWire(), unsigned);
        DnsRecord record = new(key.Name, DnsType.Tsig, DnsClass.Any, 0, (unsigned with { Mac = mac }).ToWire());
        return ((message with { Additional = [.. message.Additional, record] }).ToWire(), mac);
    }

    /// <summary>The signature of an answer; <see langword="null"/> when it bears none.</summary>
    /// <exception cref="FormatException">It bears one that cannot be read.</exception>
    public static TsigData? Of(DnsMessage answer) =>
        answer.Additional.LastOrDefault() is { Type: DnsType.Tsig } record ? TsigData.Read(record.Data) : null;

    /// <summary>Whether the answer comes from who has the key, to what was asked, and now.</summary>
    public static bool Holds(byte[] bytes, DnsMessage answer, TsigKey key, byte[] requestMac, DateTimeOffset now)
    {
        if (Of(answer) is not { Mac.Length: > 0 } signature || answer.Additional[answer.Additional.Count - 1] is not { } record) return false;
        if (!record.Name.Equals(key.Name) || !signature.Algorithm.Equals(DnsName.Read(Name(key.Algorithm)))) return false;
        // Who says that our clock is off signs with its own time.
        if (signature.Error != DnsCode.BadTime && Math.Abs(now.ToUnixTimeSeconds() - signature.Time) > signature.Fudge) return false;

        // As it was before it was signed: one record less, the identifier as it was given.
        byte[] before = new byte[answer.LastRecordAt];
        Array.Copy(bytes, before, before.Length);
        int additional = ((before[10] << 8) | before[11]) - 1;
        (before[0], before[1]) = ((byte)(signature.OriginalId >> 8), (byte)signature.OriginalId);
        (before[10], before[11]) = ((byte)(additional >> 8), (byte)additional);
        return Same(Mac(key, requestMac, before, signature), signature.Mac);
    }

    private static byte[] Mac(TsigKey key, byte[] requestMac, byte[] message, TsigData signature)
    {
        DnsWriter covered = new();
        if (requestMac.Length > 0)
        {
            covered.Int16(requestMac.Length);
            covered.Bytes(requestMac);
        }
        covered.Bytes(message);
        covered.Bytes(key.Name.Canonical().ToWire());
        covered.Int16((int)DnsClass.Any);
        covered.Int32(0);
        covered.Bytes(signature.Algorithm.Canonical().ToWire());
        covered.Int48(signature.Time);
        covered.Int16(signature.Fudge);
        covered.Int16((int)signature.Error);
        covered.Int16(signature.Other.Length);
        covered.Bytes(signature.Other);
        using HMAC hmac = key.Algorithm == TsigAlgorithm.HmacSha512 ? new HMACSHA512(key.Secret) : new HMACSHA256(key.Secret);
        return hmac.ComputeHash(covered.ToArray());
    }

    /// <summary>In the same time whatever differs.</summary>
    private static bool Same(byte[] a, byte[] b) => a.Length == b.Length && a.Zip(b, (x, y) => x ^ y).Aggregate(0, (all, one) => all | one) == 0;
}
