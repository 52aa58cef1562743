using System.Text.Json;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Stores;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>Quick CockroachDB clusters, a state folder and a route made of a script, for real <c>crdr</c> processes.</summary>
internal sealed class CloudCliRig : IDisposable
{
    public const string Primary = "crdb-demo", Recovery = "crdb-demo-dr", Region = "europe-west1";
    private readonly string _folder = Directory.CreateTempSubdirectory("crdr-cloud-cli-").FullName;

    public CloudCliRig(Func<SimulatorSettings, SimulatorSettings>? settings = null)
    {
        SimulatorSettings quick = new()
        {
            CockroachRateLimitPerSecond = 0, CockroachStartingSeconds = 0.3, CockroachInitialScanSeconds = 0.3, CockroachFailoverSeconds = 0.3, CockroachLagSeconds = 0.2,
            CockroachReplicatedTimeStepSeconds = 0.1,
        };
        Server = SimulatorServer.Start(new() { Settings = settings?.Invoke(quick) ?? quick });
        Environment = new()
        {
            ["CRDR_STATE"] = Path.Combine(_folder, "state"), ["CRDR_PAIRS"] = PairFile, ["COCKROACH_API_KEY"] = "demo", ["DOTNET_TieredPGO"] = "0",
            ["PRIMARY_SQL"] = Sql(Primary), ["RECOVERY_SQL"] = Sql(Recovery),
        };
        // A cluster that was left goes on answering, so the fence on it stays: the script keeps one for each side.
        File.WriteAllText(At("target"), "primary");
        File.WriteAllText(At("log"), "");
        File.WriteAllText(At("route.sh"), """
            #!/bin/sh
            cd "$(dirname "$0")" || exit 9
            case "$1" in
              observe) echo "target=$(cat target)"; for side in primary recovery; do [ -e "fenced-$side" ] && echo "fenced=$side"; done; exit 0 ;;
              fence) : > "fenced-$CRDR_SIDE" ;;
              unfence) rm -f "fenced-$CRDR_SIDE" ;;
              switch) printf %s "$CRDR_SIDE" > target.new && mv target.new target && rm -f "fenced-$CRDR_SIDE" ;;
            esac
            echo "$1 $CRDR_SIDE" >> log
            """);
    }

    public SimulatorServer Server { get; }
    public SimulatorWorld World => Server.World;
    public Dictionary<string, string> Environment { get; }
    public string PairFile => At("pairs.json");
    public string Endpoint => Server.BaseAddress.ToString();

    /// <summary>Where the script sends clients, and which sides it keeps them from.</summary>
    public (string Target, string Fenced) Route =>
        (File.ReadAllText(At("target")), string.Join(",", new[] { "primary", "recovery" }.Where(s => File.Exists(At($"fenced-{s}")))));

    public List<string> RouteLog => [.. File.ReadAllLines(At("log"))];

    public async Task<CloudCliRig> RegisteredAsync(bool route = true, params string[] more)
    {
        (int code, _, string err) = await RunAsync(
        [
            "pair", "register", Primary, "--provider", "CockroachCloud", "--endpoint", Endpoint, "--secret", "env:COCKROACH_API_KEY", "--rpo", "3600", "--quiet-time", "0", .. more,
        ]);
        Assert.True(code == 0, err);
        if (route) Describe(p => p with { Routes = [Command("app")] });
        World.ClearRequests();
        return this;
    }

    /// <summary>Mends the pair's description in its file, as people do.</summary>
    public void Describe(Func<CrdrPair, CrdrPair> mend)
    {
        PairFile file = new(PairFile);
        file.Put(mend(file.Get(Primary)), replace: true);
    }

    public void LoseRegion() => World.SetOutage(Region, true);

    public void RegionBack() => World.SetOutage(Region, false);

    /// <summary>The recovery side took over, and the lost region is back.</summary>
    public async Task FailedOverAsync(params string[] more)
    {
        LoseRegion();
        (int code, string output, string err) = await RunAsync(["failover", Primary, "--yes", .. more]);
        Assert.True(code == (more.Length == 0 ? 0 : 5), output + err);
        RegionBack();
    }

    public Task<(int Code, string Out, string Err)> RunAsync(params string[] arguments) => CrdrProcess.RunAsync(Environment, arguments);

    /// <summary>Runs it with --json, and reads what it printed.</summary>
    public async Task<(int Code, JsonElement Json)> JsonAsync(params string[] arguments)
    {
        (int code, string output, string err) = await RunAsync([.. arguments, "--json"]);
        try
        {
            return (code, JsonDocument.Parse(output).RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {code} and printed no JSON: {output}{err}", e);
        }
    }

    /// <summary>Somebody's own hand at the vendor.</summary>
    public async Task VendorAsync(HttpMethod method, string path, string body)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(method, new Uri(Server.BaseAddress, $"api/v1/{path}")) { Content = new StringContent(body), Headers = { { "Authorization", "Bearer demo" } } };
        using HttpResponseMessage reply = await http.SendAsync(request);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }

    public Task CreateByHandAsync(string primary, string standby) =>
        VendorAsync(HttpMethod.Post, "physical-replication-streams", $$"""{"primary_cluster_id":"{{World.Cluster(primary).Id}}","standby_cluster_id":"{{World.Cluster(standby).Id}}"}""");

    /// <summary>Somebody failed over at the vendor and moved the route: no record of ours tells of it.</summary>
    public async Task FailedOverByHandAsync()
    {
        await VendorAsync(HttpMethod.Patch, $"physical-replication-streams/{Live.Id}", """{"status":"FAILING_OVER"}""");
        World.Advance(TimeSpan.FromSeconds(1));
        File.WriteAllText(At("target"), "recovery");
        File.WriteAllText(At("fenced-primary"), "");
    }

    public Task StopByHandAsync() => VendorAsync(HttpMethod.Patch, $"physical-replication-streams/{Live.Id}", """{"status":"CANCELED"}""");

    public CrdrProcess Start(params string[] arguments) => CrdrProcess.Start(Environment, arguments);

    /// <summary>Waits for what a process brings about; when it ends without, that is told.</summary>
    public static async Task UntilAsync(CrdrProcess process, Task happened)
    {
        Task<(int Code, string Out, string Err)> end = process.EndAsync();
        if (await Task.WhenAny(happened, end) != happened) Assert.Fail($"the process ended too early: {await end}");
    }

    public string? OpenOperation => new FileStateStore(Environment["CRDR_STATE"]).OpenOperation(Primary);

    /// <summary>How many streams were created into a cluster.</summary>
    public int Created(string standby) => World.Requests.Count(r => r is { Kind: "StreamCreate", Applied: true } && r.Body.Contains($"\"standby_cluster_id\":\"{World.Cluster(standby).Id}\""));

    /// <summary>How many streams were sent to take over.</summary>
    public int Completed => World.Requests.Count(r => r is { Kind: "StreamUpdate", Applied: true } && r.Body.Contains("FAILING_OVER"));

    /// <summary>How often a change was asked for, whatever came of it.</summary>
    public int Changing => World.Requests.Count(r => r.Changing);

    /// <summary>The one stream that is under way.</summary>
    public SimulatorStream Live => World.Streams.Single(s => s.Status is not ("COMPLETED" or "CANCELED"));

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Sql(string cluster) => $"Host=127.0.0.1;Port={Server.SqlPort};Username=any;Password=demo;Database={cluster}.defaultdb;SSL Mode=Disable";

    private CrdrRoute Command(string name) => new()
    {
        Name = name, Type = "Command", Observe = Words("observe"), Fence = Words("fence"), Unfence = Words("unfence"), Switch = Words("switch"),
    };

    private string[] Words(string verb) => ["/bin/sh", At("route.sh"), verb];

    private string At(string file) => Path.Combine(_folder, file);
}
