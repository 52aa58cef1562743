namespace CrdrTools.Simulator;

/// <summary>
/// One fault of a vendor's API, as data. A request must match every condition that is set.
/// Of the faults that match, the first one added acts; <see cref="SimulatorFaultAction.Latency"/> acts besides it.
/// </summary>
public sealed record SimulatorFault
{
    /// <summary>Given by the simulator when the fault is added, counting from 1.</summary>
    public int Id { get; init; }

    /// <summary>The HTTP method; null is any.</summary>
    public string? Method { get; init; }

    /// <summary>A part of the path with its query, as sent.</summary>
    public string? PathContains { get; init; }

    /// <summary>The vendor's name for the operation: <c>ServiceGet</c>, <c>StreamUpdate</c>, ...</summary>
    public string? Kind { get; init; }

    /// <summary>A part of the body.</summary>
    public string? BodyContains { get; init; }

    /// <summary>The first matches that pass unharmed.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests it hits after that; null is all of them.</summary>
    public int? Times { get; init; }

    public required SimulatorFaultAction Action { get; init; }

    /// <summary>Milliseconds: real for <c>Latency</c>, simulated for <c>LateApply</c>.</summary>
    public int DelayMs { get; init; }

    /// <summary>The status of <c>Status</c> (500 when null) and <c>HtmlBody</c> (502 when null).</summary>
    public int? Status { get; init; }

    /// <summary>The <c>Retry-After</c> header of <c>Status</c>, and the wait a 429's body names; null sends no header.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The whole body of <c>Status</c> and <c>HtmlBody</c>; null is the usual one.</summary>
    public string? Body { get; init; }

    /// <summary>Whether <c>Status</c>, <c>HtmlBody</c>, <c>TruncatedJson</c> and <c>CutReply</c> apply the change first.</summary>
    public bool Applied { get; init; }
}
