using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Processes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Monitoring;

/// <summary>
/// Tells people: posts each alert to a webhook and runs a program for it, beside the watching, each one after another. What does not get through is tried again for a while, and
/// told where it happens; it keeps nobody from looking or acting, and one way does not keep the other waiting.
/// </summary>
internal sealed class Alerts
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10), s_hookLimit = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker _http;
    private readonly IOperationHost _host;
    private readonly IReadOnlyList<AlertWay> _ways;

    public Alerts(CrdrWatchOptions options, HttpMessageInvoker http, IOperationHost host, TimeProvider time, Action<CrdrWatchEvent> tell)
    {
        (_http, _host) = (http, host);
        List<AlertWay> ways = [];
        if (options.Webhook is { } address) ways.Add(new("the webhook", s_limit, (happened, ct) => PostAsync(address, happened, ct), time, tell));
        if (options.Hook is { } hook) ways.Add(new(hook[0], s_hookLimit, (happened, ct) => RunAsync(hook, happened, ct), time, tell));
        _ways = ways;
    }

    /// <summary>What people are woken for, and that it is over.</summary>
    public static bool Wakes(CrdrWatchEvent happened) =>
        happened.Severity >= FindingSeverity.Warning || happened.Kind is WatchEventKind.Acting or WatchEventKind.Acted or WatchEventKind.Cleared or WatchEventKind.Seeing;

    /// <summary>Has it told.</summary>
    public void Add(CrdrWatchEvent happened)
    {
        if (happened.Kind == WatchEventKind.AlertFailed || !Wakes(happened)) return;
        foreach (AlertWay way in _ways) way.Add(happened);
    }

    /// <summary>Tells until <paramref name="ct"/> ends it; what is left then has a few seconds.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(_ways.Select(w => w.RunAsync(ct)));

    private async Task PostAsync(string address, CrdrWatchEvent happened, CancellationToken ct)
    {
        Uri place = WatchSettings.Address(SecretReference.Complaint(address) is null ? await SecretReference.ResolveAsync(address, "The webhook's address", null, _host).ConfigureAwait(false) : address);
        using HttpRequestMessage request = new(HttpMethod.Post, place) { Content = new StringContent(Body(happened), Encoding.UTF8, "application/json") };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("CrdrTools", null));
        using HttpResponseMessage reply = await _http.SendAsync(request, ct).ConfigureAwait(false);
        // The address may be a secret of its own: it is named nowhere.
        if (!reply.IsSuccessStatusCode) throw new HttpRequestException($"it answered {(int)reply.StatusCode}");
    }

    /// <summary>One line for chats, and all of it for programs.</summary>
    internal static string Body(CrdrWatchEvent happened)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteString("text", $"{happened.Pair}: {happened.Message}");
            writer.WritePropertyName("event");
            JsonSerializer.Serialize(writer, happened, CrdrJson.Default.CrdrWatchEvent);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static async Task RunAsync(IReadOnlyList<string> hook, CrdrWatchEvent happened, CancellationToken ct) =>
        await new CommandProcess("The hook", "Hook").RunAsync(hook, new Dictionary<string, string>
        {
            ["CRDR_EVENT"] = happened.Kind.ToString(), ["CRDR_PAIR"] = happened.Pair, ["CRDR_SEVERITY"] = happened.Severity.ToString(), ["CRDR_MESSAGE"] = happened.Message,
            ["CRDR_PHASE"] = happened.Phase?.ToString() ?? "", ["CRDR_OPERATION"] = happened.Operation ?? "", ["CRDR_AT"] = happened.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            ["CRDR_JSON"] = JsonSerializer.Serialize(happened, CrdrJson.Default.CrdrWatchEvent),
        }, s_hookLimit, ct).ConfigureAwait(false);
}
