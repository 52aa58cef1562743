using System.Globalization;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>The cluster's own clock, as a hybrid logical one: nanoseconds, and a counter that is always 0 here.</summary>
internal static class ClusterClock
{
    public static readonly SqlColumn Column = new("cluster_logical_timestamp");

    private static readonly DateTimeOffset Epoch = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static SqlReply Read(SqlCall call) =>
        SqlReply.Row(Text(call.Model.Stage.Now + Span.Seconds(call.Model.Stage.Settings.CockroachClockSkewSeconds)));

    /// <summary>A tick is 100 nanoseconds. The zeros are text: before the simulated clock ends, nanoseconds leave 64 bits.</summary>
    private static string Text(DateTimeOffset time) =>
        (time - Epoch).Ticks.ToString(CultureInfo.InvariantCulture) + "00.0000000000";
}
