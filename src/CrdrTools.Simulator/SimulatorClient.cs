namespace CrdrTools.Simulator;

/// <summary>What a simulated client has seen so far.</summary>
public sealed record SimulatorClient
{
    public required int Id { get; init; }

    /// <summary>Aiven's project; <c>cockroach</c> for a client of clusters.</summary>
    public required string Project { get; init; }

    /// <summary>The service or cluster (of a pair: either of the two) it counts for.</summary>
    public required string Service { get; init; }

    /// <summary><c>uri</c>, <c>cached</c>, <c>direct:SERVICE</c> or <c>proxy:NAME</c>.</summary>
    public required string Via { get; init; }

    public required bool Running { get; init; }

    /// <summary>Writes that were acknowledged.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Writes that were not.</summary>
    public required long Failed { get; init; }

    /// <summary>Acknowledged writes the active side does not have.</summary>
    public required long Lost { get; init; }

    /// <summary>The longest time between two acknowledged writes in simulated seconds, one still lasting included.</summary>
    public required double LongestGapSeconds { get; init; }
}
