using System.Security.Cryptography;
using System.Text;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>UUIDs that come out the same in every simulator, so that examples can be printed.</summary>
internal static class StableId
{
    public static string Of(string name)
    {
        using var sha = SHA256.Create();
        var hex = BitConverter.ToString(sha.ComputeHash(Encoding.UTF8.GetBytes(name)), 0, 16).Replace("-", "").ToLowerInvariant();
        return $"{hex.Substring(0, 8)}-{hex.Substring(8, 4)}-4{hex.Substring(13, 3)}-a{hex.Substring(17, 3)}-{hex.Substring(20)}";
    }
}
