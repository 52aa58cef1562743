using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Monitoring;

/// <summary>Many pairs of one vendor, looked at by its lists: what is seen is what each by itself would show, for a handful of requests.</summary>
public sealed class GatheredTests : IDisposable
{
    private const int Pairs = 20;
    private readonly SimulatorServer _server = SimulatorServer.Start(new() { Settings = new() { CockroachRateLimitPerSecond = 0 } });
    private readonly HttpMessageInvoker _http = HttpHandlers.Create();
    private readonly ReadBook _book = new(TimeProvider.System);

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    private ProviderContext Context(string token = "demo") => new(_http, token, TimeProvider.System, null);

    private IPairSession Gathered(CrdrPair pair, TimeSpan age, string token = "demo") => ((IGatheringProvider)ProviderRegistry.Get(pair.Provider)).OpenGathered(pair, Context(token), _book, age);

    private List<CrdrPair> Services()
    {
        _server.World.AddPairs("demo", Pairs);
        return [.. _server.World.Pairs.Where(p => p.Primary != "pg-demo").Select(p => new CrdrPair
        {
            Name = p.Primary, Provider = "Aiven", Primary = new() { Name = p.Primary }, Recovery = new() { Name = p.Recovery },
            Settings = new Dictionary<string, string> { ["project"] = "demo", ["endpoint"] = _server.BaseAddress.ToString() },
        })];
    }

    private List<CrdrPair> Clusters() => [.. Enumerable.Range(0, Pairs).Select(i =>
    {
        SimulatorCluster home = _server.World.AddCluster($"c{i}", new() { CidrRange = $"10.0.{i * 2}.0/24" }), away = _server.World.AddCluster($"c{i}-dr", new() { Regions = ["europe-west4"], CidrRange = $"10.0.{(i * 2) + 1}.0/24" });
        _server.World.AddStream(home.Name, away.Name);
        return new CrdrPair
        {
            Name = home.Name, Provider = "CockroachCloud", Primary = new() { Name = home.Name, Identity = home.Id }, Recovery = new() { Name = away.Name, Identity = away.Id },
            Settings = new Dictionary<string, string> { ["endpoint"] = _server.BaseAddress.ToString() },
        };
    })];

    private static (CrdrPhase, Side?, string, string) Seen(CrdrStatus s) => (s.Phase, s.ActiveMember, $"{s.Primary} {s.Primary.Health} {s.Primary.Identity}", $"{s.Recovery} {s.Recovery.Health} {s.Recovery.Identity}");

    /// <summary>Until all are seen so, or a limit.</summary>
    private static async Task<CrdrStatus[]> UntilAsync(IReadOnlyList<IPairSession> sessions, Func<CrdrStatus, bool> so)
    {
        CrdrStatus[] seen = [];
        for (int i = 0; i < 300; i++)
        {
            seen = await Task.WhenAll(sessions.Select(s => s.ObserveAsync(true, default)));
            if (seen.All(so)) return seen;
            await Task.Delay(100);
        }
        Assert.Fail(string.Join("; ", seen.Where(s => !so(s)).Select(s => $"{s.Pair} {s.Phase}")));
        return seen;
    }

    [Fact]
    public async Task Services_of_a_project_are_seen_by_one_request_as_each_by_itself()
    {
        List<CrdrPair> pairs = Services();
        CrdrStatus[] alone = await Task.WhenAll(pairs.Select(p => ProviderRegistry.Get("Aiven").Open(p, Context()).ObserveAsync(true, default)));
        _server.World.ClearRequests();
        CrdrStatus[] together = await Task.WhenAll(pairs.Select(p => Gathered(p, TimeSpan.FromMinutes(1)).ObserveAsync(true, default)));
        Assert.Equal(alone.Select(Seen), together.Select(Seen));
        Assert.Equal(Pairs, together.Length);
        Assert.Single(_server.World.Requests);
        // A region that is lost is seen with the next list.
        _server.World.SetOutage("google-europe-west1", true);
        await UntilAsync([.. pairs.Select(p => Gathered(p, TimeSpan.Zero))], s => s.Phase == CrdrPhase.NoWriter);
    }

    [Fact]
    public async Task Clusters_are_seen_by_two_lists_and_their_nodes_in_turns()
    {
        List<CrdrPair> pairs = Clusters();
        List<IPairSession> sessions = [.. pairs.Select(p => Gathered(p, TimeSpan.FromSeconds(1)))];
        CrdrStatus[] together = await UntilAsync(sessions, s => s.Phase == CrdrPhase.Protected);
        CrdrStatus[] alone = await Task.WhenAll(pairs.Select(p => ProviderRegistry.Get("CockroachCloud").Open(p, Context()).ObserveAsync(true, default)));
        Assert.Equal(alone.Select(Seen), together.Select(Seen));
        // Once they are known, nodes are not asked for while the streams move.
        _server.World.ClearRequests();
        await Task.WhenAll(sessions.Select(s => s.ObserveAsync(true, default)));
        Assert.DoesNotContain(_server.World.Requests, r => r.Path.Contains("/nodes"));
        Assert.InRange(_server.World.Requests.Count, 0, 4);
    }

    [Fact]
    public async Task What_a_vendor_refuses_is_refused_once_for_all_and_another_key_sees_nothing_of_it()
    {
        List<CrdrPair> pairs = Services();
        _server.World.AddFault(new() { Method = "GET", Action = SimulatorFaultAction.Status, Status = 400, Times = 1 });
        Task<CrdrStatus>[] looks = [.. pairs.Select(p => Gathered(p, TimeSpan.FromMinutes(1)).ObserveAsync(true, default))];
        foreach (Task<CrdrStatus> look in looks) await Assert.ThrowsAnyAsync<CrdrException>(() => look);
        Assert.Single(_server.World.Requests);
        // The answer of one key is none of another's.
        CrdrException e = await Assert.ThrowsAnyAsync<CrdrException>(() => Gathered(pairs[0], TimeSpan.FromMinutes(1), "wrong").ObserveAsync(true, default));
        Assert.Equal(CrdrErrorKind.Authentication, e.Kind);
    }

    [Fact]
    public async Task A_lane_that_meets_something_unforeseen_goes_on()
    {
        await _book.Later<string>("lane", TimeSpan.Zero, "a", () => throw new InvalidOperationException("unforeseen"));
        await _book.Later("lane", TimeSpan.Zero, "b", () => Task.FromResult("b"));
        Assert.Equal("b", _book.Peek<string>("b")!.Value.Value);
    }
}
