namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Why a statement or a connection is refused, as SQL says it.</summary>
internal sealed class SqlProblem(string code, string message) : Exception(message)
{
    /// <summary>The SQLSTATE.</summary>
    public string Code { get; } = code;

    public string? Hint { get; init; }

    /// <summary>The connection ends after the answer.</summary>
    public bool Fatal { get; init; }

    public static SqlProblem Syntax(string near) => new("42601", $"at or near \"{near}\": syntax error");

    /// <summary>The bytes are not what the protocol has in that place.</summary>
    public static SqlProblem Protocol(string message) => new("08P01", message) { Fatal = true };

    public static SqlProblem Internal(Exception e) => new("XX000", $"the simulator itself failed: {e}") { Fatal = true };
}
