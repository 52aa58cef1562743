using System.Net;
using CrdrTools.Cli.Serve;
using CrdrTools.Core;
using CrdrTools.Core.Monitoring;
using CrdrTools.Simulator;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Serve;

/// <summary>A simulator with both vendors' pairs, watched and served, in real time.</summary>
internal sealed class ServeRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("crdr-serve-").FullName;
    private readonly Crdr _crdr;
    private readonly IReadOnlyList<CrdrPair> _pairs;
    private StatusServer? _server;
    private Task _watching = Task.CompletedTask;

    private ServeRig()
    {
        Simulator = SimulatorServer.Start(new() { Settings = new() { CockroachRateLimitPerSecond = 0 } });
        _crdr = new(Path.Combine(_folder, "state"), Path.Combine(_folder, "pairs.json"));
        CrdrPair aiven = new()
        {
            Name = "pg-demo", Provider = "Aiven", Primary = new() { Name = "pg-demo" }, Recovery = new() { Name = "" }, UnknownLag = UnknownLag.Accept,
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = Simulator.BaseAddress.ToString() },
        };
        CrdrPair cockroach = new()
        {
            Name = "crdb-demo", Provider = "CockroachCloud", Primary = new() { Name = "crdb-demo" }, Recovery = new() { Name = "crdb-demo-dr" },
            Settings = new Dictionary<string, string> { ["endpoint"] = Simulator.BaseAddress.ToString() },
        };
        _pairs = [.. new[] { aiven, cockroach }.Select(p => _crdr.RegisterAsync(p, "demo", replace: false, keep: true, new TestHost(), default).GetAwaiter().GetResult())];
    }

    public SimulatorServer Simulator { get; }
    public Watchtower Tower { get; private set; } = null!;
    public HttpClient Client { get; private set; } = null!;
    public string Address => _server!.Address;

    public static async Task<ServeRig> StartAsync(TimeSpan? interval = null, string? token = null)
    {
        ServeRig rig = new();
        await rig.ServeAsync(interval ?? TimeSpan.FromSeconds(1), token);
        return rig;
    }

    /// <summary>As after a restart: another watch over the same state folder.</summary>
    public async Task ServeAsync(TimeSpan interval, string? token = null)
    {
        CrdrWatchOptions options = new() { Interval = interval };
        Tower = _crdr.Watch([.. _pairs.Select(p => (p, (string?)"demo", (Core.Operations.IOperationHost)new TestHost()))], options, _ => { });
        if (_server is not null) await _server.DisposeAsync();
        _server = await StatusServer.StartAsync(new(new IPEndPoint(IPAddress.Loopback, 0), token, null, null), new Desk(_crdr, _pairs, Tower, options, TimeProvider.System), default);
        Client = new() { BaseAddress = new(_server.Address) };
        _watching = Tower.RunAsync(_end.Token);
    }

    public Task<CrdrOperation> RunAsync(string pair, CrdrRequest request) => _crdr.RunAsync(_pairs.Single(p => p.Name == pair), request, "demo", new TestHost(), default);

    /// <summary>Until what is known is so.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<CrdrPairSight>, bool> so)
    {
        for (int i = 0; i < 600; i++)
        {
            if (so(Tower.Sights)) return;
            await Task.Delay(50);
        }
        Assert.Fail($"not seen within 30 s: {string.Join("; ", Tower.Sights.Select(s => $"{s.Pair} {s.Status?.Phase} {s.Trouble}"))}");
    }

    public Task UntilSeenAsync() => UntilAsync(sights => sights.All(s => s.Status is not null));

    /// <summary>The server is gone; the watch goes on.</summary>
    public async Task StopServingAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        Client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        _crdr.Dispose();
        Simulator.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
