using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CrdrTools.Core;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>Ours, in the ways in which it is called. Anything but a success ends the benchmark.</summary>
internal sealed class Tool(string state, string pairs)
{
    private CrdrPair _pair = null!;

    public async Task RegisterAsync(CrdrPair draft)
    {
        using Crdr crdr = new(state, pairs);
        _pair = await crdr.RegisterAsync(draft, null, replace: false, keep: true, new SilentHost(), default);
    }

    /// <summary>In this process, opened for this one call: nothing known, and no connection open.</summary>
    public async Task<string> OperateAsync(CrdrRequest request)
    {
        long began = Stopwatch.GetTimestamp();
        DateTimeOffset at = DateTimeOffset.UtcNow;
        SilentHost host = new();
        using Crdr crdr = new(state, pairs);
        return Told(await crdr.RunAsync(_pair, request with { Timeout = TimeSpan.FromMinutes(2) }, null, host, default), host, began, at);
    }

    /// <summary>In this process, by one that has watched.</summary>
    public async Task<Watcher> WatchAsync(CrdrRequest request)
    {
        SilentHost host = new();
        Crdr crdr = new(state, pairs);
        KeptPair pair = crdr.Keep(_pair, null, host);
        await pair.PlanAsync(request, default);
        return new(crdr, pair, host);
    }

    /// <summary>In a process of its own: <c>CRDR_BENCH_CRDR</c>, a published one, or the one that was built with this.</summary>
    public async Task<string> CommandAsync(string verb, params string[] arguments)
    {
        string? published = Environment.GetEnvironmentVariable("CRDR_BENCH_CRDR");
        ProcessStartInfo start = new(published ?? "dotnet", [.. published is null ? new[] { Path.Combine(AppContext.BaseDirectory, "crdr.dll") } : [], verb, _pair.Name, .. arguments, "--yes"]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["CRDR_STATE"] = state;
        start.Environment["CRDR_PAIRS"] = pairs;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> said = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? $"{published ?? "crdr, as built"}" : throw new InvalidOperationException($"crdr ended with {process.ExitCode}: {await said}{await errors}");
    }

    /// <summary>When each part was done, from the call; then what the journal holds.</summary>
    internal static string Told(CrdrOperation operation, SilentHost host, long began, DateTimeOffset at)
    {
        if (operation.Outcome != CrdrOutcome.Succeeded) throw new InvalidOperationException($"{operation.Outcome}: {operation.Message}");
        IEnumerable<string> parts = host.Traced.Where(t => t.At >= began).Select((t, i) => (t.At, t.Text)).Prepend((began, ""))
            .Zip(host.Traced.Where(t => t.At >= began), (before, t) => string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began, t.At).TotalMilliseconds,8:0.0} +{Stopwatch.GetElapsedTime(before.Item1, t.At).TotalMilliseconds,6:0.0} {t.Text}"));
        IEnumerable<string> lines = File.ReadLines(operation.Journal!).Select(l => JsonDocument.Parse(l).RootElement).Where(l => l.GetProperty("kind").GetString() != "Note")
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{(l.GetProperty("at").GetDateTimeOffset() - at).TotalMilliseconds,8:0} {l.GetProperty("kind")} {Word(l, "step")} {Word(l, "receipt")}"));
        return $"{operation.Verb}\n    {string.Join("\n    ", parts.Concat(lines))}";
    }

    private static string? Word(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement word) ? word.GetString() : null;
}

/// <summary>One that watches a pair, and acts.</summary>
internal sealed class Watcher(Crdr crdr, KeptPair pair, SilentHost host) : IDisposable
{
    public Task LookAsync() => pair.StatusAsync(default);

    public async Task<string> RunAsync(CrdrRequest request)
    {
        long began = Stopwatch.GetTimestamp();
        DateTimeOffset at = DateTimeOffset.UtcNow;
        return Tool.Told(await pair.RunAsync(request with { Timeout = TimeSpan.FromMinutes(2) }, default), host, began, at);
    }

    public void Dispose()
    {
        pair.Dispose();
        crdr.Dispose();
    }
}
