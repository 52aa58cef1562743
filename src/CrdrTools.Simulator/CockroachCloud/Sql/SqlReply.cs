namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What a statement did.</summary>
/// <param name="Tag">The words for it.</param>
/// <param name="Value">The one value of the one row of its result, if it has one.</param>
internal sealed record SqlReply(string Tag, string? Value = null)
{
    public static SqlReply Row(string value) => new("SELECT 1", value);
}
