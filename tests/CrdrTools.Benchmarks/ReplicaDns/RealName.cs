using System.Diagnostics;
using System.Globalization;
using CrdrTools.Core;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.Benchmarks.ReplicaDns;

/// <summary>
/// A real primary with two standbys and a real BIND: both standbys are killed, or stopped in their tracks, and brought back. What counts is the time from the end of
/// the limit (counted from the kill, and, on the way back, of the hold-down from when the last one was seen healthy) until the name server answers otherwise.
/// </summary>
internal static class RealName
{
    private const double Limit = 3, Interval = 1;
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static async Task<int> RunAsync(int rounds)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"crdr-bench-{Guid.NewGuid():N}"), home = Directory.CreateTempSubdirectory("crdr-bench-name-").FullName;
        LabDescription lab = await PostgresLab.UpAsync(new() { Folder = folder, Nodes = 3 });
        using Process named = Bind(home, out DnsServer server);
        try
        {
            Environment.SetEnvironmentVariable("CRDR_BENCH_KEY", Secret);
            CrdrPair pair = lab.Pair! with
            {
                ReplicaDns = new()
                {
                    Settings = new Dictionary<string, string>
                    {
                        ["server"] = server.ToString(), ["zone"] = "example.test", ["name"] = "read.example.test", ["type"] = "A", ["keyName"] = "crdr", ["key"] = "env:CRDR_BENCH_KEY",
                        ["primaryValue"] = "10.0.0.1", ["recoveryValue"] = "10.0.0.2", ["limitSeconds"] = $"{Limit}", ["holdDownSeconds"] = $"{Limit}", ["intervalSeconds"] = $"{Interval}",
                    },
                    Standbys = [new() { Name = lab.Pair!.Recovery.Name }, new() { Name = "c", Connection = lab["c"].Operator, Value = "10.0.0.3" }],
                },
            };
            using Crdr crdr = new(Path.Combine(home, "state"), Path.Combine(home, "pairs.json"));
            await crdr.SetReplicaDnsAsync(pair, new() { Enable = true }, null, new SilentHost(), default);
            using CancellationTokenSource stop = new();
            List<CrdrReplicaDnsEvent> told = [];
            Task watching = crdr.WatchReplicaDnsAsync([(pair, null, new SilentHost())], e =>
            {
                lock (told) told.Add(e);
            }, stop.Token);
            await LeadsAsync(server, "10.0.0.2, 10.0.0.3");
            bool held = true;
            foreach ((string how, int signal) in new[] { ("killed", 9), ("stopped in their tracks", 19) })
            {
                List<double> away = [], back = [];
                for (int i = 0; i < rounds; i++)
                {
                    // At another moment of the beat each time.
                    await Task.Delay(TimeSpan.FromSeconds(Interval * i / rounds));
                    int[] gone = [.. new[] { "b", "c" }.Select(n => LabProcesses.Postmaster(LabProcesses.In(lab.Folder), lab[n].Data)!.Id)];
                    foreach (int id in gone) Signal(id, signal);
                    DateTimeOffset at = DateTimeOffset.UtcNow;
                    away.Add((await LeadsAsync(server, "10.0.0.1") - at).TotalMilliseconds - (Limit * 1000));
                    foreach (string node in new[] { "b", "c" })
                    {
                        if (signal == 9) await PostgresLab.StartNodeAsync(lab, node);
                        else Signal(gone[node == "b" ? 0 : 1], 18);
                    }
                    DateTimeOffset returned = await LeadsAsync(server, "10.0.0.2, 10.0.0.3");
                    DateTimeOffset healthy;
                    lock (told) healthy = told.Last(e => e.Kind == ReplicaDnsEventKind.StandbyHealthy).At;
                    back.Add((returned - healthy).TotalMilliseconds - (Limit * 1000));
                    if (Math.Max(away[^1], back[^1]) < (Interval * 1000) + 100) continue;
                    Console.WriteLine($"{how} at {at:HH:mm:ss.fff}, later than promised:");
                    lock (told) told.Where(e => e.At > at.AddSeconds(-1)).ToList().ForEach(e => Console.WriteLine($"  {e}"));
                }
                Console.WriteLine($"{how}: after the limit {Say(away)}; after the hold-down {Say(back)}");
                held &= away.Concat(back).All(ms => ms < (Interval * 1000) + 100);
            }
            Console.WriteLine($"each under one beat ({Interval * 1000:0} ms) and 100 ms: {(held ? "held" : "MISSED")}");
            stop.Cancel();
            await watching;
            return held ? 0 : 1;
        }
        finally
        {
            named.Kill();
            await PostgresLab.DownAsync(lab.Folder);
            Directory.Delete(home, recursive: true);
        }
    }

    private static string Say(List<double> ms) => string.Create(CultureInfo.InvariantCulture, $"{ms.Order().ElementAt(ms.Count / 2):0} ms ({ms.Min():0}..{ms.Max():0}, n={ms.Count})");

    private static void Signal(int process, int signal) => Process.Start("kill", [$"-{signal}", $"{process}"]).WaitForExit();

    /// <summary>Until the name server itself says so.</summary>
    private static async Task<DateTimeOffset> LeadsAsync(DnsServer server, string words)
    {
        for (; ; await Task.Delay(2))
        {
            DnsMessage query = DnsMessage.Query(DnsClient.NewId(), DnsName.Read("read.example.test")!, DnsType.A);
            DnsMessage answer = (await DnsClient.AskAsync(server, query.ToWire(), query, TimeSpan.FromSeconds(5), CancellationToken.None)).Answer;
            if (new DnsValue(DnsType.A, [.. answer.Answers.Where(r => r.Type == DnsType.A).Select(r => r.Data)]).Words == words) return DateTimeOffset.UtcNow;
        }
    }

    private static Process Bind(string folder, out DnsServer server)
    {
        server = new("127.0.0.1", LabPorts.Take(null, 1)[0]);
        File.WriteAllText(Path.Combine(folder, "zone.db"), "$TTL 300\n@ IN SOA ns.example.test. admin.example.test. 1 86400 86400 864000 5\n@ IN NS ns.example.test.\nns IN A 127.0.0.1\n");
        File.WriteAllText(Path.Combine(folder, "named.conf"), $$"""
            key "crdr" { algorithm hmac-sha256; secret "{{Secret}}"; };
            options {
              directory "{{folder}}"; pid-file "{{folder}}/named.pid"; session-keyfile "{{folder}}/session.key"; managed-keys-directory "{{folder}}";
              listen-on port {{server.Port}} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
            };
            controls { };
            zone "example.test" { type primary; file "{{folder}}/zone.db"; allow-update { key crdr; }; };
            """);
        Process named = Process.Start(new ProcessStartInfo("named", ["-g", "-n", "1", "-c", Path.Combine(folder, "named.conf")]) { RedirectStandardError = true })!;
        named.ErrorDataReceived += (_, _) => { };
        named.BeginErrorReadLine();
        return named;
    }
}
