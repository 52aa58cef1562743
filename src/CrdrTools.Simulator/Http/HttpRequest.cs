namespace CrdrTools.Simulator.Http;

/// <summary>One request as it came over the wire; the path's parts are percent-decoded.</summary>
internal sealed class HttpRequest
{
    public required string Method { get; init; }

    /// <summary>The path as sent, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query as sent, without the question mark; empty when there is none.</summary>
    public string Query { get; init; } = "";

    public required IReadOnlyDictionary<string, string> Headers { get; init; }
    public byte[] Body { get; set; } = [];
    public required bool KeepAlive { get; init; }

    /// <summary>The decoded parts of the path: <c>/v1/project/a%2Fb</c> is <c>v1</c>, <c>project</c>, <c>a/b</c>.</summary>
    public required string[] Parts { get; init; }

    public bool Changing => Method is "PUT" or "POST" or "DELETE" or "PATCH";

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>The first value of a query parameter, decoded; null when it is not there.</summary>
    public string? QueryValue(string name)
    {
        foreach (var pair in Query.Split('&'))
        {
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair.Substring(0, equals);
            if (Uri.UnescapeDataString(key) == name) return equals < 0 ? "" : Uri.UnescapeDataString(pair.Substring(equals + 1));
        }
        return null;
    }
}
