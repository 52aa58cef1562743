using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>The operations that read streams.</summary>
internal static class StreamReads
{
    public static HttpReply List(CockroachCall call)
    {
        var streams = call.Model.Streams.Where(s => call.AdministersEither(s) && Asked(call, s));
        var page = Page<CockroachStream>.Of(
            call, streams, s => Instant.SortKey(s.CreatedAt) + s.Id, call.Settings.CockroachStreamsNewestFirst);
        return JsonReply.Of(w =>
        {
            w.WriteStartArray("physical_replication_streams");
            foreach (var stream in page.Items)
            {
                w.WriteStartObject();
                StreamJson.Write(w, call, Shown(call, stream));
                w.WriteEndObject();
            }
            w.WriteEndArray();
            page.Write(w);
        });
    }

    public static HttpReply Get(CockroachCall call) => One(call, call.Stream());

    public static HttpReply One(CockroachCall call, CockroachStream stream) =>
        JsonReply.Of(w => StreamJson.Write(w, call, Shown(call, stream)));

    private static bool Asked(CockroachCall call, CockroachStream stream) =>
        Fits(call, "primary_cluster_id", id => stream.PrimaryId == id)
        && Fits(call, "standby_cluster_id", id => stream.StandbyId == id)
        && Fits(call, "cluster_id", stream.Joins)
        && (!Hidden(call, stream) || ShowsCompleted(call));

    private static bool Fits(CockroachCall call, string parameter, Func<string, bool> fits) =>
        call.Request.QueryValue(parameter) is not { Length: > 0 } id || fits(id.ToLowerInvariant());

    private static bool Hidden(CockroachCall call, CockroachStream stream) =>
        stream.Status == CockroachWords.Completed
        || (stream.Status == CockroachWords.Canceled && call.Settings.CockroachCanceledHidden);

    private static bool ShowsCompleted(CockroachCall call) => call.Request.QueryValue("show_completed") switch
    {
        null or "" => call.Settings.CockroachShowsCompleted,
        "true" => true,
        "false" => false,
        var other => throw CockroachProblem.Input($"invalid show_completed: {other}"),
    };

    private static CockroachStream Shown(CockroachCall call, CockroachStream stream) =>
        call.Stale ? call.Model.Before(stream) : stream;
}
