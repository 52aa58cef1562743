using System.Collections.Concurrent;
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
/// Tells people: posts each alert to a webhook and runs a program for it, beside the watching and one after another. What does not get through is tried again for a while, and
/// told where it happens; it keeps nobody from looking or acting.
/// </summary>
internal sealed class Alerts(CrdrWatchOptions options, HttpMessageInvoker http, IOperationHost host, TimeProvider time, Action<CrdrWatchEvent> tell)
{
    /// <summary>Alerts that wait, at most: older ones are dropped then, for the newest says how it stands.</summary>
    private const int Most = 200;
    private static readonly TimeSpan[] s_again = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(25)];
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10), s_hookLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<CrdrWatchEvent> _waiting = new();
    private readonly SemaphoreSlim _some = new(0);

    /// <summary>Whether anybody is told at all.</summary>
    public bool Any => options.Webhook is not null || options.Hook is not null;

    /// <summary>What people are woken for, and that it is over.</summary>
    public static bool Wakes(CrdrWatchEvent happened) =>
        happened.Severity >= FindingSeverity.Warning || happened.Kind is WatchEventKind.Acting or WatchEventKind.Acted or WatchEventKind.Cleared or WatchEventKind.Seeing;

    /// <summary>Has it told.</summary>
    public void Add(CrdrWatchEvent happened)
    {
        if (!Any || happened.Kind == WatchEventKind.AlertFailed || !Wakes(happened)) return;
        _waiting.Enqueue(happened);
        while (_waiting.Count > Most) _waiting.TryDequeue(out _);
        _some.Release();
    }

    /// <summary>Tells until <paramref name="ct"/> ends it; what is left then is told once more, without a second try.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _some.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (_waiting.TryDequeue(out CrdrWatchEvent? next)) await TellAsync(next, ct).ConfigureAwait(false);
        }
        while (_waiting.TryDequeue(out CrdrWatchEvent? last)) await TellAsync(last, ct).ConfigureAwait(false);
    }

    private async Task TellAsync(CrdrWatchEvent happened, CancellationToken ct)
    {
        Task[] ways = [options.Webhook is { } address ? TryAsync("the webhook", happened, () => PostAsync(address, happened), ct) : Task.CompletedTask, options.Hook is { } hook ? TryAsync(hook[0], happened, () => RunAsync(hook, happened), ct) : Task.CompletedTask];
        await Task.WhenAll(ways).ConfigureAwait(false);
    }

    private async Task TryAsync(string where, CrdrWatchEvent happened, Func<Task> deed, CancellationToken ct)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await deed().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or CrdrException or OperationCanceledException)
            {
                if (i == 0 || i == s_again.Length)
                {
                    tell(new()
                    {
                        At = time.GetUtcNow(), Pair = happened.Pair, Kind = WatchEventKind.AlertFailed, Severity = FindingSeverity.Warning,
                        Message = $"the alert '{happened.Kind}' did not get through to {where}: {(e is OperationCanceledException ? $"no answer within {s_limit.TotalSeconds:0} s" : e.Message.TrimEnd('.'))}{(i == 0 ? "; it is tried again" : "; it is given up")}",
                    });
                }
                if (i == s_again.Length || ct.IsCancellationRequested) return;
            }
            await Task.WhenAny(time.Delay(s_again[i], ct)).ConfigureAwait(false);
        }
    }

    private async Task PostAsync(string address, CrdrWatchEvent happened)
    {
        Uri place = WatchSettings.Address(SecretReference.Complaint(address) is null ? await SecretReference.ResolveAsync(address, "The webhook's address", null, host).ConfigureAwait(false) : address);
        using HttpRequestMessage request = new(HttpMethod.Post, place) { Content = new StringContent(Body(happened), Encoding.UTF8, "application/json") };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("CrdrTools", null));
        using CancellationTokenSource limit = new(s_limit);
        using HttpResponseMessage reply = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
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

    private static async Task RunAsync(IReadOnlyList<string> hook, CrdrWatchEvent happened) =>
        await new CommandProcess("The hook", "Hook").RunAsync(hook, new Dictionary<string, string>
        {
            ["CRDR_EVENT"] = happened.Kind.ToString(), ["CRDR_PAIR"] = happened.Pair, ["CRDR_SEVERITY"] = happened.Severity.ToString(), ["CRDR_MESSAGE"] = happened.Message,
            ["CRDR_PHASE"] = happened.Phase?.ToString() ?? "", ["CRDR_OPERATION"] = happened.Operation ?? "", ["CRDR_AT"] = happened.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            ["CRDR_JSON"] = JsonSerializer.Serialize(happened, CrdrJson.Default.CrdrWatchEvent),
        }, s_hookLimit, CancellationToken.None).ConfigureAwait(false);
}
