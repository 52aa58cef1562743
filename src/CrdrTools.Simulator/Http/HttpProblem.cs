namespace CrdrTools.Simulator.Http;

/// <summary>The bytes are no request this server can read; the connection ends after the answer.</summary>
internal sealed class HttpProblem(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
