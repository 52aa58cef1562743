using CrdrTools.Core;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Support;

/// <summary>A simulator, a state folder and a core on one clock that jumps; the default world's clusters, registered, behind a proxy.</summary>
internal sealed class CloudRig : IDisposable
{
    public const string Primary = "crdb-demo", Recovery = "crdb-demo-dr";
    private readonly List<Crdr> _cores = [];

    public CloudRig(Func<SimulatorSettings, SimulatorSettings>? settings = null, Func<CrdrPair, CrdrPair>? pair = null, bool route = true, Action<SimulatorWorld>? world = null, string token = "demo")
    {
        Token = token;
        Folder = Directory.CreateTempSubdirectory("crdr-cloud-").FullName;
        SimulatorSettings quick = new() { CockroachRateLimitPerSecond = 0 };
        Server = SimulatorServer.Start(new() { Time = Time, Settings = settings?.Invoke(quick) ?? quick });
        World.SetProxy("app", Primary);
        world?.Invoke(World);
        Host.Route = Proxy;
        Crdr = NewCore();
        CrdrPair draft = new()
        {
            Name = Primary, Provider = "CockroachCloud", Primary = new() { Name = Primary }, Recovery = new() { Name = Recovery },
            Settings = new Dictionary<string, string> { ["endpoint"] = Server.BaseAddress.ToString() }, Objectives = new() { Rpo = TimeSpan.FromSeconds(30) },
            Routes = route ? [new() { Name = "app", Type = "InProcess" }] : [],
        };
        Pair = Crdr.RegisterAsync(pair?.Invoke(draft) ?? draft, token, replace: false, keep: true, Host, default).GetAwaiter().GetResult();
        World.ClearRequests();
    }

    public AutoTime Time { get; } = new();
    public TestHost Host { get; } = new();
    public string Token { get; }
    public string Folder { get; }
    public SimulatorServer Server { get; }
    public Crdr Crdr { get; }
    public CrdrPair Pair { get; set; }
    public SimulatorWorld World => Server.World;
    public string State => Path.Combine(Folder, "state");

    public static CrdrRequest Failover { get; } = new() { Verb = CrdrVerb.Failover };
    public static CrdrRequest PlainRestore { get; } = new() { Verb = CrdrVerb.Restore };

    /// <summary>After an unplanned failover: what had not arrived is given up.</summary>
    public static CrdrRequest Restore { get; } = new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary };
    public static CrdrRequest TakeOver { get; } = new() { Verb = CrdrVerb.Restore, TakeOver = true, SkipQuietTime = true, DiscardWritesOn = Side.Primary };
    public static CrdrRequest Protect { get; } = new() { Verb = CrdrVerb.Setup };
    public static CrdrRequest ToRecovery { get; } = new() { Verb = CrdrVerb.Switchover, To = Side.Recovery };

    public Crdr NewCore(string? state = null)
    {
        Crdr core = new(state ?? State, Path.Combine(Folder, "pairs.json"), Time);
        _cores.Add(core);
        return core;
    }

    public TestHost NewHost() => new() { Route = Proxy };

    public Task<CrdrOperation> RunAsync(CrdrRequest request, CancellationToken ct = default, TestHost? host = null) => Crdr.RunAsync(Pair, request, Token, host ?? Host, ct);

    public Task<CrdrOperation> ResumeAsync(string id, bool stale = false, TestHost? host = null) =>
        Crdr.ResumeAsync(id, new CrdrRequest { Verb = CrdrVerb.Failover, ResumeStale = stale }, Token, host ?? NewHost(), default);

    public Task<CrdrStatus> StatusAsync() => Crdr.StatusAsync(Pair, Token, Host, default);

    public void LoseRegion(string region = "europe-west1")
    {
        World.SetOutage(region, true);
        Time.Advance(TimeSpan.FromSeconds(60));
    }

    public void RegionBack(string region = "europe-west1") => World.SetOutage(region, false);

    /// <summary>How many streams were ever created into a cluster.</summary>
    public int Created(string standby) => World.Requests.Count(r => r is { Changing: true, Applied: true, Method: "POST" } && r.Path.EndsWith("/physical-replication-streams", StringComparison.Ordinal)
        && r.Body.Contains($"\"standby_cluster_id\":\"{World.Cluster(standby).Id}\""));

    /// <summary>How many streams were sent to take over.</summary>
    public int Completed => World.Requests.Count(r => r is { Changing: true, Applied: true, Method: "PATCH" } && r.Body.Contains("FAILING_OVER"));

    /// <summary>How often a change of any kind was asked for of the vendor.</summary>
    public int Changing => World.Requests.Count(r => r.Changing);

    public string? ProxyTarget => World.Proxies.Single(p => p.Name == "app").Target;

    /// <summary>A pair that has been failed over, region back.</summary>
    public async Task FailedOverAsync()
    {
        LoseRegion();
        CrdrOperation failover = await RunAsync(Failover with { AllowUnfenced = Pair.Routes.Count == 0, AllowDataLoss = true });
        Assert.True(failover.Outcome == CrdrOutcome.Succeeded || failover.ErrorId == "ObligationLeft", failover.Message);
        RegionBack();
        Time.Advance(TimeSpan.FromMinutes(6));
        World.ClearRequests();
    }

    public string OpenOperation => new FileStateStore(State, Time).OpenOperation(Pair.Name) ?? throw new InvalidOperationException("no operation is open");

    public void Dispose()
    {
        _cores.ForEach(c => c.Dispose());
        Server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private IRoute Proxy(CrdrPair pair, CrdrRoute route) => new WorldProxy(World, pair, route.Name);

    /// <summary>The simulated proxy, moved from within the process.</summary>
    private sealed class WorldProxy(SimulatorWorld world, CrdrPair pair, string name) : IRoute
    {
        public string Name => name;
        public bool Switchable => true;
        public bool CanFence => true;

        public Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
        {
            string? target = world.Proxies.Single(p => p.Name == name).Target;
            Side? side = target == pair.Primary.Name ? Side.Primary : target == pair.Recovery.Name ? Side.Recovery : null;
            return Task.FromResult(new CrdrRouteStatus { Name = name, Type = "InProcess", Target = side, Verified = true, Fenced = [.. new[] { Side.Primary, Side.Recovery }.Where(s => s != side)] });
        }

        public Task FenceAsync(Side old, bool planned)
        {
            if (world.Proxies.Single(p => p.Name == name).Target == pair[old].Name) world.SetProxy(name, null);
            return Task.CompletedTask;
        }

        public Task UnfenceAsync(Side old)
        {
            world.SetProxy(name, pair[old].Name);
            return Task.CompletedTask;
        }

        public Task SwitchAsync(Side to)
        {
            world.SetProxy(name, pair[to].Name);
            return Task.CompletedTask;
        }
    }
}
