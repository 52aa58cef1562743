using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Answers in the API's envelopes.</summary>
internal static class AivenReply
{
    public static readonly HttpReply Empty = HttpReply.Json(200, "{}");

    public static HttpReply Of(Action<Utf8JsonWriter> properties) => JsonReply.Of(properties);

    public static HttpReply Error(AivenProblem problem) => Of(w =>
    {
        w.WriteStartArray("errors");
        w.WriteStartObject();
        w.WriteString("message", problem.Message);
        w.WriteNumber("status", problem.Status);
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteString("message", problem.Message);
    }) with { Status = problem.Status };
}
