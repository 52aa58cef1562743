using System.Text;

namespace CrdrTools.Simulator.Http;

/// <summary>What is sent back. A request that gets no reply at all is a null reply: its connection is reset.</summary>
internal sealed record HttpReply(int Status, byte[] Body)
{
    public string ContentType { get; init; } = "application/json";
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The methods the path takes, for a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>Announces the whole body, sends half of it and resets the connection.</summary>
    public bool Cut { get; init; }

    public static HttpReply Text(int status, string text, string contentType = "text/plain; charset=utf-8") =>
        new(status, Encoding.UTF8.GetBytes(text)) { ContentType = contentType };

    public static HttpReply Json(int status, string json) => new(status, Encoding.UTF8.GetBytes(json));
}
