using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CrdrTools.Core;
using CrdrTools.Simulator;

namespace CrdrTools.Benchmarks;

/// <summary>
/// A whole failback of two CockroachDB Cloud clusters in real time (reverse stream, initial scan, completion), beside the same two changes by
/// hand by somebody who sees every 20 ms what the vendor does, asks for nothing besides, and also waits until all that was there at the end of the
/// scan has arrived: what remains is the vendor's own time.
/// </summary>
internal static class Failback
{
    public static async Task<int> RunAsync(double seconds)
    {
        double byHand = await ByHandAsync(seconds), ours = await OursAsync(seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"each wait {seconds:0} s: the vendor's own time {byHand:0.00} s; failback with all guards {ours:0.00} s, ratio {ours / byHand:0.000} (at most 1.05 is promised)"));
        return ours <= 1.05 * byHand ? 0 : 1;
    }

    private static SimulatorServer Stage(double seconds, bool limited)
    {
        SimulatorServer server = SimulatorServer.Start(new()
        {
            Settings = new()
            {
                CockroachStartingSeconds = 0, CockroachInitialScanSeconds = 0, CockroachFailoverSeconds = 0, CockroachLagSeconds = 1, CockroachReplicatedTimeStepSeconds = 0, CockroachRateLimitPerSecond = 0,
            },
        });
        // The pair was failed over, and its region is back.
        Send(server, "PATCH", $"physical-replication-streams/{server.World.Streams[0].Id}", """{"status":"FAILING_OVER"}""");
        while (server.World.Streams[0].Status != "COMPLETED") server.World.Advance(TimeSpan.FromSeconds(1));
        server.World.Settings = server.World.Settings with
        {
            CockroachStartingSeconds = seconds, CockroachInitialScanSeconds = seconds, CockroachFailoverSeconds = seconds, CockroachRateLimitPerSecond = limited ? 10 : 0,
        };
        return server;
    }

    private static async Task<double> ByHandAsync(double seconds)
    {
        using SimulatorServer server = Stage(seconds, limited: false);
        Stopwatch watch = Stopwatch.StartNew();
        string id = Send(server, "POST", "physical-replication-streams",
            $$"""{"primary_cluster_id":"{{server.World.Cluster("crdb-demo-dr").Id}}","standby_cluster_id":"{{server.World.Cluster("crdb-demo").Id}}"}""").GetProperty("id").GetString()!;
        while (server.World.Streams.Last().ReplicatedTime is null) await Task.Delay(TimeSpan.FromMilliseconds(20));
        DateTimeOffset all = server.World.Now;
        while (server.World.Streams.Last().ReplicatedTime < all) await Task.Delay(TimeSpan.FromMilliseconds(20));
        Send(server, "PATCH", $"physical-replication-streams/{id}", """{"status":"FAILING_OVER"}""");
        while (server.World.Streams.Last().Status != "COMPLETED") await Task.Delay(TimeSpan.FromMilliseconds(20));
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> OursAsync(double seconds)
    {
        using SimulatorServer server = Stage(seconds, limited: true);
        string folder = Directory.CreateTempSubdirectory("crdr-bench-").FullName;
        using Crdr crdr = new(Path.Combine(folder, "state"), Path.Combine(folder, "pairs.json"));
        CrdrPair pair = await crdr.RegisterAsync(new CrdrPair
        {
            Name = "crdb-demo", Provider = "CockroachCloud", Primary = new() { Name = "crdb-demo" }, Recovery = new() { Name = "crdb-demo-dr" },
            Settings = new Dictionary<string, string> { ["endpoint"] = server.BaseAddress.ToString() },
        }, "demo", replace: false, keep: false, new SilentHost(), default);
        // A command is a process of its own, and has the vendor's requests of a second to itself.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Stopwatch watch = Stopwatch.StartNew();
        CrdrOperation operation = await crdr.RunAsync(pair,
            new CrdrRequest { Verb = CrdrVerb.Restore, TakeOver = true, AllowUnfenced = true, DiscardWritesOn = Side.Primary }, "demo", new SilentHost(), default);
        double took = watch.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return operation.PhaseAfter == CrdrPhase.Unprotected ? took : throw new InvalidOperationException($"{operation.Outcome}: {operation.Message}");
    }

    private static JsonElement Send(SimulatorServer server, string method, string path, string json)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(server.BaseAddress, $"/api/v1/{path}")) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "demo");
        using HttpResponseMessage reply = http.Send(request);
        using StreamReader body = new(reply.Content.ReadAsStream());
        string text = body.ReadToEnd();
        return reply.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException(text);
    }
}
