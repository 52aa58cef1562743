using CrdrTools.Simulator.Aiven;
using CrdrTools.Simulator.CockroachCloud;

namespace CrdrTools.Simulator;

/// <summary>What a simulator starts with: the project <c>demo</c> and the clusters <c>crdb-demo</c> and <c>crdb-demo-dr</c>.</summary>
internal static class DefaultWorld
{
    public const string Project = "demo";

    public static void Build(AivenApi aiven, CockroachApi cockroach)
    {
        WorldBuilder.AddPair(aiven.Model, Project, "pg-demo", "pg-demo-dr", "business-8", "google-europe-west1", "google-europe-west4");
        WorldBuilder.AddService(aiven.Model, Project, "pg-single", "startup-4", "google-europe-west1");
        WorldBuilder.AddService(aiven.Model, Project, "pg-hobby", "hobbyist", "google-europe-west1");
        var primary = CockroachWorld.AddCluster(cockroach.Model, "crdb-demo", new SimulatorClusterSpec());
        var standby = CockroachWorld.AddCluster(
            cockroach.Model, "crdb-demo-dr", new SimulatorClusterSpec { Regions = ["europe-west4"], CidrRange = "172.32.0.0/14" });
        CockroachWorld.AddStream(cockroach.Model, cockroach.Motion, primary, standby);
    }
}
