namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The statements that set and show settings of the cluster.</summary>
internal static class SettingStatements
{
    private const string Done = "SET CLUSTER SETTING";

    public static SqlReply Set(SqlCall call)
    {
        var value = call.Values[1] ?? throw new SqlProblem("22004", "the value of a cluster setting must not be NULL");
        call.Store.Settings.Set(Settable(call), value);
        return new SqlReply(Done);
    }

    public static SqlReply Reset(SqlCall call)
    {
        call.Store.Settings.Reset(Settable(call));
        return new SqlReply(Done);
    }

    public static SqlReply Show(SqlCall call) => new("SHOW CLUSTER SETTING", call.Store.Settings.Find(Known(call)));

    private static string Settable(SqlCall call) => !call.Session.Transaction.IsOpen
        ? Known(call)
        : throw new SqlProblem("25001", "SET CLUSTER SETTING cannot be used inside a multi-statement transaction");

    private static string Known(SqlCall call) => call.Store.Settings.Find(call.Values[0]!) is not null
        ? call.Values[0]!
        : throw new SqlProblem("42704", $"unknown cluster setting '{call.Values[0]}'");
}
