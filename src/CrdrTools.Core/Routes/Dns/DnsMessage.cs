using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrdrTools.Core.Routes.Rfc2136;

/// <summary>Types of records that matter here (RFC 1035, RFC 3596, RFC 8945).</summary>
internal enum DnsType : ushort
{
    None = 0,
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Txt = 16,
    Aaaa = 28,
    Tsig = 250,
    Any = 255,
}

/// <summary>Classes; an update speaks with the last two (RFC 2136).</summary>
internal enum DnsClass : ushort
{
    In = 1,
    None = 254,
    Any = 255,
}

/// <summary>What a server answers with, and what is wrong with a signature.</summary>
internal enum DnsCode
{
    NoError = 0,
    FormErr = 1,
    ServFail = 2,
    NxDomain = 3,
    NotImp = 4,
    Refused = 5,
    YxDomain = 6,
    YxRrset = 7,
    NxRrset = 8,
    NotAuth = 9,
    NotZone = 10,
    BadSig = 16,
    BadKey = 17,
    BadTime = 18,
    BadTrunc = 22,
}

/// <summary>A name, as labels. Two are equal whatever the case of their letters.</summary>
internal sealed class DnsName : IEquatable<DnsName>
{
    private readonly string _text;

    private DnsName(string text) => _text = text;

    /// <summary>Reads a full name, with or without the last dot; <see langword="null"/> when it is none. Escapes are not read: a host has none.</summary>
    public static DnsName? Read(string? text)
    {
        string name = text?.Trim() ?? "";
        if (name.EndsWith(".", StringComparison.Ordinal)) name = name.Substring(0, name.Length - 1);
        return name.Length is > 0 and <= 253 && name.Split('.').All(l => l.Length is > 0 and <= 63) && name.All(c => c is > ' ' and < (char)127 and not '\\') ? new DnsName(name) : null;
    }

    /// <summary>A name as it came over the wire.</summary>
    public static DnsName Of(IReadOnlyList<byte[]> labels) => new(string.Join(".", labels.Select(Label)));

    public byte[] ToWire()
    {
        List<byte> wire = [];
        if (_text.Length > 0)
        {
            foreach (string label in _text.Split('.'))
            {
                wire.Add((byte)label.Length);
                wire.AddRange(Encoding.ASCII.GetBytes(label));
            }
        }
        wire.Add(0);
        return [.. wire];
    }

    /// <summary>As signatures want it: lower case.</summary>
    public DnsName Canonical() => new(_text.ToLowerInvariant());

    public bool IsIn(DnsName zone) => Equals(zone) || _text.EndsWith($".{zone._text}", StringComparison.OrdinalIgnoreCase);

    public bool Equals(DnsName? other) => other is not null && string.Equals(_text, other._text, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_text);

    public override string ToString() => $"{_text}.";

    /// <summary>Bytes that no host name has are shown as their number, so that nothing is taken for something else.</summary>
    private static string Label(byte[] label) =>
        string.Concat(label.Select(b => b is > 32 and < 127 and not (byte)'.' and not (byte)'\\' ? ((char)b).ToString() : $"\\{b.ToString("000", CultureInfo.InvariantCulture)}"));
}

/// <summary>What is asked, or the zone of an update.</summary>
internal sealed record DnsQuestion(DnsName Name, DnsType Type, DnsClass Class = DnsClass.In);

/// <summary>A record; names within its data stand there in full.</summary>
internal sealed record DnsRecord(DnsName Name, DnsType Type, DnsClass Class, uint Ttl, byte[] Data)
{
    /// <summary>An address or a name as data; <see langword="null"/> when the text is none of that type.</summary>
    public static byte[]? DataOf(DnsType type, string text) => type switch
    {
        DnsType.A => Address(text, AddressFamily.InterNetwork),
        DnsType.Aaaa => Address(text, AddressFamily.InterNetworkV6),
        DnsType.Cname => DnsName.Read(text)?.ToWire(),
        DnsType.Txt => text.Length <= 255 && text.All(c => c is >= ' ' and <= '~') ? [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)] : null,
        _ => null,
    };

    /// <summary>The data in words; equal data has equal words.</summary>
    public static string Say(DnsType type, byte[] data) => type switch
    {
        DnsType.A or DnsType.Aaaa when data.Length is 4 or 16 => new IPAddress(data).ToString(),
        DnsType.Cname or DnsType.Ns => new DnsReader(data).Name().Canonical().ToString(),
        DnsType.Txt => Texts(data),
        _ => $"{data.Length} bytes",
    };

    /// <summary>Texts stand one after another, each behind its length (RFC 1035, 3.3.14).</summary>
    private static string Texts(byte[] data)
    {
        StringBuilder texts = new();
        for (int at = 0; at < data.Length; at += data[at] + 1) texts.Append(Encoding.ASCII.GetString(data, at + 1, Math.Min(data[at], data.Length - at - 1)));
        return texts.ToString();
    }

    private static byte[]? Address(string text, AddressFamily family) =>
        IPAddress.TryParse(text.Trim(), out IPAddress? ip) && ip.AddressFamily == family
            // 10.1 is read as an address too, and means none to anybody.
            && (family != AddressFamily.InterNetwork || text.Split('.').Length == 4)
            ? ip.GetAddressBytes() : null;
}

/// <summary>A message, its sections by what a query calls them. In an update they are zone, prerequisites, updates and additional data.</summary>
internal sealed record DnsMessage
{
    private const int Response = 0x8000;
    private const int Update = 5 << 11;

    public ushort Id { get; init; }
    public ushort Flags { get; init; }
    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];
    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];
    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    /// <summary>Where the last record begins, in the bytes it was read from: a signature covers what is before it.</summary>
    public int LastRecordAt { get; init; }

    public bool IsResponse => (Flags & Response) != 0;
    public int Opcode => (Flags >> 11) & 0xF;
    public bool Authoritative => (Flags & 0x400) != 0;
    public bool Truncated => (Flags & 0x200) != 0;
    public DnsCode Code => (DnsCode)(Flags & 0xF);

    /// <summary>Asks an authoritative server for what it has itself.</summary>
    public static DnsMessage Query(ushort id, DnsName name, DnsType type) => new() { Id = id, Questions = [new(name, type)] };

    /// <summary>Puts one set of records in another's place, if that is what stands there (RFC 2136, 2.4 and 2.5).</summary>
    public static DnsMessage Replace(ushort id, DnsName zone, DnsName name, DnsType type, IReadOnlyList<byte[]> expected, IReadOnlyList<byte[]> wanted, uint ttl) =>
        Change(id, zone, Stands(name, type, expected), Becomes(name, type, wanted, ttl));

    /// <summary>A change of a zone: all of it, if everything that is expected stands there; otherwise nothing.</summary>
    public static DnsMessage Change(ushort id, DnsName zone, IEnumerable<DnsRecord> expected, IEnumerable<DnsRecord> updates) =>
        new() { Id = id, Flags = Update, Questions = [new(zone, DnsType.Soa)], Answers = [.. expected], Authorities = [.. updates] };

    /// <summary>Expects exactly these records; none: that there are none.</summary>
    public static IEnumerable<DnsRecord> Stands(DnsName name, DnsType type, IReadOnlyList<byte[]> data) =>
        data.Count == 0 ? [new(name, type, DnsClass.None, 0, [])] : data.Select(one => new DnsRecord(name, type, DnsClass.In, 0, one));

    /// <summary>Puts these records in the place of whatever stands there.</summary>
    public static IEnumerable<DnsRecord> Becomes(DnsName name, DnsType type, IReadOnlyList<byte[]> data, uint ttl) =>
        [new(name, type, DnsClass.Any, 0, []), .. data.Select(one => new DnsRecord(name, type, DnsClass.In, ttl, one))];

    public byte[] ToWire()
    {
        DnsWriter wire = new();
        wire.Int16(Id);
        wire.Int16(Flags);
        foreach (int count in new[] { Questions.Count, Answers.Count, Authorities.Count, Additional.Count }) wire.Int16(count);
        foreach (DnsQuestion question in Questions)
        {
            wire.Bytes(question.Name.ToWire());
            wire.Int16((int)question.Type);
            wire.Int16((int)question.Class);
        }
        foreach (DnsRecord record in Answers.Concat(Authorities).Concat(Additional)) wire.Record(record);
        return wire.ToArray();
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static DnsMessage Read(byte[] bytes)
    {
        DnsReader wire = new(bytes);
        ushort id = wire.Int16(), flags = wire.Int16();
        int questions = wire.Int16(), answers = wire.Int16(), authorities = wire.Int16(), additional = wire.Int16(), last = 0;
        List<DnsQuestion> asked = [];
        for (int i = 0; i < questions; i++) asked.Add(new(wire.Name(), (DnsType)wire.Int16(), (DnsClass)wire.Int16()));
        return new()
        {
            Id = id, Flags = flags, Questions = asked, Answers = Records(answers), Authorities = Records(authorities), Additional = Records(additional), LastRecordAt = last,
        };

        List<DnsRecord> Records(int count)
        {
            List<DnsRecord> records = [];
            for (int i = 0; i < count; i++)
            {
                last = wire.At;
                records.Add(wire.Record());
            }
            return records;
        }
    }
}

/// <summary>Bytes in network order.</summary>
internal sealed class DnsWriter
{
    private readonly List<byte> _bytes = [];

    public void Int16(int value) => _bytes.AddRange([(byte)(value >> 8), (byte)value]);

    public void Int32(uint value) => _bytes.AddRange([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    /// <summary>A time as signatures have it.</summary>
    public void Int48(long value) => _bytes.AddRange([(byte)(value >> 40), (byte)(value >> 32), (byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    public void Bytes(byte[] bytes) => _bytes.AddRange(bytes);

    public void Record(DnsRecord record)
    {
        Bytes(record.Name.ToWire());
        Int16((int)record.Type);
        Int16((int)record.Class);
        Int32(record.Ttl);
        Int16(record.Data.Length);
        Bytes(record.Data);
    }

    public byte[] ToArray() => [.. _bytes];
}

/// <summary>The same way back. What is cut short, or points in circles, is a <see cref="FormatException"/>.</summary>
internal sealed class DnsReader(byte[] bytes)
{
    public int At { get; private set; }

    public ushort Int16()
    {
        Need(2);
        At += 2;
        return (ushort)((bytes[At - 2] << 8) | bytes[At - 1]);
    }

    public uint Int32() => ((uint)Int16() << 16) | Int16();

    public long Int48() => ((long)Int16() << 32) | Int32();

    public byte[] Bytes(int count)
    {
        Need(count);
        byte[] taken = new byte[count];
        Array.Copy(bytes, At, taken, 0, count);
        At += count;
        return taken;
    }

    public DnsName Name()
    {
        List<byte[]> labels = [];
        int at = At, end = -1, length = 0;
        while (true)
        {
            if (at >= bytes.Length) throw new FormatException("a name without its end");
            int head = bytes[at];
            if (head == 0) break;
            if (head >= 0xC0)
            {
                if (at + 1 >= bytes.Length) throw new FormatException("a name without its end");
                int pointed = ((head & 0x3F) << 8) | bytes[at + 1];
                // Each one points further back, so that there is an end.
                if (pointed >= at) throw new FormatException("a name that points in circles");
                if (end < 0) end = at + 2;
                at = pointed;
                continue;
            }
            if (head >= 0x40 || at + 1 + head > bytes.Length) throw new FormatException("a label that is too long");
            if ((length += head + 1) > 254) throw new FormatException("a name that is too long");
            byte[] label = new byte[head];
            Array.Copy(bytes, at + 1, label, 0, head);
            labels.Add(label);
            at += head + 1;
        }
        At = end < 0 ? at + 1 : end;
        return DnsName.Of(labels);
    }

    public DnsRecord Record()
    {
        DnsName name = Name();
        DnsType type = (DnsType)Int16();
        DnsClass @class = (DnsClass)Int16();
        uint ttl = Int32();
        int length = Int16();
        Need(length);
        int end = At + length;
        byte[] data;
        if (type is DnsType.Cname or DnsType.Ns && length > 0)
        {
            data = Name().ToWire();
            if (At != end) throw new FormatException("a name that is not as long as its record");
        }
        else
        {
            data = Bytes(length);
        }
        return new DnsRecord(name, type, @class, ttl, data);
    }

    private void Need(int count)
    {
        if (At + count > bytes.Length) throw new FormatException("a message that is cut short");
    }
}
