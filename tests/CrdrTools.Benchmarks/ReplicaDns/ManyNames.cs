using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.ReplicaDns;
using CrdrTools.Core.Stores;

namespace CrdrTools.Benchmarks.ReplicaDns;

/// <summary>
/// Many read-only names in one process at a beat of a second, each with a primary and two standbys that answer after a few milliseconds, real leases and a real store:
/// what it costs, and how late the latest round began.
/// </summary>
internal static class ManyNames
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(10), s_measured = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("names  standbys  cores  core/1,000  memory MB  latest round ms  looks");
        bool held = true;
        foreach (int names in new[] { 1000, 2000, 4000 })
        {
            (double cores, double memory, TimeSpan late, long looks) = await OfAsync(names);
            Console.WriteLine($"{names,5}  {names * 2,8}  {cores,5:0.000}  {cores / names * 1000,10:0.000}  {memory,9:0}  {late.TotalMilliseconds,15:0}  {looks,5}");
            if (names == 1000) held = cores < 0.25 && memory < 150 && late < TimeSpan.FromSeconds(1);
        }
        Console.WriteLine($"1,000 names: under a quarter of a core, under 150 MB, no round later than the beat: {(held ? "held" : "MISSED")}");
        return held ? 0 : 1;
    }

    private static async Task<(double Cores, double Memory, TimeSpan Late, long Looks)> OfAsync(int names)
    {
        string folder = Directory.CreateTempSubdirectory("crdr-bench-").FullName;
        FileStateStore store = new(folder);
        Steady.Looks = 0;
        using CancellationTokenSource stop = new();
        List<ReadEndpoint> endpoints = [.. Enumerable.Range(0, names).Select(i => Endpoint($"n{i}", store))];
        foreach (ReadEndpoint endpoint in endpoints) await new ReplicaDnsDesk(endpoint, _ => { }).EnableAsync(new() { Enable = true }, default);
        List<ReplicaMonitor> monitors = [.. endpoints.Select(e => new ReplicaMonitor(e, _ => { }))];
        Task[] watched = [.. monitors.Select((m, i) => Task.Run(() => m.RunAsync(TimeSpan.FromSeconds((double)i / names), stop.Token)))];
        await Task.Delay(s_settle);
        monitors.ForEach(m => m.ForgetLateness());
        using Process me = Process.GetCurrentProcess();
        TimeSpan cpu = me.TotalProcessorTime;
        long looks = Steady.Looks;
        Stopwatch wall = Stopwatch.StartNew();
        await Task.Delay(s_measured);
        me.Refresh();
        (double, double, TimeSpan, long) seen = ((me.TotalProcessorTime - cpu) / wall.Elapsed, me.WorkingSet64 / 1048576.0, monitors.Max(m => m.Lateness), Steady.Looks - looks);
        stop.Cancel();
        await Task.WhenAll(watched);
        Directory.Delete(folder, recursive: true);
        return seen;
    }

    private static ReadEndpoint Endpoint(string name, FileStateStore store)
    {
        CrdrPair pair = new()
        {
            Name = name, Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" },
            ReplicaDns = new()
            {
                Settings = new Dictionary<string, string>
                {
                    ["server"] = "127.0.0.1:53", ["zone"] = "example.test", ["name"] = $"{name}.example.test", ["type"] = "A", ["keyName"] = "k", ["key"] = "env:NONE", ["primaryValue"] = "10.0.0.1", ["recoveryValue"] = "10.0.0.2",
                },
                Standbys = [new() { Name = "b" }, new() { Name = "c", Connection = "Host=c", Value = "10.0.0.3" }],
            },
        };
        return new(pair, ReadEndpointSettings.Read(pair).Settings!, new SteadyNodes(), new Dictionary<string, string>(), store, new MemoryDnsProvider(), TimeProvider.System);
    }

    private sealed class SteadyNodes : IReadNodes
    {
        public IReadNode OpenMember(Side side) => new Steady(standby: side == Side.Recovery);

        public IReadNode OpenStandby(CrdrStandby standby, string? password) => new Steady(standby: true);

        public bool IsMember(Side side, string host, int port) => side == Side.Primary;
    }

    /// <summary>A server that is well, some milliseconds away.</summary>
    private sealed class Steady(bool standby) : IReadNode
    {
        private static long s_looks;
        private readonly ReadSight _sight = standby ? new(true, 1, 1, true, "a", 5432, TimeSpan.Zero) : new(false, 1, 1, false, null, null, null);

        public static long Looks
        {
            get => Interlocked.Read(ref s_looks);
            set => Interlocked.Exchange(ref s_looks, value);
        }

        public async Task<ReadSight> LookAsync(CancellationToken ct)
        {
            Interlocked.Increment(ref s_looks);
            await Task.Delay(2, ct);
            return _sight;
        }

        public void Dispose()
        {
        }
    }
}
