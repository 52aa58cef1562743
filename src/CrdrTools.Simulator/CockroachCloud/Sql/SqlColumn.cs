using System.Globalization;
using System.Text;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The one column of a result: a text, which has the same bytes in both formats, or a whole number.</summary>
internal sealed record SqlColumn(string Name, bool IsNumber = false)
{
    public const int TextFormat = 0;
    public const int BinaryFormat = 1;
    public const int TextType = 25;
    private const int NumberType = 20;

    public int TypeId => IsNumber ? NumberType : TextType;

    /// <summary>The bytes of a value; -1 is any number of them.</summary>
    public int Size => IsNumber ? 8 : -1;

    /// <summary>A value in the format that is asked for.</summary>
    public byte[] Bytes(string value, int format)
    {
        if (!IsNumber || format == TextFormat) return Encoding.UTF8.GetBytes(value);
        var bytes = BitConverter.GetBytes(long.Parse(value, CultureInfo.InvariantCulture));
        if (BitConverter.IsLittleEndian) Array.Reverse(bytes);
        return bytes;
    }
}
