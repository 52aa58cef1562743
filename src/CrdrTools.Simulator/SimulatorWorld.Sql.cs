using CrdrTools.Simulator.CockroachCloud;
using CrdrTools.Simulator.CockroachCloud.Sql;

namespace CrdrTools.Simulator;

/// <summary>SQL: what the clusters were told, and what they keep of it.</summary>
public sealed partial class SimulatorWorld
{
    /// <summary>The statements the clusters were sent since the start, the last 100,000 of them, oldest first.</summary>
    public IReadOnlyList<SimulatorStatement> SqlStatements => Read(() => _cockroach.Sql.Statements);

    /// <summary>What the simulator is started with, and SQL takes for a password.</summary>
    internal string Token => _options.Token;

    /// <summary>The value of a cluster setting, as it was set or is by default.</summary>
    /// <exception cref="ArgumentException">There is no such cluster or setting.</exception>
    public string ClusterSetting(string cluster, string name) => Read(() =>
        _cockroach.Sql.Of(FoundCluster(cluster)).Settings.Find(name)
        ?? throw new ArgumentException($"there is no cluster setting '{name}'"));

    /// <summary>How many probe writes a cluster acknowledged.</summary>
    /// <exception cref="ArgumentException">There is no such cluster.</exception>
    public long ProbeWrites(string cluster) => Read(() => _cockroach.Sql.Of(FoundCluster(cluster)).ProbeWrites);

    /// <summary>The cluster a SQL client comes for.</summary>
    internal CockroachCluster EnterSql(string cluster) => Read(() => ClusterDoor.Enter(_cockroach.Model, cluster));

    /// <summary>Does what a statement says.</summary>
    internal SqlReply RunSql(SqlSession session, SqlStatement statement, IReadOnlyList<string?> parameters) =>
        Read(() => _cockroach.Sql.Run(_cockroach.Model, session, statement, parameters));
}
