using System.Net;

namespace CrdrTools.Cli.Serve;

/// <summary>Where the server listens, and who may ask it.</summary>
/// <param name="Place">Address and port; port 0 takes a free one.</param>
/// <param name="Token">What callers must show; <see langword="null"/>: nobody is asked for one.</param>
/// <param name="Certificate">A certificate with its key, as PEM or PKCS#12; <see langword="null"/>: no TLS.</param>
/// <param name="Key">The key's own PEM file, where it is not in that of the certificate.</param>
internal sealed record ServeOptions(IPEndPoint Place, string? Token, string? Certificate, string? Key)
{
    /// <summary>The usual port.</summary>
    public const int Port = 8642;

    /// <summary>On other than loopback only with a token and TLS: what the server tells is an attacker's map.</summary>
    public void Require()
    {
        if (Token is { Length: < 16 }) throw Invalid("The token is shorter than 16 characters.");
        if (IPAddress.IsLoopback(Place.Address)) return;
        if (Token is null) throw Invalid($"On {Place.Address} anybody could ask: give --token env:NAME.");
        if (Certificate is null) throw Invalid($"On {Place.Address} the token could be overheard: give --certificate.");
    }

    /// <summary><c>8642</c>, <c>127.0.0.1:8642</c>, <c>[::]:8642</c>.</summary>
    public static IPEndPoint Read(string? text)
    {
        if (text is null) return new(IPAddress.Loopback, Port);
        if (ushort.TryParse(text, out ushort port)) return new(IPAddress.Loopback, port);
        if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) && ushort.TryParse(text["localhost:".Length..], out port)) return new(IPAddress.Loopback, port);
        return IPEndPoint.TryParse(text, out IPEndPoint? place) && (place.Port > 0 || text.EndsWith(":0", StringComparison.Ordinal)) ? place : throw Invalid($"'{text}' is no address with a port, as 127.0.0.1:{Port}.");
    }

    private static CrdrException Invalid(string why) => new(CrdrErrorKind.InvalidInput, "ServeOptionsInvalid", why);
}
