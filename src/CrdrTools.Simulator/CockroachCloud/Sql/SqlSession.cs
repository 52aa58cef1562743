namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>One client that was let in to one cluster.</summary>
internal sealed class SqlSession(SimulatorWorld world, string clusterId)
{
    public string ClusterId { get; } = clusterId;

    public SqlTransaction Transaction { get; } = new();

    /// <exception cref="SqlProblem">The statement is refused; with it, the transaction that is open.</exception>
    /// <exception cref="SqlUnreachable">The cluster cannot be reached any more.</exception>
    public SqlReply Run(SqlStatement statement, IReadOnlyList<string?> parameters)
    {
        try
        {
            return world.RunSql(this, statement, parameters);
        }
        catch (SqlProblem)
        {
            Transaction.Fail();
            throw;
        }
    }
}
