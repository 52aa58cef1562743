using System.Diagnostics;
using System.Globalization;
using CrdrTools.Core;
using CrdrTools.Simulator;

namespace CrdrTools.Benchmarks.Monitoring;

/// <summary>
/// One <c>crdr monitor</c> that watches many pairs every ten seconds, half of them at Aiven and half at CockroachDB Cloud, against vendors that refuse more than they allow: its share of
/// a core and its memory as the kernel counts them, and every request that went out. Then a region is lost, and it is counted how soon all of that region's pairs were told dead.
/// </summary>
internal static class ManyWatched
{
    public static async Task<int> RunAsync(int pairs, int seconds)
    {
        string folder = Directory.CreateTempSubdirectory("crdr-bench-").FullName;
        using SimulatorServer server = SimulatorServer.Start(new() { Settings = new() { CockroachRateLimitPerSecond = 10, RateLimitPerMinute = 120 } });
        SimulatorWorld world = server.World;
        string file = Path.Combine(folder, "pairs.json");
        Describe(world, server.BaseAddress.ToString(), file, pairs / 2, pairs - (pairs / 2));

        string dll = Path.Combine(AppContext.BaseDirectory, "crdr.dll");
        ProcessStartInfo start = new("dotnet", [dll, "monitor", "--all", "--interval", "10", "--json", "--state", Path.Combine(folder, "state"), "--pair-file", file]) { RedirectStandardOutput = true };
        start.Environment["BENCH_TOKEN"] = "demo";
        start.Environment["DOTNET_gcServer"] = "0";
        using Process monitor = Process.Start(start)!;
        int seen = 0, dead = 0, blind = 0;
        Stopwatch? outage = null;
        TimeSpan last = default;
        monitor.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not { } line) return;
            if (line.Contains("it is Protected", StringComparison.Ordinal) || line.Contains("and is Protected", StringComparison.Ordinal)) Interlocked.Increment(ref seen);
            if (line.Contains("\"kind\":\"Blind\"", StringComparison.Ordinal)) Interlocked.Increment(ref blind);
            if (outage is not null && line.Contains("\"kind\":\"Suspected\"", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref dead);
                last = outage.Elapsed;
            }
        };
        monitor.BeginOutputReadLine();
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (seen < pairs && watch.Elapsed < TimeSpan.FromMinutes(5)) await Task.Delay(250);
            Console.WriteLine($"{pairs} pairs, {seen} seen protected after {watch.Elapsed.TotalSeconds:0} s; {world.Requests.Count(r => r.Status == 429)} of {world.RequestCounts.Values.Sum()} requests refused as too many, {blind} pairs told blind");
            await MeasureAsync(monitor, world, seconds, "in peace");
            outage = Stopwatch.StartNew();
            world.SetOutage("europe-west1", true);
            int hit = pairs;
            while (dead < hit && outage.Elapsed < TimeSpan.FromMinutes(5)) await Task.Delay(250);
            Console.WriteLine($"the region lost: {dead} of {hit} primaries told dead, the last after {last.TotalSeconds:0.0} s");
            return 0;
        }
        finally
        {
            monitor.Kill();
            await monitor.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(Process monitor, SimulatorWorld world, int seconds, string when)
    {
        world.ClearRequests();
        TimeSpan before = Cpu(monitor);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        double core = (Cpu(monitor) - before).TotalSeconds / watch.Elapsed.TotalSeconds;
        monitor.Refresh();
        List<SimulatorRequest> requests = [.. world.Requests];
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0}, {1:0} s: {2:0.000} of a core, {3:0} MB; {4:0.0} requests a second ({5} to Aiven a minute, at most {6} to CockroachDB Cloud in one second); {7} refused as too many",
            when, watch.Elapsed.TotalSeconds, core, monitor.WorkingSet64 / 1e6, requests.Count / watch.Elapsed.TotalSeconds, Math.Round(requests.Count(r => r.Path.StartsWith("/v1/", StringComparison.Ordinal)) / watch.Elapsed.TotalMinutes),
            requests.Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal)).GroupBy(r => r.At.ToUnixTimeSeconds()).Select(g => g.Count()).DefaultIfEmpty().Max(), requests.Count(r => r.Status == 429)));
    }

    private static TimeSpan Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>Described as they would be registered, without asking for each.</summary>
    private static void Describe(SimulatorWorld world, string endpoint, string file, int aiven, int cockroach)
    {
        world.AddPairs("demo", aiven);
        List<CrdrPair> all = [.. world.Pairs.Where(p => p.Primary != "pg-demo").Take(aiven).Select(p => new CrdrPair
        {
            Name = p.Primary, Provider = "Aiven", Secret = "env:BENCH_TOKEN", Primary = new() { Name = p.Primary }, Recovery = new() { Name = p.Recovery },
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = endpoint },
        })];
        for (int i = 0; i < cockroach; i++)
        {
            (string a, string b) = ($"c{i}", $"c{i}-dr");
            SimulatorCluster home = world.AddCluster(a, new() { CidrRange = $"10.{i / 128}.{i % 128 * 2}.0/24" }), away = world.AddCluster(b, new() { Regions = ["europe-west4"], CidrRange = $"10.{i / 128}.{(i % 128 * 2) + 1}.0/24" });
            world.AddStream(a, b);
            all.Add(new()
            {
                Name = a, Provider = "CockroachCloud", Secret = "env:BENCH_TOKEN", Primary = new() { Name = a, Identity = home.Id }, Recovery = new() { Name = b, Identity = away.Id },
                Settings = new Dictionary<string, string> { ["endpoint"] = endpoint },
            });
        }
        using Crdr crdr = new(null, file);
        foreach (CrdrPair pair in all) crdr.Pairs.Put(pair, replace: true);
    }
}
