using System.Collections.Concurrent;
using CrdrTools.Core;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.HAProxy;
using CrdrTools.IntegrationTests.PgBouncer;
using CrdrTools.IntegrationTests.Rfc2136;
using CrdrTools.IntegrationTests.Support;
using CrdrTools.Simulator;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>One pair of servers for all whole operations, which run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class WholeOperations : ICollectionFixture<TwoServers>
{
    public const string Name = "whole operations";
}

/// <summary>
/// A whole operation's world: the pair's roles are a simulated vendor's, its routes are real proxies and name servers in front of two real servers that
/// both take writes. So where a row ends is the routes' doing alone, and a row on the old side after the fence is the tool's fault.
/// </summary>
internal sealed class WholeRig : IAsyncDisposable
{
    public const string Pair = "pg-demo";

    private readonly TwoServers _servers;
    private readonly bool _cockroach;
    private readonly TempFolder _folder = new();
    private readonly string _table = $"rows_{Guid.NewGuid():N}";
    private readonly List<CrdrRoute> _routes = [];
    private readonly List<Door> _doors = [];
    private readonly List<IAsyncDisposable> _proxies = [];
    private readonly List<IDisposable> _others = [];
    private readonly List<(Func<IReadOnlyList<JournalEntry>, bool> When, Func<Task> Then)> _moments = [];
    private readonly List<Crdr> _cores = [];
    private string? _fenced;

    public WholeRig(TwoServers servers, Func<SimulatorSettings, SimulatorSettings>? settings = null, TimeProvider? time = null, bool cockroach = false)
    {
        _servers = servers;
        _cockroach = cockroach;
        SimulatorSettings quick = new()
        {
            TakeoverSeconds = 0.2, TakeoverWriteGapSeconds = 0.1, FailoverSeconds = 0.2, RebuildSeconds = 0.2,
            CockroachFailoverSeconds = 0.2, CockroachLagSeconds = 0.1, CockroachReplicatedTimeStepSeconds = 0.1, CockroachRateLimitPerSecond = 0,
        };
        Server = SimulatorServer.Start(new() { Settings = settings?.Invoke(quick) ?? quick });
        Host = new()
        {
            Confirm = _ => Task.FromResult(true), Secret = (_, name) => Task.FromResult(Secrets.GetValueOrDefault(name)),
            Progress = p =>
            {
                Said.Enqueue($"{p.Effect}: {p.Detail}");
                Moment();
            },
            Notice = (_, text) => Said.Enqueue(text), Trace = Said.Enqueue,
        };
        Time = time ?? TimeProvider.System;
        Crdr = NewCore();
    }

    public SimulatorServer Server { get; }
    public TimeProvider Time { get; set; }
    public Crdr Crdr { get; private set; }
    public RelayHost Host { get; }
    public ConcurrentQueue<string> Said { get; } = [];
    public Dictionary<string, string?> Secrets { get; } = new() { ["key"] = NameServer.Secret };
    public string Folder => _folder.Path;
    public string State => _folder.At("state");
    public string PairFile => _folder.At("pairs.json");
    public SimulatorWorld World => Server.World;
    public CrdrPair Registered { get; private set; } = null!;
    public Clients Clients { get; private set; } = null!;

    /// <summary>The newest row that was sent when all fences were journalled as done, and how many rows the old side had when nobody was on it any more.</summary>
    public (long Sent, long Rows)? Fenced { get; private set; }

    /// <summary>The newest row that was sent when the promotion was about to be asked for.</summary>
    public long? Promoted { get; private set; }

    public static CrdrRequest Switchover { get; } = new() { Verb = CrdrVerb.Switchover, To = Side.Recovery };
    public static CrdrRequest Failover { get; } = new() { Verb = CrdrVerb.Failover, AllowDataLoss = true };
    public static CrdrRequest TakeOver { get; } = new() { Verb = CrdrVerb.Restore, TakeOver = true, SkipQuietTime = true };

    public int Port(Side side) => _servers[side].Port;

    /// <summary>One route over several HAProxies; its recovery server is closed until the switch opens it.</summary>
    public async Task<IReadOnlyList<ProxyUnderTest>> AddHAProxiesAsync(int count = 1, bool keepsState = true, string recoveryOptions = "disabled")
    {
        List<ProxyUnderTest> proxies = [];
        for (int i = 0; i < count; i++)
        {
            ProxyUnderTest proxy = await ProxyUnderTest.StartAsync(Port(Side.Primary), Port(Side.Recovery), keepsState, recoveryOptions);
            proxies.Add(proxy);
            _proxies.Add(proxy);
            _doors.Add(new Door(count == 1 ? "HAProxy" : $"HAProxy {i + 1}", PostgresServer.Connect(proxy.Port)));
        }
        _routes.Add(keepsState ? ProxyUnderTest.Described(proxies, ("stateFile", string.Join(",", proxies.Select(p => p.StateFile)))) : ProxyUnderTest.Described(proxies));
        return proxies;
    }

    /// <summary>A route over one PgBouncer, whose console takes a password where one is given.</summary>
    public Bouncer AddBouncer(string? password = null, params (string Name, string Value)[] more)
    {
        Bouncer bouncer = password is null ? new(_servers) : new(_servers, auth: "scram-sha-256", users: $"\"app\" \"{password}\"\n\"admin\" \"{password}\"\n");
        _others.Add(bouncer);
        _doors.Add(new Door("PgBouncer", $"Host=127.0.0.1;Port={bouncer.Port};Username=app;{(password is null ? "" : $"Password={password};")}Database=app;Pooling=false;Timeout=60;"
            + "Command Timeout=60;SSL Mode=Disable;Server Compatibility Mode=NoTypeLoading"));
        Dictionary<string, string> settings = new()
        {
            ["consoles"] = bouncer.Address, ["user"] = "admin", ["database"] = "app", ["config"] = bouncer.File,
            ["primaryHost"] = $"127.0.0.1:{Port(Side.Primary)}", ["recoveryHost"] = $"127.0.0.1:{Port(Side.Recovery)}",
        };
        foreach ((string name, string value) in more) settings[name] = value;
        _routes.Add(new() { Name = "pool", Type = "PgBouncer", Settings = settings });
        return bouncer;
    }

    /// <summary>A route over one BIND.</summary>
    public NameServer AddNames(params (string Name, string Value)[] more)
    {
        NameServer names = NameServer.Primary();
        _others.Add(names);
        Dictionary<string, string> settings = new()
        {
            ["server"] = names.Address, ["zone"] = "example.test", ["name"] = "app.example.test", ["type"] = "CNAME", ["primaryValue"] = "db1.example.test",
            ["recoveryValue"] = "db2.example.test", ["ttl"] = "30", ["keyName"] = "crdr", ["key"] = "secret:key",
        };
        foreach ((string name, string value) in more) settings[name] = value;
        _routes.Add(new() { Name = "name", Type = "Dns", Settings = settings });
        return names;
    }

    /// <summary>Registers the pair with its routes, and lets clients write to its primary.</summary>
    public async Task BeginAsync(int each = 3)
    {
        foreach (Side side in new[] { Side.Primary, Side.Recovery }) await _servers[side].ExecuteAsync($"CREATE TABLE {_table} (id bigint PRIMARY KEY)");
        CrdrPair draft = new()
        {
            Name = Pair, Provider = "Aiven", Primary = new() { Name = Pair }, Recovery = new() { Name = "" }, Secret = "env:AIVEN_TOKEN", QuietTime = TimeSpan.Zero,
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = Server.BaseAddress.ToString() }, Routes = _routes,
        };
        if (_cockroach)
        {
            draft = draft with
            {
                Name = "crdb-demo", Provider = "CockroachCloud", Primary = new() { Name = "crdb-demo" }, Recovery = new() { Name = "crdb-demo-dr" },
                Settings = new Dictionary<string, string> { ["endpoint"] = Server.BaseAddress.ToString() }, Objectives = new() { Rpo = TimeSpan.FromSeconds(30) },
            };
        }
        Registered = await Crdr.RegisterAsync(draft, "demo", replace: false, keep: true, Host, default);
        World.ClearRequests();
        Clients = new Clients(_table, _doors, each);
        await Clients.MoreAsync(Port(Side.Primary));
    }

    public Crdr NewCore()
    {
        Crdr core = new(State, PairFile, Time, WatchedStore.Over(new FileStateStore(State, Time), Moment));
        _cores.Add(core);
        return Crdr = core;
    }

    /// <summary>The pair's own routes, in the description that holds now.</summary>
    public void Describe(Func<CrdrRoute, CrdrRoute> change)
    {
        Registered = Registered with { Routes = [.. Registered.Routes.Select(change)] };
        Crdr.Pairs.Put(Registered, replace: true);
    }

    public Task<CrdrOperation> RunAsync(CrdrRequest request) => Crdr.RunAsync(Registered, request, "demo", Host, default);

    public Task<CrdrOperation> ResumeAsync(string id) => Crdr.ResumeAsync(id, new CrdrRequest { Verb = CrdrVerb.Failover, SettleTime = TimeSpan.FromSeconds(1) }, "demo", Host, default);

    public Task<CrdrStatus> StatusAsync() => Crdr.StatusAsync(Registered, "demo", Host, default);

    public void LoseRegion() => World.SetOutage("google-europe-west1", true);

    public void RegionBack() => World.SetOutage("google-europe-west1", false);

    public string? Role(Side side) => World.Service("demo", side == Side.Primary ? Pair : "pg-demo-dr").Role;

    public IReadOnlyList<JournalEntry> Journalled => new FileStateStore(State).Journals(Registered.Name).FirstOrDefault() is { } newest ? Journal.Read(newest).Entries : [];

    /// <summary>Does something once: before the engine looks and acts, or when it tells anything, as soon as its journal says so.</summary>
    public void When(Func<IReadOnlyList<JournalEntry>, bool> when, Func<Task> then) => _moments.Add((when, then));

    /// <summary>Does it once after all fences were journalled as done, and before anything is asked of the vendor.</summary>
    public void BetweenFenceAndPromotion(Func<Task> then) => When(FencesOnly, then);

    /// <summary>Does it once after the writes were seen moved, and before any route is switched.</summary>
    public void BetweenPromotionAndSwitch(Func<Task> then) =>
        When(j => j.Any(e => e.Kind == JournalKind.Done && IsMove(e)) && !j.Any(e => e.Kind == JournalKind.Intent && e.Step!.StartsWith("switch-", StringComparison.Ordinal)), then);

    /// <summary>After it: no row that was sent after the fences were up is on the old side, and none has come there since.</summary>
    public async Task AssertNothingBehindTheFenceAsync(Side old = Side.Primary)
    {
        Assert.NotNull(Fenced);
        Assert.Equal(0L, await _servers[old].ScalarAsync<long>($"SELECT count(*) FROM {_table} WHERE id > {Fenced.Value.Sent}"));
        Assert.Equal(Fenced.Value.Rows, await RowsAsync(old));
        // What was acknowledged is there, and where the client was told.
        foreach (Side side in new[] { Side.Primary, Side.Recovery })
        {
            int acknowledged = Clients.Acknowledged.Count(a => a.Value == Port(side));
            Assert.True(await RowsAsync(side) >= acknowledged, $"{side} has lost acknowledged rows");
        }
    }

    /// <summary>No row that was sent after the promotion was asked for is on the old side.</summary>
    public async Task AssertNothingAfterThePromotionAsync(Side old = Side.Primary)
    {
        Assert.NotNull(Promoted);
        Assert.Equal(0L, await _servers[old].ScalarAsync<long>($"SELECT count(*) FROM {_table} WHERE id > {Promoted}"));
    }

    public Task<long> RowsAsync(Side side) => _servers[side].ScalarAsync<long>($"SELECT count(*) FROM {_table}");

    /// <summary>Clients write on that side, through every door.</summary>
    public Task ClientsOnAsync(Side side, params string[] without) => Clients.MoreAsync(Port(side), without);

    /// <summary>Every route leads there, and nothing is fenced that clients need.</summary>
    public async Task<CrdrStatus> AssertRoutesOnAsync(Side side, bool unfenced = false)
    {
        CrdrStatus status = await StatusAsync();
        Assert.All(status.Routes, r => Assert.True(r.Verified && r.Target == side && !r.Fenced.Contains(side), $"{r.Name}: {r.Detail}"));
        if (unfenced) Assert.DoesNotContain(status.Routes, r => r.Fenced.Contains(side));
        return status;
    }

    /// <summary>Ends the clients, so that what they have seen is all there is.</summary>
    public async Task EndClientsAsync() => await Clients.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (Clients is not null) await Clients.DisposeAsync();
        _cores.ForEach(c => c.Dispose());
        Server.Dispose();
        foreach (IAsyncDisposable proxy in _proxies) await proxy.DisposeAsync();
        foreach (IDisposable other in _others) other.Dispose();
        _folder.Dispose();
    }

    private static bool IsMove(JournalEntry entry) => entry.Step is { } id && (id.StartsWith("take-over", StringComparison.Ordinal) || id.StartsWith("complete-to", StringComparison.Ordinal) || id == "give-up-primary");

    /// <summary>The last word on each fence is that it is done, and the move was not asked for.</summary>
    private static bool FencesOnly(IReadOnlyList<JournalEntry> journal)
    {
        if (journal.Count == 0 || journal[^1].Kind is JournalKind.End or JournalKind.Left || journal.Any(e => e.Kind == JournalKind.Intent && IsMove(e))) return false;
        List<string> fences = [.. journal[0].Steps!.Select(s => s.Id).Where(s => s.StartsWith("fence-", StringComparison.Ordinal))];
        return fences.Count > 0 && fences.All(f => journal.LastOrDefault(e => e.Step == f)?.Kind is JournalKind.Done or JournalKind.Passed);
    }

    private void Moment()
    {
        if (Registered is null || Clients is null) return;
        IReadOnlyList<JournalEntry> journal = Journalled;
        // A fence that is put up again, and the next operation's, count anew.
        string? fenced = journal.LastOrDefault(e => e.Kind == JournalKind.Done && e.Step!.StartsWith("fence-", StringComparison.Ordinal))?.Prev;
        if (fenced != _fenced && FencesOnly(journal))
        {
            _fenced = fenced;
            Task.Run(() => CountAsync(journal[0].Start!.ActiveMember ?? Side.Primary)).GetAwaiter().GetResult();
        }
        if (journal.Count > 0 && journal[^1].Kind == JournalKind.Intent && IsMove(journal[^1])) Promoted ??= Clients.Sent;
        foreach ((Func<IReadOnlyList<JournalEntry>, bool> When, Func<Task> Then) moment in _moments.ToList().Where(m => m.When(journal)))
        {
            _moments.Remove(moment);
            Task.Run(moment.Then).GetAwaiter().GetResult();
        }
    }

    /// <summary>What had reached the old server when its clients were cut may still end there; nothing that was sent later does.</summary>
    private async Task CountAsync(Side old)
    {
        long sent = Clients.Sent;
        await Poll.UntilAsync(async () => await _servers[old].ScalarAsync<long>(
            $"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'") == 0, () => "somebody is still at work on the old side");
        Fenced = (sent, await RowsAsync(old));
    }
}
