using System.Text.Json;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Writes streams as the API shows them: which members there are depends on the status.</summary>
internal static class StreamJson
{
    public static void Write(Utf8JsonWriter w, CockroachCall call, CockroachStream stream)
    {
        w.WriteString("id", stream.Id);
        w.WriteString("status", stream.Status);
        w.WriteString("primary_cluster_id", stream.PrimaryId);
        w.WriteString("standby_cluster_id", stream.StandbyId);
        w.WriteString("created_at", Instant.Text(stream.CreatedAt));
        if (ShowsTimes(call.Settings, stream) && call.Model.ProgressOf(stream) is { } progress) WriteTimes(w, call, progress);
        if (stream.FailoverAt is { } failover) w.WriteString("failover_at", Instant.Text(failover));
        if (stream.ActivatedAt is { } activated) w.WriteString("activated_at", Instant.Text(activated));
        if (stream.CanceledAt is { } canceled) w.WriteString("canceled_at", Instant.Text(canceled));
    }

    private static bool ShowsTimes(SimulatorSettings settings, CockroachStream stream) =>
        stream.Status == CockroachWords.Replicating
        || (stream.Status == CockroachWords.FailingOver && settings.CockroachFailingOverShowsTimes);

    private static void WriteTimes(Utf8JsonWriter w, CockroachCall call, StreamProgress progress)
    {
        if (progress.Follows)
        {
            var replicated = progress.ReplicatedAt(call.Now, call.Settings);
            w.WriteString("retained_time", Instant.Text(progress.RetainedAt(call.Now, call.Settings)));
            w.WriteString("replicated_time", Instant.Text(replicated));
            w.WriteNumber("replication_lag_seconds", (long)Math.Min(int.MaxValue, (call.Now - replicated).TotalSeconds));
        }
        else if (call.Settings.CockroachScanReplicatedTime == "zero")
        {
            w.WriteString("retained_time", Instant.Zero);
            w.WriteString("replicated_time", Instant.Zero);
            w.WriteNumber("replication_lag_seconds", 0);
        }
    }
}
