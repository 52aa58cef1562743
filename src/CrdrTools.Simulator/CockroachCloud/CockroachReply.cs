using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.CockroachCloud;

/// <summary>Answers in the API's envelopes.</summary>
internal static class CockroachReply
{
    public static HttpReply Error(CockroachProblem problem) => JsonReply.Of(w =>
    {
        w.WriteNumber("code", problem.Code);
        w.WriteString("message", problem.Message);
        w.WriteStartArray("details");
        w.WriteEndArray();
    }) with { Status = problem.Status };
}
