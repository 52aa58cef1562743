namespace CrdrTools.Core.Stores;

/// <summary>Where everybody who may act on a pair keeps journals, leases, samples and requests.</summary>
public interface IStateStore
{
    /// <summary>Whom a lease of this store keeps out, in words.</summary>
    string LeaseScope { get; }

    /// <summary>Whether it excludes others than the processes of this user on this machine.</summary>
    bool SharedAcrossHosts { get; }

    /// <summary>Takes the pair's lease, or throws <see cref="PairBusyException"/>.</summary>
    ILease Acquire(string pair, string operation, CrdrVerb verb);

    /// <summary>Who holds the pair, if anybody does.</summary>
    CrdrLease? Holder(string pair);

    /// <summary>Begins a journal.</summary>
    Journal CreateJournal(string pair, string operation, string? below = null);

    /// <summary>The journals of a pair (or of all), newest first.</summary>
    IEnumerable<string> Journals(string? pair = null);

    /// <summary>The journal of an operation, or <see langword="null"/>.</summary>
    string? FindJournal(string operation);

    /// <summary>The pair's operation that has begun and not ended, or <see langword="null"/>.</summary>
    string? OpenOperation(string pair);

    /// <summary>Keeps a sample.</summary>
    void AddSample(string pair, Sample sample);

    /// <summary>The kept samples, oldest first.</summary>
    IReadOnlyList<Sample> Samples(string pair);

    /// <summary>Since when the member that took the writes is not seen answering, and who saw that first; <see langword="null"/> while it is.</summary>
    OutageSight? Outage(string pair);

    /// <summary>
    /// Tells of such a sight, by whoever looked; of the same outage the earliest stays. <see langword="null"/>: it was seen answering, or the writes have another place.
    /// </summary>
    void TellOutage(string pair, OutageSight? seen);

    /// <summary>What earlier operations left to be done.</summary>
    IReadOnlyList<CrdrObligation> Obligations(string pair);

    /// <summary>Replaces them.</summary>
    void SetObligations(string pair, IReadOnlyList<CrdrObligation> obligations);

    /// <summary>Asks something of a running operation.</summary>
    void Request(string operation, ControlRequest request);

    /// <summary>The oldest of what was asked of it, if anything was; each is given once.</summary>
    ControlRequest? TakeRequest(string operation);

    /// <summary>Who was last seen for certain to take the pair's writes, if that was ever kept.</summary>
    Monitoring.Truth? Truth(string pair);

    /// <summary>Keeps it.</summary>
    void SetTruth(string pair, Monitoring.Truth truth);

    /// <summary>What is kept of the pair's read-only name.</summary>
    IReplicaDnsStore ReplicaDns(string pair);

    /// <summary>Writes and flushes a line, to see whether it can.</summary>
    void Probe();
}

/// <summary>The right to act on a pair.</summary>
public interface ILease : IDisposable
{
    /// <summary>What is written down about it.</summary>
    CrdrLease Holder { get; }

    /// <summary>
    /// Makes sure that it is still held, renewing it where needed. True: it was not fresh (the process slept, or the clocks
    /// disagree), so that what was observed before is not evidence any more. Throws <see cref="LeaseLostException"/>.
    /// </summary>
    bool Reassert();
}

/// <summary>Somebody else has taken the pair meanwhile.</summary>
public sealed class LeaseLostException(string message)
    : CrdrException(CrdrErrorKind.Busy, "LeaseLost", message, "Look again with Get-CrdrStatus (crdr status) before anything else.");
