using CrdrTools.Simulator.Faults;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator;

/// <summary>A request to a vendor's API that was logged and has not been answered.</summary>
/// <param name="Request">The request.</param>
/// <param name="Number">Its number in the log.</param>
/// <param name="Verdict">What the faults in force do to it.</param>
/// <param name="Refusal">The answer of the rate limit, when it is over it.</param>
internal sealed record Arrival(HttpRequest Request, long Number, FaultVerdict Verdict, HttpReply? Refusal);
