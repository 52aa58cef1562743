using CrdrTools.Core;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Support;

/// <summary>A simulator, a state folder and a core on one clock that jumps; the default world's pair, registered.</summary>
internal sealed class Rig : IDisposable
{
    private readonly List<Crdr> _cores = [];

    public Rig(Func<SimulatorSettings, SimulatorSettings>? settings = null, Func<CrdrPair, CrdrPair>? pair = null, Func<CrdrPair, CrdrPair>? after = null)
    {
        Folder = Directory.CreateTempSubdirectory("crdr-test-").FullName;
        Server = SimulatorServer.Start(new() { Time = Time, Settings = settings?.Invoke(new()) ?? new() });
        Crdr = NewCore();
        CrdrPair draft = new()
        {
            Name = "pg-demo", Provider = "Aiven", Primary = new() { Name = "pg-demo" }, Recovery = new() { Name = "" },
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = Server.BaseAddress.ToString() },
        };
        Pair = Crdr.RegisterAsync(pair?.Invoke(draft) ?? draft, "demo", replace: false, keep: true, Host, default).GetAwaiter().GetResult();
        if (after is not null) Pair = after(Pair);
        World.ClearRequests();
    }

    public AutoTime Time { get; } = new();
    public TestHost Host { get; } = new();
    public string Folder { get; }
    public SimulatorServer Server { get; }
    public Crdr Crdr { get; }
    public CrdrPair Pair { get; set; }
    public SimulatorWorld World => Server.World;
    public string State => Path.Combine(Folder, "state");
    public string PairFile => Path.Combine(Folder, "pairs.json");

    public static CrdrRequest Failover { get; } = new() { Verb = CrdrVerb.Failover, AllowDataLoss = true };
    public static CrdrRequest Restore { get; } = new() { Verb = CrdrVerb.Restore };
    public static CrdrRequest TakeOver { get; } = new() { Verb = CrdrVerb.Restore, TakeOver = true, SkipQuietTime = true };
    public static CrdrRequest ToRecovery { get; } = new() { Verb = CrdrVerb.Switchover, To = Side.Recovery };
    public static CrdrRequest ToPrimary { get; } = new() { Verb = CrdrVerb.Switchover, To = Side.Primary, SkipQuietTime = true };

    public Crdr NewCore(string? state = null)
    {
        Crdr core = new(state ?? State, PairFile, Time);
        _cores.Add(core);
        return core;
    }

    public Task<CrdrOperation> RunAsync(CrdrRequest request, CancellationToken ct = default, TestHost? host = null) => Crdr.RunAsync(Pair, request, "demo", host ?? Host, ct);

    public Task<CrdrOperation> ResumeAsync(string id, bool stale = false, TestHost? host = null) =>
        Crdr.ResumeAsync(id, new CrdrRequest { Verb = CrdrVerb.Failover, ResumeStale = stale }, "demo", host ?? new TestHost(), default);

    public Task<CrdrStatus> StatusAsync() => Crdr.StatusAsync(Pair, "demo", Host, default);

    public void LoseRegion() => World.SetOutage("google-europe-west1", true);

    public void RegionBack() => World.SetOutage("google-europe-west1", false);

    /// <summary>How often a role was really given: the vendor's state changed.</summary>
    public int Applied(string role) => World.Requests.Count(r => r is { Kind: "ServiceUpdate", Applied: true } && r.Body.Contains($"\"{role}\""));

    /// <summary>How often a change of any kind was asked for.</summary>
    public int Changing => World.Requests.Count(r => r.Changing);

    /// <summary>A pair that has been failed over, region back.</summary>
    public async Task FailedOverAsync()
    {
        LoseRegion();
        Assert.Equal(CrdrOutcome.Succeeded, (await RunAsync(Failover)).Outcome);
        RegionBack();
        World.ClearRequests();
    }

    /// <summary>The same once more, after it has come home.</summary>
    public async Task FailedOverAgainAsync()
    {
        Host.Progressed = null;
        Time.Advance(TimeSpan.FromHours(1));
        await FailedOverAsync();
    }

    public string OpenOperation => new FileStateStore(State, Time).OpenOperation("pg-demo") ?? throw new InvalidOperationException("no operation is open");

    public void Dispose()
    {
        _cores.ForEach(c => c.Dispose());
        Server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
