using System.Text;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Builds the server's messages, until they are sent together.</summary>
internal sealed class WireWriter
{
    private byte[] _bytes = new byte[512];
    private int _message;

    /// <summary>The bytes that are not sent yet.</summary>
    public int Count { get; private set; }

    public WireWriter Begin(char type)
    {
        Byte((byte)type);
        _message = Count;
        return Int32(0);
    }

    /// <summary>Ends the message: its length, which stands before it, is known now.</summary>
    public void End()
    {
        var end = Count;
        Count = _message;
        Int32(end - _message);
        Count = end;
    }

    public WireWriter Byte(byte value)
    {
        Room(1);
        _bytes[Count++] = value;
        return this;
    }

    public WireWriter Int16(int value) => Byte((byte)(value >> 8)).Byte((byte)value);

    public WireWriter Int32(int value) => Int16(value >> 16).Int16(value);

    /// <summary>A text and its zero byte.</summary>
    public WireWriter Text(string text) => Raw(Encoding.UTF8.GetBytes(text)).Byte(0);

    public WireWriter Raw(byte[] bytes)
    {
        Room(bytes.Length);
        Buffer.BlockCopy(bytes, 0, _bytes, Count, bytes.Length);
        Count += bytes.Length;
        return this;
    }

    /// <summary>Takes what is to be sent.</summary>
    public byte[] Take()
    {
        var taken = new byte[Count];
        Buffer.BlockCopy(_bytes, 0, taken, 0, Count);
        Count = 0;
        return taken;
    }

    private void Room(int count)
    {
        if (Count + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Count + count));
    }
}
