namespace CrdrTools.Core.Sql;

/// <summary>What is asked of a CockroachDB cluster itself.</summary>
internal interface IClusterSql
{
    /// <summary>The cluster's own clock: not before any write that was acknowledged until now, up to the half second by which its nodes may differ.</summary>
    Task<DateTimeOffset> ClockAsync(CancellationToken ct);

    /// <summary>Writes a row of this tool's own (database <c>crdrtools</c>, table <c>probe</c>): proof that writes are taken.</summary>
    Task ProbeAsync(string pair, CancellationToken ct);

    /// <summary>Sets a cluster setting where a value is given. Gives what it is then.</summary>
    Task<string> SettingAsync(string name, string? value, CancellationToken ct);
}
