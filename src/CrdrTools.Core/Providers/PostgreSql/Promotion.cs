using System.Diagnostics;
using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>Makes a standby a primary, asking again until it is one.</summary>
internal static class Promotion
{
    /// <summary>
    /// A request that comes while the standby goes round between two attempts to stream is taken, and acted upon only when it wakes:
    /// <c>wal_retrieve_retry_interval</c>, 5 s unless set. Each further request wakes it.
    /// </summary>
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(5);

    /// <summary>Finds out before clients are held off whether it would be let.</summary>
    public static async Task MayPromoteAsync(this PostgresLink to, CancellationToken ct)
    {
        if (await to.AskAsync("SELECT has_function_privilege('pg_promote(boolean, integer)', 'EXECUTE')", ct: ct).ConfigureAwait(false) != "t")
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "PermissionDenied", $"{to.Member.Connection.Username} may not promote {to.Member.Name}: GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO it.");
    }

    /// <summary>Between two looks: long enough to leave the processor to the promotion, and short beside it.</summary>
    private const int LookMicroseconds = 500;

    /// <summary>
    /// Returns when the server takes writes, seen by one. Once the first request went out, only forward. Asks over the open connection without a thread in
    /// between: clients wait.
    /// </summary>
    /// <param name="to">The standby.</param>
    /// <param name="operation">What the record says that the write leaves.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="sent">Called once, when the first request went out.</param>
    public static void Promote(this PostgresLink to, string operation, TimeSpan limit, Action sent)
    {
        Stopwatch waited = Stopwatch.StartNew();
        TimeSpan next = TimeSpan.Zero;
        while (true)
        {
            try
            {
                if (waited.Elapsed >= next)
                {
                    bool first = next == TimeSpan.Zero;
                    next = waited.Elapsed + s_again;
                    to.Ask("SELECT pg_promote(false)");
                    if (first) sent();
                }
                if (to.WroteIfPrimary(operation)) return;
            }
            catch (VendorException e) when (e.ErrorId == "SqlRefused" && waited.Elapsed <= limit)
            {
                // Recovery is over: it was quicker than we.
            }
            if (waited.Elapsed > limit)
                throw new VendorException(CrdrErrorKind.Timeout, "PromotionNotSeen", $"{to.Member.Name} was told to become the primary, and takes no writes after {limit.TotalSeconds:0} s. It may still do it.", VendorVerdict.Unknown);
            Posix.Nap(LookMicroseconds);
        }
    }
}
