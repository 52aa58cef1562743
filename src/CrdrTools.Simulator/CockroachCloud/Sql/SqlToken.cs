namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>One piece of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A word in lower case, a text without its quotes, a parameter's number.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where the next one can begin.</param>
internal sealed record SqlToken(SqlTokenKind Kind, string Text, int Start, int End)
{
    public bool Ends => Kind == SqlTokenKind.Symbol && Text == ";";
}
