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
        Rows = model.Data.Rows(service.Key),
    };
}
