using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>How CockroachDB Cloud takes its key and words its errors.</summary>
internal sealed class CockroachDialect : IVendorDialect
{
    public static CockroachDialect Instance { get; } = new();

    public string Vendor => "CockroachDB Cloud";

    /// <summary>The version of the API whose words this provider knows.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string> { ["Cc-Version"] = "2024-09-16" };

    public AuthenticationHeaderValue Authorize(string token) => new("Bearer", token);

    /// <summary><c>{"code", "message", "details"}</c></summary>
    public string? ErrorMessage(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out JsonElement message)
                && message.ValueKind == JsonValueKind.String ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public TimeSpan? RetryAfter(string? message) => null;

    /// <summary>Documented are the words and the header; which status comes with them is not.</summary>
    public bool IsRateLimit(int status, string? message, bool hasRetryAfter) => status == 429 || hasRetryAfter || message?.Has("rate limit") == true;

    /// <summary>The vendor's own client takes 503 and such words for a lock that passes.</summary>
    public bool IsLock(int status, string? message) =>
        status is 400 or 409 or 423 or 503 && message is not null && Regex.IsMatch(message, @"\block(ed)?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
