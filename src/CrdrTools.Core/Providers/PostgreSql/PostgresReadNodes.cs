using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using System.Net;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Sql;
using Npgsql;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>The servers of a pair, and standbys besides, for short looks again and again.</summary>
internal sealed class PostgresReadNodes(CrdrPair pair, ProviderContext context) : IReadNodes
{
    private readonly SenderNames _names = new();
    private readonly IReadOnlyList<(string Host, int Port)> _toPrimary = [.. Ways(MemberSettings.Read(pair, Side.Primary))], _toRecovery = [.. Ways(MemberSettings.Read(pair, Side.Recovery))];

    public IReadNode OpenMember(Side side)
    {
        MemberSettings member = MemberSettings.Read(pair, side);
        return new PostgresReadNode(member.Connection, context.Secrets.GetValueOrDefault(PostgresProvider.PasswordSetting(side)), _names);
    }

    public IReadNode OpenStandby(CrdrStandby standby, string? password) => new PostgresReadNode(Connection(standby), password, _names);

    /// <summary>By the address that the tool reaches it at, or by the one that its peers do.</summary>
    public bool IsMember(Side side, string host, int port) => (side == Side.Primary ? _toPrimary : _toRecovery).Any(way => way.Port == port && _names.Same(way.Host, host));

    /// <summary>What is wrong with the description of a standby, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrStandby standby)
    {
        try
        {
            NpgsqlConnectionStringBuilder connection = Connection(standby);
            return string.IsNullOrEmpty(connection.Host) ? $"the standby '{standby.Name}' has no host in its connection"
                : connection.Password is not null ? $"the standby '{standby.Name}' has a password in its connection: give it as a reference, env:NAME, in 'password'" : null;
        }
        catch (CrdrException e)
        {
            return $"the standby '{standby.Name}': {e.Message.TrimEnd('.')}";
        }
    }

    private static NpgsqlConnectionStringBuilder Connection(CrdrStandby standby) => new(ConnectionText.Read(standby.Connection ?? "", 5432));

    private static IEnumerable<(string Host, int Port)> Ways(MemberSettings member)
    {
        yield return (member.Connection.Host!, member.Connection.Port);
        if (Nodes.Conninfo.IsUri(member.Conninfo))
        {
            Uri uri = new(member.Conninfo);
            yield return (uri.Host, uri.Port > 0 ? uri.Port : 5432);
            yield break;
        }
        IReadOnlyList<KeyValuePair<string, string>> said = [.. Nodes.Conninfo.Parse(member.Conninfo)];
        string? Said(string key) => said.LastOrDefault(p => p.Key == key).Value;
        int port = int.TryParse(Said("port"), NumberStyles.None, CultureInfo.InvariantCulture, out int told) ? told : 5432;
        foreach (string host in new[] { Said("host"), Said("hostaddr") }.OfType<string>().Where(h => h.Length > 0)) yield return (host, port);
    }
}

/// <summary>Whether two ways to write a host mean the same; names are looked up once, and again after a minute.</summary>
internal sealed class SenderNames
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (IReadOnlyList<IPAddress> Addresses, long At)> _known = new(StringComparer.OrdinalIgnoreCase);

    public bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase) || Addresses(one).Intersect(Addresses(other)).Any();

    /// <summary>Looks a name up where it is not known, so that it can be compared without waiting.</summary>
    public async Task KnowAsync(string host, CancellationToken ct)
    {
        if (host.StartsWith('/') || IPAddress.TryParse(host, out _) || (_known.TryGetValue(host, out (IReadOnlyList<IPAddress>, long At) known) && System.Diagnostics.Stopwatch.GetElapsedTime(known.At) < s_fresh)) return;
        try
        {
            _known[host] = (await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false), System.Diagnostics.Stopwatch.GetTimestamp());
        }
        catch (System.Net.Sockets.SocketException)
        {
            // What it was before is better than nothing; a name that was never found is no address.
        }
    }

    private IReadOnlyList<IPAddress> Addresses(string host) => IPAddress.TryParse(host, out IPAddress? address) ? [address] : _known.TryGetValue(host, out (IReadOnlyList<IPAddress> Addresses, long) known) ? known.Addresses : [];
}

/// <summary>One server, over one connection that stays open.</summary>
internal sealed class PostgresReadNode : IReadNode
{
    /// <summary>
    /// A standby that has replayed all that its sender ever told of is not behind, however old the last transaction is; otherwise it is as old as what it replayed
    /// last, and who replayed none since its start cannot tell: <c>GREATEST</c> would take that for no lag at all. What a receiver does is shown to <c>pg_monitor</c> only.
    /// </summary>
    private const string Question = """
        SELECT pg_is_in_recovery()::text, (SELECT system_identifier::text FROM pg_control_system()),
          CASE WHEN pg_is_in_recovery() THEN wr.received_tli::text ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text END,
          CASE WHEN wr.pid IS NOT NULL THEN coalesce(wr.status, 'hidden') END, wr.sender_host, wr.sender_port::text,
          CASE WHEN NOT pg_is_in_recovery() THEN NULL WHEN pg_last_wal_replay_lsn() >= wr.latest_end_lsn THEN '0'
            WHEN pg_last_xact_replay_timestamp() IS NOT NULL THEN GREATEST(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::text END
        FROM (SELECT) x LEFT JOIN pg_stat_wal_receiver wr ON true
        """;

    /// <summary>How many connections may be left to themselves at once: a server whose disk hangs lets everybody in and answers nobody.</summary>
    private const int MostLeft = 8;

    private readonly string _host;
    private readonly int _port;
    private readonly SenderNames _names;
    private readonly NpgsqlDataSource _source;
    private NpgsqlConnection? _open;
    private int _left;

    public PostgresReadNode(NpgsqlConnectionStringBuilder connection, string? password, SenderNames names)
    {
        _host = connection.Host ?? "localhost";
        _port = connection.Port;
        _names = names;
        // Probes on the wire end a connection whose other end is gone, so that it makes room for another.
        // A question has no limit of the library's: at that it asks the server to cancel and waits for its word, which a server that is stopped in its tracks never gives.
        NpgsqlDataSourceBuilder builder = new(new NpgsqlConnectionStringBuilder(connection.ConnectionString)
        {
            Password = password, Pooling = false, ApplicationName = "crdrtools", Timeout = 5, CommandTimeout = 0, TcpKeepAlive = true, TcpKeepAliveTime = 10, TcpKeepAliveInterval = 5,
            Database = string.IsNullOrEmpty(connection.Database) ? "postgres" : connection.Database,
        }.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        _source = builder.Build();
    }

    public async Task<ReadSight> LookAsync(CancellationToken ct)
    {
        try
        {
            // Who reads opens a connection: that one is open already is not enough.
            Task door = FrontDoor.KnockAsync(_host, _port, ct);
            _ = door.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            if (_open is not { State: ConnectionState.Open })
            {
                if (Volatile.Read(ref _left) >= MostLeft) throw new CrdrException(CrdrErrorKind.Unavailable, "ReadNodeSilent", $"lets us in and answers nothing: {MostLeft} connections wait for it, and no more are opened");
                _open?.Dispose();
                _open = _source.CreateConnection();
                await PatientlyAsync(_open, OpenAsync(_open), ct).ConfigureAwait(false);
            }
            string?[] said = await PatientlyAsync(_open, ReadAsync(_open), ct).ConfigureAwait(false);
            await door.ConfigureAwait(false);
            foreach (string host in new[] { _host, said[4] }.OfType<string>()) await _names.KnowAsync(host, ct).ConfigureAwait(false);
            return new(said[0] == "true", ulong.Parse(said[1]!, CultureInfo.InvariantCulture), said[2] is { } timeline ? uint.Parse(timeline, CultureInfo.InvariantCulture) : null, said[3] == "hidden" ? null : said[3] == "streaming", said[4],
                said[5] is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : null, said[6] is { } lag ? TimeSpan.FromSeconds(double.Parse(lag, CultureInfo.InvariantCulture)) : null);
        }
        catch (PostgresException e)
        {
            LetGo();
            throw new CrdrException(e.SqlState is "28P01" or "28000" ? CrdrErrorKind.Authentication : CrdrErrorKind.Unavailable, "ReadNodeRefuses", $"refuses: {e.MessageText}", null, e);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException)
        {
            LetGo();
            throw new CrdrException(CrdrErrorKind.Connection, "ReadNodeUnreachable", $"cannot be reached: {e.GetBaseException().Message.TrimEnd('.')}", null, e);
        }
    }

    public void Dispose()
    {
        LetGo();
        _source.Dispose();
    }

    /// <summary>The next look opens another connection.</summary>
    private void LetGo()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>As long as there is time. Then what was begun is left to itself on its connection, which ends with it; the next look opens another one.</summary>
    private async Task<T> PatientlyAsync<T>(NpgsqlConnection connection, Task<T> begun, CancellationToken ct)
    {
        try
        {
            return await begun.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _open = null;
            Interlocked.Increment(ref _left);
            _ = begun.ContinueWith(ended =>
            {
                _ = ended.Exception;
                connection.Dispose();
                Interlocked.Decrement(ref _left);
            }, TaskScheduler.Default);
            throw;
        }
    }

    private static async Task<bool> OpenAsync(NpgsqlConnection connection)
    {
        await connection.OpenAsync().ConfigureAwait(false);
        return true;
    }

    private static async Task<string?[]> ReadAsync(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new(Question, connection) { AllResultTypesAreUnknown = true };
        using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        return [.. Enumerable.Range(0, 7).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }
}
