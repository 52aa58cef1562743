using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary><c>/clusters/C/disrupt</c>, which the vendor opens to some accounts only.</summary>
internal static class Disruptions
{
    public static HttpReply Get(CockroachCall call) => Shown(Allowed(call));

    public static HttpReply Put(CockroachCall call)
    {
        var cluster = Allowed(call);
        if (cluster.Plan != CockroachWords.Advanced) throw CockroachProblem.State(400, "cluster disruption needs an ADVANCED cluster");
        var disruption = DisruptionJson.Read(call.Body(), cluster);
        if (disruption.Count > 0 || cluster.Disruption.Count > 0) call.Model.Put(cluster with { Disruption = disruption });
        return Shown(call.Model.Find(cluster.Id)!);
    }

    private static CockroachCluster Allowed(CockroachCall call)
    {
        var cluster = call.Cluster(call.Id);
        return call.Settings.CockroachDisruptAllowed ? cluster : throw CockroachProblem.Forbidden();
    }

    private static HttpReply Shown(CockroachCluster cluster) => JsonReply.Of(w => DisruptionJson.Write(w, cluster.Disruption));
}
