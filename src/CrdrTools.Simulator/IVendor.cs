using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator;

/// <summary>One vendor's API and the world behind it. Every member is called under the world's lock.</summary>
internal interface IVendor
{
    /// <summary>Where its paths begin: <c>/v1/</c>.</summary>
    string Prefix { get; }

    /// <summary>Counts the changes of its world.</summary>
    long Version { get; }

    /// <summary>The simulated time of the next change that comes by itself; the end of time when there is none.</summary>
    DateTimeOffset NextBreak { get; }

    /// <summary>Applies what falls due at that time.</summary>
    void Break(DateTimeOffset at);

    /// <summary>Lets clients write and replicas follow up to that time.</summary>
    void AdvanceData(DateTimeOffset at);

    /// <summary>Something changed: decides anew what moves on, and what is held.</summary>
    void Reconsider(DateTimeOffset now);

    /// <summary>The vendor's name for the operation, or <c>Unknown</c>.</summary>
    string KindOf(HttpRequest request);

    /// <summary>Answers and applies a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stale">Answer with the state before the last change.</param>
    HttpReply Answer(HttpRequest request, bool stale);

    /// <summary>Counts a request; the refusal when it is one too many, else null.</summary>
    HttpReply? Limit(HttpRequest request, DateTimeOffset realNow);

    /// <summary>The vendor's own error body, for a status that a fault answers.</summary>
    /// <param name="status">The status.</param>
    /// <param name="retryAfterSeconds">The wait a 429 asks for, if it says one.</param>
    HttpReply Error(int status, int? retryAfterSeconds);
}
