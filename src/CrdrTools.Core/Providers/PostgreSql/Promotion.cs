using System.Diagnostics;

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

    /// <summary>Returns when the server is no standby any more. Once the first request went out, only forward.</summary>
    public static async Task PromoteAsync(this PostgresLink to, TimeSpan limit)
    {
        Stopwatch waited = Stopwatch.StartNew();
        TimeSpan next = TimeSpan.Zero;
        while (true)
        {
            try
            {
                if (waited.Elapsed >= next)
                {
                    next = waited.Elapsed + s_again;
                    await to.AskAsync("SELECT pg_promote(false)").ConfigureAwait(false);
                }
            }
            catch (VendorException e) when (e.ErrorId == "SqlRefused")
            {
                // Recovery is over: it was quicker than we.
            }
            if (!await to.InRecoveryAsync(CancellationToken.None).ConfigureAwait(false)) return;
            if (waited.Elapsed > limit)
                throw new VendorException(CrdrErrorKind.Timeout, "PromotionNotSeen", $"{to.Member.Name} was told to become the primary, and still is a standby after {limit.TotalSeconds:0} s. It may still do it.", VendorVerdict.Unknown);
            await Task.Delay(1).ConfigureAwait(false);
        }
    }
}
