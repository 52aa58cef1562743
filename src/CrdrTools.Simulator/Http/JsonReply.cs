using System.Text.Encodings.Web;
using System.Text.Json;

namespace CrdrTools.Simulator.Http;

/// <summary>Answers that are one JSON object.</summary>
internal static class JsonReply
{
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
}
