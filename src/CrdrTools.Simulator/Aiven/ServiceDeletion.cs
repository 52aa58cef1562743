using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// <c>DELETE /project/P/service/S</c>. Assumed for a pair: its active service cannot be deleted (409); deleting the other one dissolves it.
/// </summary>
internal static class ServiceDeletion
{
    public static HttpReply Delete(AivenCall call)
    {
        var service = call.Service();
        if (service.TerminationProtection) throw AivenProblem.Protected();
        if (call.Model.PairOf(service.Key) is { } pair)
        {
            if (service.Role == AivenWords.Active)
                throw new AivenProblem(409, "The active service of a disaster recovery pair cannot be deleted");
            if (call.Model.TakeoverOf(pair) is not null || call.Model.Busy(pair.PeerOf(service.Key)))
                throw new AivenProblem(409, "A service cannot be deleted while its disaster recovery pair is being changed");
        }
        call.Model.Remove(service.Key);
        return AivenReply.Empty;
    }
}
