namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What a statement works with. Used under the world's lock.</summary>
internal sealed class SqlCall
{
    public required CockroachModel Model { get; init; }

    public required CockroachCluster Cluster { get; init; }

    /// <summary>What the cluster keeps.</summary>
    public required ClusterStore Store { get; init; }

    public required SqlSession Session { get; init; }

    /// <summary>The values of the statement, in their order; null is SQL's NULL.</summary>
    public required IReadOnlyList<string?> Values { get; init; }
}
