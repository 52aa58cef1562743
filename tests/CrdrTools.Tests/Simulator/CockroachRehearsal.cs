using System.Net.Http.Headers;
using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>A simulator whose clock stands and whose rate limit is off, and a client of its CockroachDB Cloud API.</summary>
internal sealed class CockroachRehearsal : IDisposable
{
    public const string Primary = "crdb-demo";
    public const string Standby = "crdb-demo-dr";
    public const string Streams = "api/v1/physical-replication-streams";
    private readonly Rehearsal _r;

    public CockroachRehearsal(Func<SimulatorSettings, SimulatorSettings>? change = null)
    {
        var settings = new SimulatorSettings { CockroachRateLimitPerSecond = 0 };
        _r = new Rehearsal(change is null ? settings : change(settings));
    }

    public SimulatorWorld World => _r.World;
    public SimulatorServer Server => _r.Server;
    public HttpClient Http => _r.Http;
    public FakeTime Time => _r.Time;

    /// <summary>The newest stream, as the world sees it.</summary>
    public SimulatorStream Newest => World.Streams[^1];

    public void Dispose() => _r.Dispose();

    public void Set(Func<SimulatorSettings, SimulatorSettings> change) => _r.Set(change);

    public void Advance(double seconds) => _r.Advance(seconds);

    public void UseToken(string? token) =>
        Http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

    public Task<Reply> Get(string path) => _r.Get(path);

    public Task<Reply> Send(HttpMethod method, string path, string? body = null) => _r.Send(method, path, body);

    public string Id(string cluster) => World.Cluster(cluster).Id;

    public long Rows(string cluster) => World.Cluster(cluster).Rows;

    public bool Accepts(string cluster) => World.Cluster(cluster).AcceptsWrites;

    public async Task<JsonElement> Stream(string? id = null) => (await Get($"{Streams}/{id ?? Newest.Id}")).Body;

    public Task<Reply> Create(string primary, string standby) => _r.Post(
        Streams, $$"""{"primary_cluster_id":"{{Id(primary)}}","standby_cluster_id":"{{Id(standby)}}"}""");

    public Task<Reply> Update(string body, string? id = null) => _r.Send(HttpMethod.Patch, $"{Streams}/{id ?? Newest.Id}", body);

    public Task<Reply> FailOver(DateTimeOffset? at = null) => Update(at is null
        ? """{"status":"FAILING_OVER"}"""
        : $$"""{"status":"FAILING_OVER","failover_at":"{{at.Value.UtcDateTime:O}}"}""");

    public Task<Reply> Cancel() => Update("""{"status":"CANCELED"}""");

    /// <summary>Completes the newest stream at its latest time.</summary>
    public async Task Complete()
    {
        Assert.Equal(200, (int)(await FailOver()).Status);
        Advance(World.Settings.CockroachFailoverSeconds);
        Assert.Equal("COMPLETED", Newest.Status);
    }

    /// <summary>Makes a stream and waits until its standby follows.</summary>
    public async Task Replicate(string primary, string standby)
    {
        Assert.Equal(200, (int)(await Create(primary, standby)).Status);
        Advance(World.Settings.CockroachStartingSeconds);
        Advance(World.Settings.CockroachInitialScanSeconds);
        Advance(World.Settings.CockroachLagSeconds + 1);
        Assert.NotNull(Newest.ReplicatedTime);
    }

    public SimulatorClient Client(double rate = 10, string? via = null, string cluster = Primary) =>
        World.AddClusterClient(cluster, rate, via);
}
