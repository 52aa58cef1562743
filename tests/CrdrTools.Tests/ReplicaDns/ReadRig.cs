using CrdrTools.Core.Operations;
using CrdrTools.Core.ReplicaDns;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>A pair with servers that say what the test wants, a name server in memory, a real store, and a clock that the test moves.</summary>
internal sealed class ReadRig : IDisposable
{
    public const ulong System = 7_000_000_000_000_000_001;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crdr-read-");
    private readonly Dictionary<string, string> _settings = new()
    {
        ["server"] = "127.0.0.1:5300", ["zone"] = "example.test", ["name"] = "read.example.test", ["type"] = "A", ["keyName"] = "crdr", ["key"] = "env:NONE",
        ["primaryValue"] = "10.0.0.1", ["recoveryValue"] = "10.0.1.1",
    };

    public ReadRig(params (string Key, string Value)[] settings)
    {
        foreach ((string key, string value) in settings) _settings[key] = value;
        foreach (string name in new[] { "a", "b", "s1", "s2" }) Nodes[name] = new Node();
        Nodes["a"].Says = Writer();
        foreach (string name in new[] { "b", "s1", "s2" }) Nodes[name].Says = Standby();
        Store = new FileStateStore(_folder.FullName, Time);
    }

    public ManualTime Time { get; } = new();
    public FileStateStore Store { get; }
    public MemoryDnsProvider Dns { get; } = new();
    public Dictionary<string, Node> Nodes { get; } = [];
    public List<CrdrReplicaDnsEvent> Events { get; } = [];
    public List<CrdrStandby> Standbys { get; } = [new() { Name = "s1", Connection = "Host=s1", Value = "10.0.0.11" }, new() { Name = "s2", Connection = "Host=s2", Value = "10.0.0.12" }];

    /// <summary>The system that the members are registered with.</summary>
    public ulong Registered { get; set; } = System;

    public IReplicaDnsStore Kept => Store.ReplicaDns(Pair.Name);
    public ReplicaDnsState State => Kept.Read();
    public string Answer => Dns.Stands.Value.Words;

    public CrdrPair Pair => new()
    {
        Name = "p", Provider = "PostgreSql", Primary = new() { Name = "a", Identity = $"{Registered}@a:5432" }, Recovery = new() { Name = "b", Identity = $"{Registered}@b:5432" },
        ReplicaDns = new() { Settings = _settings, Standbys = Standbys },
    };

    public static ReadSight Writer(uint timeline = 1) => new(false, System, timeline, false, null, null, null);

    public static ReadSight Standby(uint timeline = 1, string from = "a", double lag = 0) => new(true, System, timeline, true, from, 5432, TimeSpan.FromSeconds(lag));

    public ReadEndpoint Endpoint(IDnsProvider? dns = null)
    {
        (ReadEndpointSettings? settings, string? complaint) = ReadEndpointSettings.Read(Pair);
        Assert.Null(complaint);
        return new(Pair, settings!, new AllNodes(Nodes), new Dictionary<string, string>(), Store, dns ?? Dns, Time);
    }

    public CrdrReplicaDns Enable(params string[] forget) => new ReplicaDnsDesk(Endpoint(), Events.Add).EnableAsync(new() { Enable = true, Forget = forget }, default).GetAwaiter().GetResult();

    public CrdrReplicaDns Disable() => new ReplicaDnsDesk(Endpoint(), Events.Add).DisableAsync(default).GetAwaiter().GetResult();

    /// <summary>Begins to watch; all of it happens while the clock is moved.</summary>
    public Watched Watch(IDnsProvider? dns = null)
    {
        CancellationTokenSource stop = new();
        ReplicaMonitor monitor = new(Endpoint(dns), Events.Add);
        return new(monitor, monitor.RunAsync(TimeSpan.Zero, stop.Token), stop);
    }

    /// <summary>A setting of the description is changed: who begins anew sees it.</summary>
    public void Describe(string setting, string value) => _settings[setting] = value;

    /// <summary>Where a file of the name's is kept.</summary>
    public string PathOf(string file) => Directory.GetFiles(_folder.FullName, file, SearchOption.AllDirectories).Single();

    /// <summary>Somebody else changes the records, whatever stands there.</summary>
    public void Publish(long number, string? value = null) =>
        Dns.WriteAsync(Dns.Stands.Number, new(number, value is null ? new(DnsType.A, []) : DnsValue.Read(DnsType.A, value)!), default).GetAwaiter().GetResult();

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public void Down(params string[] names)
    {
        foreach (string name in names) Nodes[name].Says = null;
    }

    public void Up(params string[] names)
    {
        foreach (string name in names) Nodes[name].Says = Standby();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    public sealed record Watched(ReplicaMonitor Monitor, Task Work, CancellationTokenSource Stop) : IDisposable
    {
        public void Dispose()
        {
            Stop.Cancel();
            ((IAsyncResult)Work).AsyncWaitHandle.WaitOne();
            _ = Work.Exception;
        }
    }

    /// <summary>A server: it answers at once, refuses, or takes the question and says nothing until whoever asks gives up.</summary>
    internal sealed class Node : IReadNode
    {
        public ReadSight? Says { get; set; }
        public bool Hangs { get; set; }

        /// <summary>Happens when it is asked.</summary>
        public Action? WhenAsked { get; set; }
        public int Asked { get; private set; }

        public Task<ReadSight> LookAsync(CancellationToken ct)
        {
            Asked++;
            WhenAsked?.Invoke();
            if (Hangs)
            {
                TaskCompletionSource<ReadSight> never = new();
                ct.Register(() => never.TrySetCanceled(ct));
                return never.Task;
            }
            return Says is { } says ? Task.FromResult(says) : Task.FromException<ReadSight>(new CrdrException(CrdrErrorKind.Connection, "ReadNodeUnreachable", "refuses connections."));
        }

        public void Dispose()
        {
        }
    }

    private sealed class AllNodes(Dictionary<string, Node> nodes) : IReadNodes
    {
        public IReadNode OpenMember(Side side) => nodes[side == Side.Primary ? "a" : "b"];

        public IReadNode OpenStandby(CrdrStandby standby, string? password) => nodes[standby.Name];

        public bool IsMember(Side side, string host, int port) => port == 5432 && host == (side == Side.Primary ? "a" : "b");
    }
}
