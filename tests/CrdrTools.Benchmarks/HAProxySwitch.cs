using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Routes.HAProxy;

namespace CrdrTools.Benchmarks;

/// <summary>
/// A switch of one HAProxy backend, to and fro: our own time, beside socat with the same lines, one process each, as a script does it, and beside all of them in one
/// line to one socat, which proves nothing in between. The servers have no health check, for the wait for that is HAProxy's.
/// </summary>
internal static class HAProxySwitch
{
    private const int Rounds = 5, PerRound = 60;

    public static async Task<int> RunAsync()
    {
        if (new[] { "haproxy", "socat", "bash" }.FirstOrDefault(p => Program(p) is null) is { } missing)
        {
            Console.WriteLine($"skipped: {missing} is not installed");
            return 0;
        }
        string folder = Directory.CreateTempSubdirectory("crdr-bench-").FullName, socket = Path.Combine(folder, "admin.sock");
        using Process proxy = await StartAsync(folder, socket);
        try
        {
            List<double> ours = [], kept = [], lines = [], line = [];
            for (int round = 0; round <= Rounds; round++)
            {
                // The first round warms up.
                (List<double> a, List<double> b, List<double> c, List<double> d) = round == 0 ? ([], [], [], []) : (ours, kept, lines, line);
                await OursAsync(Route(socket, null), a);
                await OursAsync(Route(socket, Path.Combine(folder, "state")), b);
                await BySocatAsync(socket, oneLine: false, c);
                await BySocatAsync(socket, oneLine: true, d);
            }
            double median = Median(ours);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians of {ours.Count} switches: ours {median:0.00} ms (at most 5 is promised), with a state file {Median(kept):0.00} ms"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the same lines by socat, one process each: {Median(lines):0.00} ms, ours / socat {median / Median(lines):0.00}; all in one line {Median(line):0.00} ms, ours / socat {median / Median(line):0.00}"));
            return median <= 5 ? 0 : 1;
        }
        finally
        {
            proxy.Kill();
            await proxy.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static HAProxyRoute Route(string socket, string? stateFile)
    {
        Dictionary<string, string> settings = new() { ["sockets"] = socket, ["backend"] = "db", ["primaryServer"] = "pg1", ["recoveryServer"] = "pg2" };
        if (stateFile is not null) settings["stateFile"] = stateFile;
        return new(new CrdrRoute { Name = "app", Type = "HAProxy", Settings = settings });
    }

    private static async Task OursAsync(HAProxyRoute route, List<double> took)
    {
        for (int i = 0; i < PerRound; i++)
        {
            long from = Stopwatch.GetTimestamp();
            await route.SwitchAsync(i % 2 == 0 ? Side.Recovery : Side.Primary);
            took.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
    }

    /// <summary>Timed by the shell itself, so that our own start of a process does not count against it.</summary>
    private static async Task BySocatAsync(string socket, bool oneLine, List<double> took)
    {
        const string Look = "show servers state db;show stat db 4 -1;show cli level";
        string[] all = [Look, "set server db/$to state ready", Look, "set server db/$from state drain", Look];
        string tell = string.Concat((oneLine ? [string.Join(";", all)] : all).Select(l => $"echo \"{l}\" | socat -t5 - UNIX-CONNECT:{socket} >/dev/null; "));
        string script = $"to=pg2; from=pg1; for i in $(seq {PerRound}); do t=$EPOCHREALTIME; {tell}u=$EPOCHREALTIME; echo $((${{u/./}}-${{t/./}})); s=$to; to=$from; from=$s; done";
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        string said = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        took.AddRange(said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => double.Parse(l, CultureInfo.InvariantCulture) / 1000));
    }

    private static async Task<Process> StartAsync(string folder, string socket)
    {
        string file = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(file, $"""
            global
              stats socket {socket} level admin
            defaults
              mode tcp
              timeout connect 2s
              timeout client 1h
              timeout server 1h
            frontend clients
              bind 127.0.0.1:{FreePort()}
              default_backend db
            backend db
              server pg1 127.0.0.1:{FreePort()}
              server pg2 127.0.0.1:{FreePort()}

            """);
        Process proxy = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec {Program("haproxy")} -db -f {file} >/dev/null 2>&1"]))!;
        HAProxyRuntime runtime = new(socket, HAProxyRuntime.DefaultLimit);
        for (Stopwatch waited = Stopwatch.StartNew(); ; await Task.Delay(10))
        {
            try
            {
                await runtime.AskAsync(CancellationToken.None, "show info");
                return proxy;
            }
            catch (CrdrException) when (waited.Elapsed < TimeSpan.FromSeconds(20) && !proxy.HasExited)
            {
                // Not yet.
            }
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

    private static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
}
