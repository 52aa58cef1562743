namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>Every statement that is understood.</summary>
internal static class SqlForms
{
    public static readonly IReadOnlyList<SqlForm> All =
    [
        new("select cluster_logical_timestamp ( )", ClusterClock.Read) { Column = _ => ClusterClock.Column },
        new("select cluster_logical_timestamp ( ) :: string", ClusterClock.Read) { Column = _ => ClusterClock.Column },
        new("select 1", _ => SqlReply.Row("1")) { Column = _ => new("?column?", IsNumber: true) },
        new("select version ( )", call => SqlReply.Row(ClusterVersion.Of(call.Cluster))) { Column = _ => new("version") },

        new("set cluster setting NAME = default", SettingStatements.Reset),
        new("set cluster setting NAME = VALUE", SettingStatements.Set),
        new("show cluster setting NAME", SettingStatements.Show) { Column = values => new(values[0].Text) },

        new("create database if not exists crdrtools", ProbeStatements.CreateDatabase),
        new(
            "create table if not exists crdrtools.probe ( pair string primary key , at timestamptz not null )",
            ProbeStatements.CreateTable),
        new("upsert into crdrtools.probe ( pair , at ) values ( TEXT , now ( ) )", ProbeStatements.Write),
        new("select count ( * ) from crdrtools.probe where pair = TEXT", ProbeStatements.Count)
        {
            Column = _ => new("count", IsNumber: true),
        },

        new("begin", TransactionStatements.Begin),
        new("begin transaction isolation level serializable", TransactionStatements.Begin),
        new("begin transaction isolation level read committed", TransactionStatements.Begin),
        new("begin transaction isolation level repeatable read", TransactionStatements.Begin),
        new("commit", TransactionStatements.Commit) { EndsTransaction = true },
        new("rollback", TransactionStatements.Rollback) { EndsTransaction = true },
    ];
}
