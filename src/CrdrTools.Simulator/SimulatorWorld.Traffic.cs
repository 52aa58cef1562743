using System.Text;
using CrdrTools.Simulator.Faults;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator;

/// <summary>Requests, their log, and the faults that befall them.</summary>
public sealed partial class SimulatorWorld
{
    private const int LoggedBody = 16 * 1024;

    private readonly FaultBook _faults = new();
    private readonly RequestLog _log = new();

    /// <summary>The requests to vendors' APIs since the start, the last 100,000 of them, oldest first.</summary>
    public IReadOnlyList<SimulatorRequest> Requests
    {
        get
        {
            lock (_lock) return _log.All;
        }
    }

    /// <summary>How many requests of each kind there were.</summary>
    public IReadOnlyDictionary<string, long> RequestCounts
    {
        get
        {
            lock (_lock) return _log.Counts;
        }
    }

    /// <summary>The faults in force.</summary>
    public IReadOnlyList<SimulatorFault> Faults
    {
        get
        {
            lock (_lock) return _faults.All;
        }
    }

    /// <summary>Puts a fault in force; the answer carries its id.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public SimulatorFault AddFault(SimulatorFault fault)
    {
        lock (_lock) return _faults.Add(fault);
    }

    /// <summary>Takes one fault out; what it holds goes on. False when there is none with that id.</summary>
    public bool RemoveFault(int id)
    {
        lock (_lock) return _faults.Remove(id) > 0;
    }

    /// <summary>Takes all faults out; what they hold goes on.</summary>
    public void ClearFaults()
    {
        lock (_lock) _faults.Remove(null);
    }

    /// <summary>Empties the log of requests.</summary>
    public void ClearRequests()
    {
        lock (_lock) _log.Clear();
    }

    /// <summary>Done when the next request that matches has arrived, which is before anything is applied.</summary>
    /// <param name="match">Called under the world's lock: it must not call the world.</param>
    public Task<SimulatorRequest> NextRequestAsync(Func<SimulatorRequest, bool> match)
    {
        lock (_lock) return _log.NextAsync(match);
    }

    /// <summary>Logs a request and decides what befalls it; null when no vendor serves its path.</summary>
    internal Arrival? Arrive(HttpRequest request) => Read(() =>
    {
        if (VendorOf(request) is not { } vendor) return null;
        var entry = new SimulatorRequest
        {
            Number = _log.NextNumber,
            At = _stage.Now,
            Method = request.Method,
            Path = request.Query.Length == 0 ? request.Path : request.Path + "?" + request.Query,
            Kind = vendor.KindOf(request),
            Body = Encoding.UTF8.GetString(request.Body, 0, Math.Min(request.Body.Length, LoggedBody)),
            Changing = request.Changing,
        };
        _log.Add(entry);
        var verdict = _faults.Take(entry);
        var refusal = vendor.Limit(request, _clock.RealNow);
        return new Arrival(request, entry.Number, verdict with { DelayMs = verdict.DelayMs + _stage.Settings.LatencyMs }, refusal);
    });

    /// <summary>Applies a request and gives the vendor's answer.</summary>
    internal HttpReply Apply(Arrival arrival, bool stale = false) => arrival.Request.Changing
        ? Change(() => AnswerNow(arrival, stale))
        : Read(() => AnswerNow(arrival, stale));

    /// <summary>Applies a request after some simulated time.</summary>
    internal void ApplyLater(Arrival arrival, TimeSpan delay) =>
        Change(() => _late.Add(new LateChange(_stage.Now + delay, arrival)));

    /// <summary>The vendor's own error body.</summary>
    internal HttpReply Error(Arrival arrival, SimulatorFault fault) =>
        Read(() => VendorOf(arrival.Request)!.Error(fault.Status ?? 500, fault.RetryAfterSeconds));

    /// <summary>Notes the status that was sent.</summary>
    internal void Sent(Arrival arrival, int status)
    {
        lock (_lock) _log.Change(arrival.Number, r => r with { Status = status });
    }

    private HttpReply AnswerNow(Arrival arrival, bool stale)
    {
        var vendor = VendorOf(arrival.Request)!;
        var before = vendor.Version;
        var reply = vendor.Answer(arrival.Request, stale);
        if (vendor.Version != before) _log.Change(arrival.Number, r => r with { Applied = true });
        return reply;
    }

    private IVendor? VendorOf(HttpRequest request)
    {
        foreach (var vendor in _vendors)
        {
            if (request.Path.StartsWith(vendor.Prefix, StringComparison.Ordinal)) return vendor;
        }
        return null;
    }
}
