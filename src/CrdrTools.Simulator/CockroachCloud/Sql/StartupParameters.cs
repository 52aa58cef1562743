namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What a client says of itself before it is let in.</summary>
internal sealed class StartupParameters
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="message">The message, read up to where they begin.</param>
    public StartupParameters(WireMessage message)
    {
        for (var name = message.Text(); name.Length > 0; name = message.Text()) _values[name] = message.Text();
        User = Find("user") is { Length: > 0 } user ? user : throw Refused("no username specified", "28000");
    }

    public string User { get; }

    public string? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    /// <summary>The cluster, which is written before the database: <c>crdb-demo.defaultdb</c>.</summary>
    public string Cluster
    {
        get
        {
            var database = Find("database") ?? "";
            var dot = database.IndexOf('.');
            return dot > 0
                ? database.Substring(0, dot)
                : throw Refused("missing cluster name in connection string: the database is CLUSTER.DATABASE");
        }
    }

    private static SqlProblem Refused(string message, string code = "08004") => new(code, message) { Fatal = true };
}
