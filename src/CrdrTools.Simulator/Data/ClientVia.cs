namespace CrdrTools.Simulator.Data;

/// <summary>The ways a simulated client finds its database.</summary>
internal static class ClientVia
{
    /// <summary>Through the pair's shared URI, resolved for every write.</summary>
    public const string Uri = "uri";

    /// <summary>Through the shared URI, resolved once and kept until the connection dies.</summary>
    public const string Cached = "cached";

    public const string DirectPrefix = "direct:";
    private const string ProxyPrefix = "proxy:";

    /// <summary>The service of <c>direct:SERVICE</c>; null for the other ways.</summary>
    public static string? Direct(string via) => After(DirectPrefix, via);

    /// <summary>The name of <c>proxy:NAME</c>; null for the other ways.</summary>
    public static string? Proxy(string via) => After(ProxyPrefix, via);

    /// <exception cref="ArgumentException">It is none of the ways.</exception>
    public static string Checked(string via) => via is Uri or Cached || Direct(via) is { Length: > 0 } || Proxy(via) is { Length: > 0 }
        ? via
        : throw new ArgumentException($"via is '{via}'; it must be uri, cached, direct:SERVICE or proxy:NAME");

    private static string? After(string prefix, string via) =>
        via.StartsWith(prefix, StringComparison.Ordinal) ? via.Substring(prefix.Length) : null;
}
