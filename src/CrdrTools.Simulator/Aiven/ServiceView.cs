namespace CrdrTools.Simulator.Aiven;

/// <summary>A service as the API shows it now, its pair, its changes under way and an outage taken into account.</summary>
internal sealed record ServiceView
{
    public required AivenService Service { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required SimulatorSettings Settings { get; init; }
    public required IReadOnlyList<NodeView> Nodes { get; init; }
    public required IReadOnlyList<IntegrationView> Integrations { get; init; }

    /// <summary>Whether the read-only name that falls back to the primary is among the components.</summary>
    public bool ShowsHaReplica { get; init; }

    /// <summary>How the service is reached; null when it is powered off.</summary>
    public Endpoints? Endpoints { get; init; }

    public static ServiceView Of(AivenModel model, AivenService service, bool secrets)
    {
        var pair = model.PairOf(service.Key);
        return new ServiceView
        {
            Service = service,
            Now = model.Stage.Now,
            Settings = model.Stage.Settings,
            Nodes = NodeView.Of(model, service),
            Integrations = [.. model.IntegrationsOf(service.Key).Select(i => IntegrationView.Of(model, i))],
            ShowsHaReplica = model.HaReplica.Find(service.Key)?.ShownAt(model.Stage.Now, model.Stage.Settings) == true,
            Endpoints = service.State == AivenWords.PowerOff ? null : Aiven.Endpoints.Of(service, pair, model.Stage.Settings, secrets),
        };
    }

    /// <summary>Whether the region is out for long enough that the API knows.</summary>
    public static bool OutageNoticed(AivenModel model, AivenService service) =>
        model.Stage.Regions.DownSince(service.Region) is { } since
        && model.Stage.Now >= since + Span.Seconds(model.Stage.Settings.OutageDetectedSeconds);
}
