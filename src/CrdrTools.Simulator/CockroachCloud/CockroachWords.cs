namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>The vendor's words.</summary>
internal static class CockroachWords
{
    public const string Starting = "STARTING";
    public const string Replicating = "REPLICATING";
    public const string FailingOver = "FAILING_OVER";
    public const string Completed = "COMPLETED";
    public const string Canceled = "CANCELED";

    public const string Created = "CREATED";
    public const string Deleted = "DELETED";
    public const string Locked = "LOCKED";
    public const string Unspecified = "UNSPECIFIED";
    public const string Advanced = "ADVANCED";

    public static readonly IReadOnlyList<string> StreamStatuses = [Starting, Replicating, FailingOver, Completed, Canceled];

    public static readonly IReadOnlyList<string> ClusterStates = ["CREATING", Created, "CREATION_FAILED", Deleted, Locked];
}
