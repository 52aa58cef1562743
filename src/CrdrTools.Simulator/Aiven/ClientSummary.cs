using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Sums up what a client has seen.</summary>
internal static class ClientSummary
{
    public static SimulatorClient Of(AivenModel model, DataClient client) => new()
    {
        Id = client.Id,
        Project = client.Home.Project,
        Service = client.Home.Service,
        Via = client.Via,
        Running = client.StoppedAt is null,
        Acknowledged = model.Data.Acknowledged(client),
        Failed = model.Data.Failed(client),
        Lost = model.Data.Missing(c => c == client, PairClients.Keeper(model, client.Home)),
        LongestGapSeconds = client.LongestGap(model.Stage.Now).TotalSeconds,
    };
}
