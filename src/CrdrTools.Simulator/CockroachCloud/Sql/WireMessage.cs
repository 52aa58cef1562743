using System.Text;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>One message of a client, read from its front to its end. The first one of a connection has no type.</summary>
internal sealed class WireMessage(char type, byte[] body)
{
    private int _at;

    public char Type { get; } = type;

    public byte Byte()
    {
        Need(1);
        return body[_at++];
    }

    public int Int16() => (Byte() << 8) | Byte();

    public int Int32() => (Int16() << 16) | Int16();

    /// <summary>A text up to its zero byte.</summary>
    public string Text()
    {
        var end = Array.IndexOf(body, (byte)0, _at);
        if (end < 0) throw Broken();
        var text = Encoding.UTF8.GetString(body, _at, end - _at);
        _at = end + 1;
        return text;
    }

    /// <summary>A text with its length before it; null is SQL's NULL.</summary>
    public string? Value()
    {
        var length = Int32();
        if (length == -1) return null;
        Need(length);
        var text = Encoding.UTF8.GetString(body, _at, length);
        _at += length;
        return text;
    }

    /// <summary>Numbers of two bytes with their count before them.</summary>
    public int[] Int16s()
    {
        var count = Int16();
        Need(count * 2);
        var numbers = new int[count];
        for (var i = 0; i < count; i++) numbers[i] = Int16();
        return numbers;
    }

    private void Need(int count)
    {
        if (count < 0 || count > body.Length - _at) throw Broken();
    }

    private static SqlProblem Broken() => SqlProblem.Protocol("invalid message format");
}
