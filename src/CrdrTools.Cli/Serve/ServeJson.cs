using System.Text.Json.Serialization;

namespace CrdrTools.Cli.Serve;

/// <summary>Whether the server does what it is for.</summary>
/// <param name="Status"><c>ok</c>, or <c>blind</c> when no pair at all can be seen, or <c>late</c> when looks come later than they should.</param>
/// <param name="Pairs">How many are watched.</param>
/// <param name="Seen">How many the newest look saw.</param>
/// <param name="LatenessSeconds">How late the latest look began, at most.</param>
internal sealed record Health(string Status, int Pairs, int Seen, double LatenessSeconds);

/// <summary>What an application asks for.</summary>
internal sealed record ConnectionWish
{
    /// <summary>The pair; may be left out where one is watched.</summary>
    public string? Pair { get; init; }
    /// <summary>The application's own template.</summary>
    public string? Template { get; init; }
    /// <summary>What is in its braces.</summary>
    public Dictionary<string, string> Values { get; init; } = [];
}

/// <summary>What it gets.</summary>
internal sealed record ConnectionFilled(string Pair, string ConnectionString, CrdrConnection Connection);

/// <summary>What went wrong.</summary>
internal sealed record ErrorAnswer(string Error, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(CrdrConnection))]
[JsonSerializable(typeof(ConnectionWish))]
[JsonSerializable(typeof(ConnectionFilled))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class ServeJson : JsonSerializerContext;
