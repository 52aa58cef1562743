namespace CrdrTools.Simulator.Data;

/// <summary>The ways a simulated client finds its database.</summary>
internal static class ClientVia
{
    /// <summary>Through the pair's shared URI, resolved for every write.</summary>
    public const string Uri = "uri";

    /// <summary>Through the shared URI, resolved once and kept until the connection dies.</summary>
    public const string Cached = "cached";

    private const string DirectPrefix = "direct:";

    /// <summary>The service of <c>direct:SERVICE</c>; null for the other ways.</summary>
    public static string? Direct(string via) =>
        via.StartsWith(DirectPrefix, StringComparison.Ordinal) ? via.Substring(DirectPrefix.Length) : null;

    public static string Checked(string via) => via is Uri or Cached || Direct(via) is { Length: > 0 }
        ? via
        : throw new ArgumentException($"via is '{via}'; it must be uri, cached or direct:SERVICE");
}
