using CrdrTools.Core.Operations;

namespace CrdrTools.Core;

/// <summary>
/// A pair that stays open between calls, for who watches it and may have to act: a failover begins with a question then, and not with a connection. All that a
/// verb asks and proves before it acts is asked and proven all the same. Used by one at a time; ends with the <see cref="Crdr"/> that gave it.
/// </summary>
public sealed class KeptPair : IDisposable
{
    private readonly Crdr _crdr;
    private readonly string? _token;
    private readonly IOperationHost _host;
    private readonly Func<ProviderContext, IPairSession>? _opens;
    private IPairSession? _session;

    internal KeptPair(Crdr crdr, CrdrPair pair, string? token, IOperationHost host, Func<ProviderContext, IPairSession>? opens = null)
    {
        _opens = opens;
        _crdr = crdr;
        Pair = pair;
        _token = token;
        _host = host;
    }

    /// <summary>As it was described when it was opened.</summary>
    public CrdrPair Pair { get; }

    /// <summary>Looks at it.</summary>
    public Task<CrdrStatus> StatusAsync(CancellationToken ct) => StatusAsync(null, ct);

    /// <param name="routePatience">How long a route may take to tell where clients are sent; as long as it takes unless given.</param>
    /// <param name="ct">Ctrl+C.</param>
    internal async Task<CrdrStatus> StatusAsync(TimeSpan? routePatience, CancellationToken ct) => await _crdr.StatusOverAsync(Pair, await SessionAsync().ConfigureAwait(false), _host, ct, routePatience).ConfigureAwait(false);

    /// <summary>The steps a verb would take now, and what its guards say.</summary>
    public async Task<CrdrPlan> PlanAsync(CrdrRequest request, CancellationToken ct) => await _crdr.PlanOverAsync(Pair, request, await SessionAsync().ConfigureAwait(false), _host, ct).ConfigureAwait(false);

    /// <summary>Runs a verb that was decided upon: nobody is asked, and what stands in its way is found under the lease. What it held at the members is let go afterwards, for it keeps others out; the next call opens them anew.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="ct">Ctrl+C.</param>
    /// <param name="objection">Asked right before each change until the writes were asked to move: why the decision does not hold any more.</param>
    public async Task<CrdrOperation> RunAsync(CrdrRequest request, CancellationToken ct, Func<CrdrStatus, string?>? objection = null)
    {
        try
        {
            return await _crdr.RunOverAsync(Pair, request, await SessionAsync().ConfigureAwait(false), _host, ct, ask: false, objection).ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_session is { } open) _crdr.Release(open);
        _session = null;
    }

    /// <summary>The pair's own eyes, for whoever needs more than a look.</summary>
    internal async Task<IPairSession> SessionAsync() => _session ??= await _crdr.OpenAsync(Pair, _token, _host, _opens).ConfigureAwait(false);
}
