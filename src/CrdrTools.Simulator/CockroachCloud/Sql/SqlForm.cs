namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>
/// One statement that is understood: its words and signs with blanks between them, and what it does. In the pattern, a part in capitals
/// stands for any value: <c>NAME</c> a name, <c>TEXT</c> a text, <c>VALUE</c> a text, a number or a word.
/// </summary>
internal sealed class SqlForm(string pattern, Func<SqlCall, SqlReply> run)
{
    private readonly string[] _parts = pattern.Split(' ');

    public Func<SqlCall, SqlReply> Run { get; } = run;

    /// <summary>The column of its result, from its values; null when it has no result.</summary>
    public Func<IReadOnlyList<SqlToken>, SqlColumn>? Column { get; init; }

    /// <summary>It ends a transaction: the only thing that a failed one still takes.</summary>
    public bool EndsTransaction { get; init; }

    /// <summary>How many parts of the pattern the tokens have from the front.</summary>
    public int Fit(IReadOnlyList<SqlToken> tokens)
    {
        var fits = 0;
        while (fits < _parts.Length && fits < tokens.Count && Fits(_parts[fits], tokens[fits])) fits++;
        return fits;
    }

    public bool IsWhole(IReadOnlyList<SqlToken> tokens) => tokens.Count == _parts.Length && Fit(tokens) == _parts.Length;

    /// <summary>The tokens in the places of values.</summary>
    public IReadOnlyList<SqlToken> Values(IReadOnlyList<SqlToken> tokens) => [.. tokens.Where((_, i) => IsPlaceholder(_parts[i]))];

    private static bool Fits(string part, SqlToken token) => part switch
    {
        "NAME" => token.Kind == SqlTokenKind.Word,
        "TEXT" => token.Kind is SqlTokenKind.Text or SqlTokenKind.Parameter,
        "VALUE" => token.Kind != SqlTokenKind.Symbol,
        _ => token.Kind is SqlTokenKind.Word or SqlTokenKind.Number or SqlTokenKind.Symbol && token.Text == part,
    };

    private static bool IsPlaceholder(string part) => part[0] is >= 'A' and <= 'Z';
}
