using CrdrTools.Simulator.Aiven;

namespace CrdrTools.Simulator;

/// <summary>What a simulator starts with: the project <c>demo</c>.</summary>
internal static class DefaultWorld
{
    public const string Project = "demo";

    public static void Build(AivenApi aiven)
    {
        WorldBuilder.AddPair(aiven.Model, Project, "pg-demo", "pg-demo-dr", "business-8", "google-europe-west1", "google-europe-west4");
        WorldBuilder.AddService(aiven.Model, Project, "pg-single", "startup-4", "google-europe-west1");
        WorldBuilder.AddService(aiven.Model, Project, "pg-hobby", "hobbyist", "google-europe-west1");
    }
}
