namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Cuts statements into tokens. It takes any text: what makes no sense is a symbol no statement has.</summary>
internal static class SqlLexer
{
    public static List<SqlToken> Cut(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            if (char.IsWhiteSpace(sql[at]))
            {
                at++;
                continue;
            }
            var token = Next(sql, at);
            tokens.Add(token);
            at = token.End;
        }
        return tokens;
    }

    private static SqlToken Next(string sql, int start)
    {
        if (IsLetter(sql[start]))
        {
            var end = After(sql, start, c => IsLetter(c) || IsDigit(c) || c == '.');
            return new SqlToken(SqlTokenKind.Word, sql.Substring(start, end - start).ToLowerInvariant(), start, end);
        }
        if (IsDigit(sql[start])) return Plain(SqlTokenKind.Number, sql, start, After(sql, start, c => IsDigit(c) || c == '.'));
        if (sql[start] == '\'') return Quoted(sql, start);
        if (sql[start] == '$' && After(sql, start + 1, IsDigit) is var number && number > start + 1)
            return new SqlToken(SqlTokenKind.Parameter, sql.Substring(start + 1, number - start - 1), start, number);
        var pair = string.CompareOrdinal(sql, start, "::", 0, 2) == 0;
        return Plain(SqlTokenKind.Symbol, sql, start, start + (pair ? 2 : 1));
    }

    /// <summary>A text; a quote in it is doubled. One without an end is a symbol.</summary>
    private static SqlToken Quoted(string sql, int start)
    {
        for (var at = start + 1; at < sql.Length; at++)
        {
            if (sql[at] != '\'') continue;
            if (at + 1 < sql.Length && sql[at + 1] == '\'') at++;
            else return new SqlToken(SqlTokenKind.Text, sql.Substring(start + 1, at - start - 1).Replace("''", "'"), start, at + 1);
        }
        return Plain(SqlTokenKind.Symbol, sql, start, sql.Length);
    }

    private static SqlToken Plain(SqlTokenKind kind, string sql, int start, int end) =>
        new(kind, sql.Substring(start, end - start), start, end);

    private static int After(string sql, int at, Func<char, bool> belongs)
    {
        while (at < sql.Length && belongs(sql[at])) at++;
        return at;
    }

    private static bool IsLetter(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '_';

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}
