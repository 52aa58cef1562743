namespace CrdrTools.Simulator.Data;

/// <summary>Sums up what a client has seen.</summary>
internal static class ClientSummary
{
    /// <param name="data">Where its writes are.</param>
    /// <param name="client">The client.</param>
    /// <param name="keeper">The service that should have its acknowledged writes.</param>
    /// <param name="now">Simulated time.</param>
    public static SimulatorClient Of(DataPlane data, DataClient client, ServiceKey keeper, DateTimeOffset now) => new()
    {
        Id = client.Id,
        Project = client.Home.Project,
        Service = client.Home.Service,
        Via = client.Via,
        Running = client.StoppedAt is null,
        Acknowledged = data.Acknowledged(client),
        Failed = data.Failed(client),
        Lost = data.Missing(c => c == client, keeper),
        LongestGapSeconds = client.LongestGap(now).TotalSeconds,
    };
}
