using System.Globalization;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Ranges of IPv4 addresses: <c>10.0.0.0/14</c>.</summary>
internal static class Cidr
{
    public static bool Overlap(string one, string other)
    {
        var (a, b) = (Parse(one), Parse(other));
        var mask = uint.MaxValue << (32 - Math.Min(a.Bits, b.Bits));
        return (a.Address & mask) == (b.Address & mask);
    }

    /// <exception cref="ArgumentException">It is no such range.</exception>
    public static string Checked(string range)
    {
        Parse(range);
        return range;
    }

    private static (uint Address, int Bits) Parse(string range)
    {
        var parts = range.Split('.', '/');
        if (parts.Length != 5) throw new ArgumentException($"'{range}' is no CIDR range");
        var numbers = parts.Select(p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1).ToList();
        if (numbers.Contains(-1) || numbers[4] is < 1 or > 32) throw new ArgumentException($"'{range}' is no CIDR range");
        return (((uint)numbers[0] << 24) | ((uint)numbers[1] << 16) | ((uint)numbers[2] << 8) | (uint)numbers[3], numbers[4]);
    }
}
