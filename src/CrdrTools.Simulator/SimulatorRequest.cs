namespace CrdrTools.Simulator;

/// <summary>One request to a vendor's API. Headers are not kept: no token is ever in the log.</summary>
public sealed record SimulatorRequest
{
    /// <summary>Counts from 1.</summary>
    public required long Number { get; init; }

    /// <summary>Simulated time of arrival.</summary>
    public required DateTimeOffset At { get; init; }

    public required string Method { get; init; }

    /// <summary>The path as sent, with its query.</summary>
    public required string Path { get; init; }

    /// <summary>The vendor's name for the operation (<c>ServiceUpdate</c>), or <c>Unknown</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The body as text; the first 16 KiB of it.</summary>
    public string Body { get; init; } = "";

    /// <summary>Whether it asks for a change: PUT, POST, PATCH, DELETE.</summary>
    public required bool Changing { get; init; }

    /// <summary>Whether it changed the world. A change that was already so, or was refused, did not.</summary>
    public bool Applied { get; init; }

    /// <summary>The status sent; null while it is held, and when no reply was sent.</summary>
    public int? Status { get; init; }
}
