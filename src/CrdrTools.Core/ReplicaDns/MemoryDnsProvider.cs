using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Publishes into this process's memory: for rehearsals and tests.</summary>
internal sealed class MemoryDnsProvider : IDnsProvider
{
    private readonly object _lock = new();
    private Publication _stands = new(0, new DnsValue(DnsType.A, []));

    /// <summary>Called before each question and change; what it throws is what the server does.</summary>
    public Action? Before { get; set; }

    /// <summary>What stands there now.</summary>
    public Publication Stands
    {
        get
        {
            lock (_lock) return _stands;
        }
    }

    public Task<CrdrException?> TryAsync(CancellationToken ct) => Task.FromResult<CrdrException?>(null);

    public Task<Publication> ReadAsync(CancellationToken ct)
    {
        Before?.Invoke();
        return Task.FromResult(Stands);
    }

    public Task WriteAsync(long seen, Publication wanted, CancellationToken ct)
    {
        Before?.Invoke();
        lock (_lock)
        {
            if (_stands.Number != seen) throw new CrdrException(CrdrErrorKind.Refused, "DnsRecordChanged", $"Decision {_stands.Number} stands there, and not {seen}.");
            _stands = wanted;
        }
        return Task.CompletedTask;
    }
}
