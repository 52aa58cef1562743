using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrdrTools.Core.Http;

namespace CrdrTools.Core.Providers.Aiven;

/// <summary>How Aiven takes its token and words its errors.</summary>
internal sealed class AivenDialect : IVendorDialect
{
    public static AivenDialect Instance { get; } = new();

    public string Vendor => "Aiven";

    public AuthenticationHeaderValue Authorize(string token) => new("aivenv1", token);

    public IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>();

    public bool IsRateLimit(int status, string? message, bool hasRetryAfter) => status == 429;

    public bool IsLock(int status, string? message) => false;

    /// <summary>The top-level <c>message</c>; <c>errors</c> may be objects, strings or one string.</summary>
    public string? ErrorMessage(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            if (document.RootElement.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String) return message.GetString();
            if (!document.RootElement.TryGetProperty("errors", out JsonElement errors)) return null;
            JsonElement first = errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 ? errors[0] : errors;
            if (first.ValueKind == JsonValueKind.String) return first.GetString();
            return first.ValueKind == JsonValueKind.Object && first.TryGetProperty("message", out JsonElement inner) ? inner.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>"Rate limit 120 exceeded - try again in 28s": the words are all that is known to tell.</summary>
    public TimeSpan? RetryAfter(string? message) =>
        message is not null && Regex.Match(message, @"try again in (\d{1,6})\s*s", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase) is { Success: true } match
            ? TimeSpan.FromSeconds(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
}
