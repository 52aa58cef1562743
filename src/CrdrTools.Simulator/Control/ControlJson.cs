using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Control;

/// <summary>JSON as the control endpoint speaks it: camel case, enumerations by name, unknown names refused.</summary>
internal static class ControlJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    public static HttpReply Reply(object value, int status = 200) => HttpReply.Json(status, JsonSerializer.Serialize(value, Options));

    /// <exception cref="ArgumentException">The body is no JSON, misses something, or has a name too many.</exception>
    public static T Read<T>(HttpRequest request)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(request.Body, Options) ?? throw new ArgumentException("the body is null");
        }
        catch (JsonException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }
}
