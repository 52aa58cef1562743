namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>
/// An answer other than success: <c>{"code", "message", "details"}</c>. Assumed, from the one example there is: the code is gRPC's.
/// </summary>
internal sealed class CockroachProblem(int status, string message, int? code = null) : Exception(message)
{
    private const int FailedPrecondition = 9;

    public int Status { get; } = status;
    public int Code { get; } = code ?? CodeOf(status);

    public static CockroachProblem Input(string message) => new(400, message);

    public static CockroachProblem NotFound(string what) => new(404, what + " not found");

    public static CockroachProblem Forbidden() => new(403, "permission denied");

    /// <summary>The world is not in the state the request needs.</summary>
    public static CockroachProblem State(int status, string message) => new(status, message, status == 400 ? FailedPrecondition : null);

    private static int CodeOf(int status) => status switch
    {
        400 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        409 => 6,
        429 => 8,
        501 => 12,
        503 => 14,
        504 => 4,
        >= 500 => 13,
        _ => 2,
    };
}
