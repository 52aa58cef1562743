using System.Text.Encodings.Web;
using System.Text.Json;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Answers in the API's envelopes.</summary>
internal static class AivenReply
{
    public static readonly HttpReply Empty = HttpReply.Json(200, "{}");

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static HttpReply Of(Action<Utf8JsonWriter> properties)
    {
        using var stream = new MemoryStream(1024);
        using (var writer = new Utf8JsonWriter(stream, Plain))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }
        return new HttpReply(200, stream.ToArray());
    }

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
