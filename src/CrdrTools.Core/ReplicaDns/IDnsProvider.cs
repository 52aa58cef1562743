using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Where a read-only name is published. What is written bears the decision's number, and takes effect only on the number that was seen before (safety rule S26).</summary>
internal interface IDnsProvider
{
    /// <summary>What stands there.</summary>
    Task<Publication> ReadAsync(CancellationToken ct);

    /// <summary>
    /// Puts it there, if the number that stands there is still <paramref name="seen"/>; otherwise throws <see cref="CrdrException"/> <c>DnsRecordChanged</c>. Asked
    /// twice for the same it comes to the same.
    /// </summary>
    Task WriteAsync(long seen, Publication wanted, CancellationToken ct);

    /// <summary>What would keep it from writing, as far as that can be told beforehand; <see langword="null"/>: nothing.</summary>
    Task<CrdrException?> TryAsync(CancellationToken ct);
}

/// <summary>What a name leads to, and by which decision.</summary>
/// <param name="Number">The decision; 0: none of ours.</param>
/// <param name="Value">What it leads to; no data: nothing.</param>
internal sealed record Publication(long Number, DnsValue Value)
{
    public bool Is(Publication other) => Number == other.Number && Value.Is(other.Value);
}
