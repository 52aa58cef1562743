namespace CrdrTools.Simulator.Http;

/// <summary>
/// One operation of a vendor's API: its method, its path below the vendor's prefix and the vendor's name for it. In the path, a part
/// in capitals stands for any value.
/// </summary>
internal sealed class ApiRoute<TCall>(string method, string path, string kind, Func<TCall, HttpReply> answer)
{
    private readonly string[] _parts = path.Split('/');

    public string Method { get; } = method;
    public string Kind { get; } = kind;
    public Func<TCall, HttpReply> Answer { get; } = answer;

    /// <summary>The route of a request, by method and path; null when there is none. HEAD is answered as GET.</summary>
    public static ApiRoute<TCall>? Find(IReadOnlyList<ApiRoute<TCall>> routes, HttpRequest request, int prefixParts)
    {
        var method = request.Method == "HEAD" ? "GET" : request.Method;
        foreach (var route in routes)
        {
            if (route.Method == method && route.Fits(request.Parts, prefixParts)) return route;
        }
        return null;
    }

    /// <summary>Whether the parts after the vendor's prefix are this route's path.</summary>
    public bool Fits(string[] parts, int prefixParts)
    {
        if (parts.Length != _parts.Length + prefixParts) return false;
        for (var i = 0; i < _parts.Length; i++)
        {
            if (!IsPlaceholder(_parts[i]) && _parts[i] != parts[i + prefixParts]) return false;
        }
        return true;
    }

    private static bool IsPlaceholder(string part) => part[0] is >= 'A' and <= 'Z';
}
