using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace CrdrTools.Tests.Serve;

/// <summary>Skipped, and says why, where there is no Chromium.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> s_reason = new(() =>
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("chromium", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "Skipped: chromium does not run.";
        }
        catch (Win32Exception)
        {
            return "Skipped: there is no chromium on the path.";
        }
    });

    public ChromiumFactAttribute() => Skip = s_reason.Value;
}

/// <summary>A headless Chromium with one tab, driven over its own protocol; whatever it complains about is kept.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _tab = new();
    private readonly List<string> _complaints = [];
    private int _asked;

    private Chromium(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Errors and warnings of the console, uncaught exceptions, and what could not be loaded.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<Chromium> StartAsync()
    {
        string profile = Directory.CreateTempSubdirectory("crdr-chromium-").FullName;
        ProcessStartInfo start = new("chromium") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank" })
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        string? line;
        while ((line = await process.StandardError.ReadLineAsync(limit.Token)) is not null && !line.StartsWith("DevTools listening on ", StringComparison.Ordinal)) { }
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        Uri browser = new(line!["DevTools listening on ".Length..]);
        using HttpClient http = new();
        JsonElement tabs = await http.GetFromJsonAsync<JsonElement>($"http://{browser.Authority}/json/list", limit.Token);
        Chromium chromium = new(process, profile);
        await chromium._tab.ConnectAsync(new(tabs.EnumerateArray().First(t => t.GetProperty("type").GetString() == "page").GetProperty("webSocketDebuggerUrl").GetString()!), limit.Token);
        foreach (string domain in new[] { "Page", "Runtime", "Log" }) await chromium.AskAsync($"{domain}.enable", new { });
        return chromium;
    }

    public Task SizeAsync(int width, int height, bool phone) => AskAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = phone });

    public Task DarkAsync(bool dark) => AskAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });

    public Task KeyAsync(string key) => AskAsync("Input.dispatchKeyEvent", new { type = "keyDown", key, code = key, windowsVirtualKeyCode = key == "Tab" ? 9 : 13, text = key == "Enter" ? "\r" : "" });

    public async Task GoAsync(string address)
    {
        await AskAsync("Page.navigate", new { url = address });
        await UntilAsync("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// <summary>The value of an expression, as JSON has it.</summary>
    public async Task<JsonElement> ValueAsync(string expression)
    {
        JsonElement reply = await AskAsync("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        return reply.TryGetProperty("exceptionDetails", out JsonElement wrong) ? throw new InvalidOperationException(wrong.ToString()) : reply.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    public async Task UntilAsync(string expression)
    {
        for (int i = 0; i < 400; i++)
        {
            if ((await ValueAsync($"!!({expression})")).GetBoolean()) return;
            await Task.Delay(50);
        }
        Assert.Fail($"not so within 20 s: {expression}\n{await ValueAsync("document.body.innerText")}");
    }

    public async ValueTask DisposeAsync()
    {
        _tab.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A child of it writes a last file.
        }
    }

    private async Task<JsonElement> AskAsync(string method, object parameters)
    {
        int id = ++_asked;
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        await _tab.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters }), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            JsonElement said = await HearAsync(limit.Token);
            if (said.TryGetProperty("id", out JsonElement to) && to.GetInt32() == id)
                return said.TryGetProperty("error", out JsonElement error) ? throw new InvalidOperationException($"{method}: {error}") : said.GetProperty("result");
            Note(said);
        }
    }

    private void Note(JsonElement said)
    {
        JsonElement what = said.GetProperty("params");
        switch (said.GetProperty("method").GetString())
        {
            case "Runtime.exceptionThrown":
                _complaints.Add(what.ToString());
                break;
            case "Runtime.consoleAPICalled" when what.GetProperty("type").GetString() is "error" or "warning":
                _complaints.Add(what.ToString());
                break;
            case "Log.entryAdded" when what.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                _complaints.Add(what.GetProperty("entry").ToString());
                break;
        }
    }

    private async Task<JsonElement> HearAsync(CancellationToken ct)
    {
        using MemoryStream whole = new();
        byte[] part = new byte[64 * 1024];
        ValueWebSocketReceiveResult got;
        do
        {
            got = await _tab.ReceiveAsync(part.AsMemory(), ct);
            whole.Write(part, 0, got.Count);
        }
        while (!got.EndOfMessage);
        return JsonDocument.Parse(Encoding.UTF8.GetString(whole.ToArray())).RootElement;
    }
}
