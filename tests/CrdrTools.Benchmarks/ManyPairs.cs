using System.Diagnostics;
using System.Net.Http.Headers;
using CrdrTools.Core;
using CrdrTools.Simulator;

namespace CrdrTools.Benchmarks;

/// <summary>The status of 1,000 pairs at 20 ms latency, 16 pairs at a time, beside the same requests sent by hand with HttpClient, in turn in one run.</summary>
internal static class ManyPairs
{
    public static async Task<int> RunAsync()
    {
        const int pairs = 1000, latencyMs = 20, concurrency = 16, rounds = 5;
        string folder = Directory.CreateTempSubdirectory("crdr-bench-").FullName;
        using SimulatorServer server = SimulatorServer.Start(new() { Settings = new() { LatencyMs = latencyMs } });
        server.World.AddPairs("demo", pairs);
        List<CrdrPair> all = [.. server.World.Pairs.Where(p => p.Primary != "pg-demo").Select(p => new CrdrPair
        {
            Name = p.Primary, Provider = "Aiven", Primary = new() { Name = p.Primary }, Recovery = new() { Name = p.Recovery },
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = server.BaseAddress.ToString() },
        })];
        ParallelOptions throttle = new() { MaxDegreeOfParallelism = concurrency };
        List<double> ours = [], byHand = [];
        long before = 0;
        for (int round = 0; round <= rounds; round++)
        {
            server.World.ClearRequests();
            Stopwatch watch = Stopwatch.StartNew();
            using (Crdr crdr = new(Path.Combine(folder, $"state-{round}"), Path.Combine(folder, "pairs.json")))
                await Parallel.ForEachAsync(all, throttle, async (pair, ct) => await crdr.StatusAsync(pair, "demo", new SilentHost(), ct));
            double a = watch.Elapsed.TotalSeconds;
            before = server.World.RequestCounts["ServiceGet"];

            watch.Restart();
            using (HttpClient http = new() { BaseAddress = server.BaseAddress })
            {
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("aivenv1", "demo");
                await Parallel.ForEachAsync(all, throttle, async (pair, ct) => await Task.WhenAll(
                    http.GetStringAsync($"/v1/project/demo/service/{pair.Primary.Name}", ct), http.GetStringAsync($"/v1/project/demo/service/{pair.Recovery.Name}", ct)));
            }
            double b = watch.Elapsed.TotalSeconds;
            if (round == 0) continue; // warm-up
            ours.Add(a);
            byHand.Add(b);
            Console.WriteLine($"round {round}: ours {a:0.000} s, by hand {b:0.000} s, ratio {a / b:0.00}");
        }
        double bound = latencyMs / 1000.0 * before / concurrency;
        double median = ours.Order().ElementAt(rounds / 2), hand = byHand.Order().ElementAt(rounds / 2);
        Console.WriteLine($"{pairs} pairs, {before} requests, {latencyMs} ms latency, {concurrency} pairs at a time");
        Console.WriteLine($"latency x requests / concurrency: {bound:0.000} s; ours (median of {rounds}): {median:0.000} s, ratio {median / bound:0.00} (at most 1.30 is promised)");
        Console.WriteLine($"the same requests by hand: {hand:0.000} s; ours / by hand {median / hand:0.00}");
        Directory.Delete(folder, recursive: true);
        return median <= 1.3 * bound ? 0 : 1;
    }
}
