using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Drills;

/// <summary>What a drill needs to know of the vendor that is simulated.</summary>
internal abstract class DrillStage(DrillOptions options, SimulatorControl control)
{
    protected DrillOptions Options { get; } = options;

    protected SimulatorControl Control { get; } = control;

    /// <summary>The stage of the options' provider.</summary>
    public static DrillStage Of(DrillOptions options, SimulatorControl control) =>
        string.Equals(options.Provider, "Aiven", StringComparison.OrdinalIgnoreCase) ? new AivenStage(options, control)
        : string.Equals(options.Provider, "CockroachCloud", StringComparison.OrdinalIgnoreCase) ? new CockroachStage(options, control)
        : throw new CrdrException(CrdrErrorKind.InvalidInput, "DrillNotOffered", $"There is no drill on a simulator for '{options.Provider}': Aiven or CockroachCloud.");

    /// <summary>The pair, as a user would describe it.</summary>
    public abstract CrdrPair Draft { get; }

    /// <summary>Lets clients write.</summary>
    public abstract Task StartClientsAsync(CrdrPair pair, CancellationToken ct);

    /// <summary>The failover, as it is asked for.</summary>
    public abstract CrdrRequest Failover(DateTimeOffset outage);

    /// <summary>What leads home, once the region is back.</summary>
    public abstract IReadOnlyList<CrdrRequest> Home { get; }

    /// <summary>A route that only the drill can move.</summary>
    public virtual IRoute? Route(CrdrPair pair, CrdrRoute route) => null;

    protected CrdrPair Pair(string provider, string primary, IReadOnlyDictionary<string, string> settings) => new()
    {
        Name = "drill-" + primary, Provider = provider, Primary = new() { Name = primary }, Recovery = new() { Name = "" },
        Settings = new Dictionary<string, string>(settings.ToDictionary(s => s.Key, s => s.Value)) { ["endpoint"] = Options.Endpoint.ToString() },
        Objectives = Options.Objectives, QuietTime = TimeSpan.Zero,
    };

    private sealed class AivenStage(DrillOptions options, SimulatorControl control) : DrillStage(options, control)
    {
        private static readonly string s_primary = "pg-demo";

        public override CrdrPair Draft => Pair("Aiven", Options.Primary ?? s_primary, new Dictionary<string, string> { ["project"] = Options.Project });

        public override Task StartClientsAsync(CrdrPair pair, CancellationToken ct) => Control.StartClientsAsync(Options.Project, pair.Primary.Name, Options.WritesPerSecond, ct);

        // Aiven reports no lag, so that the loss cannot be bounded beforehand: a drill accepts that, and counts afterwards.
        public override CrdrRequest Failover(DateTimeOffset outage) => new() { Verb = CrdrVerb.Failover, OutageSince = outage, AllowDataLoss = true };

        public override IReadOnlyList<CrdrRequest> Home { get; } = [new() { Verb = CrdrVerb.Restore }, new() { Verb = CrdrVerb.Restore, TakeOver = true }];
    }

    private sealed class CockroachStage(DrillOptions options, SimulatorControl control) : DrillStage(options, control)
    {
        private const string Proxy = "drill";

        public override CrdrPair Draft => Pair("CockroachCloud", Options.Primary ?? "crdb-demo", new Dictionary<string, string>()) with { Routes = [new() { Name = Proxy, Type = "InProcess" }] };

        public override async Task StartClientsAsync(CrdrPair pair, CancellationToken ct)
        {
            await Control.SetProxyAsync(Proxy, pair.Primary.Name).ConfigureAwait(false);
            await Control.StartClusterClientsAsync(pair.Primary.Name, Options.WritesPerSecond, Proxy, ct).ConfigureAwait(false);
        }

        // The loss is bounded by the stream's own time, and held against the objective.
        public override CrdrRequest Failover(DateTimeOffset outage) => new() { Verb = CrdrVerb.Failover, OutageSince = outage };

        // What had not arrived when the region was lost is given up, and counted.
        public override IReadOnlyList<CrdrRequest> Home { get; } =
            [new() { Verb = CrdrVerb.Restore, DiscardWritesOn = Side.Primary }, new() { Verb = CrdrVerb.Restore, TakeOver = true }, new() { Verb = CrdrVerb.Setup }];

        public override IRoute? Route(CrdrPair pair, CrdrRoute route) => new SimulatedProxyRoute(Control, pair, route.Name);
    }
}
