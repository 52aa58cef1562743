using System.Security.Cryptography;
using System.Text;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>
/// The client's half of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. A password is taken as it is: one
/// outside ASCII that SASLprep would change is not prepared.
/// </summary>
internal sealed class Scram(string password, string nonce)
{
    public const string Mechanism = "SCRAM-SHA-256";

    /// <summary>More rounds than that are an attack on our processor, not a password's protection.</summary>
    private const int MostRounds = 10_000_000;

    private readonly string _bare = $"n=,r={nonce}";
    private byte[] _serverSignature = [];

    public static string Nonce()
    {
        byte[] random = new byte[18];
        using RandomNumberGenerator generator = RandomNumberGenerator.Create();
        generator.GetBytes(random);
        return Convert.ToBase64String(random);
    }

    public string First => $"n,,{_bare}";

    /// <summary>The proof for what the server sent first; <see langword="null"/> when that makes no sense.</summary>
    public string? Proof(string serverFirst)
    {
        Dictionary<string, string> said = Attributes(serverFirst);
        if (said.Get("r") is not { } both || !both.StartsWith(nonce, StringComparison.Ordinal) || both.Length == nonce.Length) return null;
        if (said.Get("s") is not { } salt || !int.TryParse(said.Get("i"), out int rounds) || rounds is < 1 or > MostRounds) return null;

        byte[] salted = Stretch(Encoding.UTF8.GetBytes(password), Convert.FromBase64String(salt), rounds);
        byte[] clientKey = Hmac(salted, "Client Key");
        string bare = $"c=biws,r={both}";
        string message = $"{_bare},{serverFirst},{bare}";
        byte[] signature = Hmac(Hash(clientKey), message);
        _serverSignature = Hmac(Hmac(salted, "Server Key"), message);
        return $"{bare},p={Convert.ToBase64String(Xor(clientKey, signature))}";
    }

    /// <summary>Whether the server knows the password too.</summary>
    public bool Accepts(string serverFinal) =>
        _serverSignature.Length > 0 && Attributes(serverFinal).Get("v") is { } v && v == Convert.ToBase64String(_serverSignature);

    private static Dictionary<string, string> Attributes(string message)
    {
        Dictionary<string, string> found = [];
        foreach (string part in message.Split(','))
            if (part.Length > 1 && part[1] == '=') found[part.Substring(0, 1)] = part.Substring(2);
        return found;
    }

    /// <summary>PBKDF2 with one block.</summary>
    private static byte[] Stretch(byte[] secret, byte[] salt, int rounds)
    {
        using HMACSHA256 hmac = new(secret);
        byte[] last = hmac.ComputeHash([.. salt, 0, 0, 0, 1]);
        byte[] sum = (byte[])last.Clone();
        for (int i = 1; i < rounds; i++)
        {
            last = hmac.ComputeHash(last);
            for (int j = 0; j < sum.Length; j++) sum[j] ^= last[j];
        }
        return sum;
    }

    private static byte[] Hmac(byte[] key, string text)
    {
        using HMACSHA256 hmac = new(key);
        return hmac.ComputeHash(Encoding.UTF8.GetBytes(text));
    }

    private static byte[] Hash(byte[] bytes)
    {
        using SHA256 sha = SHA256.Create();
        return sha.ComputeHash(bytes);
    }

    private static byte[] Xor(byte[] a, byte[] b) => [.. a.Select((x, i) => (byte)(x ^ b[i]))];
}
