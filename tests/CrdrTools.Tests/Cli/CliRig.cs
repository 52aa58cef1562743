using CrdrTools.Core.Stores;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>A quick simulator and a state folder for real <c>crdr</c> processes.</summary>
internal sealed class CliRig : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crdr-cli-").FullName;

    public CliRig(Func<SimulatorSettings, SimulatorSettings>? settings = null)
    {
        SimulatorSettings quick = new() { RebuildSeconds = 0.4, TakeoverSeconds = 0.3, FailoverSeconds = 0.3 };
        Server = SimulatorServer.Start(new() { Settings = settings?.Invoke(quick) ?? quick });
        Environment = new() { ["CRDR_STATE"] = Path.Combine(_folder, "state"), ["CRDR_PAIRS"] = PairFile, ["AIVEN_TOKEN"] = "demo", ["DOTNET_TieredPGO"] = "0" };
    }

    public SimulatorServer Server { get; }
    public Dictionary<string, string> Environment { get; }
    public string PairFile => Path.Combine(_folder, "pairs.json");
    public string Folder => _folder;

    public async Task RegisterAsync()
    {
        (int code, _, string err) = await RunAsync("pair", "register", "pg-demo", "--project", "demo", "--endpoint", Server.BaseAddress.ToString(), "--secret", "env:AIVEN_TOKEN", "--quiet-time", "0");
        Assert.True(code == 0, err);
        Server.World.ClearRequests();
    }

    public Task<(int Code, string Out, string Err)> RunAsync(params string[] arguments) => CrdrProcess.RunAsync(Environment, arguments);

    public CrdrProcess Start(params string[] arguments) => CrdrProcess.Start(Environment, arguments);

    public string? OpenOperation => new FileStateStore(Environment["CRDR_STATE"]).OpenOperation("pg-demo");

    public int Applied(string role) => Server.World.Requests.Count(r => r is { Kind: "ServiceUpdate", Applied: true } && r.Body.Contains($"\"{role}\""));

    public string Role(string service) => Server.World.Service("demo", service).Role ?? "";

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
