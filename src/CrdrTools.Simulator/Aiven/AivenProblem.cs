namespace CrdrTools.Simulator.Aiven;

/// <summary>An answer other than success, in the vendor's words.</summary>
internal sealed class AivenProblem(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Seen: schema failures begin with "Invalid input:".</summary>
    public static AivenProblem Input(string message) => new(400, "Invalid input: " + message);

    /// <summary>Seen.</summary>
    public static AivenProblem NoService(string name) => new(404, $"Service '{name}' does not exist");

    /// <summary>Seen.</summary>
    public static AivenProblem Protected() =>
        new(403, "Service is protected against termination and shutdown. Remove termination protection first.");
}
