using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.IntegrationTests.PostgreSql;
using CrdrTools.IntegrationTests.Rfc2136;

namespace CrdrTools.IntegrationTests.ReplicaDns;

/// <summary>A real primary with two standbys, a real name server, and a name that readers use. What stands in the records is an address for each server.</summary>
internal sealed class ReadNameRig : IAsyncDisposable
{
    public const string Name = "read.example.test";

    private static readonly Dictionary<string, string> s_addresses = new() { ["a"] = "10.0.0.1", ["b"] = "10.0.0.2", ["c"] = "10.0.0.3" };

    private ReadNameRig(PgRig servers, NameServer dns) => (Servers, Dns) = (servers, dns);

    public PgRig Servers { get; }
    public NameServer Dns { get; }

    /// <summary>The pair as it is registered: its recovery side b and the server c are read from.</summary>
    public CrdrPair Pair { get; private set; } = null!;

    public static async Task<ReadNameRig> UpAsync(string? nameServer = null, params (string Key, string Value)[] settings)
    {
        NameServer dns = NameServer.Primary();
        Environment.SetEnvironmentVariable("CRDR_TEST_READ_KEY", NameServer.Secret);
        Dictionary<string, string> said = new()
        {
            ["server"] = nameServer ?? dns.Address, ["zone"] = "example.test", ["name"] = Name, ["type"] = "A", ["ttl"] = "1", ["keyName"] = "crdr", ["key"] = "env:CRDR_TEST_READ_KEY", ["timeoutSeconds"] = "2",
            ["primaryValue"] = s_addresses["a"], ["recoveryValue"] = s_addresses["b"], ["limitSeconds"] = "3", ["intervalSeconds"] = "0.5", ["holdDownSeconds"] = "3", ["dropSeconds"] = "1", ["retrySeconds"] = "1",
        };
        foreach ((string key, string value) in settings) said[key] = value;
        PgRig servers = await PgRig.UpAsync(o => o with { Nodes = 3, Proxies = Core.Lab.LabProxies.None });
        ReadNameRig rig = new(servers, dns);
        rig.Pair = servers.Pair with { ReplicaDns = new() { Settings = said, Standbys = [new() { Name = servers.Pair.Recovery.Name }, new() { Name = "c", Connection = servers.Lab["c"].Operator, Value = s_addresses["c"] }] } };
        using Core.Crdr crdr = servers.Open();
        crdr.Pairs.Put(rig.Pair, replace: true);
        return rig;
    }

    /// <summary>The servers that the name leads to now, by the name server's own word.</summary>
    public async Task<IReadOnlyList<string>> LeadsAsync()
    {
        DnsMessage answer = await Dns.AskAsync(Name, DnsType.A);
        return [.. answer.Answers.Where(r => r.Type == DnsType.A).Select(r => s_addresses.Single(a => a.Value == DnsRecord.Say(DnsType.A, r.Data)).Key).Order()];
    }

    public async Task<CrdrReplicaDns> SetAsync(CrdrReplicaDnsRequest request)
    {
        using Core.Crdr crdr = Servers.Open();
        return await crdr.SetReplicaDnsAsync(Pair, request, null, Servers.Host, default);
    }

    public Task<CrdrReplicaDns> EnableAsync() => SetAsync(new() { Enable = true });

    public async Task<CrdrReplicaDns> StatusAsync()
    {
        using Core.Crdr crdr = Servers.Open();
        return (await crdr.ReplicaDnsAsync(Pair, null, Servers.Host, default)).Single();
    }

    /// <summary>Watches in this process until it is disposed of.</summary>
    public Watching Watch() => new(this);

    public async Task LeadToAsync(params string[] servers) =>
        await Support.Poll.UntilAsync(async () => (await LeadsAsync()).SequenceEqual(servers), () => $"the name leads to {string.Join(", ", LeadsAsync().GetAwaiter().GetResult())}, and not to {string.Join(", ", servers)}");

    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        Dns.Dispose();
    }

    internal sealed class Watching : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Core.Crdr _crdr;

        public Watching(ReadNameRig rig)
        {
            _crdr = rig.Servers.Open();
            Work = _crdr.WatchReplicaDnsAsync([(rig.Pair, null, rig.Servers.Host)], e =>
            {
                lock (Events) Events.Add(e);
            }, _stop.Token);
        }

        public List<CrdrReplicaDnsEvent> Events { get; } = [];
        public Task Work { get; }

        public IReadOnlyList<CrdrReplicaDnsEvent> Told()
        {
            lock (Events) return [.. Events];
        }

        public async ValueTask DisposeAsync()
        {
            _stop.Cancel();
            await Record.ExceptionAsync(() => Work);
            _crdr.Dispose();
        }
    }
}
