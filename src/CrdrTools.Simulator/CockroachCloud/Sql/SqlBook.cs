namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What the clusters keep of what SQL told them, and all they were told. Used under the world's lock.</summary>
internal sealed class SqlBook
{
    private const int Kept = 100_000;
    private const int KeptText = 16 * 1024;
    private readonly Dictionary<string, ClusterStore> _stores = new(StringComparer.Ordinal);
    private readonly Queue<SimulatorStatement> _statements = new();

    public IReadOnlyList<SimulatorStatement> Statements => [.. _statements];

    /// <summary>Of a cluster by its id: another one of the same name begins anew.</summary>
    public ClusterStore Of(CockroachCluster cluster)
    {
        if (!_stores.TryGetValue(cluster.Id, out var store)) store = _stores[cluster.Id] = new ClusterStore();
        return store;
    }

    /// <summary>Does what a statement says.</summary>
    public SqlReply Run(CockroachModel model, SqlSession session, SqlStatement statement, IReadOnlyList<string?> parameters)
    {
        var cluster = ClusterDoor.Stay(model, session.ClusterId);
        Note(model.Stage.Now, cluster.Name, statement.Text);
        if (statement.Problem is { } problem) throw problem;
        var form = statement.Form!;
        if (session.Transaction.HasFailed && !form.EndsTransaction)
            throw new SqlProblem("25P02", "current transaction is aborted, commands ignored until end of transaction block");
        return form.Run(new SqlCall
        {
            Model = model,
            Cluster = cluster,
            Store = Of(cluster),
            Session = session,
            Values = statement.Bind(parameters),
        });
    }

    private void Note(DateTimeOffset at, string cluster, string text)
    {
        _statements.Enqueue(new SimulatorStatement(at, cluster, text.Length > KeptText ? text.Substring(0, KeptText) : text));
        if (_statements.Count > Kept) _statements.Dequeue();
    }
}
