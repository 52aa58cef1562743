namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>One statement as it was read: the form it has, or why it has none.</summary>
internal sealed class SqlStatement
{
    private SqlStatement(string text, IReadOnlyList<SqlToken> tokens)
    {
        Text = text;
        Form = SqlForms.All.FirstOrDefault(f => f.IsWhole(tokens));
        Values = Form?.Values(tokens) ?? [];
        Column = Form?.Column?.Invoke(Values);
        Parameters = Values.Count(v => v.Kind == SqlTokenKind.Parameter);
        if (Form is null) Problem = SqlProblem.Syntax(Strange(tokens));
        // No statement has a place for more than one.
        else if (Values.Any(v => v.Kind == SqlTokenKind.Parameter && v.Text != "1"))
            Problem = new SqlProblem("42P18", "could not determine data type of placeholder $1");
    }

    /// <summary>As it was sent, without a semicolon.</summary>
    public string Text { get; }

    public SqlForm? Form { get; }

    /// <summary>What stands in the places of values.</summary>
    public IReadOnlyList<SqlToken> Values { get; }

    /// <summary>The column of its result; null when it has none.</summary>
    public SqlColumn? Column { get; }

    /// <summary>How many parameters it has.</summary>
    public int Parameters { get; }

    public SqlProblem? Problem { get; }

    /// <summary>The statements of a text, with semicolons between them.</summary>
    public static IReadOnlyList<SqlStatement> Read(string sql)
    {
        var statements = new List<SqlStatement>();
        var tokens = new List<SqlToken>();
        foreach (var token in SqlLexer.Cut(sql))
        {
            if (!token.Ends) tokens.Add(token);
            else Add(statements, sql, tokens);
        }
        Add(statements, sql, tokens);
        return statements;
    }

    /// <summary>Its values, with those of its parameters.</summary>
    public IReadOnlyList<string?> Bind(IReadOnlyList<string?> parameters) => [.. Values.Select(v => v.Kind != SqlTokenKind.Parameter
        ? v.Text
        : parameters.Count > 0 ? parameters[0] : throw new SqlProblem("42P02", "no value provided for placeholder: $1"))];

    private static void Add(List<SqlStatement> statements, string sql, List<SqlToken> tokens)
    {
        if (tokens.Count == 0) return;
        var start = tokens[0].Start;
        statements.Add(new SqlStatement(sql.Substring(start, tokens[tokens.Count - 1].End - start), [.. tokens]));
        tokens.Clear();
    }

    /// <summary>The first token that no statement has in that place.</summary>
    private static string Strange(IReadOnlyList<SqlToken> tokens)
    {
        var fits = SqlForms.All.Max(f => f.Fit(tokens));
        return fits < tokens.Count ? tokens[fits].Text : "EOF";
    }
}
