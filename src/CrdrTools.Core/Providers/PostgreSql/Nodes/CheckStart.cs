using System.Globalization;
using Npgsql;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>What the other server says of itself.</summary>
/// <param name="SystemIdentifier">Which family of servers it is of.</param>
/// <param name="InRecovery">Whether it is a standby.</param>
/// <param name="Timeline">The newest timeline that it knows itself to be on.</param>
internal sealed record PeerSight(ulong SystemIdentifier, bool InRecovery, uint Timeline);

/// <summary>
/// Whether a server may start (safety rule S24), for a service's pre-start: one that would take writes may not while the other side may be taking them.
/// </summary>
internal static class CheckStart
{
    private const string Name = "check-start";

    // Right after a promotion the control file may still tell the old timeline; the log's own file names never do. Those are not to be had in recovery.
    private const string Look = """
        SELECT (SELECT system_identifier FROM pg_control_system()), pg_is_in_recovery(),
               CASE WHEN pg_is_in_recovery()
                    THEN greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()), (SELECT received_tli FROM pg_stat_wal_receiver))::text
                    ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
        """;

    /// <summary>Looks at this server's data directory and asks the other one.</summary>
    public static async Task<CrdrCheck> CheckAsync(string dataDirectory, string peer, CancellationToken ct)
    {
        NodeState own = await new LocalNode(dataDirectory, PostgresPrograms.Find() ?? new("")).LookAsync(ct).ConfigureAwait(false);
        if (own.Unfinished is not null || own.StartsAsStandby == true || own.Control is null) return Judge(own, null, null);
        try
        {
            return Judge(own, await AskAsync(peer, ct).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or ArgumentException)
        {
            return Judge(own, null, e.Message);
        }
    }

    /// <summary>The judgement. No sight of the other side is as good as the worst one.</summary>
    public static CrdrCheck Judge(NodeState own, PeerSight? peer, string? unreachable)
    {
        if (own.Unfinished is { } begun) return Say(CheckResult.Block, $"{begun} was begun on its data directory and not ended; only a base backup makes it whole.");
        if (own.StartsAsStandby == true) return Say(CheckResult.Pass, "It starts as a standby.");
        if (own.Control is not { } control) return Say(CheckResult.Block, $"Its control file cannot be read. {own.Detail}".TrimEnd());
        const string Wish = "It would take writes,";
        if (peer is null) return Say(CheckResult.Block, $"{Wish} and whether the other server does so already cannot be seen. {unreachable}".TrimEnd());
        if (peer.SystemIdentifier != control.SystemIdentifier)
            return Say(CheckResult.Block, $"{Wish} and what answers as the other server is of another family (system identifier {peer.SystemIdentifier}, here {control.SystemIdentifier}).");
        if (peer.Timeline > control.NewestTimeline)
            return Say(CheckResult.Block, $"{Wish} and the other server is on timeline {peer.Timeline}, this one on {control.NewestTimeline}: it was promoted after this one had stopped.");
        if (!peer.InRecovery) return Say(CheckResult.Block, $"{Wish} and the other server takes them already, on timeline {peer.Timeline}.");
        return Say(CheckResult.Pass, $"The other server is a standby on timeline {peer.Timeline}, which is no later than this one's.");
    }

    private static CrdrCheck Say(CheckResult result, string why) => new() { Name = Name, Result = result, Why = why };

    private static async Task<PeerSight> AskAsync(string peer, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder settings = new(peer) { Pooling = false };
        await using NpgsqlConnection connection = new(settings.ConnectionString);
        await connection.OpenAsync(ct).ConfigureAwait(false);
        await using NpgsqlCommand command = new(Look, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await reader.ReadAsync(ct).ConfigureAwait(false);
        bool standby = reader.GetBoolean(1);
        return new((ulong)reader.GetInt64(0), standby, uint.Parse(reader.GetString(2), standby ? NumberStyles.None : NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }
}
