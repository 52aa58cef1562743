namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Whose key may do what. The simulator's own token administers every cluster; others those they were given.</summary>
internal sealed class CockroachUsers(string owner)
{
    private const string Scheme = "Bearer ";
    private readonly Dictionary<string, HashSet<string>> _clusters = new(StringComparer.Ordinal);

    public void Add(string token, IEnumerable<string> clusters) => _clusters[token] = new HashSet<string>(clusters, StringComparer.Ordinal);

    /// <summary>The token of such a header.</summary>
    /// <exception cref="CockroachProblem">There is none, or nobody has it.</exception>
    public string Check(string? authorization)
    {
        var token = TokenOf(authorization);
        return token == owner || _clusters.ContainsKey(token) ? token : throw new CockroachProblem(401, "unauthenticated");
    }

    /// <summary>The token of such a header; empty when it has none.</summary>
    public static string TokenOf(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? authorization.Substring(Scheme.Length).Trim() : "";

    /// <summary>Whether the user administers the cluster.</summary>
    public bool Administers(string token, string cluster) =>
        token == owner || (_clusters.TryGetValue(token, out var clusters) && clusters.Contains(cluster));
}
