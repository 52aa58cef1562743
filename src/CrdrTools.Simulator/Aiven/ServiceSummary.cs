namespace CrdrTools.Simulator.Aiven;

/// <summary>Sums up a service.</summary>
internal static class ServiceSummary
{
    public static SimulatorService Of(AivenModel model, AivenService service) => new()
    {
        Project = service.Key.Project,
        Name = service.Key.Service,
        Plan = service.Plan.Name,
        Cloud = service.Cloud,
        Region = service.Region,
        State = service.State,
        Role = service.Role,
        Peer = model.PairOf(service.Key)?.PeerOf(service.Key).Service,
        CreateTime = service.CreateTime,
        AcceptsWrites = model.Topology.Accepts(service.Key),
        Nodes = [.. service.Nodes.Select((n, i) => new SimulatorNode { Name = n.Name, State = n.State, Standby = i > 0 })],
        Rows = model.Data.Rows(service.Key),
    };
}
