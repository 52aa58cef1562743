using System.Globalization;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The statements of a probe: a write that shows whether the cluster takes writes, in a table of its own.</summary>
internal static class ProbeStatements
{
    public static SqlReply CreateDatabase(SqlCall call)
    {
        call.Store.HasDatabase = true;
        return new SqlReply("CREATE DATABASE");
    }

    public static SqlReply CreateTable(SqlCall call)
    {
        if (!call.Store.HasDatabase) throw new SqlProblem("3D000", "database \"crdrtools\" does not exist");
        call.Store.HasTable = true;
        return new SqlReply("CREATE TABLE");
    }

    public static SqlReply Write(SqlCall call)
    {
        NeedTable(call);
        var pair = call.Values[0] ?? throw new SqlProblem("23502", "null value in column \"pair\" violates not-null constraint");
        call.Session.Transaction.Write(call.Store, pair);
        return new SqlReply("INSERT 0 1");
    }

    /// <summary>The pair is the primary key: however often it was written, there is one row.</summary>
    public static SqlReply Count(SqlCall call)
    {
        NeedTable(call);
        var found = call.Values[0] is { } pair && (call.Store.HasProbe(pair) || call.Session.Transaction.HasWritten(pair));
        return SqlReply.Row((found ? 1 : 0).ToString(CultureInfo.InvariantCulture));
    }

    private static void NeedTable(SqlCall call)
    {
        if (!call.Store.HasTable) throw new SqlProblem("42P01", "relation \"crdrtools.probe\" does not exist");
    }
}
