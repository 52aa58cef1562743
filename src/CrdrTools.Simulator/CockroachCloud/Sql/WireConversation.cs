namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>What is said once a client is in: statements in one message, or in steps. Answers go to the writer.</summary>
internal sealed class WireConversation(SqlSession session, WireWriter writer)
{
    /// <summary>The client's last message.</summary>
    public const char Goodbye = 'X';

    private readonly WireSteps _steps = new(session, writer);
    private bool _ignoring;

    /// <summary>Answers a message; true when the client waits for the answer.</summary>
    /// <exception cref="SqlProblem">Nothing more can be said.</exception>
    public bool Take(WireMessage message)
    {
        if (message.Type == 'S')
        {
            _ignoring = false;
            _steps.End();
            writer.Ready(session.Transaction.Status);
            return true;
        }
        // After an error in one step the others that were sent with it are not taken.
        if (_ignoring) return false;
        switch (message.Type)
        {
            case 'Q':
                Query(message.Text());
                return true;
            case 'P' or 'B' or 'D' or 'E' or 'C':
                return Step(message);
            case 'H':
                return true;
            case 'd' or 'c' or 'f':
                // What is left of a copy, which no statement here begins.
                return false;
            default:
                throw SqlProblem.Protocol($"unrecognized client message type {(int)message.Type}");
        }
    }

    private void Query(string sql)
    {
        _steps.Forget();
        try
        {
            RunAll(SqlStatement.Read(sql));
        }
        catch (SqlProblem problem) when (!problem.Fatal)
        {
            writer.Error(problem);
        }
        writer.Ready(session.Transaction.Status);
    }

    /// <summary>All are read before the first is run.</summary>
    private void RunAll(IReadOnlyList<SqlStatement> statements)
    {
        if (statements.Count == 0) writer.NothingAsked();
        if (statements.FirstOrDefault(s => s.Problem is not null) is { } strange) session.Run(strange, []);
        foreach (var statement in statements)
        {
            var reply = session.Run(statement, []);
            if (statement.Column is { } column) writer.Columns(column, SqlColumn.TextFormat);
            writer.Result(statement.Column, reply, SqlColumn.TextFormat);
        }
    }

    private bool Step(WireMessage message)
    {
        try
        {
            _steps.Take(message);
            return false;
        }
        catch (SqlProblem problem) when (!problem.Fatal)
        {
            session.Transaction.Fail();
            writer.Error(problem);
            return _ignoring = true;
        }
    }
}
