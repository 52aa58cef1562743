namespace CrdrTools.Simulator.Aiven;

/// <summary>Sums up a pair.</summary>
internal static class PairSummary
{
    public static SimulatorPair Of(AivenModel model, AivenPair pair) => new()
    {
        Project = pair.Primary.Project,
        Primary = pair.Primary.Service,
        Recovery = pair.Recovery.Service,
        UriTarget = pair.UriTarget.Service,
        Replicating = model.Topology.Follows(pair, pair.Primary, pair.Recovery, model.Stage.Now)
            || model.Topology.Follows(pair, pair.Recovery, pair.Primary, model.Stage.Now),
        Lost = model.Data.Missing(PairClients.Of(model, pair.Primary), PairClients.Keeper(model, pair.Primary)),
    };
}
