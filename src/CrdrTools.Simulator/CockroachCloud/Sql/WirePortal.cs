namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>A statement and its values, ready to be executed once.</summary>
/// <param name="statement">The statement; null is an empty one.</param>
/// <param name="parameters">The values of its parameters.</param>
/// <param name="format">The format the client wants its result in.</param>
internal sealed class WirePortal(SqlStatement? statement, IReadOnlyList<string?> parameters, int format)
{
    public SqlStatement? Statement { get; } = statement;

    public IReadOnlyList<string?> Parameters { get; } = parameters;

    public int Format { get; } = format;

    public bool IsDone { get; set; }
}
