namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The statements that begin and end transactions.</summary>
internal static class TransactionStatements
{
    public static SqlReply Begin(SqlCall call)
    {
        if (call.Session.Transaction.IsOpen) throw new SqlProblem("25001", "there is already a transaction in progress");
        call.Session.Transaction.Begin();
        return new SqlReply("BEGIN");
    }

    public static SqlReply Commit(SqlCall call)
    {
        var transaction = Open(call);
        if (transaction.HasFailed) return Rollback(call);
        transaction.Commit(call.Store);
        return new SqlReply("COMMIT");
    }

    public static SqlReply Rollback(SqlCall call)
    {
        Open(call).Forget();
        return new SqlReply("ROLLBACK");
    }

    private static SqlTransaction Open(SqlCall call) => call.Session.Transaction.IsOpen
        ? call.Session.Transaction
        : throw new SqlProblem("25P01", "there is no transaction in progress");
}
