namespace CrdrTools.Simulator;

/// <summary>What a fault does to a request.</summary>
public enum SimulatorFaultAction
{
    /// <summary>Waits <c>DelayMs</c> (real), then goes on as usual; other faults can still match.</summary>
    Latency,

    /// <summary>Resets the connection; nothing is applied.</summary>
    DropBefore,

    /// <summary>Applies the change, then resets the connection without a reply.</summary>
    DropAfter,

    /// <summary>Resets the connection; the change is applied <c>DelayMs</c> later (simulated).</summary>
    LateApply,

    /// <summary>
    /// Holds the request until the fault is cleared, then goes on as usual. A client that went away leaves nothing applied.
    /// </summary>
    HangBefore,

    /// <summary>Applies the change and holds the reply until the fault is cleared.</summary>
    HangAfter,

    /// <summary>Answers <c>Status</c>, with <c>Body</c> or the vendor's own error body.</summary>
    Status,

    /// <summary>Answers a page of HTML, as proxies do; <c>Status</c> is 502 unless set.</summary>
    HtmlBody,

    /// <summary>Answers half of the JSON as if it were all of it.</summary>
    TruncatedJson,

    /// <summary>Announces the whole answer, sends half of it and resets the connection.</summary>
    CutReply,

    /// <summary>Answers with the state as it was before the last change.</summary>
    StaleReply,
}
